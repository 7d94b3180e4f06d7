package holdfast.groove;

import holdfast.internal.Mem;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Checks the locks and elements of an idle key map.
 *
 * <p>For each used slot: its value is one; it is within the probe limit of its home; there is no
 * free slot on the way; no other has the same key. Equal keys have one home, so they are in one run
 * of used slots: each run is put into a small hash table of its own, and hostile elements cost no
 * more time than others.
 */
final class MapVerification {
  private final GrooveMap map;

  /** Slots of the run by key, plus one; 0 is empty. */
  private int[] table = new int[64];

  /** So that nobody can make keys that meet in the table. */
  private final long secret = new SplittableRandom().nextLong();

  private MapVerification(GrooveMap map) {
    this.map = map;
  }

  static void run(GrooveMap map) {
    for (long lock = 0; lock <= map.lockMask; lock++) {
      int version = Mem.getShortAcquire(map.state, MapLayout.lock(lock)) & 0xffff;
      if ((version & 1) != 0) {
        throw MapLayout.corrupt(
            MapLayout.lock(lock), "an even version, as nobody is at work", String.valueOf(version));
      }
    }
    new MapVerification(map).elements();
  }

  private void elements() {
    long count = map.elementMax();
    long start = 0;
    while (start < count && used(start)) {
      start++;
    }
    boolean full = start == count;
    long origin = full ? 0 : start + 1; // cyclically; run by run from behind a free slot
    for (long i = 0; i < count; ) {
      long first = i;
      while (i < count && used((origin + i) & map.elementMask)) {
        i++;
      }
      run(origin + first, i - first, full);
      i++;
    }
  }

  private boolean used(long slot) {
    return MapElement.used(MapElement.bits(map.elements, slot));
  }

  private void run(long first, long length, boolean full) {
    int size = Integer.highestOneBit((int) Math.min(length, 1 << 28) | 1) << 2;
    if (size > table.length) {
      table = new int[size];
    } else {
      Arrays.fill(table, 0, size, 0);
    }
    for (long i = 0; i < length; i++) {
      long slot = (first + i) & map.elementMask;
      MapElement.check(
          slot, MapElement.bits(map.elements, slot), MapElement.value(map.elements, slot));
      long distance = (slot - map.home(slot)) & map.elementMask;
      long reach = full ? map.probeMax - 1 : Math.min(i, map.probeMax - 1);
      if (distance > reach) {
        throw MapElement.corrupt(
            MapElement.at(slot),
            "a key at most " + reach + " slots after its home",
            "one " + distance + " slots after it");
      }
      once(slot, size - 1);
    }
  }

  private void once(long slot, int mask) {
    int at = (int) (mix(slot) >>> 32) & mask;
    while (table[at] != 0) {
      long other = table[at] - 1L;
      if (same(map, slot, other)) {
        throw MapElement.corrupt(
            MapElement.at(slot), "each key once", "the key of slot " + other + " again");
      }
      at = (at + 1) & mask;
    }
    table[at] = (int) slot + 1;
  }

  static boolean same(GrooveMap map, long a, long b) {
    boolean same = true;
    for (int word = 0; word < 4; word++) {
      same &= MapElement.key(map.elements, a, word) == MapElement.key(map.elements, b, word);
    }
    return same;
  }

  private long mix(long slot) {
    long hash = secret;
    for (int word = 0; word < 4; word++) {
      hash = (hash ^ MapElement.key(map.elements, slot, word)) * 0x9e3779b97f4a7c15L;
      hash ^= hash >>> 29;
    }
    return hash * 0xbf58476d1ce4e5b9L;
  }
}
