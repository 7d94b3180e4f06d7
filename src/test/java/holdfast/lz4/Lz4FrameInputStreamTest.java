package holdfast.lz4;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import holdfast.CorruptDataException;
import holdfast.Limits;
import holdfast.testkit.Allocated;
import holdfast.testkit.Content;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.Pipe;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Lz4FrameInputStreamTest {
  private static final byte[] PLAIN = Content.of(3, 1, 200_000);
  private static final Lz4FrameOptions SMALL_BLOCKS =
      Lz4FrameOptions.DEFAULT.withBlockSize(Lz4BlockSize.KB_64);

  @Test
  void onlyTheFirstFrameIsReadAndNothingBehindIt() throws IOException {
    byte[] first = Lz4Frame.compress(PLAIN, SMALL_BLOCKS);
    byte[] tail = {1, 2, 3};
    var below = new ByteArrayInputStream(concat(skippable(5), first, tail));
    var only = Lz4FrameReadOptions.DEFAULT.withFirstFrameOnly(true);
    var in = new Lz4FrameInputStream(below, only);
    assertArrayEquals(PLAIN, in.readAllBytes());
    assertEquals(-1, in.read());
    assertArrayEquals(tail, below.readAllBytes());
  }

  @Test
  void theOutputLimitCountsOverAllFrames() {
    byte[] frame = Lz4Frame.compress(Arrays.copyOf(PLAIN, 1000));
    byte[] two = concat(frame, frame);
    var enough = Lz4FrameReadOptions.DEFAULT.withLimits(Limits.DEFAULT.withOutputMax(2000));
    assertEquals(2000, Lz4Frame.decompress(two, enough).length);
    var short1 = Lz4FrameReadOptions.DEFAULT.withLimits(Limits.DEFAULT.withOutputMax(1999));
    var e = assertThrows(CorruptDataException.class, () -> Lz4Frame.decompress(two, short1));
    assertTrue(e.getMessage().contains("1999"), e.getMessage());
    assertEquals(frame.length + FrameHeader.SIZE_MIN, e.offset());
  }

  @Test
  void aFrameThatNeedsMoreMemoryThanAllowedIsRefusedAtItsHeader() {
    byte[] frame = Lz4Frame.compress(Content.of(0, 0, 5 << 20));
    var limits = Limits.DEFAULT.withMemoryMax((8 << 20) - 1);
    var options = Lz4FrameReadOptions.DEFAULT.withLimits(limits);
    var e = assertThrows(CorruptDataException.class, () -> Lz4Frame.decompress(frame, options));
    assertEquals(0, e.offset());
    var enough = options.withLimits(limits.withMemoryMax(8 << 20));
    assertEquals(5 << 20, Lz4Frame.decompress(frame, enough).length);
  }

  @Test
  void aHugeSkippableFrameIsJumpedOver() throws IOException {
    byte[] frame = Lz4Frame.compress(PLAIN);
    long gap = 0xFFFF_FFF0L;
    byte[] head = skippable(0);
    FrameLayout.putWord(head, 4, (int) gap);
    var channel = new SparseChannel(head, gap, frame);
    var in = new Lz4FrameInputStream(channel, Lz4FrameReadOptions.DEFAULT);
    assertArrayEquals(PLAIN, in.readAllBytes());
    assertTrue(channel.read < frame.length + 100_000, "read " + channel.read);

    var cut = new SparseChannel(head, gap - 1, new byte[0]);
    var shorter = new Lz4FrameInputStream(cut, Lz4FrameReadOptions.DEFAULT);
    var e = assertThrows(CorruptDataException.class, shorter::read);
    assertEquals(8 + gap - 1, e.offset());
  }

  @Test
  void aSkippableFrameCutShortIsNoticedInAFileToo(@TempDir Path folder) throws IOException {
    byte[] head = skippable(100_000);
    Path file = Files.write(folder.resolve("cut"), Arrays.copyOf(head, 50_000));
    try (var in = new Lz4FrameInputStream(new FileInputStream(file.toFile()))) {
      assertEquals(50_000, assertThrows(CorruptDataException.class, in::read).offset());
    }
  }

  @Test
  void afterAnErrorOfTheStreamBelowReadingGoesOn() throws IOException {
    byte[] frame = Lz4Frame.compress(PLAIN, SMALL_BLOCKS);
    var below =
        new ByteArrayInputStream(frame) {
          private int calls;

          @Override
          public synchronized int read(byte[] to, int offset, int size) {
            if (calls++ % 2 == 1) {
              throw new UncheckedIOException(new IOException("later"));
            }
            return super.read(to, offset, Math.min(size, 5000));
          }
        };
    var in = new Lz4FrameInputStream(below);
    byte[] plain = new byte[PLAIN.length];
    int at = 0;
    int failures = 0;
    while (at < plain.length) {
      try {
        at += in.read(plain, at, plain.length - at);
      } catch (UncheckedIOException e) {
        failures++;
      }
    }
    assertArrayEquals(PLAIN, plain);
    assertTrue(failures > 5);
  }

  @Test
  void aFlushedBlockIsHandedOutBeforeTheNextOneCame() throws Exception {
    Pipe pipe = Pipe.open();
    try (var in = new Lz4FrameInputStream(pipe.source(), Lz4FrameReadOptions.DEFAULT);
        var out = new Lz4FrameOutputStream(pipe.sink(), SMALL_BLOCKS)) {
      for (int message = 0; message < 5; message++) {
        byte[] sent = ("message " + message).getBytes(StandardCharsets.US_ASCII);
        out.write(sent);
        out.flush();
        assertArrayEquals(sent, in.readNBytes(sent.length));
      }
    }
  }

  @Test
  void endlessFramesWithoutContentCanBeInterrupted() {
    byte[] empty = skippable(0);
    var endless =
        new InputStream() {
          @Override
          public int read() {
            throw new AssertionError("one byte at a time");
          }

          @Override
          public int read(byte[] to, int offset, int size) {
            int whole = Math.max(8, size & -8);
            for (int i = 0; i < Math.min(size, whole); i++) {
              to[offset + i] = empty[i & 7];
            }
            return Math.min(size, whole);
          }
        };
    var in = new Lz4FrameInputStream(endless);
    Thread.currentThread().interrupt();
    try {
      assertThrows(InterruptedIOException.class, in::read);
    } finally {
      assertTrue(Thread.interrupted());
    }
  }

  @Test
  void steadyReadingAllocatesNothing() throws IOException {
    assumeTrue(Allocated.isCounted(), "this JVM does not count");
    byte[] plain = Content.of(3, 1, 3_000_000);
    for (boolean linked : new boolean[] {false, true}) {
      byte[] frame = Lz4Frame.compress(plain, SMALL_BLOCKS.withLinked(linked));
      var in = new Lz4FrameInputStream(new ByteArrayInputStream(frame));
      byte[] room = new byte[64 << 10];
      in.readNBytes(room, 0, room.length);
      in.readNBytes(1_000_000);
      long before = Allocated.byThisThread();
      int total = 0;
      for (int count; (count = in.read(room, 0, room.length)) >= 0; ) {
        total += count;
      }
      long allocated = Allocated.byThisThread() - before;
      assertEquals(plain.length - room.length - 1_000_000, total);
      assertTrue(allocated < 2000, () -> "allocated " + allocated);
    }
  }

  @Test
  void aClosedStreamRefusesAndClosesBelowOnce() throws IOException {
    int[] closes = new int[1];
    var below =
        new ByteArrayInputStream(Lz4Frame.compress(PLAIN)) {
          @Override
          public void close() {
            closes[0]++;
          }
        };
    var in = new Lz4FrameInputStream(below);
    assertTrue(in.isOpen());
    in.close();
    in.close();
    assertFalse(in.isOpen());
    assertEquals(1, closes[0]);
    assertThrows(ClosedChannelException.class, in::read);
    assertThrows(ClosedChannelException.class, () -> in.read(ByteBuffer.allocate(1)));
    assertThrows(ClosedChannelException.class, in::available);
  }

  @Test
  void callersMistakesAreRefusedBeforeAnythingHappens() throws IOException {
    var in = new Lz4FrameInputStream(new ByteArrayInputStream(Lz4Frame.compress(PLAIN)));
    byte[] room = new byte[10];
    assertThrows(IndexOutOfBoundsException.class, () -> in.read(room, 5, 6));
    assertThrows(IndexOutOfBoundsException.class, () -> in.read(room, -1, 2));
    assertThrows(
        ReadOnlyBufferException.class, () -> in.read(ByteBuffer.allocate(5).asReadOnlyBuffer()));
    assertEquals(0, in.read(room, 3, 0));
    assertEquals(0, in.read(ByteBuffer.allocate(0)));
    assertArrayEquals(PLAIN, in.readAllBytes());
    Pipe pipe = Pipe.open();
    pipe.source().configureBlocking(false);
    pipe.sink().configureBlocking(false);
    assertThrows(
        IllegalBlockingModeException.class,
        () -> new Lz4FrameInputStream(pipe.source(), Lz4FrameReadOptions.DEFAULT));
    assertThrows(
        IllegalBlockingModeException.class,
        () -> new Lz4FrameOutputStream(pipe.sink(), Lz4FrameOptions.DEFAULT));
    pipe.source().close();
    pipe.sink().close();
  }

  private static byte[] skippable(int size) {
    byte[] frame = new byte[8 + size];
    FrameLayout.putWord(frame, 0, FrameLayout.SKIPPABLE_MAGIC);
    FrameLayout.putWord(frame, 4, size);
    return frame;
  }

  private static byte[] concat(byte[]... parts) {
    var all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  /** A file with a large hole between a head and a tail; counts what is read. */
  private static final class SparseChannel implements SeekableByteChannel {
    private final byte[] head;
    private final long gap;
    private final byte[] tail;
    private long position;
    long read;

    SparseChannel(byte[] head, long gap, byte[] tail) {
      this.head = head;
      this.gap = gap;
      this.tail = tail;
    }

    @Override
    public int read(ByteBuffer to) {
      if (position >= size()) {
        return -1;
      }
      int count = (int) Math.min(to.remaining(), size() - position);
      for (int i = 0; i < count; i++, position++) {
        long behind = position - head.length - gap;
        to.put(
            position < head.length
                ? head[(int) position]
                : behind < 0 ? (byte) 0 : tail[(int) behind]);
      }
      read += count;
      return count;
    }

    @Override
    public long position() {
      return position;
    }

    @Override
    public SeekableByteChannel position(long newPosition) {
      position = newPosition;
      return this;
    }

    @Override
    public long size() {
      return head.length + gap + tail.length;
    }

    @Override
    public int write(ByteBuffer from) {
      throw new UnsupportedOperationException();
    }

    @Override
    public SeekableByteChannel truncate(long size) {
      throw new UnsupportedOperationException();
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() {}
  }
}
