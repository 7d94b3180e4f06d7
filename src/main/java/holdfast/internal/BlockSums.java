package holdfast.internal;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.zip.CRC32C;

/**
 * The checksums of a file's blocks, some megabytes at a time, by several threads.
 *
 * <pre>{@code
 * batch 0: | thread 0 | thread 1 | .. |   batch 1: | thread 0 | ..      sums in order of blocks
 * }</pre>
 *
 * <p>Threads live for one batch: starting them costs 0.1 ms, reading their 16 MiB some ms. In
 * return everything around a batch has one thread, an order, and memory that does not grow with the
 * file.
 */
final class BlockSums {
  /** Bytes of the file that one thread takes in one batch; a multiple of all block sizes. */
  private static final int SHARE = 1 << 24;

  /** Bytes of one read: large enough to be cheap, small enough to stay in the cache. */
  private static final int READ = 1 << 18;

  private final Disk.File file;
  private final long length;
  private final int blockSize;
  private final int threads;
  private final int[] sums;

  /**
   * Prepares.
   *
   * @param file what to read
   * @param length its size
   * @param blockSize bytes of a block
   * @param threads at least 1
   */
  BlockSums(Disk.File file, long length, int blockSize, int threads) {
    this.file = file;
    this.length = length;
    this.blockSize = blockSize;
    // No more than there is work for, and a bound on the memory: 64 buffers are 16 MiB.
    this.threads = (int) Math.max(1, Math.min(Math.min(threads, 64), length / SHARE + 1));
    this.sums = new int[(int) Math.min(blocks(length), blocks((long) this.threads * SHARE))];
  }

  private long blocks(long size) {
    return SidecarLayout.blockCount(size, blockSize);
  }

  /** Most blocks that {@link #next} returns; it returns fewer only at the end. */
  int batchMax() {
    return sums.length;
  }

  /** The sums of the last {@link #next}. */
  int[] sums() {
    return sums;
  }

  /**
   * Computes a batch.
   *
   * @param first its first block
   * @return how many blocks
   */
  int next(long first) throws IOException {
    int count = (int) Math.min(sums.length, blocks(length) - first);
    int share = Math.max(1, (count + threads - 1) / threads);
    Workers.run(
        Math.min(threads, (count + share - 1) / share),
        worker -> {
          int lo = worker * share;
          sum(first + lo, lo, Math.min(count, lo + share));
        });
    return count;
  }

  private void sum(long firstBlock, int lo, int hi) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(READ, Mem.PAGE);
      CRC32C crc = new CRC32C();
      long position = firstBlock * blockSize;
      long end = Math.min(length, position + (long) (hi - lo) * blockSize);
      int block = lo;
      while (position < end) {
        MemorySegment target = buffer.asSlice(0, Math.min(READ, end - position));
        if (file.read(target, position) < target.byteSize()) {
          throw new IOException(file.path() + " became shorter while it was read");
        }
        for (long at = 0; at < target.byteSize(); ) {
          long blockEnd = Math.min(end, (firstBlock + block - lo) * blockSize + blockSize);
          long size = Math.min(target.byteSize() - at, blockEnd - position);
          crc.update(target.asSlice(at, size).asByteBuffer());
          at += size;
          position += size;
          if (position == blockEnd) {
            sums[block++] = (int) crc.getValue();
            crc.reset();
          }
        }
      }
    }
  }
}
