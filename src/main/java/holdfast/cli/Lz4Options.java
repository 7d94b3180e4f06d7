package holdfast.cli;

import java.util.ArrayList;
import java.util.List;

/**
 * What one {@code lz4} command line asks for.
 *
 * <p>Filled by {@link Lz4OptionParser}, read by the classes that do the work, never changed after
 * parsing.
 */
final class Lz4Options {
  /** What to do with the inputs. */
  enum Mode {
    /** Decompress what is named {@code .lz4}, compress the rest. */
    AUTO,
    COMPRESS,
    DECOMPRESS,
    TEST,
    LIST,
    BENCHMARK
  }

  /** When runs of zeros become holes in the output file. */
  enum Sparse {
    /** In files that the command creates itself. */
    AUTO,
    ALWAYS,
    NEVER
  }

  /** What the format calls its highest level. */
  static final int LEVEL_MAX = 12;

  /** Number of the largest block size, 4 MiB, the tool's default. */
  static final int BLOCK_ID_MAX = 7;

  final Globals globals = new Globals();

  Mode mode = Mode.AUTO;

  boolean help;
  boolean version;

  /** 1 to 12, or {@code -N} for {@code --fast=N}; 0 means 1. */
  int level = 1;

  /** Name of the dictionary file; {@code null} for none. */
  String dictionary;

  boolean legacy;
  boolean force;

  /** {@code -c}: to standard output, even if it is a terminal. */
  boolean toStdout;

  boolean removeSource;
  boolean multiple;
  boolean recursive;

  /** 4 to 7 for 64 KiB to 4 MiB. */
  int blockId = BLOCK_ID_MAX;

  /** Bytes at which blocks are cut; 0 for the whole block size. */
  int blockBytes;

  boolean linkedBlocks;
  boolean blockChecksum;
  boolean contentChecksum = true;

  /** Whether checksums are compared when reading. */
  boolean verifyChecksums = true;

  boolean contentSize;
  Sparse sparse = Sparse.AUTO;
  boolean favorDecompressionSpeed;

  /** Worker threads; 0 for as many as there are processors. */
  int threads;

  /** Seconds that each measurement lasts; 0 for a single pass. */
  int benchmarkSeconds = 3;

  /** Last level to measure; below {@link #level} it means that level alone. */
  int benchmarkLastLevel;

  boolean benchmarkDecodeOnly;

  /** {@code -S}: measure each file alone instead of all together. */
  boolean benchmarkSeparately;

  /** File names in order; {@code -} stands for a standard stream. */
  final List<String> names = new ArrayList<>();

  /** Whether bytes that are no LZ4 at all are copied through: {@code lz4 -dcf} works like cat. */
  boolean passThrough() {
    return force && toStdout;
  }

  /** Bytes of a full block as it is cut. */
  int blockSize() {
    return blockBytes > 0 ? blockBytes : 1 << (8 + 2 * blockId);
  }
}
