package holdfast.groove;

import holdfast.CorruptDataException;
import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;

/**
 * Rebuilds an allocator whose owner died, from the tree of superblocks alone.
 *
 * <pre>{@code
 * 1  look    every volume in use, from its root down; damage ends it here, nothing changed
 * 2  mark    a death from here on is another one to recover from
 * 3  forget  all slots, stacks and the pool
 * 4  mend    bits and headers, the inside of a superblock before itself; what has a free object
 *            then goes on its stack
 * 5  pool    every empty volume
 *
 * slot of a superblock: bit  word               it is                          afterwards
 *                       1    anything           free, or about to be taken     free
 *                       0    held, valid        an object that somebody holds  the same
 *                       0    held, marked       kept by a cache                     free
 *                       0    superblock, valid  cut up                         the same, or free
 *                                                                              when it is empty
 *                       0    0                  half taken or half given back  free
 *                       0    anything else      damaged                        refused; free when
 *                                                                              that is forced
 * }</pre>
 *
 * <p>Why that is all: {@link GroupSlots#alloc} completes the header before it clears the bit,
 * {@link GroupSlots#free} clears the word before it sets the bit, and a slot that is to become a
 * superblock has the word 0 from before its bit is cleared until everything else is there. So a
 * clear bit with a valid header is an object whose owner knows it, or was about to. A volume has
 * the magic of one in use only after its root is complete; the step back is one store.
 *
 * <p>The original writes the header after it cleared the bit. There the slot may still show what an
 * earlier owner wrote; that is what forcing is for.
 *
 * <p>Nothing that step 4 or 5 stores is needed to find the tree again, and each superblock changes
 * by single words in the order of {@link GroupSlots#free}: a recovery that is cut off is followed
 * by another one, with the same result. Bounded by the slots that the volumes have room for.
 */
final class Recovery {
  private final GrooveGeometry geometry;
  private final SizeClasses classes;
  private final MemorySegment state;
  private final View view;
  private final MemorySegment volumes;

  /** Whether damaged objects become free memory. */
  private final boolean force;

  /** Whether this is step 4, and not step 1. */
  private boolean mending;

  private long objects;
  private long undone;
  private long cached;
  private long superblocks;
  private long emptied;
  private long dropped;

  private Recovery(GrooveGeometry geometry, MemorySegment state, View view, boolean force) {
    this.geometry = geometry;
    this.classes = geometry.classes;
    this.state = state;
    this.view = view;
    this.volumes = view.volumes;
    this.force = force;
  }

  /**
   * Rebuilds what nobody else uses; afterwards the mark is that of an owner.
   *
   * @param view its volumes, their headers checked
   * @param force whether objects with damaged headers become free memory
   * @throws CorruptDataException at damage that no death explains; nothing changed
   */
  static GrooveRecovery run(
      GrooveGeometry geometry, MemorySegment state, View view, boolean force) {
    long mark = StateLayout.mark(state);
    if (mark != StateLayout.MARK_CLOSED && mark != StateLayout.MARK_OWNED) {
      throw Opening.unclean(state);
    }
    Recovery look = new Recovery(geometry, state, view, force);
    look.eachVolume();
    Recovery mend = new Recovery(geometry, state, view, force);
    StateLayout.mark(state, StateLayout.MARK_OWNED);
    Mem.storeFence();
    mend.forget();
    mend.mending = true;
    mend.eachVolume();
    return new GrooveRecovery(
        mend.objects, mend.undone, mend.cached, mend.superblocks, mend.emptied, mend.dropped);
  }

  private void forget() {
    for (int slot = 0; slot < StateLayout.ACTIVE_SLOTS; slot++) {
      long at = StateLayout.ACTIVE_SLOT_OFFSET + (long) slot * Long.BYTES;
      if (Mem.getLong(state, at) != 0) {
        Mem.putLong(state, at, 0);
      }
    }
    for (int c = 0; c < geometry.classMax; c++) {
      long stack = StateLayout.inactiveStack(c);
      long word = Mem.getLong(state, stack);
      boolean used = c < classes.count;
      Mem.putLong(state, stack, used ? word ^ InactiveStack.top(geometry, word) : 0);
    }
    long verTop = VolumePool.verTop(state, geometry.poolOffset);
    VolumePool.verTop(state, geometry.poolOffset, (verTop | VolumePool.NONE) & ~VolumePool.LOCK);
  }

  /** From the highest down, so that the lowest empty one is the first that comes out. */
  private void eachVolume() {
    for (long index = view.volumeMax(geometry) - 1; index >= 0; index--) {
      if (view.lists(index)) {
        volume(index);
      }
    }
  }

