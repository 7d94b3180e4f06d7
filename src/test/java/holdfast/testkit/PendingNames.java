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
 *
 * <p>What a failed force covered is poisoned: the system takes it for written, so no later force
 * makes it durable, and a cut may take it whatever came after it. Only a later operation on the
 * same name, and a force of that, put an end to it.
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

    private boolean binds(int itsDirectory, String name) {
      return name.equals(to) && directory == itsDirectory && kind != Kind.UNBIND;
    }

    private boolean unbinds(int itsDirectory, String name) {
      return name.equals(from) && fromDirectory == itsDirectory && kind != Kind.BIND;
    }

    private boolean touches(int itsDirectory, String name) {
      return binds(itsDirectory, name) || unbinds(itsDirectory, name);
    }

    /**
     * What is left of it when a later operation on one of its names is durable; null if nothing.
     */
    private Unit without(Unit later) {
      if (!poisoned) {
        return this;
      }
      boolean boundAnew = to != null && later.touches(directory, to);
      boolean unboundAnew = from != null && later.touches(fromDirectory, from);
      Unit rest =
          switch (kind) {
            case CREATE, BIND -> boundAnew ? null : this;
            case UNBIND, DELETE -> unboundAnew ? null : this;
            case RENAME -> {
              if (boundAnew) {
                yield unboundAnew
                    ? null
                    : new Unit(event, index, Kind.DELETE, directory, directory, from, null, node);
              }
              yield unboundAnew
                  ? new Unit(event, index, Kind.CREATE, directory, directory, null, to, node)
                  : this;
            }
          };
      if (rest != null) {
        rest.poisoned = true;
      }
      return rest;
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
   * Makes the operations of a directory durable, or poisons them when that failed. Where the end of
   * an old name becomes durable, so does the new name elsewhere and all that came before it there.
   */
  void force(int directory, boolean failed) {
    if (failed) {
      units.stream().filter(it -> it.directory == directory).forEach(it -> it.poisoned = true);
      return;
    }
    settle(directory, units.size());
  }

  /** Those of a directory among the first units. */
  private void settle(int directory, int end) {
    for (Unit unit : List.copyOf(units.subList(0, end))) {
      if (unit.directory == directory && !unit.poisoned && units.contains(unit)) {
        if (unit.kind == Kind.UNBIND) {
          settleNewName(unit);
        }
        settle(unit);
      }
    }
  }

  private void settleNewName(Unit unbind) {
    for (Unit bind : List.copyOf(units)) {
      if (bind.kind == Kind.BIND && bind.event == unbind.event) {
        settle(bind.directory, units.indexOf(bind));
        settle(bind); // also a poisoned one: its other half says that it happened
      }
    }
  }

  private void settle(Unit unit) {
    int place = units.indexOf(unit);
    units.remove(place);
    apply(unit, durable);
    for (int i = place - 1; i >= 0; i--) {
      Unit rest = units.get(i).without(unit);
      if (rest == null) {
        units.remove(i);
      } else {
        units.set(i, rest);
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
        boolean poisonedBefore =
            units.subList(0, i).stream()
                .anyMatch(it -> it.poisoned && it.touches(unit.fromDirectory, unit.from));
        if ((bound == null || bound != unit.node) && !poisonedBefore) {
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
