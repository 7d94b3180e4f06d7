package holdfast.groove;

import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;

/**
 * Allocates and frees in a {@link Groove}, for one thread at a time.
 *
 * <p>Handles differ in the group they belong to: threads of different groups allocate from
 * different superblocks and seldom meet. An object may be freed through any handle of its groove.
 *
 * <p>A handle is cheap: every platform thread that allocates much has one for as long as it lives.
 * A virtual thread makes one and closes it, or borrows one from a pool of about as many as there
 * are processors; two threads never use one at the same time. Nothing in here is bound to a thread,
 * so that a handle may move from one to another with any hand-over that publishes it safely.
 *
 * <p>Offsets count from volume 0, are the same in every process, and stay valid until the object is
 * freed. They are greater than 0. No call of this class makes garbage except those that return a
 * segment.
 */
public final class GrooveHandle implements AutoCloseable {
  /** What {@link #alloc} returns when there is no room; nothing changed. */
  public static final long FULL = -5;

  final Groove groove;
  private final GrooveGeometry geometry;
  private final MemorySegment state;
  private final SizeClasses classes;
  private final long blockMask;
  private final long volumeMask;
  private final int group;

  /** Where the active slot of each class is in the state; null after close. */
  private long[] slots;

  GrooveHandle(Groove groove, int group) {
    this.groove = groove;
    this.group = group;
    geometry = groove.geometry;
    state = groove.state;
    classes = geometry.classes;
    blockMask = -(long) geometry.blockSize();
    volumeMask = -geometry.volumeSize();
    slots = new long[classes.count];
    for (int c = 0; c < slots.length; c++) {
      slots[c] = StateLayout.activeSlot(geometry.classMax, c, group & classes.groupMask[c]);
    }
  }

  /**
   * The group that this handle allocates in.
   *
   * @return any number; a class with n groups takes it modulo n
   */
  public int group() {
    return group;
  }

  /**
   * Allocates an object with the usual alignment of 16 and tag 0.
   *
   * @param size bytes, from 0 to {@link GrooveGeometry#sizeMax}
   * @return its offset, or {@link #FULL}
   */
  public long alloc(long size) {
    return alloc((int) ObjectHeader.SIZE, size, 0);
  }

