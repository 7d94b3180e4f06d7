package holdfast.groove;

import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;

/**
 * What happens seldom: superblocks are found, made, filled up, emptied, taken apart.
 *
 * <pre>{@code
 *             make                   take                     last bit cleared
 * (parent) ---------> IN HAND <---------------- CIRCULATING        |
 *     ^                  |  -----------------> one slot or         v
 *     |                  |      put back       one stack         FULL   in no slot, on no stack
 *     |                  |                         ^               |
 *     +------------------+                         +---------------+
 *       destroy: all bits set                       a free that sees no bit set
 * }</pre>
 *
 * <p>Who has a superblock in hand is the only one who clears bits in it. Anyone who holds an object
 * may set exactly that object's bit, at any time. So a superblock in hand whose bits are all set
 * cannot change any more: nobody holds an object in it, nobody else can take one.
 *
 * <p>An exception for damage leaves the superblock that was in hand outside circulation, and notes
 * it in {@link Groove#damaged}.
 */
final class Superblocks {
  private Superblocks() {}

  /**
   * Takes a superblock of a class out of circulation, or makes one.
   *
   * @param hard whether to look in other groups and classes when there is none at hand
   * @return 0 when there is no memory to be had
   */
  static long find(GroupSlots slots, int sizeClass, boolean hard) {
    long found = popOrMake(slots, sizeClass, false);
    return found != 0 || !hard ? found : findHard(slots, sizeClass);
  }

  /**
   * The same when the quick way found nothing: other groups may have what is needed, and empty
   * superblocks of other classes hold memory until they are taken apart. The original gives up
   * before that.
   */
  private static long findHard(GroupSlots slots, int sizeClass) {
    long found = popOrMake(slots, sizeClass, true);
    if (found == 0) {
      Compaction.run(slots);
      found = popOrMake(slots, sizeClass, true);
    }
    return found;
  }

  private static long popOrMake(GroupSlots slots, int sizeClass, boolean steal) {
    long found = InactiveStack.pop(slots.groove, StateLayout.inactiveStack(sizeClass));
    if (found == 0 && steal) {
      found = steal(slots.groove, sizeClass);
    }
    return found != 0 ? found : make(slots, sizeClass, steal);
  }

  /** Takes what another group allocates from. */
  private static long steal(Groove groove, int sizeClass) {
    GrooveGeometry g = groove.geometry;
    for (int group = 0; group < g.groups(sizeClass); group++) {
      long slot = StateLayout.activeSlot(g.classMax, sizeClass, group);
      if (Mem.getLongOpaque(groove.state, slot) != 0) {
        long taken = Mem.getAndSetLong(groove.state, slot, 0);
        if (taken != 0) {
          return taken;
        }
      }
    }
    return 0;
  }

  /** Cuts an object of the parent class, or a volume, into objects. In hand; 0 for no memory. */
  private static long make(GroupSlots slots, int sizeClass, boolean steal) {
    Groove groove = slots.groove;
    GrooveGeometry g = groove.geometry;
    int parent = g.parent(sizeClass);
    if (parent == g.classCount()) {
      return makeRoot(groove, sizeClass);
    }
    long taken = takeObject(slots, parent, steal);
    if (taken == 0) {
      return 0;
    }
    int index = (int) taken & 0x3f; // blocks have at least 64 bytes
    long superblock = taken - index;
    format(groove, groove.view.volumes, superblock, sizeClass, index);
    return superblock;
  }

  private static long makeRoot(Groove groove, int sizeClass) {
    GrooveGeometry g = groove.geometry;
    long index = VolumePool.acquire(groove);
    if (index == VolumePool.NONE) {
      return 0;
    }
    MemorySegment volumes = groove.view.volumes;
    long volume = index << g.volumeShift;
    checkVolume(groove, volumes, index, ~g.volumeMagic);
    // The magic at last: a volume that says "in use" has a root, whenever the process dies.
    format(groove, volumes, g.root(index), sizeClass, 0);
    VolumeHeader.magic(volumes, volume, g.volumeMagic);
    return g.root(index);
  }

  private static void format(
      Groove groove, MemorySegment volumes, long superblock, int sizeClass, int index) {
    SizeClasses classes = groove.geometry.classes;
    Mem.putLong(volumes, superblock + ObjectHeader.FREE_OFFSET, classes.full[sizeClass]);
    ObjectHeader.info(volumes, superblock, 0);
    ObjectHeader.word(
        volumes,
        superblock,
        ObjectHeader.pack(
            ObjectHeader.SUPERBLOCK,
            index,
            sizeClass,
            ObjectHeader.SUPERBLOCK_ALIGN,
            classes.superblockSizeField(sizeClass)));
  }

