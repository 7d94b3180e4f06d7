package holdfast.groove;

import java.lang.foreign.MemorySegment;

/**
 * Allocates and frees in a {@link Groove}, for one thread at a time.
 *
 * <p>A handle keeps some free objects of each size for itself. Most calls need nothing else, and no
 * atomic operation; the others take or give back half of what it may keep. What a handle keeps is
 * memory that no other one can have: a call may find {@link #FULL} while the caches of others hold
 * what it needs. {@link #flush} and {@link #close} give it back.
 *
 * <p>Handles differ in the group they belong to, too: threads of different groups take from
 * different superblocks and seldom meet. An object may be freed through any handle of its groove.
 *
 * <p>Every platform thread that allocates much has a handle for as long as it lives. A virtual
 * thread borrows one from a pool of about as many as there are processors: a handle of its own is
 * some kilobytes, and what it keeps would be taken and given back for a few objects. Two threads
 * never use one at the same time. Nothing in here is bound to a thread, so that a handle may move
 * from one to another with any hand-over that publishes it, for example under a lock. When a thread
 * dies, whoever knows that may flush or close its handle; what the handle of a dead thread keeps
 * that nobody can reach any more comes back by itself, after the garbage collector found it.
 *
 * <p>Offsets count from volume 0, are the same in every process, and stay valid until the object is
 * freed. They are greater than 0. No call of this class makes garbage except those that return a
 * segment.
 */
public sealed class GrooveHandle implements AutoCloseable permits TrustedHandle {
  /** What {@link #alloc} returns when there is no room; nothing changed. */
  public static final long FULL = -5;

  final Groove groove;
  private final GrooveGeometry geometry;
  private final SizeClasses classes;
  private final long blockMask;
  private final long volumeMask;
  private final int group;
  private final GroupSlots slots;

  /** What it keeps; the words of the cache are used here, see the picture there. */
  final ObjectCache cache;

  final long[] words;
  final long mark;

  /** Class by blocks, and what makes blocks of bytes. */
  private final byte[] lookup;

  private final long lastOfBlock;
  private final int blockShift;

  /** As it was when it was last looked at; null after close. */
  private View view;

  /** The memory of that view. */
  MemorySegment volumes;

  /** Where it is, for {@link DirectHeader}. */
  long address;

  /** Offsets below are in volumes of that view, for certain. */
  private long head;

  private boolean closed;

