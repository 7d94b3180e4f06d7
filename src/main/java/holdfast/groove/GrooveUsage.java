package holdfast.groove;

import java.util.ArrayList;
import java.util.List;

/**
 * How the memory of an allocator is used at a moment.
 *
 * @param volumes how many there are
 * @param emptyVolumes how many of them hold nothing
 * @param bytes of all volumes
 * @param held objects that users hold
 * @param requested bytes that they asked for
 * @param occupied bytes that they occupy, headers and rounding included
 * @param classes one line for each size class
 */
public record GrooveUsage(
    long volumes,
    long emptyVolumes,
    long bytes,
    long held,
    long requested,
    long occupied,
    List<GrooveClassUsage> classes) {
  /** Copies the list. */
  public GrooveUsage {
    classes = List.copyOf(classes);
  }

  /** Counts. */
  static GrooveUsage of(Groove groove) {
    int n = groove.geometry.classCount();
    long[] superblocks = new long[n];
    long[] held = new long[n];
    long[] cached = new long[n];
    long[] free = new long[n];
    long[] requested = new long[n];
    Walk.all(
        groove,
        new Walk.Visitor() {
          @Override
          public void superblock(long offset, int sizeClass, long bits) {
            superblocks[sizeClass]++;
            free[sizeClass] += Long.bitCount(bits);
          }

          @Override
          public void object(long header, long word, long superblock) {
            held[ObjectHeader.sizeClass(word)]++;
            requested[ObjectHeader.sizeClass(word)] += ObjectHeader.size(word);
          }

          @Override
          public void cached(long header, long word, long superblock) {
            cached[ObjectHeader.sizeClass(word)]++;
          }
        });
    List<GrooveClassUsage> classes = new ArrayList<>();
    long heldInAll = 0;
    long requestedInAll = 0;
    long occupied = 0;
    for (int c = 0; c < n; c++) {
      long footprint = groove.geometry.footprint(c);
      long all = superblocks[c] * groove.geometry.objectsPerSuperblock(c);
      long nested = all - held[c] - cached[c] - free[c];
      classes.add(
          new GrooveClassUsage(
              c, footprint, superblocks[c], held[c], cached[c], nested, free[c], requested[c]));
      heldInAll += held[c];
      requestedInAll += requested[c];
      occupied += held[c] * footprint;
    }
    List<GrooveVolume> volumes = groove.volumes();
    return new GrooveUsage(
        volumes.size(),
        volumes.stream().filter(GrooveVolume::empty).count(),
        volumes.size() * groove.geometry.volumeSize(),
        heldInAll,
        requestedInAll,
        occupied,
        classes);
  }
}
