package holdfast.lz4;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.testkit.Content;
import holdfast.testkit.Tier;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.ClosedChannelException;
import java.util.SplittableRandom;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class Lz4ParallelFrameOutputStreamTest {
  private static final Lz4FrameOptions SMALL =
      Lz4FrameOptions.DEFAULT.withBlockSize(Lz4BlockSize.KB_64);

  private static ExecutorService pool;
  private static byte[] content;

  @BeforeAll
  static void start() {
    pool = Executors.newFixedThreadPool(3);
    content = Content.of(3, 1, Tier.of(4_500_000, 40_000_000));
  }

  @AfterAll
  static void stop() {
    pool.shutdownNow();
  }

  private static byte[] parallel(Lz4FrameOptions options, int size, Executor executor, int tasks)
      throws IOException {
    ByteArrayOutputStream frame = new ByteArrayOutputStream();
    try (var out = new Lz4ParallelFrameOutputStream(frame, options, executor, tasks)) {
      SplittableRandom random = new SplittableRandom(size);
      for (int at = 0; at < size; ) {
        int piece = Math.min(size - at, 1 + random.nextInt(700_000));
        out.write(content, at, piece);
        at += piece;
      }
    }
    return frame.toByteArray();
  }

  private static byte[] serial(Lz4FrameOptions options, int size) throws IOException {
    ByteArrayOutputStream frame = new ByteArrayOutputStream();
    try (var out = new Lz4FrameOutputStream(frame, options)) {
      out.write(content, 0, size);
    }
    return frame.toByteArray();
  }

  @Test
  void theBytesAreThoseOfOneThread() throws IOException {
    Lz4FrameOptions[] all = {
      SMALL,
      SMALL.withBlockChecksum(true).withContentChecksum(false),
      SMALL.withBlockCut(50_000),
      SMALL.withDictionary(Lz4Dictionary.of(Content.of(3, 1, 30_000)), 7),
      Lz4FrameOptions.DEFAULT.withBlockSize(Lz4BlockSize.MB_1).withLevel(Lz4Level.fast(5)),
      Lz4FrameOptions.DEFAULT,
      Lz4FrameOptions.LEGACY
    };
    for (Lz4FrameOptions options : all) {
      byte[] expected = serial(options, content.length);
      assertArrayEquals(expected, parallel(options, content.length, pool, 3), options.toString());
      assertArrayEquals(expected, parallel(options, content.length, Runnable::run, 1));
    }
  }

  @Test
  void sizesAroundBlocksAndBatchesFitTheHeaderAlike() throws IOException {
    int batch = 1 << 20;
    for (int size :
        new int[] {0, 1, 12, 65_535, 65_536, 65_537, batch - 1, batch, batch + 1, 2 * batch}) {
      assertArrayEquals(serial(SMALL, size), parallel(SMALL, size, pool, 2), "" + size);
      Lz4FrameOptions announced = SMALL.withContentSize(size);
      assertArrayEquals(serial(announced, size), parallel(announced, size, pool, 2), "" + size);
    }
  }

  @Test
  void singleBytesCount() throws IOException {
    ByteArrayOutputStream frame = new ByteArrayOutputStream();
    try (var out = new Lz4ParallelFrameOutputStream(frame, SMALL, pool, 2)) {
      out.write('a');
      out.flush();
      out.write('b');
      out.finish();
      out.finish();
      assertThrows(IllegalStateException.class, () -> out.write('c'));
    }
    assertArrayEquals(new byte[] {'a', 'b'}, Lz4Frame.decompress(frame.toByteArray()));
  }

  @Test
  void whatCannotBeDoneAtTheSameTimeIsRefused() {
    OutputStream nowhere = OutputStream.nullOutputStream();
    assertThrows(
        IllegalArgumentException.class,
        () -> new Lz4ParallelFrameOutputStream(nowhere, SMALL.withLinked(true), pool, 2));
    assertThrows(
        IllegalArgumentException.class,
        () -> new Lz4ParallelFrameOutputStream(nowhere, SMALL.withAutoFlush(true), pool, 2));
    assertThrows(
        IllegalArgumentException.class,
        () -> new Lz4ParallelFrameOutputStream(nowhere, SMALL, pool, 0));
  }

  @Test
  void aWrongContentSizeIsAnError() throws IOException {
    OutputStream nowhere = OutputStream.nullOutputStream();
    var more = new Lz4ParallelFrameOutputStream(nowhere, SMALL.withContentSize(5), pool, 2);
    assertThrows(IllegalStateException.class, () -> more.write(content, 0, 6));
    more.write(content, 0, 5);
    more.close();
    var less = new Lz4ParallelFrameOutputStream(nowhere, SMALL.withContentSize(5), pool, 2);
    less.write(content, 0, 4);
    assertThrows(IllegalStateException.class, less::close);
  }

  /** Takes some bytes and then fails; knows whether it was closed. */
  private static final class Failing extends OutputStream {
    private int room;
    private int writesAfterFailure;
    private boolean failed;
    private boolean closed;

    Failing(int room) {
      this.room = room;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int size) throws IOException {
      if (failed) {
        writesAfterFailure++;
      }
      if (size > room) {
        failed = true;
        throw new IOException("disk full");
      }
      room -= size;
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  @Test
  void afterAFailureBelowNothingMoreIsWritten() throws IOException {
    for (int room : new int[] {0, 100, 1_000_000}) {
      Failing below = new Failing(room);
      var out = new Lz4ParallelFrameOutputStream(below, SMALL, pool, 2);
      IOException first =
          assertThrows(
              IOException.class,
              () -> {
                for (; ; ) {
                  out.write(content, 0, content.length);
                }
              });
      assertEquals("disk full", first.getMessage());
      assertThrows(IOException.class, () -> out.write(1));
      assertThrows(IOException.class, out::flush);
      assertThrows(IOException.class, out::finish);
      out.close();
      assertTrue(below.closed);
      assertEquals(0, below.writesAfterFailure);
      assertThrows(ClosedChannelException.class, () -> out.write(1));
    }
  }

  @Test
  void anExecutorThatRefusesWorkFailsTheFrame() throws IOException {
    RejectedExecutionException no = new RejectedExecutionException("no");
    Executor refusing =
        task -> {
          throw no;
        };
    var out = new Lz4ParallelFrameOutputStream(OutputStream.nullOutputStream(), SMALL, refusing, 2);
    assertSame(
        no,
        assertThrows(
            RejectedExecutionException.class, () -> out.write(content, 0, content.length)));
    assertThrows(IOException.class, () -> out.write(1));
    out.close();
  }
}
