package holdfast.testkit;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.IntToLongFunction;
import java.util.function.Predicate;

/**
 * What is durable and what is pending at one position of a log. Moves forward only.
 *
 * <p>A <em>unit</em> is the smallest thing that a power cut keeps or loses. Units of content are
 * sectors and sizes, numbered {@code event.index}; units of names are in {@link PendingNames}.
 *
 * <pre>{@code
 * content of a sector after a cut = its latest version that was kept, else the durable one,
 *                                   zeros from the first byte that a truncation cut later,
 *                                   unless that truncation and every size after it were lost
 * size after a cut                = the latest size that was kept, else the durable one
 * }</pre>
 *
 * <p>A failed force poisons the units it covers: the page cache takes them for clean, so a later
 * force passes them over. Writing the same place again makes a new unit, which the next force
 * takes.
 */
final class PowerModel {
  /** A sector or a size that is not durable yet. */
  static final class Unit {
    final int event;
    final int index;
    final int file;

    /** Number of the sector, or -1 for a size. */
    final long sector;

    /** Whether the sector came from a store through a map. */
    final boolean stored;

    /** The new size, for a size. */
    final long size;

    /** Whether the new size cut something off. */
    final boolean cut;

    private Sector content;
    private boolean poisoned;

    private Unit(int event, int index, int file, long sector, Sector content, boolean stored) {
      this.event = event;
      this.index = index;
      this.file = file;
      this.sector = sector;
      this.content = content;
      this.stored = stored;
      this.size = -1;
      this.cut = false;
    }

    private Unit(int event, int index, int file, long size, boolean cut) {
      this.event = event;
      this.index = index;
      this.file = file;
      this.sector = -1;
      this.stored = false;
      this.size = size;
      this.cut = cut;
    }

    boolean isSize() {
      return sector < 0;
    }

    @Override
    public String toString() {
      return event + "." + index;
    }
  }

  /** A durable sector and the event that made it so, 0 at birth. */
  private record Durable(Sector sector, int event) {}

  private static final class DurableFile {
    long size;
    int sizeEvent;
    final Map<Long, Durable> sectors = new HashMap<>();

    /**
     * Of the digests of all sectors, and where the last byte that is not zero ends; null until
     * asked for again.
     */
    private long[] sumAndEnd;

    long sum() {
      return sumAndEnd()[0];
    }

    long end() {
      return sumAndEnd()[1];
    }

    private long[] sumAndEnd() {
      if (sumAndEnd == null) {
        sumAndEnd = new long[2];
        sectors.forEach(
            (index, it) -> {
              sumAndEnd[0] += digest(index, it.sector);
              long written = it.sector.digest == 0 ? 0 : index * Sector.SIZE + it.sector.used();
              sumAndEnd[1] = Math.max(sumAndEnd[1], written);
            });
      }
      return sumAndEnd;
    }

    void changed() {
      sumAndEnd = null;
    }
  }

  private final SimLog log;
  private final Map<Integer, DurableFile> files = new HashMap<>();
  private final List<Unit> units = new ArrayList<>();
  private final PendingNames names;
  private int position;

  PowerModel(SimLog log) {
    this.log = log;
    this.names = new PendingNames(log.directories);
    log.files.forEach(
        (id, image) -> {
          DurableFile file = file(id);
          file.size = image.size();
          image.sectors().forEach((index, it) -> file.sectors.put(index, new Durable(it, 0)));
        });
  }

  int position() {
    return position;
  }

  /** Pending units of content, in the order in which they came. */
  List<Unit> units() {
    return units;
  }

  PendingNames names() {
    return names;
  }

  private DurableFile file(int id) {
    return files.computeIfAbsent(id, _ -> new DurableFile());
  }

