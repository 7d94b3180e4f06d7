package holdfast.groove;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/** Maps for tests. */
final class Maps {
  private Maps() {}

  static GrooveMap create(Arena arena, long elementMax, long lockCount, long probeMax, long seed) {
    MemorySegment state = arena.allocate(MapLayout.footprint(lockCount), 128);
    MemorySegment elements = arena.allocate(MapElement.at(elementMax), 128);
    return GrooveMap.create(state, elements, elementMax, lockCount, probeMax, seed);
  }

  static GrooveEntry key(String name) {
    return new GrooveEntry().key(name.getBytes(StandardCharsets.US_ASCII));
  }

  static GrooveEntry key(long number) {
    return new GrooveEntry().key(number, 0, 0, 0);
  }

  /** A native copy of bytes. */
  static MemorySegment copy(Arena arena, byte[] bytes) {
    return arena.allocate(bytes.length, 128).copyFrom(MemorySegment.ofArray(bytes));
  }

  /** The {@code which}-th number whose key has a home. */
  static long numberAt(GrooveMap map, long home, int which) {
    int left = which;
    for (long number = 1; ; number++) {
      if ((key(number).hash(map.seed()) & map.elementMask) == home && left-- == 0) {
        return number;
      }
    }
  }

  /** A value whose three fields say the same, so that a torn one shows. */
  static GrooveEntry marked(GrooveEntry entry, int mark) {
    return entry.value(mark, mark, mark);
  }

  /** The mark of a value. */
  static int mark(GrooveEntry entry) {
    if (entry.valueOffset() != entry.valueSize() || entry.valueOffset() != entry.valueCapacity()) {
      throw new AssertionError(
          "a torn read: "
              + entry.valueOffset()
              + ", "
              + entry.valueSize()
              + ", "
              + entry.valueCapacity());
    }
    return entry.valueSize();
  }
}
