package holdfast.groove;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Adds up the objects that somebody holds, by tag and class.
 *
 * <p>Programs may give every object a tag of its own. So that memory stays bounded, the first
 * {@link #KINDS_MAX} kinds are told apart, and the rest is one line.
 */
final class LeakReport implements Walk.Visitor {
  /** About 12 MiB of lines. */
  static final int KINDS_MAX = 1 << 16;

  private record Kind(long tag, int sizeClass) {}

  private static final class Sum {
    long objects;
    long requested;
    long first = -1;
  }

  private static final Kind REST = new Kind(0, -1);

  private final GrooveGeometry geometry;
  private final MemorySegment volumes;
  private final int kindsMax;
  private final Map<Kind, Sum> sums = new HashMap<>();
  private long restOccupied;

  private LeakReport(Groove groove, int kindsMax) {
    geometry = groove.geometry;
    volumes = groove.view.volumes;
    this.kindsMax = kindsMax;
  }

  /** Walks over everything; most bytes first. */
  static List<GrooveLeak> of(Groove groove, int kindsMax) {
    LeakReport report = new LeakReport(groove, kindsMax);
    Walk.all(groove, report);
    return report.lines();
  }

  @Override
  public void superblock(long offset, int sizeClass, long free) {
    // Only what is inside counts.
  }

  @Override
  public void object(long header, long word, long superblock) {
    int sizeClass = ObjectHeader.sizeClass(word);
    Kind kind = new Kind(ObjectHeader.info(volumes, header), sizeClass);
    Sum sum = sums.get(kind);
    if (sum == null) {
      kind = sums.size() < kindsMax ? kind : REST;
      sum = sums.computeIfAbsent(kind, k -> new Sum());
    }
    if (sum.first < 0) {
      sum.first = header + GrooveGeometry.dataOffset(ObjectHeader.align(word));
    }
    sum.objects++;
    sum.requested += ObjectHeader.size(word);
    restOccupied += kind == REST ? geometry.footprint(sizeClass) : 0;
  }

  private List<GrooveLeak> lines() {
    List<GrooveLeak> lines = new ArrayList<>();
    sums.forEach(
        (kind, sum) ->
            lines.add(
                new GrooveLeak(
                    kind.tag,
                    kind.sizeClass,
                    sum.objects,
                    sum.requested,
                    kind == REST ? restOccupied : sum.objects * geometry.footprint(kind.sizeClass),
                    sum.first)));
    lines.sort(
        Comparator.comparingLong(GrooveLeak::occupied)
            .reversed()
            .thenComparingLong(GrooveLeak::tag)
            .thenComparingInt(GrooveLeak::sizeClass));
    return lines;
  }
}
