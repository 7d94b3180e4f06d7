package holdfast.groove;

import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;

/**
 * What the threads of one group share: for each class the superblock that they allocate from.
 *
 * <p>Every call here goes to memory that other threads change. What a thread does most of the time
 * stays in its {@link ObjectCache} and does not come here. May be used by any number of threads.
 */
final class GroupSlots {
  final Groove groove;
  final GrooveGeometry geometry;
  private final SizeClasses classes;
  private final MemorySegment state;
  private final long blockMask;

  /** Where the active slot of each class is in the state. */
  private final long[] slots;

  GroupSlots(Groove groove, int group) {
    this.groove = groove;
    geometry = groove.geometry;
    classes = geometry.classes;
    state = groove.state;
    blockMask = -(long) geometry.blockSize();
    slots = new long[classes.count];
    for (int c = 0; c < slots.length; c++) {
      slots[c] = StateLayout.activeSlot(geometry.classMax, c, group & classes.groupMask[c]);
    }
  }

  /**
   * Allocates one object.
   *
   * @param hard whether to look everywhere, see {@link Superblocks#find}
   * @return the offset of its header; 0 when there is no room
   */
  long alloc(int sizeClass, int align, long size, long tag, boolean hard) {
    // Everything that does not change is read before the first atomic access: the compiler forgets
    // what it read at each of them.
    long footprint = classes.footprint[sizeClass];
    long full = classes.full[sizeClass];
    long blockMask = this.blockMask;
    MemorySegment state = this.state;
    View view = groove.view;
    long slot = slots[sizeClass];
    // Looking is cheaper than exchanging when nothing is there.
    long superblock = Mem.getLongOpaque(state, slot) == 0 ? 0 : Mem.getAndSetLong(state, slot, 0);
    if (superblock == 0) {
      superblock = Superblocks.find(this, sizeClass, hard);
      if (superblock == 0) {
        return 0;
      }
    }
    if (superblock >= view.limit || superblock < 0 || (superblock & ~blockMask) != 0) {
      view = groove.viewOf(superblock); // there are more volumes by now, or it is damaged
    }
    MemorySegment volumes = view.volumes;
    // From here on the superblock is in our hand: others may only set bits.
    long free = ObjectHeader.free(volumes, superblock);
    if ((ObjectHeader.word(volumes, superblock) & ObjectHeader.KIND_MASK)
            != ObjectHeader.superblockKind(sizeClass)
        || free == 0
        || (free & ~full) != 0) {
      throw groove.damageOfSuperblock(volumes, superblock, sizeClass);
    }
    long bit = Long.lowestOneBit(free);
    int index = Long.numberOfTrailingZeros(free);
    long header = superblock - blockMask + index * footprint;
    // The slot is ours alone, so the header can be complete before the bit says "taken": a process
    // that dies in between leaves an object that is free. The original writes it afterwards.
    ObjectHeader.info(volumes, header, tag);
    ObjectHeader.word(
        volumes, header, ObjectHeader.pack(ObjectHeader.HELD, index, sizeClass, align, size));
    // Acquires what the last owner did before it freed the object; pairs with setFree.
    long old = Mem.getAndAddLong(volumes, superblock + ObjectHeader.FREE_OFFSET, -bit);
    if (old != bit) {
      // Publishes the header and the bits of the superblock; pairs with the exchange above.
      long displaced = Mem.getAndSetLong(state, slot, superblock);
      if (displaced != 0) {
        InactiveStack.push(groove, StateLayout.inactiveStack(sizeClass), displaced);
      }
    } // else it is full, and who frees something in it may have put it back already
    return header;
  }

  /**
   * Allocates several objects of a class at once, as objects in the cache with a mark.
   *
   * @param want how many at most, at least 1
   * @param entries takes them as entries of a cache, the lowest last
   * @param at index of the first
   * @param hard whether to look everywhere, see {@link Superblocks#find}
   * @return how many there are, all of one superblock; 0 when there is no room
   */
  int allocMany(int sizeClass, int want, long mark, long[] entries, int at, boolean hard) {
    long superblock = takeActive(sizeClass);
    if (superblock == 0) {
      superblock = Superblocks.find(this, sizeClass, hard);
      if (superblock == 0) {
        return 0;
      }
    }
    MemorySegment volumes = groove.viewOf(superblock).volumes;
    long rest = checkedFree(volumes, superblock, sizeClass);
    int count = Math.min(want, Long.bitCount(rest));
    long footprint = classes.footprint[sizeClass];
    long taken = 0;
    for (int i = count - 1; i >= 0; i--) {
      int index = Long.numberOfTrailingZeros(rest);
      long header = superblock - blockMask + index * footprint;
      // As in alloc: complete before the bits say "taken". A process that dies then leaves objects
      // that recovery knows by their mark.
      ObjectHeader.info(volumes, header, mark);
      ObjectHeader.word(
          volumes,
          header,
          ObjectHeader.pack(ObjectHeader.HELD, index, sizeClass, (int) ObjectHeader.SIZE, 0));
      entries[at + i] = ObjectCache.entry(header, index);
      taken |= rest & -rest;
      rest &= rest - 1;
    }
    // Acquires what the last owners did before they freed the objects; pairs with setFree. The bits
    // are set for certain, nobody else clears any, so that the subtraction cannot borrow.
    long old = Mem.getAndAddLong(volumes, superblock + ObjectHeader.FREE_OFFSET, -taken);
    if (old != taken) {
      putBack(sizeClass, superblock);
    }
    return count;
  }

