package holdfast.groove;

import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;

/**
 * Goes through everything in the volumes while others allocate and free.
 *
 * <p>Unlike {@link Walk} it finds things half done and superblocks that vanish under its feet, and
 * skips what does not fit. An object is shown when its words were the same before and after, and
 * those of all superblocks around it still said so afterwards:
 *
 * <pre>{@code
 * root ---> superblock ---> superblock ---> object
 *   bit clear,      bit clear,      bit clear,  held, no mark
 *   kind right      kind right      info, word, info again; then all the way up once more
 * }</pre>
 *
 * <p>Reads only, and only inside of volumes that are listed; as deep as there are levels of
 * classes.
 */
final class LiveWalk {
  private static final int DEPTH_MAX = 16;

  private final GrooveGeometry geometry;
  private final SizeClasses classes;
  private final MemorySegment volumes;
  private final Consumer<? super GrooveObject> visitor;

  /** The superblocks from the root down to where it is, their classes, the slot taken in each. */
  private final long[] path = new long[DEPTH_MAX];

  private final int[] pathClass = new int[DEPTH_MAX];
  private final int[] pathIndex = new int[DEPTH_MAX];

  private LiveWalk(Groove groove, View view, Consumer<? super GrooveObject> visitor) {
    geometry = groove.geometry;
    classes = geometry.classes;
    volumes = view.volumes;
    this.visitor = visitor;
  }

  static void all(Groove groove, Consumer<? super GrooveObject> visitor) {
    View view = groove.view;
    GrooveGeometry g = groove.geometry;
    LiveWalk walk = new LiveWalk(groove, view, visitor);
    for (long index = 0; index < view.volumeMax(g); index++) {
      if (view.lists(index)
          && VolumeHeader.magic(view.volumes, index << g.volumeShift) == g.volumeMagic) {
        walk.superblock(g.root(index), g.classCount() - 1, 0);
      }
    }
  }

  private void superblock(long superblock, int sizeClass, int depth) {
    path[depth] = superblock;
    pathClass[depth] = sizeClass;
    if (!isSuperblock(superblock, sizeClass)) {
      return;
    }
    for (int i = 0; i < classes.objects[sizeClass]; i++) {
      pathIndex[depth] = i;
      if (isTaken(depth)) {
        object(geometry.object(superblock, sizeClass, i), sizeClass, depth);
      }
    }
  }

  private void object(long header, int sizeClass, int depth) {
    // Acquires what came before the tag; pairs with the release in GrooveHandle.take.
    long info = ObjectHeader.infoAcquire(volumes, header);
    long word = ObjectHeader.wordAcquire(volumes, header);
    int inner = ObjectHeader.sizeClass(word);
    if (ObjectHeader.type(word) == ObjectHeader.SUPERBLOCK) {
      if (inner < sizeClass && geometry.parent(inner) == sizeClass && depth + 1 < DEPTH_MAX) {
        superblock(header, inner, depth + 1);
      }
      return;
    }
    int align = ObjectHeader.align(word);
    if (ObjectHeader.type(word) != ObjectHeader.HELD
        || inner != sizeClass
        || ObjectHeader.index(word) != pathIndex[depth]
        || ObjectHeader.isMark(info)
        || !geometry.isAlign(align)
        || GrooveGeometry.dataOffset(align) + ObjectHeader.size(word) > classes.footprint[sizeClass]
        || ObjectHeader.infoAcquire(volumes, header) != info) {
      return;
    }
    for (int i = depth; i >= 0; i--) {
      if (!isTaken(i) || !isSuperblock(path[i], pathClass[i])) {
        return;
      }
    }
    visitor.accept(
        new GrooveObject(
            header + GrooveGeometry.dataOffset(align),
            ObjectHeader.size(word),
            align,
            info,
            sizeClass,
            pathIndex[depth],
            header,
            path[depth]));
  }

  private boolean isTaken(int depth) {
    return (ObjectHeader.free(volumes, path[depth]) >>> pathIndex[depth] & 1) == 0;
  }

  private boolean isSuperblock(long superblock, int sizeClass) {
    return (ObjectHeader.wordAcquire(volumes, superblock) & ObjectHeader.KIND_MASK)
        == ObjectHeader.superblockKind(sizeClass);
  }
}