  GrooveHandle(Groove groove, int group, ObjectCache cache, GroupSlots slots) {
    this.groove = groove;
    this.group = group;
    this.slots = slots;
    this.cache = cache;
    words = cache.words;
    mark = cache.mark;
    geometry = groove.geometry;
    classes = geometry.classes;
    blockMask = -(long) geometry.blockSize();
    volumeMask = -geometry.volumeSize();
    lookup = classes.lookup;
    lastOfBlock = geometry.blockSize() - 1L;
    blockShift = classes.blockShift;
    look();
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
   * @param tag any number, kept with the object, but none whose upper 40 bits are 0x4846475243:
   *     these stand for objects in caches
   * @return its offset; {@link #FULL} when there is no room, add a volume then and try again
   * @throws IllegalArgumentException when the alignment, the size or the tag is not allowed
   * @throws holdfast.CorruptDataException when the volumes are damaged
   */
  public long alloc(int align, long size, long tag) {
    int checkedAlign = align == ObjectHeader.SIZE ? align : geometry.checkedAlign(align);
    long data = Math.max(ObjectHeader.SIZE, checkedAlign);
    byte[] lookup = this.lookup;
    int blocks = (int) ((data + size + lastOfBlock) >>> blockShift);
    if (Long.compareUnsigned(size, ObjectHeader.SIZE_MAX) > 0
        || Integer.compareUnsigned(blocks, lookup.length) >= 0
        || ObjectHeader.isMark(tag)) {
      return allocLarge(checkedAlign, size, tag);
    }
    int sizeClass = lookup[blocks];
    long[] words = this.words;
    int row = ObjectCache.row(sizeClass);
    int last = (int) words[row + ObjectCache.TOP] - 1;
    long entry = words[last];
    long header = ObjectCache.header(entry);
    if (entry == 0 || !isCachedHere(header)) {
      return allocElsewhere(sizeClass, checkedAlign, size, tag);
    }
    words[row + ObjectCache.TOP] = last;
    handOut(
        header,
        ObjectHeader.pack(
            ObjectHeader.HELD, ObjectCache.index(entry), sizeClass, checkedAlign, size),
        tag);
    return header + data;
  }

  /** Whether an object is in this cache; if not, two freed it at once, and the other one has it. */
  boolean isCachedHere(long header) {
    return ObjectHeader.info(volumes, header) == mark;
  }

  /** Makes an object of the cache one of the user's. */
  void handOut(long header, long word, long tag) {
    // Until the tag replaces the mark the object is in the cache, whenever the process dies.
    ObjectHeader.held(volumes, header, word);
    ObjectHeader.infoRelease(volumes, header, tag);
  }

  /** When it is too large for the table, or not to be had. */
  private long allocLarge(int align, long size, long tag) {
    long data = GrooveGeometry.dataOffset(align);
    if (size < 0 || size > classes.footprintMax - data || ObjectHeader.isMark(tag)) {
      throw refused(align, size, tag);
    }
    return allocElsewhere(classes.of(data + size), align, size, tag);
  }

  /** When the cache has nothing, or nothing that is right. */
  private long allocElsewhere(int sizeClass, int align, long size, long tag) {
    requireOpen();
    try {
      return allocShared(sizeClass, align, size, tag);
    } catch (InternalError e) {
      throw groove.cut(e);
    }
  }

  private long allocShared(int sizeClass, int align, long size, long tag) {
    if (cache.limit(sizeClass) == 0) {
      return allocDirectly(sizeClass, align, size, tag);
    }
    do {
      for (long entry; (entry = cache.pop(sizeClass)) != 0; ) {
        long header = ObjectCache.header(entry);
        look(); // there may be more volumes now
        // Otherwise it is in another cache, too, and that one has it.
        if (ObjectHeader.info(volumes, header) == mark) {
          handOut(
              header,
              ObjectHeader.pack(
                  ObjectHeader.HELD, ObjectCache.index(entry), sizeClass, align, size),
              tag);
          return header + GrooveGeometry.dataOffset(align);
        }
      }
    } while (cache.refill(sizeClass));
    return FULL;
  }

  private long allocDirectly(int sizeClass, int align, long size, long tag) {
    long header = slots.alloc(sizeClass, align, size, tag, false);
    if (header == 0) {
      cache.makeRoom();
      header = slots.alloc(sizeClass, align, size, tag, !groove.original);
    }
    return header == 0 ? FULL : header + GrooveGeometry.dataOffset(align);
  }

  private IllegalArgumentException refused(int align, long size, long tag) {
    return new IllegalArgumentException(
        ObjectHeader.isMark(tag)
            ? "tags that begin with "
                + Groove.hex(tag >>> ObjectHeader.CACHED_SHIFT)
                + " mark "
                + "cached objects: "
                + Groove.hex(tag)
            : "size must be in [0, " + geometry.sizeMax(align) + "]: " + size);
  }

  private void requireOpen() {
    if (closed || !groove.view.open) {
      throw new IllegalStateException(closed ? "handle is closed" : "groove is closed");
    }
  }

  /** Takes over that volumes came or went. */
  private View look() {
    requireOpen();
    View now = groove.view;
    if (now != view) {
      volumes = now.volumes;
      address = volumes.address();
      head = now.head(geometry);
      cache.head = head;
      view = now;
    }
    return now;
  }

  /**
   * Frees an object.
   *
   * <p>Whatever is not the offset of an object that somebody holds is refused: freed before, the
   * inside of an object, an offset from elsewhere. Of two threads that free the same object at the
   * very same time both may be told that they did; it is freed once, and handed out once. Through
   * handles that keep nothing for themselves, see {@link Groove#handle(int, long)}, exactly one is
   * told so. What cannot be told: an offset that was freed and is by now, or before the call ends,
   * that of a new object; and bytes of a user that repeat the headers of a superblock and of an
   * object in it, block by block, see {@link Groove#find}. The handle of {@link
   * Groove#trustedHandle(int)} refuses less.
   *
   * @param offset what {@link #alloc} returned
   * @return whether there was such an object; if not, nothing changed
   */
  public boolean free(long offset) {
    if (groove.view != view) {
      look();
    }
    long header = header(offset);
    if (Long.compareUnsigned(header, head) >= 0 && !view.lists(geometry.volumeOf(header))) {
      return false;
    }
    MemorySegment volumes = this.volumes;
    // Plain reads: whoever frees at the same time is told apart by the store below, if at all.
    long word = ObjectHeader.wordPlain(volumes, header);
    if (!ObjectHeader.startsAt(word, offset - header)
        || ObjectHeader.isMark(ObjectHeader.info(volumes, header))) {
      return false;
    }
    long[] words = this.words;
    int row = ObjectCache.row(ObjectHeader.sizeClass(word));
    int index = ObjectHeader.index(word);
    long superblock = header + blockMask - index * words[row + ObjectCache.FOOTPRINT];
    if (superblock < (header & volumeMask) + VolumeHeader.SIZE
        || !ObjectHeader.isSuperblockOf(ObjectHeader.wordPlain(volumes, superblock), word)
        || ((words[row + ObjectCache.FULL] & ~ObjectHeader.freePlain(volumes, superblock)) >>> index
                & 1)
            == 0) {
      return false;
    }
    int top = (int) words[row + ObjectCache.TOP];
    if (top >= (int) words[row + ObjectCache.END]) {
      return freeElsewhere(header, word);
    }
    // One store, no atomic access: a second free finds the mark. See ObjectCache for two frees at
    // the same moment. Plain: nobody concludes anything about other memory from a mark.
    ObjectHeader.info(volumes, header, mark);
    words[top] = ObjectCache.entry(header, index);
    words[row + ObjectCache.TOP] = top + 1L;
    return true;
  }

  /** When the cache is full, or does not keep objects of this class. */
  private boolean freeElsewhere(long header, long word) {
    try {
      return freeShared(header, word);
    } catch (InternalError e) {
      throw groove.cut(e);
    }
  }

  private boolean freeShared(long header, long word) {
    int sizeClass = ObjectHeader.sizeClass(word);
    if (cache.limit(sizeClass) == 0) {
      long info = ObjectHeader.info(volumes, header);
      if (ObjectHeader.isMark(info)) {
        return false; // somebody else was faster
      }
      return cache.quarantine == null
          ? slots.free(volumes, header, word, info)
          : cache.quarantine.free(volumes, header, word, info);
    }
    cache.flushHalf(sizeClass);
    ObjectHeader.info(volumes, header, mark);
    cache.push(sizeClass, ObjectCache.entry(header, ObjectHeader.index(word)));
    return true;
  }

  /** Where the header of the object at an offset is. */
  long header(long offset) {
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
    return (free & (1L << index | ~full)) == 0
            && !ObjectHeader.isMark(ObjectHeader.info(volumes, header))
        ? word
        : 0;
  }

  private long requiredWord(long offset) {
    long word = heldWord(look(), offset);
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

  /**
   * Gives back to everybody what this handle keeps for itself: objects that were freed through it,
   * or got ready for it to hand out.
   *
   * <p>Wanted before the memory is looked at as a whole or copied, and when this handle will not be
   * used for a while. May be called by any thread, also when the one that used the handle is dead,
   * as long as nobody uses it meanwhile.
   *
   * @throws IllegalStateException when the handle or its groove is closed
   */
  public void flush() {
    requireOpen();
    try {
      cache.flush();
    } catch (InternalError e) {
      throw groove.cut(e);
    }
  }

  /** Flushes, and ends the use of this handle. Objects stay. Has no effect the second time. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      view = null; // the next free looks, and finds it closed
      groove.release(cache);
    }
  }
}
