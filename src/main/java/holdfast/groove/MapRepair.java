package holdfast.groove;

import holdfast.internal.Mem;

/**
 * Brings a key map into order that a dead process has left in the middle of an operation.
 *
 * <p>Such a process leaves locks taken; at most one free slot in the middle of a run, so that keys
 * behind it are not found; and at most one key twice, where it was moved from and to. The repair
 * takes any elements, though, and what it leaves is sound: each key is put into the first free slot
 * after its home, again and again until none moves. Every move shortens a way, so that ends. Time
 * grows with the square of the longest run of used slots.
 */
final class MapRepair {
  private final GrooveMap map;
  private long dropped;

  private MapRepair(GrooveMap map) {
    this.map = map;
  }

  static long run(GrooveMap map) {
    MapRepair repair = new MapRepair(map);
    repair.locks();
    while (repair.pass()) {}
    return repair.dropped;
  }

  private void locks() {
    for (long lock = 0; lock <= map.lockMask; lock++) {
      int version = Mem.getShortAcquire(map.state, MapLayout.lock(lock)) & 0xffff;
      if ((version & 1) != 0) {
        Mem.putShortRelease(map.state, MapLayout.lock(lock), (short) (version + 1));
      }
    }
    // Some may have gone round.
    Mem.getAndAddLong(map.state, MapLayout.WRAPS_OFFSET, 1);
  }

  private boolean pass() {
    boolean moved = false;
    for (long slot = 0; slot <= map.elementMask; slot++) {
      if (MapElement.used(MapElement.bits(map.elements, slot))) {
        moved |= settle(slot);
      }
    }
    return moved;
  }

  /** True when it is somewhere else now, or nowhere. */
  private boolean settle(long slot) {
    long bits = MapElement.bits(map.elements, slot);
    if (MapElement.size(bits) > MapElement.capacity(bits)
        || MapElement.value(map.elements, slot) < 0) {
      return drop(slot);
    }
    long place = map.home(slot);
    for (long probe = 0; probe < map.probeMax; probe++) {
      if (place == slot) {
        return false;
      }
      if (!MapElement.used(MapElement.bits(map.elements, place))) {
        MapElement.move(map.elements, slot, place);
        return true;
      }
      if (MapVerification.same(map, slot, place)) {
        return drop(slot);
      }
      place = (place + 1) & map.elementMask;
    }
    return drop(slot);
  }

  private boolean drop(long slot) {
    MapElement.free(map.elements, slot);
    dropped++;
    return true;
  }
}
