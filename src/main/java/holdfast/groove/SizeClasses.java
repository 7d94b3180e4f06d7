package holdfast.groove;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Which sizes of objects there are, and how many lie in a superblock of each.
 *
 * <p>A superblock of class c is one object of class {@code parent[c]}: a block with its header,
 * then {@code count[c]} objects of {@code footprint[c]} bytes. The parent of the last class is a
 * volume.
 *
 * <pre>{@code
 * object of the parent class
 * +-------+----------+----------+-----+----------+-------+
 * | block | object 0 | object 1 | ... | object m | slack |
 * +-------+----------+----------+-----+----------+-------+
 * }</pre>
 *
 * <p>Some classes serve users and hold superblocks, side by side; the last one only the latter.
 * Every count is at least 2, so that "was full" and "is now empty" are never the same event.
 */
final class SizeClasses {
  /** Blocks that are looked up; what is larger is searched for. */
  private static final int LOOKUP_MAX = 8192;

  final int count;
  final long[] footprint;
  final int[] objects;
  final int[] groupMask;
  final int[] parent;

  /** Bit i set for each object i that a superblock has. */
  final long[] full;

  /** Largest footprint that is served. */
  final long footprintMax;

  final int blockShift;

  /** Class by blocks, as far as they are looked up. */
  final byte[] lookup;

  /** Takes rows of footprint, objects, group mask, parent. */
  private SizeClasses(List<long[]> rows, int blockShift, long footprintMax, int lookupMax) {
    this.count = rows.size();
    this.blockShift = blockShift;
    this.footprintMax = footprintMax;
    footprint = rows.stream().mapToLong(row -> row[0]).toArray();
    objects = rows.stream().mapToInt(row -> (int) row[1]).toArray();
    groupMask = rows.stream().mapToInt(row -> (int) row[2]).toArray();
    parent = rows.stream().mapToInt(row -> (int) row[3]).toArray();
    // Not (1 << m) - 1: a superblock may have 64 objects, and 1L << 64 is 1 in Java.
    full = rows.stream().mapToLong(row -> -1L >>> (64 - row[1])).toArray();
    lookup = new byte[(int) Math.min(lookupMax, footprintMax >>> blockShift) + 1];
    int c = 0;
    for (int blocks = 0; blocks < lookup.length; blocks++) {
      while (footprint[c] < (long) blocks << blockShift) {
        c++;
      }
      lookup[blocks] = (byte) c;
    }
  }

  /** The smallest class whose objects have so many bytes; at most {@link #footprintMax}. */
  int of(long bytes) {
    long blocks = (bytes + (1L << blockShift) - 1) >>> blockShift;
    return blocks < lookup.length ? lookup[(int) blocks] : search(blocks << blockShift);
  }

  private int search(long bytes) {
    int at = Arrays.binarySearch(footprint, bytes);
    return at >= 0 ? at : -at - 1;
  }

  /** Bytes of a superblock, its header block included. */
  long superblockSize(int sizeClass) {
    return (1L << blockShift) + objects[sizeClass] * footprint[sizeClass];
  }

  /** What the size field of a superblock says: everything behind the header, as far as it fits. */
  long superblockSizeField(int sizeClass) {
    return Math.min(superblockSize(sizeClass) - ObjectHeader.SIZE, ObjectHeader.SIZE_MAX);
  }

