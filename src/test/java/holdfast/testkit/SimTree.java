package holdfast.testkit;

import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** The names of a simulated disk as programs see them, and the files behind them. */
final class SimTree {
  /** Names in each directory. A deleted directory is not there. */
  private final Map<Integer, SortedMap<String, Integer>> directories = new HashMap<>();

  /** Every file that was ever there: one that lost its name may still be open or mapped. */
  private final Map<Integer, SimContent> files = new HashMap<>();

  private int nextNode = 1;

  SimTree(SimLog birth) {
    birth.directories.forEach(
        (id, names) -> {
          directories.put(id, new TreeMap<>(names));
          nextNode = Math.max(nextNode, id + 1);
        });
    birth.files.forEach(
        (id, image) -> {
          files.put(id, new SimContent(id, image.size(), image.sectors()));
          nextNode = Math.max(nextNode, id + 1);
        });
  }

  /** A name and the directory it is in; the name may be free. */
  record Place(int directory, String name) {}

  /** Absolute and relative paths both start at the root of the disk. */
  private static List<String> parts(Path path) {
    List<String> parts = new ArrayList<>();
    for (Path part : path.normalize()) {
      if (!part.toString().isEmpty()) {
        parts.add(part.toString());
      }
    }
    return parts;
  }

  Place place(Path path) throws FileSystemException {
    List<String> parts = parts(path);
    if (parts.isEmpty()) {
      throw new FileSystemException(path.toString(), null, "is the root directory");
    }
    int directory = 0;
    for (String part : parts.subList(0, parts.size() - 1)) {
      directory = inside(directory, part, path);
    }
    return new Place(directory, parts.getLast());
  }

  private int inside(int directory, String name, Path path) throws FileSystemException {
    Integer node = directories.get(directory).get(name);
    if (node == null) {
      throw new NoSuchFileException(path.toString());
    }
    if (!isDirectory(node)) {
      throw new NotDirectoryException(path.toString());
    }
    return node;
  }

  /** The number of an existing directory. */
  int directory(Path path) throws FileSystemException {
    int directory = 0;
    for (String part : parts(path)) {
      directory = inside(directory, part, path);
    }
    return directory;
  }

  /** The number that is bound to a place, or null. */
  Integer node(Place place) {
    return directories.get(place.directory).get(place.name);
  }

  /** The number of an existing file or directory. */
  int existing(Path path) throws FileSystemException {
    if (parts(path).isEmpty()) {
      return 0;
    }
    Integer node = node(place(path));
    if (node == null) {
      throw new NoSuchFileException(path.toString());
    }
    return node;
  }

  boolean isDirectory(int node) {
    return directories.containsKey(node);
  }

  SimContent file(int node) {
    return files.get(node);
  }

  Iterable<SimContent> files() {
    return files.values();
  }

  SortedMap<String, Integer> names(int directory) {
    return directories.get(directory);
  }

  int create(Place place, boolean isDirectory) {
    int node = nextNode++;
    if (isDirectory) {
      directories.put(node, new TreeMap<>());
    } else {
      files.put(node, new SimContent(node, 0, Map.of()));
    }
    directories.get(place.directory).put(place.name, node);
    return node;
  }

  void rename(Place from, Place to) {
    int node = directories.get(from.directory).remove(from.name);
    directories.get(to.directory).put(to.name, node);
  }

  void delete(Place place) {
    directories.remove(directories.get(place.directory).remove(place.name));
  }

  /** Sectors with storage, of files that have a name. */
  long allocated() {
    return directories.values().stream()
        .flatMap(names -> names.values().stream())
        .filter(files::containsKey)
        .mapToLong(node -> files.get(node).allocated())
        .sum();
  }
}