  private void volume(long index) {
    long volume = index << geometry.volumeShift;
    int last = classes.count - 1;
    if (VolumeHeader.magic(volumes, volume) == geometry.volumeMagic) {
      long root = geometry.root(index);
      if (!isSuperblock(root, last, 0)) {
        throw wrong(root, "the root superblock of a volume", ObjectHeader.word(volumes, root));
      }
      long free = superblock(root, last);
      if (free != classes.full[last]) {
        circulate(root, last, free);
        return;
      }
      emptied++;
      if (mending) {
        VolumeHeader.magic(volumes, volume, ~geometry.volumeMagic);
      }
    }
    if (mending) {
      long verTop = VolumePool.verTop(state, geometry.poolOffset);
      VolumeHeader.next(volumes, volume, VolumePool.index(verTop));
      VolumePool.verTop(state, geometry.poolOffset, (verTop & ~VolumePool.NONE) | index);
    }
  }

  private boolean isSuperblock(long superblock, int sizeClass, int index) {
    return ObjectHeader.word(volumes, superblock)
        == ObjectHeader.pack(
            ObjectHeader.SUPERBLOCK,
            index,
            sizeClass,
            ObjectHeader.SUPERBLOCK_ALIGN,
            classes.superblockSizeField(sizeClass));
  }

  /**
   * Mends a superblock whose header is valid and everything below, and tells its free bits. As deep
   * as there are levels of classes, at most 12: the class grows smaller each time.
   */
  private long superblock(long superblock, int sizeClass) {
    long before = ObjectHeader.free(volumes, superblock);
    if ((before & ~classes.full[sizeClass]) != 0 && !force) {
      throw wrong(
          superblock + ObjectHeader.FREE_OFFSET,
          "free bits of " + classes.objects[sizeClass] + " objects",
          before);
    }
    long free = before & classes.full[sizeClass];
    for (int i = 0; i < classes.objects[sizeClass]; i++) {
      if ((free >>> i & 1) == 0 && !staysTaken(superblock, sizeClass, i)) {
        free |= 1L << i;
      }
    }
    if (mending && free != before) {
      // After the words of the objects that died, as in GroupSlots.free.
      Mem.putLongRelease(volumes, superblock + ObjectHeader.FREE_OFFSET, free);
    }
    return free;
  }

  /** Whether a slot whose bit is clear holds anything; its word is 0 afterwards if not. */
  private boolean staysTaken(long superblock, int sizeClass, int index) {
    long header = geometry.object(superblock, sizeClass, index);
    long word = ObjectHeader.word(volumes, header);
    if (word == 0) {
      undone++;
      return false;
    }
    if (isHeld(word, sizeClass, index)) {
      if (!ObjectHeader.isMark(ObjectHeader.info(volumes, header))) {
        objects++;
        return true;
      }
      cached++;
      die(header);
      return false;
    }
    int inner = ObjectHeader.sizeClass(word);
    if (inner < sizeClass
        && geometry.parent(inner) == sizeClass
        && isSuperblock(header, inner, index)) {
      long free = superblock(header, inner);
      if (free != classes.full[inner]) {
        circulate(header, inner, free);
        return true;
      }
      superblocks++;
    } else if (force) {
      dropped++;
    } else {
      throw wrong(header, "an object of class " + sizeClass + " in slot " + index, word);
    }
    die(header);
    return false;
  }

  private void die(long header) {
    if (mending) {
      ObjectHeader.word(volumes, header, 0);
    }
  }

  private boolean isHeld(long word, int sizeClass, int index) {
    int align = ObjectHeader.align(word);
    return ObjectHeader.type(word) == ObjectHeader.HELD
        && ObjectHeader.index(word) == index
        && ObjectHeader.sizeClass(word) == sizeClass
        && geometry.isAlign(align)
        && GrooveGeometry.dataOffset(align) + ObjectHeader.size(word)
            <= classes.footprint[sizeClass];
  }

  private void circulate(long superblock, int sizeClass, long free) {
    if (mending && free != 0) {
      long stack = StateLayout.inactiveStack(sizeClass);
      long word = Mem.getLong(state, stack);
      ObjectHeader.info(volumes, superblock, InactiveStack.top(geometry, word));
      Mem.putLong(state, stack, InactiveStack.next(geometry, word, superblock));
    }
  }

  private static CorruptDataException wrong(long offset, String expected, long found) {
    return new CorruptDataException("groove volume", offset, expected, Groove.hex(found));
  }
}
