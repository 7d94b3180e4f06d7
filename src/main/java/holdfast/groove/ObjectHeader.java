package holdfast.groove;

import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;

/**
 * The words at the start of every object: one that somebody holds, or one that is cut into smaller
 * ones and then called a superblock.
 *
 * <pre>{@code
 * byte 0        8        16       24
 *      +--------+--------+--------+
 *      |  word  |  info  |  free  |     free: superblocks only; held objects have data from 16 on
 *      +--------+--------+--------+
 *
 * word   bits  width  field   held object             superblock
 *        0-15   16    type    0xfd67                  0x0298
 *       16-21    6    index   slot in its superblock  slot in its parent, 0 in a volume
 *       22-28    7    class   of the object           of the objects inside
 *       29-38   10    align   as asked for            16
 *       39-63   25    size    as asked for            bytes behind the header, at most 2^25 - 1
 * info                        tag of the owner, or    next superblock on the inactive stack
 *                             the mark of a cache
 * free                                                bit i set: object i is free
 * }</pre>
 *
 * <p>A word of 0 is no object: freed, or never used. The class after Firedancer's {@code
 * fd_groove_data_hdr}.
 */
final class ObjectHeader {
  static final long WORD_OFFSET = 0;
  static final long INFO_OFFSET = WORD_OFFSET + Long.BYTES;

  /** Bytes before the data of an object. */
  static final long SIZE = INFO_OFFSET + Long.BYTES;

  static final long FREE_OFFSET = SIZE;

  static final int HELD = 0xfd67;
  static final int SUPERBLOCK = 0x0298;

  /** The align field of every superblock. */
  static final int SUPERBLOCK_ALIGN = 16;

  /** Largest value of the size field. */
  static final long SIZE_MAX = (1L << 25) - 1;

  private static final int INDEX_SHIFT = 16;
  private static final int CLASS_SHIFT = 22;
  private static final int ALIGN_SHIFT = 29;
  private static final int SIZE_SHIFT = 39;

  /**
   * What stands for the tag of an object that nobody holds and a cache keeps, see {@link
   * ObjectCache}: the high 40 bits are these, the low ones tell which cache. Users cannot have such
   * a tag.
   */
  static final long CACHED = 0x4846_4752_4300_0000L;

  static final int CACHED_SHIFT = 24;

  /** The mark of an object that is on its way from a user to the free ones, in no cache. */
  static final long CACHED_NOWHERE = CACHED | (1L << CACHED_SHIFT) - 1;

  /** Type and class: the fields that tell of which kind an object is. */
  static final long KIND_MASK = 0xffffL | 0x7fL << CLASS_SHIFT;

  /** Type and alignment: what tells where the data of a held object begin. */
  private static final long HELD_MASK = 0xffffL | 0x3ffL << ALIGN_SHIFT;

  private ObjectHeader() {}

  static long pack(int type, int index, int sizeClass, int align, long size) {
    return type
        | (long) index << INDEX_SHIFT
        | (long) sizeClass << CLASS_SHIFT
        | (long) align << ALIGN_SHIFT
        | size << SIZE_SHIFT;
  }

  static int type(long word) {
    return (int) word & 0xffff;
  }

  static int index(long word) {
    return (int) (word >>> INDEX_SHIFT) & 0x3f;
  }

  static int sizeClass(long word) {
    return (int) (word >>> CLASS_SHIFT) & 0x7f;
  }

  static int align(long word) {
    return (int) (word >>> ALIGN_SHIFT) & 0x3ff;
  }

  static long size(long word) {
    return word >>> SIZE_SHIFT;
  }

  /** What {@link #KIND_MASK} leaves of the word of a superblock. */
  static long superblockKind(int sizeClass) {
    return SUPERBLOCK | (long) sizeClass << CLASS_SHIFT;
  }

  /** Whether a word is that of a held object whose data begin so many bytes behind it. */
  static boolean startsAt(long word, long data) {
    return (word & HELD_MASK) == (HELD | data << ALIGN_SHIFT) || startsAtSize(word, data);
  }

  /** The data of an object that was asked for with an alignment below 16. */
  private static boolean startsAtSize(long word, long data) {
    return data == SIZE && type(word) == HELD && align(word) < SIZE;
  }

  /** Whether the first is the word of a superblock with objects as the second, which is held. */
  static boolean isSuperblockOf(long superblock, long held) {
    return ((superblock ^ held) & KIND_MASK) == (SUPERBLOCK ^ HELD);
  }

  /** Whether an info word is the mark of an object in a cache, and no tag. */
  static boolean isMark(long info) {
    return info >>> CACHED_SHIFT == CACHED >>> CACHED_SHIFT;
  }

  /** Opaque: owners and those who free may meet here. */
  static long word(MemorySegment volumes, long header) {
    return Mem.getLongOpaque(volumes, header + WORD_OFFSET);
  }

  static void word(MemorySegment volumes, long header, long word) {
    Mem.putLongRelease(volumes, header + WORD_OFFSET, word);
  }

  static long info(MemorySegment volumes, long header) {
    return Mem.getLong(volumes, header + INFO_OFFSET);
  }

  static void info(MemorySegment volumes, long header, long info) {
    Mem.putLong(volumes, header + INFO_OFFSET, info);
  }

  /** What follows sees what was written before the word. Pairs with the release of the word. */
  static long wordAcquire(MemorySegment volumes, long header) {
    return Mem.getLongAcquire(volumes, header + WORD_OFFSET);
  }

  /** What follows sees what was written before the info. Pairs with the release of the info. */
  static long infoAcquire(MemorySegment volumes, long header) {
    return Mem.getLongAcquire(volumes, header + INFO_OFFSET);
  }

  /** Plain: the compiler may take several of these accesses together. */
  static long wordPlain(MemorySegment volumes, long header) {
    return Mem.getLong(volumes, header + WORD_OFFSET);
  }

  /** Plain, too: the word of an object that nobody knows of until its info is written. */
  static void held(MemorySegment volumes, long header, long word) {
    Mem.putLong(volumes, header + WORD_OFFSET, word);
  }

  /** What was written before is there when the info is: who walks meanwhile reads it first. */
  static void infoRelease(MemorySegment volumes, long header, long info) {
    Mem.putLongRelease(volumes, header + INFO_OFFSET, info);
  }

  static long freePlain(MemorySegment volumes, long superblock) {
    return Mem.getLong(volumes, superblock + FREE_OFFSET);
  }

  static long free(MemorySegment volumes, long superblock) {
    return Mem.getLongOpaque(volumes, superblock + FREE_OFFSET);
  }
}
