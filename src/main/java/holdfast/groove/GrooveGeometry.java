package holdfast.groove;

import holdfast.internal.Bits;
import holdfast.internal.Check;

/**
 * The sizes that an allocator works with: blocks, volumes, classes of objects.
 *
 * <p>{@link #STANDARD} is the one of the C original, byte for byte: blocks of 512 bytes, volumes of
 * 1 GiB. {@link #compact} makes those for small machines and small objects; the original refuses
 * their images. Immutable, may be shared by any number of allocators and threads.
 *
 * <p>The standard is the literal table of Firedancer's {@code fd_groove_data}.
 */
public final class GrooveGeometry {
  /** What the C original has: blocks of 512 bytes, volumes of 1 GiB, objects up to 10 MiB. */
  public static final GrooveGeometry STANDARD = new GrooveGeometry(9, 30, true, -1);

  private static final int BLOCK_SHIFT_MIN = 6;
  private static final int BLOCK_SHIFT_MAX = 9;
  private static final int VOLUME_SHIFT_MIN = 20;
  private static final int VOLUME_SHIFT_MAX = 30;

  /** Bits of the version in a stack word, in all; see {@link InactiveStack}. */
  private static final int VERSION_BITS = 25;

  final int blockShift;
  final int volumeShift;
  final SizeClasses classes;

  /** Words between the active slots of two groups: the most classes that this kind can have. */
  final int classMax;

  final long poolOffset;
  final long stateMagic;

  /** Magic of a volume in use; that of an empty one is its complement. */
  final long volumeMagic;

  /** Which bits of the version count; fewer than 25 only in tests. */
  final long versionMask;

  private final boolean standard;

  private GrooveGeometry(int blockShift, int volumeShift, boolean standard, long versionMask) {
    this.blockShift = blockShift;
    this.volumeShift = volumeShift;
    this.standard = standard;
    this.versionMask = versionMask & (1L << VERSION_BITS) - 1;
    classes = standard ? SizeClasses.standard() : SizeClasses.compact(blockShift, volumeShift);
    classMax = standard ? 32 : 64;
    poolOffset = StateLayout.poolOffset(classMax);
    stateMagic = standard ? 0xfd67007eda7a36c0L : 0x3154535652474648L; // "HFGRVST1"
    volumeMagic = standard ? 0xfd67007e701c3300L : 0x314c565652474648L; // "HFGRVVL1"
  }

  /**
   * Sizes for small machines and small objects.
   *
   * <p>The largest object is a little more than 1/126 of a volume; what is larger belongs into
   * other memory.
   *
   * @param block bytes of a block, the unit of all objects: 64, 128, 256 or 512
   * @param volume bytes of a volume, the unit in which memory is added: a power of two from 2^20 to
   *     2^30
   * @return the geometry; equal arguments give equal geometries
   */
  public static GrooveGeometry compact(int block, long volume) {
    Check.range(block, 1 << BLOCK_SHIFT_MIN, 1 << BLOCK_SHIFT_MAX, "block");
    Check.range(volume, 1L << VOLUME_SHIFT_MIN, 1L << VOLUME_SHIFT_MAX, "volume");
    if (!Bits.isPowerOfTwo(block) || !Bits.isPowerOfTwo(volume)) {
      throw new IllegalArgumentException(
          "block and volume must be powers of two: " + block + ", " + volume);
    }
    return new GrooveGeometry(
        Integer.numberOfTrailingZeros(block), Long.numberOfTrailingZeros(volume), false, -1);
  }

  /** The same with a shorter version in the stack words: to show what goes wrong then. */
  GrooveGeometry withVersionBits(int bits) {
    return new GrooveGeometry(blockShift, volumeShift, standard, (1L << bits) - 1);
  }

  /**
   * Whether this is the geometry of the C original.
   *
   * @return true for {@link #STANDARD} alone
   */
  public boolean isStandard() {
    return standard;
  }

  /**
   * The unit of objects.
   *
   * @return bytes of a block
   */
  public int blockSize() {
    return 1 << blockShift;
  }

  /**
   * The unit in which memory is added.
   *
   * @return bytes of a volume
   */
  public long volumeSize() {
    return 1L << volumeShift;
  }

