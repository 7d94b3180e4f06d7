package holdfast.testkit;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What happened to a simulated disk since it was made, as far as a power cut cares.
 *
 * <p>Events are numbered from 1. Position {@code k} is the moment after event {@code k} and before
 * the next; position 0 is the birth of the disk, whose content counts as durable. Files and
 * directories are known by number; the root directory is 0.
 */
final class SimLog {
  /** One event. */
  sealed interface Event {
    /**
     * Bytes reached the page cache.
     *
     * @param stored whether through a map
     * @param sectors each touched sector as it was afterwards
     * @param end one behind the last byte written; 0 for stores
     */
    record Data(int file, boolean stored, List<Placed> sectors, long end) implements Event {}

    /** The file was cut or grown. */
    record Resize(int file, long size) implements Event {}

    /** A file was forced, or that failed. */
    record Force(int file, boolean failed) implements Event {}

    /** Some pages of a file were forced, given by the sectors in them. */
    record ForceMapped(int file, List<long[]> sectorRanges, boolean failed) implements Event {}

    /** A file or directory got its first name. */
    record Create(int directory, String name, int node, boolean isDirectory) implements Event {}

    /** A name moved. */
    record Rename(int fromDirectory, String from, int toDirectory, String to, int node)
        implements Event {}

    /** A name went. */
    record Delete(int directory, String name, int node) implements Event {}

    /** A directory was forced, or that failed. */
    record ForceDirectory(int directory, boolean failed) implements Event {}

    /** A force that claimed success and did nothing. */
    record Nothing() implements Event {}
  }

  /** A sector and its number in the file. */
  record Placed(long index, Sector sector) {}

  /** Something that was promised at a position. */
  record Ack(int position, Object what) {}

  /** A file as it lies on a disk that has nothing pending. */
  record FileImage(long size, Map<Long, Sector> sectors) {}

  /** Files at birth, by number. */
  final Map<Integer, FileImage> files = new HashMap<>();

  /** Directories at birth, by number. */
  final Map<Integer, SortedMap<String, Integer>> directories = new HashMap<>();

  final List<Event> events = new ArrayList<>();
  final List<Ack> acks = new ArrayList<>();

  /** A disk with an empty root directory. */
  static SimLog empty() {
    SimLog log = new SimLog();
    log.directories.put(0, new TreeMap<>());
    return log;
  }

  int length() {
    return events.size();
  }

  /** What was promised up to a position. */
  List<Object> acksUpTo(int position) {
    return acks.stream().filter(ack -> ack.position <= position).map(Ack::what).toList();
  }
}
