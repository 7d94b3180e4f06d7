package holdfast.groove;

import holdfast.CorruptDataException;
import java.lang.foreign.MemorySegment;

/**
 * Goes through everything in a volume, in ascending order of offsets, and believes nothing.
 *
 * <p>Each superblock is shown, then its objects slot by slot; one that is a superblock itself is
 * expanded in place. What is shown has been checked: place, kind, class, slot number, alignment and
 * size of the headers, and that no free bit stands for an object that cannot be. So objects that
 * are shown never overlap, however hostile the bytes are. Nobody may allocate or free meanwhile.
 */
final class Walk {
  /** Sees the parts. */
  interface Visitor {
    /** A superblock and its free bits. */
    void superblock(long offset, int sizeClass, long free);

    /** An object that somebody holds. */
    void object(long header, long word, long superblock);

    /** An object that a handle keeps for itself. */
    default void cached(long header, long word, long superblock) {}
  }

  private final GrooveGeometry geometry;
  private final MemorySegment volumes;
  private final Visitor visitor;

  private Walk(GrooveGeometry geometry, MemorySegment volumes, Visitor visitor) {
    this.geometry = geometry;
    this.volumes = volumes;
    this.visitor = visitor;
  }

  /** Walks one volume; an empty one has nothing to show. */
  static void volume(Groove groove, long index, Visitor visitor) {
    GrooveGeometry g = groove.geometry;
    MemorySegment volumes = groove.view.volumes;
    long volume = index << g.volumeShift;
    if (VolumeHeader.magic(volumes, volume) == ~g.volumeMagic) {
      Opening.checkVolume(g, volumes, index, ~g.volumeMagic);
      return;
    }
    Opening.checkVolume(g, volumes, index, g.volumeMagic);
    new Walk(g, volumes, visitor).superblock(g.root(index), g.classCount() - 1, 0);
  }

  /** Walks all volumes. */
  static void all(Groove groove, Visitor visitor) {
    long max = groove.view.volumeMax(groove.geometry);
    for (long index = 0; index < max; index++) {
      if (groove.view.lists(index)) {
        volume(groove, index, visitor);
      }
    }
  }

  /** As deep as there are levels of classes, at most 12: the class grows smaller each time. */
  private void superblock(long superblock, int sizeClass, int index) {
    SizeClasses classes = geometry.classes;
    long word = ObjectHeader.word(volumes, superblock);
    long expected =
        ObjectHeader.pack(
            ObjectHeader.SUPERBLOCK,
            index,
            sizeClass,
            ObjectHeader.SUPERBLOCK_ALIGN,
            classes.superblockSizeField(sizeClass));
    if (word != expected) {
      throw wrong(superblock, "the superblock header " + Groove.hex(expected), word);
    }
    long free = ObjectHeader.free(volumes, superblock);
    if ((free & ~classes.full[sizeClass]) != 0) {
      throw wrong(
          superblock + ObjectHeader.FREE_OFFSET,
          "free bits of " + classes.objects[sizeClass] + " objects",
          free);
    }
    visitor.superblock(superblock, sizeClass, free);
    for (int i = 0; i < classes.objects[sizeClass]; i++) {
      if ((free >>> i & 1) == 0) {
        object(superblock, sizeClass, i);
      }
    }
  }

  private void object(long superblock, int sizeClass, int index) {
    long header = geometry.object(superblock, sizeClass, index);
    long word = ObjectHeader.word(volumes, header);
    int inner = ObjectHeader.sizeClass(word);
    if (ObjectHeader.type(word) == ObjectHeader.SUPERBLOCK
        && inner < sizeClass
        && geometry.parent(inner) == sizeClass) {
      superblock(header, inner, index);
      return;
    }
    int align = ObjectHeader.align(word);
    if (ObjectHeader.type(word) != ObjectHeader.HELD
        || ObjectHeader.index(word) != index
        || inner != sizeClass
        || !geometry.isAlign(align)
        || GrooveGeometry.dataOffset(align) + ObjectHeader.size(word)
            > geometry.footprint(sizeClass)) {
      throw wrong(header, "an object of class " + sizeClass + " in slot " + index, word);
    }
    if (ObjectHeader.isMark(ObjectHeader.info(volumes, header))) {
      visitor.cached(header, word, superblock);
    } else {
      visitor.object(header, word, superblock);
    }
  }

  /**
   * The object whose data begins at an offset, by the way that leads to it from the top of its
   * volume; null when nobody holds one there.
   */
  static GrooveObject find(Groove groove, long offset) {
    GrooveGeometry g = groove.geometry;
    SizeClasses classes = g.classes;
    View view = groove.view;
    if (offset < 0 || !view.lists(g.volumeOf(offset))) {
      return null;
    }
    MemorySegment volumes = view.volumes;
    // The header lies in the block of the byte 16 before; an object of size 0 may begin at its end.
    long inside = offset - ObjectHeader.SIZE;
    long volume = g.volumeOf(offset) << g.volumeShift;
    if (VolumeHeader.magic(volumes, volume) != g.volumeMagic) {
      return null;
    }
    long superblock = volume + VolumeHeader.SIZE;
    int sizeClass = g.classCount() - 1;
    while ((ObjectHeader.word(volumes, superblock) & ObjectHeader.KIND_MASK)
        == ObjectHeader.superblockKind(sizeClass)) {
      long slot = inside - superblock - g.blockSize();
      if (slot < 0 || slot >= classes.objects[sizeClass] * classes.footprint[sizeClass]) {
        return null;
      }
      int index = (int) (slot / classes.footprint[sizeClass]);
      if ((ObjectHeader.free(volumes, superblock) >>> index & 1) != 0) {
        return null;
      }
      long header = g.object(superblock, sizeClass, index);
      long word = ObjectHeader.word(volumes, header);
      if (ObjectHeader.type(word) == ObjectHeader.HELD) {
        GrooveObject object = object(volumes, header, word, superblock);
        return object.offset() == offset && !ObjectHeader.isMark(object.tag()) ? object : null;
      }
      int inner = ObjectHeader.sizeClass(word);
      if (inner >= sizeClass || g.parent(inner) != sizeClass) {
        return null;
      }
      superblock = header;
      sizeClass = inner;
    }
    return null;
  }

  static GrooveObject object(MemorySegment volumes, long header, long word, long superblock) {
    int align = ObjectHeader.align(word);
    return new GrooveObject(
        header + GrooveGeometry.dataOffset(align),
        ObjectHeader.size(word),
        align,
        ObjectHeader.info(volumes, header),
        ObjectHeader.sizeClass(word),
        ObjectHeader.index(word),
        header,
        superblock);
  }

  private static CorruptDataException wrong(long offset, String expected, long found) {
    return new CorruptDataException("groove volume", offset, expected, Groove.hex(found));
  }
}
