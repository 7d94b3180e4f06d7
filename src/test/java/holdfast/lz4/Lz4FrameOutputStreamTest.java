package holdfast.lz4;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import holdfast.CorruptDataException;
import holdfast.testkit.Allocated;
import holdfast.testkit.Content;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class Lz4FrameOutputStreamTest {
  private static final byte[] PLAIN = Content.of(3, 1, 200_000);
  private static final Lz4FrameOptions SMALL_BLOCKS =
      Lz4FrameOptions.DEFAULT.withBlockSize(Lz4BlockSize.KB_64);

  @Test
  void everythingWrittenBeforeAFlushCanBeRead() throws IOException {
    for (boolean linked : new boolean[] {false, true}) {
      var below = new ByteArrayOutputStream();
      var out = new Lz4FrameOutputStream(below, SMALL_BLOCKS.withLinked(linked));
      for (int at = 0; at < PLAIN.length; at += 17_000) {
        out.write(PLAIN, at, Math.min(17_000, PLAIN.length - at));
        out.flush();
        out.flush();
        byte[] soFar = below.toByteArray();
        var decoder = new FrameDecoder(Lz4FrameReadOptions.DEFAULT, soFar, 0, soFar.length);
        var plain = new ByteArrayOutputStream();
        while (decoder.decode(plain) > 0) {
          // All that is there.
        }
        int written = Math.min(at + 17_000, PLAIN.length);
        assertArrayEquals(Arrays.copyOf(PLAIN, written), plain.toByteArray());
      }
      out.close();
      assertArrayEquals(PLAIN, Lz4Frame.decompress(below.toByteArray()));
    }
  }

  @Test
  void autoFlushEndsABlockWithEveryWrite() throws IOException {
    var flushed = new ByteArrayOutputStream();
    var auto = new ByteArrayOutputStream();
    try (var a = new Lz4FrameOutputStream(flushed, SMALL_BLOCKS);
        var b = new Lz4FrameOutputStream(auto, SMALL_BLOCKS.withAutoFlush(true))) {
      for (int at = 0; at < 100_000; at += 10_000) {
        a.write(PLAIN, at, 10_000);
        a.flush();
        b.write(PLAIN, at, 10_000);
      }
    }
    assertArrayEquals(flushed.toByteArray(), auto.toByteArray());
  }

  @Test
  void theAnnouncedSizeMustBeWritten() throws IOException {
    var below = new ByteArrayOutputStream();
    var out = new Lz4FrameOutputStream(below, SMALL_BLOCKS.withContentSize(1000));
    out.write(PLAIN, 0, 900);
    assertThrows(IllegalStateException.class, () -> out.write(PLAIN, 0, 101));
    assertThrows(IllegalStateException.class, () -> out.write(ByteBuffer.allocate(101)));
    out.write(PLAIN, 900, 100);
    out.close();
    assertArrayEquals(Arrays.copyOf(PLAIN, 1000), Lz4Frame.decompress(below.toByteArray()));

    var tooLittle = new ByteArrayOutputStream();
    var unfinished = new Lz4FrameOutputStream(tooLittle, SMALL_BLOCKS.withContentSize(100_000));
    unfinished.write(PLAIN, 0, 99_999);
    assertThrows(IllegalStateException.class, unfinished::close);
    assertFalse(unfinished.isOpen());
    assertThrows(CorruptDataException.class, () -> Lz4Frame.decompress(tooLittle.toByteArray()));
    assertThrows(
        IllegalStateException.class,
        () -> Lz4Frame.compress(PLAIN, SMALL_BLOCKS.withContentSize(0)));
    byte[] nothing = Lz4Frame.compress(new byte[0], SMALL_BLOCKS.withContentSize(0));
    assertArrayEquals(Lz4Frame.compress(new byte[0]), nothing);
  }

  @Test
  void finishingLeavesTheStreamBelowOpen() throws IOException {
    var below = new ByteArrayOutputStream();
    var out = new Lz4FrameOutputStream(below, SMALL_BLOCKS);
    out.write(PLAIN);
    out.finish();
    int size = below.size();
    assertThrows(IllegalStateException.class, () -> out.write(1));
    out.flush();
    out.close();
    assertEquals(size, below.size());
    assertArrayEquals(PLAIN, Lz4Frame.decompress(below.toByteArray()));
  }

  @Test
  void afterAFailedWriteTheFrameIsLostButBelowIsClosed() throws IOException {
    for (int failAt = 0; failAt < 4; failAt++) {
      int[] state = {failAt, 0};
      var below =
          new OutputStream() {
            @Override
            public void write(int b) {
              throw new AssertionError("one byte at a time");
            }

            @Override
            public void write(byte[] bytes, int offset, int size) throws IOException {
              if (state[0]-- <= 0) {
                throw new IOException("disk full");
              }
            }

            @Override
            public void close() {
              state[1]++;
            }
          };
      var out = new Lz4FrameOutputStream(below, SMALL_BLOCKS);
      var e =
          assertThrows(
              IOException.class,
              () -> {
                out.write(PLAIN);
                out.finish();
              });
      assertEquals("disk full", e.getMessage());
      state[0] = 100;
      assertThrows(IOException.class, () -> out.write(1));
      assertThrows(IOException.class, out::flush);
      assertThrows(IOException.class, out::finish);
      out.close();
      out.close();
      assertEquals(1, state[1]);
      assertEquals(100, state[0], "nothing is written behind a hole");
      assertThrows(ClosedChannelException.class, () -> out.write(1));
    }
  }

  @Test
  void steadyWritingAllocatesNothing() throws IOException {
    assumeTrue(Allocated.isCounted(), "this JVM does not count");
    byte[] plain = Content.of(3, 1, 1_000_000);
    byte[] noise = Content.of(1, 1, 1_000_000);
    for (boolean linked : new boolean[] {false, true}) {
      var options = SMALL_BLOCKS.withLinked(linked).withBlockChecksum(true);
      var out = new Lz4FrameOutputStream(OutputStream.nullOutputStream(), options);
      out.write(plain);
      out.write(noise);
      long before = Allocated.byThisThread();
      for (int at = 0; at < 900_000; at += 50_000) {
        out.write(plain, at, 65_536);
        out.write(noise, at, 1000);
      }
      long allocated = Allocated.byThisThread() - before;
      assertTrue(allocated < 2000, () -> "allocated " + allocated);
    }
  }

  @Test
  void aSmallContentCostsSmallBuffers() {
    assumeTrue(Allocated.isCounted(), "this JVM does not count");
    Lz4Frame.compress(PLAIN);
    long before = Allocated.byThisThread();
    Lz4Frame.compress(Arrays.copyOf(PLAIN, 1000));
    long allocated = Allocated.byThisThread() - before;
    assertTrue(allocated < 100_000, () -> "allocated " + allocated);
  }

  @Test
  void aFlushLeavesALegacyBlockBegun() throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (var out = new Lz4FrameOutputStream(bytes, Lz4FrameOptions.LEGACY)) {
      out.write(PLAIN, 0, 100);
      out.flush();
      out.write(PLAIN, 100, PLAIN.length - 100);
      out.flush();
    }
    assertArrayEquals(Lz4Frame.compress(PLAIN, Lz4FrameOptions.LEGACY), bytes.toByteArray());
  }

  @Test
  void optionsThatCannotBeAreRefused() {
    var options = Lz4FrameOptions.DEFAULT;
    assertThrows(IllegalArgumentException.class, () -> options.withBlockCut(0));
    assertThrows(IllegalArgumentException.class, () -> options.withBlockCut((4 << 20) + 1));
    assertThrows(IllegalArgumentException.class, () -> options.withContentSize(-2));
    assertThrows(IllegalArgumentException.class, () -> options.withDictionary(null, 1L << 32));
    assertThrows(NullPointerException.class, () -> options.withLevel(null));
    var legacy = Lz4FrameOptions.LEGACY;
    assertThrows(IllegalArgumentException.class, () -> legacy.withLinked(true));
    assertThrows(IllegalArgumentException.class, () -> legacy.withBlockChecksum(true));
    assertThrows(IllegalArgumentException.class, () -> legacy.withContentChecksum(true));
    assertThrows(IllegalArgumentException.class, () -> legacy.withContentSize(1));
    assertThrows(IllegalArgumentException.class, () -> legacy.withAutoFlush(true));
    assertThrows(
        IllegalArgumentException.class, () -> Lz4FrameReadOptions.DEFAULT.withDictionary(null, 1));
  }

  @Test
  void rangesOutsideTheArrayAreRefused() {
    var out = new Lz4FrameOutputStream(OutputStream.nullOutputStream());
    byte[] bytes = new byte[10];
    assertThrows(IndexOutOfBoundsException.class, () -> out.write(bytes, 5, 6));
    assertThrows(IndexOutOfBoundsException.class, () -> out.write(bytes, -1, 2));
    assertThrows(IndexOutOfBoundsException.class, () -> out.write(bytes, 0, -1));
  }
}
