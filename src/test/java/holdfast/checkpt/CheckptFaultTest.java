package holdfast.checkpt;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.CorruptDataException;
import holdfast.Progress;
import holdfast.internal.Disk;
import holdfast.internal.DiskChannel;
import holdfast.testkit.Content;
import holdfast.testkit.SimDisk;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

/** Channels that do less than they are asked for, or fail. */
class CheckptFaultTest {
  private static final List<Frames.Made> FRAMES =
      Frames.random(new SplittableRandom(3), 12, 150_000);

  private static byte[] expected() throws IOException {
    var bytes = new ByteArrayOutputStream();
    Frames.write(FRAMES, Checkpt.to(Channels.newChannel(bytes)));
    return bytes.toByteArray();
  }

  @Test
  void shortAndEmptyWritesAndReadsAreGoneOnWith() throws IOException {
    byte[] expected = expected();
    for (int pieceMax : new int[] {50, 5_000, 100_000}) {
      var channel = new FaultyChannel(pieceMax, pieceMax, expected);
      Frames.write(FRAMES, Checkpt.to(channel, Checkpt.BUFFER_SIZE_MIN));
      assertArrayEquals(expected, channel.written.toByteArray());
      Restore in = Restore.from(channel, Restore.BUFFER_SIZE_MIN);
      for (Frames.Made frame : FRAMES) {
        assertEquals(-1, Frames.wrong(frame, in));
      }
      assertEquals(expected.length, in.offset());
    }
  }

  /** Native buffers larger than the one of the writer go their own way. */
  @Test
  void largeNativeBuffersSurviveShortWritesAndReads() throws IOException {
    byte[] plain = Content.of(1, 1, 300_001);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(plain.length);
      memory.copyFrom(MemorySegment.ofArray(plain));
      var channel = new FaultyChannel(1, 40_000, new byte[0]);
      Checkpt out = Checkpt.to(channel, Checkpt.BUFFER_SIZE_MIN);
      out.openFrame(FrameStyle.RAW);
      out.data(memory.asSlice(0, 10));
      out.data(memory.asSlice(10, 250_000));
      out.data(memory.asSlice(250_010));
      assertEquals(plain.length, out.closeFrame());
      assertArrayEquals(plain, channel.written.toByteArray());
      Restore in = Restore.from(new FaultyChannel(2, 40_000, plain), Restore.BUFFER_SIZE_MIN);
      in.openFrame(FrameStyle.RAW);
      MemorySegment back = arena.allocate(plain.length);
      in.data(back.asSlice(0, 100));
      in.data(back.asSlice(100, 200_000));
      in.data(back.asSlice(200_100));
      assertEquals(-1, back.mismatch(memory));
      assertEquals(plain.length, in.closeFrame());
    }
  }

  @Test
  void aFailingWriteIsThrownAsItIsAndNothingIsWrittenTwice() throws IOException {
    byte[] expected = expected();
    ExecutorService executor = Executors.newFixedThreadPool(3);
    for (long at = 0; at < expected.length; at += 1 + at / 2) {
      for (int threads : new int[] {0, 1, 4}) {
        var channel = new FaultyChannel(at, 30_000, expected).failingAt(at);
        Checkpt out = Checkpt.to(channel, Checkpt.BUFFER_SIZE_MIN);
        IOException e =
            assertThrows(
                IOException.class,
                () -> {
                  if (threads == 0) {
                    Frames.write(FRAMES, out);
                  } else {
                    out.addFrames(FRAMES, executor, threads, 70_000, Progress.NONE);
                  }
                });
        assertEquals("the channel fails after " + at + " bytes", e.getMessage());
        assertFalse(out.canOpen() || out.inFrame());
        byte[] written = channel.written.toByteArray();
        assertArrayEquals(java.util.Arrays.copyOf(expected, (int) at), written);
      }
      Restore in = Restore.from(new FaultyChannel(at, 30_000, expected).failingAt(at));
      assertThrows(
          IOException.class,
          () -> {
            for (Frames.Made frame : FRAMES) {
              Frames.wrong(frame, in);
            }
          });
      assertFalse(in.canOpen() || in.inFrame());
    }
    executor.shutdownNow();
  }

  @Test
  void aChannelThatIsNeverReadyCanBeInterrupted() throws Exception {
    var never = new NeverReady();
    Checkpt out = Checkpt.to(never);
    out.openFrame(FrameStyle.RAW);
    out.data(MemorySegment.ofArray(new byte[10]));
    Restore in = Restore.from(never);
    in.openFrame(FrameStyle.RAW);
    for (org.junit.jupiter.api.function.Executable call :
        List.<org.junit.jupiter.api.function.Executable>of(
            out::closeFrame, () -> in.data(MemorySegment.ofArray(new byte[1])))) {
      never.calls = 0;
      Thread caller = Thread.currentThread();
      Thread helper =
          Thread.ofPlatform()
              .start(
                  () -> {
                    while (never.calls < 300) {
                      Thread.onSpinWait();
                    }
                    caller.interrupt();
                  });
      assertThrows(InterruptedIOException.class, call);
      assertTrue(Thread.interrupted(), "the thread stays interrupted");
      helper.join(10_000);
    }
  }

  private static final class NeverReady implements WritableByteChannel, ReadableByteChannel {
    private volatile int calls;

    @Override
    @SuppressWarnings("NonAtomicVolatileUpdate") // only one thread writes
    public int write(ByteBuffer bytes) {
      calls++;
      return 0;
    }

    @Override
    @SuppressWarnings("NonAtomicVolatileUpdate")
    public int read(ByteBuffer room) {
      calls++;
      return 0;
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() {}
  }

  @Test
  void filesOfADiskAreReadByPositions() throws IOException {
    byte[] expected = expected();
    SimDisk disk = new SimDisk();
    try (Disk.File file = disk.open(Path.of("/c"), Disk.Mode.CREATE)) {
      long[] offsets = Frames.write(FRAMES, Checkpt.to(new DiskChannel(file)));
      assertEquals(expected.length, file.size());
      Restore one = Restore.from(new DiskChannel(file));
      Restore two = Restore.from(new DiskChannel(file), Restore.BUFFER_SIZE_MIN);
      for (int i = FRAMES.size() - 1; i >= 0; i--) {
        Restore in = i % 2 == 0 ? one : two;
        in.seek(offsets[i]);
        assertEquals(-1, Frames.wrong(FRAMES.get(i), in));
        assertEquals(offsets[i + 1], in.offset());
      }
    }
  }

  @Test
  void aFileThatShrankEndsWhereItEndsNow() throws IOException {
    SimDisk disk = new SimDisk();
    try (Disk.File file = disk.open(Path.of("/c"), Disk.Mode.CREATE)) {
      file.write(MemorySegment.ofArray(new byte[1000]), 0);
      Restore in = Restore.from(new DiskChannel(file));
      file.truncate(500);
      in.openFrame(FrameStyle.RAW);
      CorruptDataException e =
          assertThrows(
              CorruptDataException.class, () -> in.data(MemorySegment.ofArray(new byte[1000])));
      assertEquals(500, e.offset());
      assertEquals("checkpt at byte 500: expected 500 bytes more, found the end", e.getMessage());
    }
  }
}
