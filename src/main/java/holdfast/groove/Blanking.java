package holdfast.groove;

import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;

/**
 * Stores zeros wherever no object is and no header.
 *
 * <pre>{@code
 * volume      | header |######### empty: all of it ##########|
 * superblock  | header ##| object |########| object |########|##|     ## zeros
 *                             held     free     held     free  slack of the object it is cut from
 * }</pre>
 *
 * <p>Objects keep what lies in their own slots. Nobody may allocate or free meanwhile.
 */
final class Blanking implements Walk.Visitor {
  private final GrooveGeometry geometry;
  private final MemorySegment volumes;
  private long blanked;

  private Blanking(Groove groove) {
    geometry = groove.geometry;
    volumes = groove.view.volumes;
  }

  /** Runs, and tells how many bytes are zero now. */
  static long run(Groove groove) {
    Blanking blanking = new Blanking(groove);
    for (GrooveVolume volume : groove.volumes()) {
      if (volume.empty()) {
        long start = volume.index() << groove.geometry.volumeShift;
        blanking.zero(start + VolumeHeader.SIZE, start + groove.geometry.volumeSize());
      } else {
        Walk.volume(groove, volume.index(), blanking);
      }
    }
    return blanking.blanked;
  }

  @Override
  public void superblock(long offset, int sizeClass, long free) {
    long objects = offset + geometry.blockSize();
    zero(offset + ObjectHeader.FREE_OFFSET + Long.BYTES, objects);
    long footprint = geometry.footprint(sizeClass);
    int count = geometry.objectsPerSuperblock(sizeClass);
    for (int i = 0; i < count; i++) {
      if ((free >>> i & 1) != 0) {
        zero(objects + i * footprint, objects + (i + 1) * footprint);
      }
    }
    int parent = geometry.parent(sizeClass);
    long end =
        parent == geometry.classCount()
            ? (geometry.volumeOf(offset) + 1) << geometry.volumeShift
            : offset + geometry.footprint(parent);
    zero(objects + count * footprint, end);
  }

  @Override
  public void object(long header, long word, long superblock) {
    // Somebody's.
  }

  private void zero(long lo, long hi) {
    Mem.fill(volumes, lo, hi - lo, (byte) 0);
    blanked += hi - lo;
  }
}
