package holdfast.cli;

import holdfast.CorruptDataException;
import holdfast.Progress;
import holdfast.lz4.Lz4;
import holdfast.lz4.Lz4Compressor;
import holdfast.lz4.Lz4Decompressor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;

/**
 * The input as single blocks in native memory: cut into pieces of 64 KiB, compressed, decompressed,
 * compared.
 *
 * <pre>{@code
 * plain   | piece 0 | piece 1 | ...          a part of a file, at most 1 MiB
 * packed  | block 0   | block 1   | ...      each in a slot that holds the worst case
 * back    | piece 0 | piece 1 | ...          overwritten before each use
 * }</pre>
 */
final class TourBlocks {
  /** Plain bytes of a block. */
  static final int PIECE = 64 << 10;

  private static final int SLOT = Lz4.maxCompressedSize(PIECE);
  private static final int PIECES_MAX = TourSample.PART_MAX / PIECE;

  /** What {@code back} holds before; so no stale byte passes for a restored one. */
  private static final byte STALE = (byte) 0xA5;

  private final TourTamper tamper;
  private final Lz4Compressor compressor;
  private final Lz4Decompressor decompressor = Lz4Decompressor.create();
  private final MemorySegment plain;
  private final MemorySegment packed;
  private final MemorySegment back;
  private final long[] packedSizes = new long[PIECES_MAX];
  private long packedBytes;
  private long packNanos;
  private long restoreNanos;
  private String difference;

  private TourBlocks(TourLevel level, TourTamper tamper, Arena arena) {
    this.tamper = tamper;
    compressor = Lz4Compressor.of(level.level());
    plain = arena.allocate(TourSample.PART_MAX);
    packed = arena.allocate((long) PIECES_MAX * SLOT);
    back = arena.allocate(TourSample.PART_MAX);
  }

  /** Goes through a sample of the files at one level. */
  static TourResult run(
      TourFiles input, TourSample sample, TourLevel level, TourTamper tamper, Progress progress)
      throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      TourBlocks blocks = new TourBlocks(level, tamper, arena);
      long[] done = {0};
      for (TourFile file : input.files()) {
        if (!sample.touches(file)) {
          continue;
        }
        try (FileChannel channel = file.open()) {
          sample.eachPart(
              file,
              (offset, size) -> {
                file.read(channel, offset, blocks.plain.asSlice(0, size).asByteBuffer());
                blocks.roundTrip(file, offset, size);
                progress.update(done[0] += size, sample.bytes());
              });
        }
      }
      return new TourResult(
          sample.bytes(),
          blocks.packedBytes,
          blocks.packNanos,
          blocks.restoreNanos,
          blocks.difference);
    }
  }

  private void roundTrip(TourFile file, long offset, int size) {
    int count = Math.max(1, Math.ceilDiv(size, PIECE)); // of nothing there is a block, too
    long start = System.nanoTime();
    for (int i = 0; i < count; i++) {
      packedSizes[i] = compressor.compress(piece(plain, i, size), packed.asSlice(slot(i), SLOT));
    }
    packNanos += System.nanoTime() - start;
    for (int i = 0; i < count; i++) {
      packedBytes += packedSizes[i];
      tamper.packed(packed.asSlice(slot(i), packedSizes[i]));
    }
    back.fill(STALE);
    start = System.nanoTime();
    int i = 0;
    try {
      for (; i < count; i++) {
        MemorySegment target = piece(back, i, size);
        long restored = decompressor.decompress(packed.asSlice(slot(i), packedSizes[i]), target);
        if (restored != target.byteSize()) {
          differs(file, offset + (long) i * PIECE + restored, "the block ends too early");
          return;
        }
      }
    } catch (CorruptDataException e) {
      differs(file, offset + (long) i * PIECE, e.getMessage());
      return;
    } finally {
      restoreNanos += System.nanoTime() - start;
    }
    long at = MemorySegment.mismatch(plain, 0, size, back, 0, size);
    if (at >= 0) {
      differs(file, offset + at, "another byte came back");
    }
  }

  private static MemorySegment piece(MemorySegment of, int index, int size) {
    long at = (long) index * PIECE;
    return of.asSlice(at, Math.min(PIECE, size - at));
  }

  private static long slot(int index) {
    return (long) index * SLOT;
  }

  /** The first difference is the one to tell. */
  private void differs(TourFile file, long at, String what) {
    if (difference == null) {
      difference = file.name() + " at byte " + at + ": " + what;
    }
  }
}
