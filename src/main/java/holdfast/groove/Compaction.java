package holdfast.groove;

import holdfast.internal.Mem;
import java.util.Arrays;

/**
 * Takes every empty superblock apart, so that its memory can serve another class or leave with its
 * volume.
 *
 * <p>Class by class, small ones first, because the superblocks of small classes are objects of
 * larger ones: all superblocks of the class are taken out of circulation, the empty ones destroyed,
 * the others put on the stack. May run while others allocate; they find less meanwhile.
 */
final class Compaction {
  private Compaction() {}

  /** Runs, one at a time in a groove. */
  static void run(GroupSlots slots) {
    Groove groove = slots.groove;
    groove.lock.lock();
    try {
      for (int c = 0; c < groove.geometry.classCount(); c++) {
        compact(slots, c);
      }
    } finally {
      groove.lock.unlock();
    }
  }

  private static void compact(GroupSlots slots, int sizeClass) {
    Groove groove = slots.groove;
    GrooveGeometry g = groove.geometry;
    long stack = StateLayout.inactiveStack(sizeClass);
    long[] kept = new long[16];
    int count = 0;
    int group = 0;
    while (true) {
      long superblock = 0;
      while (superblock == 0 && group < g.groups(sizeClass)) {
        long slot = StateLayout.activeSlot(g.classMax, sizeClass, group++);
        superblock =
            Mem.getLongOpaque(groove.state, slot) == 0
                ? 0
                : Mem.getAndSetLong(groove.state, slot, 0);
      }
      if (superblock == 0) {
        superblock = InactiveStack.pop(groove, stack);
      }
      if (superblock == 0) {
        break;
      }
      long free = slots.checkedFree(groove.viewOf(superblock).volumes, superblock, sizeClass);
      if (free == g.classes.full[sizeClass]) {
        Superblocks.destroy(slots, sizeClass, superblock);
      } else {
        kept = count == kept.length ? Arrays.copyOf(kept, 2 * count) : kept;
        kept[count++] = superblock;
      }
    }
    while (count > 0) {
      InactiveStack.push(groove, stack, kept[--count]);
    }
  }
}