  /** Takes an object that is to be a superblock: its offset and, in the low six bits, its index. */
  private static long takeObject(GroupSlots slots, int sizeClass, boolean steal) {
    Groove groove = slots.groove;
    GrooveGeometry g = groove.geometry;
    long superblock = slots.takeActive(sizeClass);
    if (superblock == 0) {
      superblock = popOrMake(slots, sizeClass, steal);
      if (superblock == 0) {
        return 0;
      }
    }
    View view = groove.viewOf(superblock);
    MemorySegment volumes = view.volumes;
    long free = slots.checkedFree(volumes, superblock, sizeClass);
    long bit = Long.lowestOneBit(free);
    int index = Long.numberOfTrailingZeros(bit);
    long object = g.object(superblock, sizeClass, index);
    if (sizeClass == g.classCount() - 1 && !groove.back(object)) {
      slots.putBack(sizeClass, superblock);
      return 0;
    }
    // Stale words there may look like a superblock; dead before the bit says "taken".
    ObjectHeader.word(volumes, object, 0);
    long old = Mem.getAndAddLong(volumes, superblock + ObjectHeader.FREE_OFFSET, -bit);
    if (old != bit) {
      slots.putBack(sizeClass, superblock);
    }
    return object | index;
  }

  /**
   * After a superblock became empty: takes the top of its stack apart if that one is empty, too.
   *
   * <p>The one that became empty is in a slot or on the stack and may be in somebody's hand.
   */
  static void reclaim(GroupSlots slots, int sizeClass) {
    Groove groove = slots.groove;
    long stack = StateLayout.inactiveStack(sizeClass);
    long top = InactiveStack.pop(groove, stack);
    if (top == 0) {
      return;
    }
    long free = slots.checkedFree(groove.viewOf(top).volumes, top, sizeClass);
    if (free == groove.geometry.classes.full[sizeClass]) {
      destroy(slots, sizeClass, top);
    } else {
      InactiveStack.push(groove, stack, top);
    }
  }

  /** Gives an empty superblock that is in hand back to its parent. */
  static void destroy(GroupSlots slots, int sizeClass, long superblock) {
    Groove groove = slots.groove;
    GrooveGeometry g = groove.geometry;
    if (sizeClass < g.classCount() - 1) {
      freeNested(slots, g.parent(sizeClass), superblock);
      return;
    }
    long index = g.volumeOf(superblock);
    MemorySegment volumes = groove.viewOf(superblock).volumes;
    if (superblock != g.root(index)) {
      throw groove.damage(superblock, "the root superblock of its volume", "another one");
    }
    checkVolume(groove, volumes, index, g.volumeMagic);
    VolumeHeader.magic(volumes, index << g.volumeShift, ~g.volumeMagic);
    VolumePool.release(groove, index);
  }

  private static void freeNested(GroupSlots slots, int sizeClass, long object) {
    Groove groove = slots.groove;
    SizeClasses classes = groove.geometry.classes;
    MemorySegment volumes = groove.viewOf(object).volumes;
    int index = ObjectHeader.index(ObjectHeader.word(volumes, object));
    long superblock = object - groove.geometry.blockSize() - index * classes.footprint[sizeClass];
    long bit = 1L << index;
    if (superblock < groove.geometry.root(groove.geometry.volumeOf(object))
        || (ObjectHeader.word(volumes, superblock) & ObjectHeader.KIND_MASK)
            != ObjectHeader.superblockKind(sizeClass)
        || (ObjectHeader.free(volumes, superblock) & (bit | ~classes.full[sizeClass])) != 0) {
      throw groove.damage(object, "an object of class " + sizeClass, "one that nobody holds");
    }
    ObjectHeader.word(volumes, object, 0);
    slots.setFree(volumes, sizeClass, superblock, bit);
  }

  private static void checkVolume(Groove groove, MemorySegment volumes, long index, long magic) {
    long volume = index << groove.geometry.volumeShift;
    if (VolumeHeader.magic(volumes, volume) != magic) {
      throw groove.damageOfVolume(
          volume + VolumeHeader.MAGIC_OFFSET, magic, VolumeHeader.magic(volumes, volume));
    }
    if (VolumeHeader.index(volumes, volume) != index) {
      throw groove.damageOfVolume(
          volume + VolumeHeader.INDEX_OFFSET, index, VolumeHeader.index(volumes, volume));
    }
  }
}