  /** Lets the next events happen, up to a position. */
  void advanceTo(int target) {
    while (position < target) {
      SimLog.Event event = log.events.get(position++);
      switch (event) {
        case SimLog.Event.Data data -> data(data);
        case SimLog.Event.Resize(int id, long size) ->
            units.add(new Unit(position, 0, id, size, size < sizeInCache(id)));
        case SimLog.Event.Force(int id, boolean failed) -> {
          if (failed) {
            units.stream().filter(unit -> unit.file == id).forEach(unit -> unit.poisoned = true);
          } else {
            settleSectors(id, latest -> true);
            settleSize(id);
          }
        }
        case SimLog.Event.ForceMapped(int id, List<long[]> ranges, boolean failed) -> {
          Predicate<Unit> covered =
              unit ->
                  unit.stored
                      && ranges.stream().anyMatch(r -> r[0] <= unit.sector && unit.sector < r[1]);
          if (failed) {
            units.stream()
                .filter(unit -> unit.file == id && covered.test(unit))
                .forEach(unit -> unit.poisoned = true);
          } else {
            settleSectors(id, covered);
          }
        }
        case SimLog.Event.Create(int directory, String name, int node, boolean isDirectory) ->
            names.create(position, directory, name, node, isDirectory);
        case SimLog.Event.Rename(int fromDir, String from, int toDir, String to, int node) ->
            names.rename(position, fromDir, from, toDir, to, node);
        case SimLog.Event.Delete(int directory, String name, int node) ->
            names.delete(position, directory, name, node);
        case SimLog.Event.ForceDirectory(int directory, boolean failed) ->
            names.force(directory, failed);
        case SimLog.Event.Nothing() -> {}
      }
    }
  }

  private void data(SimLog.Event.Data data) {
    int index = 0;
    for (SimLog.Placed placed : data.sectors()) {
      units.add(
          new Unit(position, index++, data.file(), placed.index(), placed.sector(), data.stored()));
    }
    Unit size = latest(data.file(), -1);
    boolean again = size != null && size.poisoned && data.end() == size.size;
    if (data.end() > sizeInCache(data.file()) || again) {
      units.add(new Unit(position, index, data.file(), data.end(), false));
    }
  }

  /** The latest pending unit of a sector, or of the size (-1); null when there is none. */
  private Unit latest(int id, long sector) {
    Unit latest = null;
    for (Unit unit : units) {
      if (unit.file == id && unit.sector == sector) {
        latest = unit;
      }
    }
    return latest;
  }

  private long sizeInCache(int id) {
    Unit size = latest(id, -1);
    return size == null ? file(id).size : size.size;
  }

  /** Makes durable every sector whose latest version fits and is not poisoned. */
  private void settleSectors(int id, Predicate<Unit> fits) {
    Map<Long, Unit> latest = new HashMap<>();
    for (Unit unit : units) {
      if (unit.file == id && !unit.isSize()) {
        latest.put(unit.sector, unit);
      }
    }
    latest.values().removeIf(unit -> unit.poisoned || !fits.test(unit));
    SimLog.FileImage cache = image(id, unit -> true);
    DurableFile file = file(id);
    for (Long sector : latest.keySet()) {
      Sector content = cache.sectors().get(sector);
      if (content == null) {
        file.sectors.remove(sector);
      } else {
        file.sectors.put(sector, new Durable(content, position));
      }
    }
    file.changed();
    units.removeIf(unit -> unit.file == id && latest.containsKey(unit.sector));
  }

  /** Makes the size durable, unless it is poisoned; what was cut on the way is gone for good. */
  private void settleSize(int id) {
    Unit size = latest(id, -1);
    if (size == null || size.poisoned) {
      return;
    }
    DurableFile file = file(id);
    for (Unit cut : units) {
      if (cut.file == id && cut.cut) {
        file.sectors.replaceAll(
            (index, it) ->
                it.event < cut.event
                    ? new Durable(it.sector.cutAt(cut.size - index * Sector.SIZE), it.event)
                    : it);
        for (Unit older : units) {
          if (older.file == id && !older.isSize() && older.event < cut.event) {
            older.content = older.content.cutAt(cut.size - older.sector * Sector.SIZE);
          }
        }
      }
    }
    file.size = size.size;
    file.sizeEvent = position;
    file.changed();
    units.removeIf(unit -> unit.file == id && unit.isSize());
  }