  /** The literal table of the original: blocks of 512 bytes, volumes of 1 GiB. */
  static SizeClasses standard() {
    long[][] table = {
      {512, 38, 63, 11},
      {1024, 19, 63, 11},
      {1536, 12, 63, 11},
      {2048, 9, 63, 11},
      {2560, 7, 63, 11},
      {3072, 6, 63, 11},
      {3584, 5, 63, 11},
      {4608, 4, 63, 11},
      {6144, 3, 63, 11},
      {9728, 2, 63, 11},
      {13312, 3, 31, 13},
      {19968, 2, 31, 13},
      {26624, 3, 15, 15},
      {40448, 2, 15, 15},
      {54272, 3, 7, 18},
      {81408, 2, 7, 18},
      {81920, 4, 3, 20},
      {109056, 3, 3, 20},
      {163840, 2, 3, 20},
      {218624, 3, 1, 22},
      {328192, 2, 1, 22},
      {438272, 3, 0, 24},
      {657408, 2, 0, 24},
      {876544, 3, 0, 26},
      {1315328, 2, 0, 26},
      {1754112, 3, 0, 28},
      {2631168, 2, 0, 28},
      {3508224, 3, 0, 30},
      {5262848, 2, 0, 30},
      {7017472, 3, 0, 31},
      {10526208, 2, 0, 31},
      {21053440, 51, 0, 32},
    };
    long largest = 10_486_272; // 512 + 10 MiB: at every alignment an object may have 10 MiB
    return new SizeClasses(List.of(table), 9, largest, (int) (largest >>> 9));
  }

  /**
   * Classes by rule, for small blocks and volumes. All sizes are blocks; K is a container, an
   * object that is meant to be cut up: K(0) = 65, K(j) = 4 K(j-1) + 1.
   *
   * <pre>{@code
   * level       parent   one class for each m, of m objects
   * 0           K(0)     64/m blocks,         m = 64 32 21 16 12 10 9 8 7 6 5
   * j = 1..J    K(j)     (K(j) - 1)/m blocks, m = 14 12 10 8 7 6 5 4,
   *                                           18 16 before them on level 1, 3 2 after them on level J
   * last        volume   K(J) blocks, as many as fit
   * }</pre>
   *
   * <p>m = 4 gives exactly K(j-1). The top level is J = (log2(blocks of a volume) - 11) / 2, at
   * least 1: then a volume has 5 to 62 objects of the last class.
   */
  static SizeClasses compact(int blockShift, int volumeShift) {
    long volumeBlocks = 1L << (volumeShift - blockShift);
    int levels = Math.max(1, (volumeShift - blockShift - 11) / 2);
    List<long[]> rows = new ArrayList<>();
    List<Integer> levelOf = new ArrayList<>();
    long container = 65;
    for (int m : new int[] {64, 32, 21, 16, 12, 10, 9, 8, 7, 6, 5}) {
      rows.add(new long[] {64 / m, m, groupMask(blockShift, volumeShift, container), 0});
      levelOf.add(0);
    }
    for (int level = 1; level <= levels; level++) {
      container = 4 * container + 1;
      for (int m : new int[] {18, 16, 14, 12, 10, 8, 7, 6, 5, 4, 3, 2}) {
        if ((m > 14 && level > 1) || (m < 4 && level < levels)) {
          continue;
        }
        rows.add(
            new long[] {(container - 1) / m, m, groupMask(blockShift, volumeShift, container), 0});
        levelOf.add(level);
      }
    }
    long perVolume = (volumeBlocks - (VolumeHeader.SIZE >>> blockShift) - 1) / container;
    rows.add(new long[] {container, perVolume, 0, rows.size() + 1});
    setParents(rows, levelOf);
    rows.forEach(row -> row[0] <<= blockShift);
    return new SizeClasses(rows, blockShift, rows.get(rows.size() - 2)[0], LOOKUP_MAX);
  }

  /** The parent of level j is the class of K(j) blocks, which is the last one with m = 4 above. */
  private static void setParents(List<long[]> rows, List<Integer> levelOf) {
    long container = 65;
    int level = 0;
    for (int c = 0; c < levelOf.size(); c++) {
      if (levelOf.get(c) > level) {
        level = levelOf.get(c);
        container = 4 * container + 1;
      }
      int parent = c;
      while (rows.get(parent)[0] != container) {
        parent++;
      }
      rows.get(c)[3] = parent;
    }
  }

  /** Groups: the largest power of two that is not above min(32, V / (16 K B)), at least 1. */
  private static long groupMask(int blockShift, int volumeShift, long container) {
    long groups = Math.min(32, (1L << volumeShift) / ((16 * container) << blockShift));
    return Long.highestOneBit(Math.max(1, groups)) - 1;
  }
}