  /**
   * What the shared state needs.
   *
   * @return bytes, to be aligned to 128
   */
  public long stateSize() {
    return StateLayout.size(classMax);
  }

  /**
   * The largest alignment that an object may ask for.
   *
   * @return bytes; that of a block
   */
  public int alignMax() {
    return blockSize();
  }

  /**
   * The largest object.
   *
   * @param align its alignment, a power of two up to {@link #alignMax}; 0 for the usual one
   * @return bytes that can be asked for
   */
  public long sizeMax(int align) {
    return classes.footprintMax - dataOffset(checkedAlign(align));
  }

  /**
   * How many sizes of objects there are.
   *
   * @return the number of classes; they are numbered from 0 in ascending size
   */
  public int classCount() {
    return classes.count;
  }

  /**
   * The size of the objects of a class.
   *
   * @param sizeClass from 0 to one less than {@link #classCount}
   * @return bytes that one of them occupies, its header of 16 bytes included
   */
  public long footprint(int sizeClass) {
    return classes.footprint[sizeClass];
  }

  /**
   * How many objects of a class lie in one superblock.
   *
   * @param sizeClass from 0 to one less than {@link #classCount}
   * @return 2 to 64
   */
  public int objectsPerSuperblock(int sizeClass) {
    return classes.objects[sizeClass];
  }

  /**
   * How many groups of threads a class keeps apart.
   *
   * @param sizeClass from 0 to one less than {@link #classCount}
   * @return a power of two, 1 to 64
   */
  public int groups(int sizeClass) {
    return classes.groupMask[sizeClass] + 1;
  }

  /**
   * Whose objects the superblocks of a class are cut from.
   *
   * @param sizeClass from 0 to one less than {@link #classCount}
   * @return a larger class; {@link #classCount} for the last one, which is cut from volumes
   */
  public int parent(int sizeClass) {
    return classes.parent[sizeClass];
  }

  /**
   * Which class serves a request.
   *
   * @param align alignment of the object, a power of two up to {@link #alignMax}; 0 for the usual
   * @param size bytes, from 0 to {@link #sizeMax}
   * @return the class
   */
  public int sizeClass(int align, long size) {
    int checked = checkedAlign(align);
    Check.range(size, 0, sizeMax(align), "size");
    return classes.of(dataOffset(checked) + size);
  }

  /** The usual alignment for 0; throws for what cannot be one. */
  int checkedAlign(int align) {
    if (align == 0) {
      return (int) ObjectHeader.SIZE;
    }
    if (!isAlign(align)) {
      throw new IllegalArgumentException(
          "align must be 0 or a power of two up to " + alignMax() + ": " + align);
    }
    return align;
  }

  /** Whether an object can have been asked for with this alignment. */
  boolean isAlign(int align) {
    return align > 0 && align <= alignMax() && Bits.isPowerOfTwo(align);
  }

  /** Bytes from the header of an object to its data. */
  static long dataOffset(int align) {
    return Math.max(ObjectHeader.SIZE, align);
  }

  /** Whether the offset can be that of a superblock or an object, as far as the number tells. */
  boolean isBlock(long offset) {
    return offset > 0 && Bits.isAligned(offset, blockSize());
  }

  /** Number of the volume that an offset lies in. */
  long volumeOf(long offset) {
    return offset >>> volumeShift;
  }

  /** The root superblock of a volume. */
  long root(long volume) {
    return (volume << volumeShift) + VolumeHeader.SIZE;
  }

  /** Object i of a superblock. */
  long object(long superblock, int sizeClass, int index) {
    return superblock + blockSize() + index * classes.footprint[sizeClass];
  }

  /** Whether two geometries lay out the same bytes. */
  @Override
  public boolean equals(Object other) {
    return other instanceof GrooveGeometry that
        && blockShift == that.blockShift
        && volumeShift == that.volumeShift
        && standard == that.standard;
  }

  @Override
  public int hashCode() {
    return (blockShift << 8 | volumeShift) << 1 | (standard ? 1 : 0);
  }

  /** For messages: {@code standard} or {@code compact(64, 1048576)}. */
  @Override
  public String toString() {
    return standard ? "standard" : "compact(" + blockSize() + ", " + volumeSize() + ")";
  }
}
