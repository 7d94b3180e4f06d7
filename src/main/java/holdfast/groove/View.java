package holdfast.groove;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * The memory of the volumes as it is at a moment, and which volumes lie in it. Replaced as a whole
 * when volumes come or go, so that a thread that reads the field once has a consistent picture.
 */
final class View {
  /** From volume 0 on. */
  final MemorySegment volumes;

  /** Bytes of it: whole volumes. */
  final long limit;

  /** Bit i: volume i is ours. */
  private final long[] listed;

  /** False when the allocator is closed. */
  final boolean open;

  View(MemorySegment volumes, long limit, long[] listed) {
    this(volumes, limit, listed, true);
  }

  private View(MemorySegment volumes, long limit, long[] listed, boolean open) {
    this.open = open;
    this.volumes = volumes;
    this.limit = limit;
    this.listed = listed;
  }

  /** Nothing is in it. */
  static View none() {
    return new View(MemorySegment.NULL, 0, new long[0]);
  }

  /** The same for an allocator that is closed. */
  View closed() {
    return new View(volumes, limit, listed, false);
  }

  boolean lists(long volume) {
    int word = (int) (volume >>> 6);
    return volume >= 0 && volume >>> 6 < listed.length && (listed[word] >>> volume & 1) != 0;
  }

  /** Bytes from volume 0 on that are in volumes of ours, up to the first gap. */
  long head(GrooveGeometry g) {
    long volume = 0;
    while (lists(volume)) {
      volume++;
    }
    return volume << g.volumeShift;
  }

  /** Whether an offset is that of a block in one of the volumes. */
  boolean has(GrooveGeometry g, long offset) {
    return g.isBlock(offset) && lists(g.volumeOf(offset));
  }

  /** Volumes that fit into the memory, listed or not. */
  long volumeMax(GrooveGeometry g) {
    return limit >>> g.volumeShift;
  }

  /** The same with some volumes more, or with one fewer. */
  View with(long first, long count, boolean present) {
    long[] changed =
        Arrays.copyOf(listed, (int) Math.max(listed.length, (first + count + 63) >>> 6));
    for (long volume = first; volume < first + count; volume++) {
      long bit = 1L << volume;
      int word = (int) (volume >>> 6);
      changed[word] = present ? changed[word] | bit : changed[word] & ~bit;
    }
    return new View(volumes, limit, changed);
  }

  /** The same volumes in other memory, which begins with the same bytes. */
  View in(MemorySegment memory, long size) {
    return new View(memory, size, listed);
  }
}
