package holdfast.testkit;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Durable names and those that a power cut may still take or bring back.
 *
 * <p>A rename inside a directory is one unit: both names or none. Across directories it is two, the
 * new name and then the end of the old one: a cut may show both, but never neither. An operation
 * makes sense only where the name is bound to the very file that it moved or removed; a choice of
 * units that makes no sense is not a state of any disk.
 */
final class PendingNames {
  private enum Kind {
    CREATE,
    RENAME,
    BIND,
    UNBIND,
    DELETE
  }

  /** One operation on names that is not durable yet. */
  static final class Unit {
    final int event;
    final int index;

    /** Whose force makes it durable. */
    final int directory;

    private final Kind kind;
    private final int fromDirectory;
    private final String from;
    private final String to;
    private final int node;
    private boolean poisoned;

    private Unit(
        int event,
        int index,
        Kind kind,
        int directory,
        int fromDirectory,
        String from,
        String to,
        int node) {
      this.event = event;
      this.index = index;
      this.kind = kind;
      this.directory = directory;
      this.fromDirectory = fromDirectory;
      this.from = from;
      this.to = to;
      this.node = node;
    }

    @Override
    public String toString() {
      return event + "." + index;
    }
  }

  /** By directory number; directories whose creation is pending are there, too. */
  private final Map<Integer, SortedMap<String, Integer>> durable = new HashMap<>();

  private final List<Unit> units = new ArrayList<>();

  PendingNames(Map<Integer, SortedMap<String, Integer>> birth) {
    birth.forEach((id, names) -> durable.put(id, new TreeMap<>(names)));
  }

  /** Pending operations, in the order in which they came. */
  List<Unit> units() {
    return units;
  }

  void create(int event, int directory, String name, int node, boolean isDirectory) {
    units.add(new Unit(event, 0, Kind.CREATE, directory, directory, null, name, node));
    if (isDirectory) {
      durable.put(node, new TreeMap<>());
    }
  }

  void rename(int event, int fromDir, String from, int toDir, String to, int node) {
    if (fromDir == toDir) {
      units.add(new Unit(event, 0, Kind.RENAME, toDir, fromDir, from, to, node));
    } else {
      units.add(new Unit(event, 0, Kind.BIND, toDir, fromDir, from, to, node));
      units.add(new Unit(event, 1, Kind.UNBIND, fromDir, fromDir, from, to, node));
    }
  }

  void delete(int event, int directory, String name, int node) {
    units.add(new Unit(event, 0, Kind.DELETE, directory, directory, name, null, node));
  }

  /**
   * Makes a directory durable up to its last operation that is not poisoned, or poisons all when it
   * failed. Where the end of an old name becomes durable, so does the new name elsewhere and all
   * that came before it there.
   */
  void force(int directory, boolean failed) {
    if (failed) {
      units.stream().filter(it -> it.directory == directory).forEach(it -> it.poisoned = true);
      return;
    }
    int last = -1;
    for (int i = 0; i < units.size(); i++) {
      if (units.get(i).directory == directory && !units.get(i).poisoned) {
        last = i;
      }
    }
    settle(directory, last);
  }

  private void settle(int directory, int last) {
    List<Unit> done = new ArrayList<>();
    for (Unit unit : List.copyOf(units.subList(0, last + 1))) {
      if (unit.directory == directory && units.contains(unit)) {
        if (unit.kind == Kind.UNBIND) {
          for (int i = 0; i < units.size(); i++) {
            if (units.get(i).kind == Kind.BIND && units.get(i).event == unit.event) {
              settle(units.get(i).directory, i);
              break;
            }
          }
        }
        done.add(unit);
      }
    }
    for (Unit unit : done) {
      if (units.remove(unit)) {
        apply(unit, durable);
      }
    }
  }

  /**
   * The names after a cut that keeps the given operations.
   *
   * @return names by directory; null when the choice makes no sense
   */
  Map<Integer, SortedMap<String, Integer>> after(Predicate<Unit> kept) {
    Map<Integer, SortedMap<String, Integer>> image = new HashMap<>();
    durable.forEach((id, names) -> image.put(id, new TreeMap<>(names)));
    for (int i = 0; i < units.size(); i++) {
      Unit unit = units.get(i);
      if (!kept.test(unit)) {
        continue;
      }
      if (unit.from != null) {
        Integer bound = image.get(unit.fromDirectory).get(unit.from);
        if (bound == null || bound != unit.node) {
          return null;
        }
      }
      if (unit.kind == Kind.UNBIND) {
        Unit before = units.get(Math.max(0, i - 1));
        if (before.kind == Kind.BIND && before.event == unit.event && !kept.test(before)) {
          return null;
        }
      }
      apply(unit, image);
    }
    return image;
  }

  private static void apply(Unit unit, Map<Integer, SortedMap<String, Integer>> image) {
    switch (unit.kind) {
      case CREATE, BIND -> image.get(unit.directory).put(unit.to, unit.node);
      case RENAME -> {
        image.get(unit.directory).remove(unit.from);
        image.get(unit.directory).put(unit.to, unit.node);
      }
      case UNBIND, DELETE -> image.get(unit.directory).remove(unit.from);
    }
  }

  @Override
  public String toString() {
    return units.toString();
  }
}