  /** A file after a cut that keeps the given units. */
  SimLog.FileImage image(int id, Predicate<Unit> kept) {
    DurableFile file = file(id);
    long size = file.size;
    int sizeEvent = file.sizeEvent;
    Map<Long, Durable> newest = new HashMap<>(file.sectors);
    List<Unit> cuts = new ArrayList<>();
    for (Unit unit : units) {
      if (unit.file == id) {
        if (unit.cut) {
          cuts.add(unit);
        }
        if (kept.test(unit)) {
          if (unit.isSize()) {
            size = unit.size;
            sizeEvent = unit.event;
          } else {
            newest.put(unit.sector, new Durable(unit.content, unit.event));
          }
        }
      }
    }
    Map<Long, Sector> sectors = new HashMap<>();
    for (Map.Entry<Long, Durable> entry : newest.entrySet()) {
      long lo = entry.getKey() * Sector.SIZE;
      if (lo < size) {
        Sector sector = entry.getValue().sector.cutAt(size - lo);
        for (Unit cut : cuts) {
          if (entry.getValue().event < cut.event && cut.event <= sizeEvent) {
            sector = sector.cutAt(cut.size - lo);
          }
        }
        sectors.put(entry.getKey(), sector);
      }
    }
    return new SimLog.FileImage(size, sectors);
  }

  /** A number for the content of a file after a cut. */
  long digest(int id, Predicate<Unit> kept) {
    DurableFile file = file(id);
    long size = file.size;
    boolean simple = true;
    Map<Long, Unit> newest = new HashMap<>();
    for (Unit unit : units) {
      if (unit.file == id) {
        simple &= !unit.cut;
        if (kept.test(unit)) {
          if (unit.isSize()) {
            size = unit.size;
          } else {
            newest.put(unit.sector, unit);
          }
        }
      }
    }
    if (!simple || size < file.end()) {
      SimLog.FileImage image = image(id, kept);
      long sum = 0;
      for (Map.Entry<Long, Sector> entry : image.sectors().entrySet()) {
        sum += digest(entry.getKey(), entry.getValue());
      }
      return sum + Sector.mix(image.size() + 1, 0);
    }
    // Nothing durable is cut, so only the sectors that changed differ from the durable sum.
    long sum = file.sum();
    for (Unit unit : newest.values()) {
      long lo = unit.sector * Sector.SIZE;
      if (lo < size) {
        Durable old = file.sectors.get(unit.sector);
        sum -= old == null ? 0 : digest(unit.sector, old.sector);
        sum += digest(unit.sector, unit.content.cutAt(size - lo));
      }
    }
    return sum + Sector.mix(size + 1, 0);
  }

  private static long digest(long index, Sector sector) {
    return Sector.mix(sector.digest, index + 1);
  }

  /** A number for the whole tree after a cut that leaves these names; see {@link PendingNames}. */
  static long digest(
      Map<Integer, SortedMap<String, Integer>> tree, int directory, IntToLongFunction fileDigest) {
    long digest = 1;
    for (Map.Entry<String, Integer> entry : tree.get(directory).entrySet()) {
      int node = entry.getValue();
      long inner =
          tree.containsKey(node) ? ~digest(tree, node, fileDigest) : fileDigest.applyAsLong(node);
      digest =
          Sector.mix(digest + Sector.mix(entry.getKey().hashCode() | 1L << 40, 3), 5)
              + Sector.mix(inner, 7);
    }
    return digest;
  }

  @Override
  public String toString() {
    return "position " + position + ", pending " + units + " and " + names;
  }
}