  /**
   * Allocates an object. Its content is whatever was there before.
   *
   * @param align alignment of the offset, a power of two up to {@link GrooveGeometry#alignMax}; 0
   *     for 16
   * @param size bytes, from 0 to {@link GrooveGeometry#sizeMax}; an object of size 0 has an offset
   *     of its own like any other
   * @param tag any number, kept with the object
   * @return its offset; {@link #FULL} when there is no room, add a volume then and try again
   * @throws IllegalArgumentException when the alignment or the size is not allowed
   * @throws holdfast.CorruptDataException when the volumes are damaged
   */
  public long alloc(int align, long size, long tag) {
    // Everything that does not change is read before the first atomic access: the compiler forgets
    // what it read at each of them.
    int checkedAlign = align == ObjectHeader.SIZE ? align : geometry.checkedAlign(align);
    long data = Math.max(ObjectHeader.SIZE, checkedAlign);
    SizeClasses classes = this.classes;
    if (size < 0 || size > classes.footprintMax - data) {
      throw sizeRefused(align, size);
    }
    int sizeClass = classes.of(data + size);
    long footprint = classes.footprint[sizeClass];
    long full = classes.full[sizeClass];
    long blockMask = this.blockMask;
    MemorySegment state = this.state;
    View view = groove.view;
    long[] slots = this.slots;
    if (slots == null || !view.open) {
      throw closed();
    }
    long slot = slots[sizeClass];
    // Looking is cheaper than exchanging when nothing is there.
    long superblock = Mem.getLongOpaque(state, slot) == 0 ? 0 : Mem.getAndSetLong(state, slot, 0);
    if (superblock == 0) {
      superblock = Superblocks.find(this, sizeClass);
      if (superblock == 0) {
        return FULL;
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
        volumes,
        header,
        ObjectHeader.pack(ObjectHeader.HELD, index, sizeClass, checkedAlign, size));
    // Acquires what the last owner did before it freed the object; pairs with setFree.
    long old = Mem.getAndAddLong(volumes, superblock + ObjectHeader.FREE_OFFSET, -bit);
    if (old != bit) {
      // Publishes the header and the bits of the superblock; pairs with the exchange above.
      long displaced = Mem.getAndSetLong(state, slot, superblock);
      if (displaced != 0) {
        InactiveStack.push(groove, StateLayout.inactiveStack(sizeClass), displaced);
      }
    } // else it is full, and who frees something in it may have put it back already
    return header + data;
  }

  private IllegalArgumentException sizeRefused(int align, long size) {
    return new IllegalArgumentException(
        "size must be in [0, " + geometry.sizeMax(align) + "]: " + size);
  }

  /** Takes what this group allocates from; 0 when it has nothing. */
  long takeActive(int sizeClass) {
    long[] slots = this.slots;
    if (slots == null || !groove.view.open) {
      throw closed();
    }
    long slot = slots[sizeClass];
    // Looking is cheaper than exchanging when nothing is there.
    return Mem.getLongOpaque(state, slot) == 0 ? 0 : Mem.getAndSetLong(state, slot, 0);
  }

  private IllegalStateException closed() {
    return new IllegalStateException(slots == null ? "handle is closed" : "groove is closed");
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
   * Frees an object.
   *
   * <p>Whatever is not the offset of an object that somebody holds is refused: freed before, at the
   * same time by another thread, the inside of an object, an offset from elsewhere. What cannot be
   * told: an offset that was freed and is by now that of a new object; and bytes of a user that
   * repeat the headers of a superblock and of an object in it, block by block, see {@link
   * Groove#find}.
   *
   * @param offset what {@link #alloc} returned
   * @return whether there was such an object; if not, nothing changed
   */
  public boolean free(long offset) {
    View view = groove.view;
    if (slots == null || !view.open) {
      throw closed();
    }
    long word = heldWord(view, offset);
    if (word == 0) {
      return false;
    }
    MemorySegment volumes = view.volumes;
    long header = header(offset);
    int sizeClass = ObjectHeader.sizeClass(word);
    int index = ObjectHeader.index(word);
    long full = classes.full[sizeClass];
    long superblock = header + blockMask - index * classes.footprint[sizeClass];
    long bit = 1L << index;
    // One of two threads that free the same object at the same time wins here; the other finds 0.
    // Publishes the owner's last stores together with the change of the bits.
    if (!Mem.casLong(volumes, header + ObjectHeader.WORD_OFFSET, word, 0)) {
      return false;
    }
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

  /** Where the header of the object at an offset is. */
  private long header(long offset) {
    return (offset - ObjectHeader.SIZE) & blockMask;
  }

  /**
   * The word of the object at an offset; 0 when none is held there, as far as the words tell. Read
   * once: by the next read somebody may have freed the object.
   */
  private long heldWord(View view, long offset) {
    SizeClasses classes = this.classes;
    long header = header(offset);
    long volumeMask = this.volumeMask;
    if (offset < VolumeHeader.SIZE
        || !view.lists(header >>> Long.numberOfTrailingZeros(volumeMask))) {
      return 0;
    }
    MemorySegment volumes = view.volumes;
    long word = ObjectHeader.word(volumes, header);
    int sizeClass = ObjectHeader.sizeClass(word);
    int index = ObjectHeader.index(word);
    int align = ObjectHeader.align(word);
    if (ObjectHeader.type(word) != ObjectHeader.HELD
        || sizeClass >= classes.count
        || index >= classes.objects[sizeClass]
        || align == 0
        || (align & align - 1) != 0
        || offset != header + Math.max(ObjectHeader.SIZE, align)
        || offset + ObjectHeader.size(word) > header + classes.footprint[sizeClass]) {
      return 0;
    }
    long full = classes.full[sizeClass];
    long superblock = header + blockMask - index * classes.footprint[sizeClass];
    if (superblock < (header & volumeMask) + VolumeHeader.SIZE
        || (ObjectHeader.word(volumes, superblock) & ObjectHeader.KIND_MASK)
            != ObjectHeader.superblockKind(sizeClass)) {
      return 0;
    }
    long free = ObjectHeader.free(volumes, superblock);
    return (free & (1L << index | ~full)) == 0 ? word : 0;
  }

  private long requiredWord(long offset) {
    View view = groove.view;
    if (slots == null || !view.open) {
      throw closed();
    }
    long word = heldWord(view, offset);
    if (word == 0) {
      throw new IllegalArgumentException("no object at offset " + offset);
    }
    return word;
  }

  /**
   * The size of an object.
   *
   * @param offset what {@link #alloc} returned
   * @return bytes, as they were asked for
   * @throws IllegalArgumentException when there is no object
   */
  public long size(long offset) {
    return ObjectHeader.size(requiredWord(offset));
  }

  /**
   * The alignment of an object.
   *
   * @param offset what {@link #alloc} returned
   * @return as it was asked for; 16 for 0
   * @throws IllegalArgumentException when there is no object
   */
  public int align(long offset) {
    return ObjectHeader.align(requiredWord(offset));
  }

  /**
   * The tag of an object.
   *
   * @param offset what {@link #alloc} returned
   * @return as it was given
   * @throws IllegalArgumentException when there is no object
   */
  public long tag(long offset) {
    requiredWord(offset);
    return ObjectHeader.info(groove.view.volumes, header(offset));
  }

  /**
   * The bytes of an object.
   *
   * @param offset what {@link #alloc} returned
   * @return a slice of the volumes, as long as the object; not to be used after it was freed
   * @throws IllegalArgumentException when there is no object
   */
  public MemorySegment segment(long offset) {
    long size = size(offset);
    return groove.view.volumes.asSlice(offset, size);
  }

  /**
   * Allocates an object and returns its bytes.
   *
   * @param align as for {@link #alloc}
   * @param size as for {@link #alloc}
   * @param tag as for {@link #alloc}
   * @return its bytes, or null when there is no room; its offset is {@link Groove#offset}
   */
  public MemorySegment allocSegment(int align, long size, long tag) {
    long offset = alloc(align, size, tag);
    return offset == FULL ? null : groove.view.volumes.asSlice(offset, size);
  }

  /** Ends the use of this handle. Objects stay. Has no effect the second time. */
  @Override
  public void close() {
    slots = null;
  }
}