  /** Takes what this group allocates from; 0 when it has nothing. */
  long takeActive(int sizeClass) {
    long slot = slots[sizeClass];
    // Looking is cheaper than exchanging when nothing is there.
    return Mem.getLongOpaque(state, slot) == 0 ? 0 : Mem.getAndSetLong(state, slot, 0);
  }

  /** Puts a superblock that is in hand back into circulation. */
  void putBack(int sizeClass, long superblock) {
    // Publishes the header and the bits of the superblock; pairs with the exchange in takeActive.
    long displaced = Mem.getAndSetLong(state, slots[sizeClass], superblock);
    if (displaced != 0) {
      InactiveStack.push(groove, StateLayout.inactiveStack(sizeClass), displaced);
    }
  }

  /** The free bits of a superblock in hand, which has at least one, and no wrong one. */
  long checkedFree(MemorySegment volumes, long superblock, int sizeClass) {
    long free = ObjectHeader.free(volumes, superblock);
    if ((ObjectHeader.word(volumes, superblock) & ObjectHeader.KIND_MASK)
            != ObjectHeader.superblockKind(sizeClass)
        || free == 0
        || (free & ~classes.full[sizeClass]) != 0) {
      throw groove.damageOfSuperblock(volumes, superblock, sizeClass);
    }
    return free;
  }

  /**
   * Frees an object that was held a moment ago.
   *
   * @param word of its header, as it was read together with everything that says "held"
   * @param info likewise
   * @return false when somebody else freed it meanwhile; nothing changed
   */
  boolean free(MemorySegment volumes, long header, long word, long info) {
    int sizeClass = ObjectHeader.sizeClass(word);
    int index = ObjectHeader.index(word);
    long full = classes.full[sizeClass];
    long superblock = header + blockMask - index * classes.footprint[sizeClass];
    long bit = 1L << index;
    // One of two threads that free the same object at the same time wins here; the other finds a
    // mark. Publishes the owner's last stores together with the change of the bits.
    if (!Mem.casLong(
        volumes, header + ObjectHeader.INFO_OFFSET, info, ObjectHeader.CACHED_NOWHERE)) {
      return false;
    }
    ObjectHeader.word(volumes, header, 0);
    ObjectHeader.info(volumes, header, info); // as the original leaves it
    // Not an addition: a bit that is set already would carry into the next one. Pairs with the
    // subtraction in alloc.
    long old = Mem.getAndOrLong(volumes, superblock + ObjectHeader.FREE_OFFSET, bit);
    if (old == 0 || ((old | bit) == full) || (old & bit) != 0) {
      return freed(sizeClass, superblock, bit, old) || revive(volumes, header, word);
    }
    return true;
  }

  /** The object was freed, and the slot is being allocated at this moment, to an equal object. */
  private static boolean revive(MemorySegment volumes, long header, long word) {
    ObjectHeader.word(volumes, header, word);
    return false;
  }

  /** Frees an object of a cache with a mark, unless it is in another one by now. */
  void giveBack(int sizeClass, long entry, long mark) {
    MemorySegment volumes = groove.view.volumes;
    long header = ObjectCache.header(entry);
    int index = ObjectCache.index(entry);
    if (ObjectHeader.info(volumes, header) == mark) { // else freed by two at the same time
      // Dead before the bit says "free", as in free; and without the mark, for whatever entries
      // there are besides, where a trusted handle was told to free an object twice.
      ObjectHeader.word(volumes, header, 0);
      ObjectHeader.info(volumes, header, 0);
      long superblock = header + blockMask - index * classes.footprint[sizeClass];
      setFree(volumes, sizeClass, superblock, 1L << index);
    }
  }

  /**
   * Sets the bit of an object that died, and does what follows from it.
   *
   * @return false when the bit was set already; nothing changed
   */
  boolean setFree(MemorySegment volumes, int sizeClass, long superblock, long bit) {
    long old = Mem.getAndOrLong(volumes, superblock + ObjectHeader.FREE_OFFSET, bit);
    return freed(sizeClass, superblock, bit, old);
  }

  /** What follows from the bits that were set before. */
  private boolean freed(int sizeClass, long superblock, long bit, long old) {
    if ((old & bit) != 0) {
      return false;
    }
    if (old == 0) {
      putBack(sizeClass, superblock); // it was full and in nobody's hand: now it is in ours
    } else if ((old | bit) == classes.full[sizeClass]) {
      Superblocks.reclaim(this, sizeClass);
    }
    return true;
  }
}
