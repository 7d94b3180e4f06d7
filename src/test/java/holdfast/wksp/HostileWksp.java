package holdfast.wksp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.CorruptDataException;
import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * A small sound workspace, damaged as the input says, then used as the input says.
 *
 * <p>Byte 0: how many fields are overwritten, 0 to 3; byte 1 and 2: how the table came about; then
 * three bytes for each field; then one for each operation.
 */
public final class HostileWksp {
  private static final int PART_MAX = 12;
  private static final int DATA_MAX = 512;

  /** Damage that means something else at each place. */
  private static final long[] VALUES = {
    0,
    1,
    -1,
    2,
    11,
    12,
    0x7FFF_FFFF,
    0x8000_0000L,
    1L << 32,
    Long.MIN_VALUE,
    Long.MAX_VALUE,
    896,
    897,
    1408,
    1409,
    127
  };

  private final byte[] input;
  private int next;

  private HostileWksp(byte[] input) {
    this.input = input;
  }

  /**
   * Runs an input.
   *
   * @return whether the damage went unnoticed, for want of damage
   */
  public static boolean run(byte[] input) {
    return new HostileWksp(input).run();
  }

  private int next() {
    return next < input.length ? input[next++] & 0xFF : 0;
  }

  private boolean run() {
    long[] memory = new long[(int) Wksp.footprint(PART_MAX, DATA_MAX) / Long.BYTES];
    MemorySegment mem = MemorySegment.ofArray(memory);
    Wksp wksp = Wksp.create(mem, "hostile", 3, PART_MAX, DATA_MAX);
    int damages = next() % 4;
    for (int ops = next() * 256 + next(), i = 0; i < 10; i++, ops >>= 1) {
      if ((ops & 1) == 0) {
        wksp.alloc(1L << (i % 4), 8 + 8 * (i % 3), 1 + i);
      } else {
        wksp.tagFree(i, i - 1);
      }
    }
    wksp.verify();
    for (int i = 0; i < damages; i++) {
      damage(mem);
    }
    byte footer = Mem.getByte(mem, wksp.gaddrHi());
    boolean sound = true;
    try {
      Wksp joined = Wksp.join(mem);
      for (int i = 0; i < 12; i++) {
        sound &= use(joined, next());
      }
    } catch (CorruptDataException e) {
      sound = false; // not even to be joined
    }
    assertEquals(footer, Mem.getByte(mem, wksp.gaddrHi()));
    return sound;
  }

  /** Overwrites a word of header or table; the owner word has tests of its own. */
  private void damage(MemorySegment mem) {
    int words = (int) WkspGeometry.gaddrLo(PART_MAX) / Integer.BYTES;
    int word = (next() * 256 + next()) % words;
    int how = next();
    long at = (long) word * Integer.BYTES;
    if (at >= WkspHeader.CYCLE_OFFSET && at < WkspHeader.FOOTPRINT) {
      return;
    }
    if (how < 128) {
      Mem.putInt(mem, at, (int) VALUES[how % VALUES.length]);
    } else if (how < 192 && word % 2 == 0) {
      Mem.putLong(mem, at, VALUES[how % VALUES.length]);
    } else {
      // What stands somewhere else of the same kind: links that are plausible and wrong.
      long other = WkspHeader.FOOTPRINT + how % PART_MAX * Pinfo.FOOTPRINT + at % 64;
      Mem.putInt(mem, at, Mem.getInt(mem, other));
    }
  }

  private boolean use(Wksp wksp, int op) {
    try {
      switch (op % 10) {
        case 0, 1 -> wksp.alloc(1L << (op % 5), op, 1 + op % 7);
        case 2, 3 -> wksp.free(wksp.gaddrLo() + 2L * op);
        case 4 -> wksp.tagFree(op % 7, op % 5);
        case 5 -> wksp.partitions();
        case 6 -> wksp.memset(wksp.gaddrLo() + 2L * op, (byte) 1);
        case 7 -> wksp.verify();
        case 8 -> wksp.usage(op % 7);
        default -> rebuild(wksp, op);
      }
      return true;
    } catch (CorruptDataException e) {
      return false;
    }
  }

  /** What a rebuild accepts is sound, and no two allocations share a byte. */
  private static void rebuild(Wksp wksp, int seed) {
    wksp.rebuild(seed);
    try {
      wksp.verify();
    } catch (CorruptDataException e) {
      throw new AssertionError("not sound after a rebuild", e);
    }
    List<Partition> all = wksp.partitions();
    for (int i = 1; i < all.size(); i++) {
      assertTrue(all.get(i - 1).gaddrHi() == all.get(i).gaddrLo(), all::toString);
    }
  }
}
