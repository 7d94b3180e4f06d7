package holdfast.snapshot;

import holdfast.internal.Mem;
import holdfast.wksp.Wksp;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A workspace in memory with the values of a store in it, for tests. */
final class ValueRegion implements AutoCloseable {
  static final long BASE = 0x4846525300000000L;
  static final long ID = 0x1122334455667788L;
  static final int BLOCK_LOG2 = 6;
  static final int VOLUME_LOG2 = 20;
  static final long VOLUME = 1L << VOLUME_LOG2;

  private static final long PART_MAX = 256;

  private final Arena arena = Arena.ofShared();
  final MemorySegment region;
  private final int handles;
  Wksp wksp;
  Values values;

  /** With this many bytes of data. */
  ValueRegion(long dataMax, int handles) {
    this(dataMax, handles, PART_MAX);
  }

  ValueRegion(long dataMax, int handles, long partMax) {
    this.handles = handles;
    region = arena.allocate(Wksp.footprint(partMax, dataMax), VOLUME);
    wksp = Wksp.create(region, "values", 1, partMax, dataMax);
    values = Values.create(wksp, BASE, ID, BLOCK_LOG2, VOLUME_LOG2, handles);
  }

  /** Looks at the memory as another process would, from here or from a copy. */
  static Values open(MemorySegment region, long state, int handles, boolean recover) {
    return Values.open(
        Wksp.join(region), BASE, ID, state, BLOCK_LOG2, VOLUME_LOG2, handles, recover);
  }

  Values open(boolean recover) {
    values = open(region, values.grooveState(), handles, recover);
    return values;
  }

  /** The bytes as they are now, elsewhere. */
  MemorySegment copy() {
    MemorySegment copy = arena.allocate(region.byteSize(), VOLUME);
    copy.copyFrom(region);
    return copy;
  }

  static long gaddr(long place) {
    return place & -2L;
  }

  /** Writes a pattern that tells where it was written, how long it is, and by whom. */
  static void fill(MemorySegment region, long place, long size, long owner) {
    long at = gaddr(place);
    for (long i = 0; i < size; i++) {
      Mem.putByte(region, at + i, pattern(at + i, size, owner));
    }
  }

  /** The first byte that is not as it was written; -1 when there is none. */
  static long mismatch(MemorySegment region, long place, long size, long owner) {
    long at = gaddr(place);
    for (long i = 0; i < size; i++) {
      if (Mem.getByte(region, at + i) != pattern(at + i, size, owner)) {
        return i;
      }
    }
    return -1;
  }

  private static byte pattern(long at, long size, long owner) {
    return (byte) ((at * 31 + size * 7 + owner * 131) >>> 3 ^ at);
  }

  @Override
  public void close() {
    arena.close();
  }
}
