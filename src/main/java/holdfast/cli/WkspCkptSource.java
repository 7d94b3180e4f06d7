package holdfast.cli;

import holdfast.Limits;
import holdfast.Progress;
import holdfast.wksp.Partition;
import holdfast.wksp.WkspCheckptPreview;
import holdfast.wksp.WkspRestore;
import holdfast.wksp.WkspUsage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A checkpoint, seen as the workspace that a restore would make of it.
 *
 * <p>Memory: the list of allocations. Their bytes are read through a small buffer.
 */
final class WkspCkptSource implements WkspSource {
  private final Path path;
  private final Limits limits;
  private final WkspCheckptPreview preview;
  private final List<Partition> partitions;

  WkspCkptSource(Path path, Globals globals) throws IOException {
    this.path = path;
    this.limits = limits(globals);
    this.preview = WkspRestore.preview(path);
    this.partitions = withGaps(WkspRestore.partitions(path, limits));
  }

  /** For 48 bytes of a list of allocations, what is printed about one takes up to 400. */
  static Limits limits(Globals globals) {
    return Limits.DEFAULT.withMemoryMax(
        Math.min(globals.memoryMax(), Runtime.getRuntime().maxMemory() / 8));
  }

  private List<Partition> withGaps(List<Partition> allocations) {
    List<Partition> sorted = new ArrayList<>(allocations); // any order is legal in a file
    sorted.sort(Comparator.comparingLong(Partition::gaddrLo));
    List<Partition> all = new ArrayList<>(sorted.size());
    long end = gaddrLo();
    for (Partition p : sorted) {
      if (p.gaddrLo() > end) {
        all.add(new Partition(end, p.gaddrLo(), 0));
      }
      all.add(p);
      end = p.gaddrHi();
    }
    if (end < gaddrHi()) {
      all.add(new Partition(end, gaddrHi(), 0));
    }
    return all;
  }

  @Override
  public String name() {
    return preview.name();
  }

  @Override
  public int seed() {
    return preview.seed();
  }

  @Override
  public long partMax() {
    return preview.partMax();
  }

  @Override
  public long dataMax() {
    return preview.dataMax();
  }

  @Override
  public long gaddrLo() {
    return preview.gaddrLo();
  }

  @Override
  public long gaddrHi() {
    return preview.gaddrHi();
  }

  @Override
  public List<Partition> partitions() {
    return partitions;
  }

  @Override
  public WkspUsage usage(long... tags) {
    Set<Long> wanted = new HashSet<>();
    for (long tag : tags) {
      wanted.add(tag);
    }
    long freeCount = 0;
    long freeSize = 0;
    long taggedCount = 0;
    long taggedSize = 0;
    for (Partition p : partitions) {
      freeCount += p.isFree() ? 1 : 0;
      freeSize += p.isFree() ? p.size() : 0;
      boolean tagged = wanted.contains(p.tag());
      taggedCount += tagged ? 1 : 0;
      taggedSize += tagged ? p.size() : 0;
    }
    return new WkspUsage(
        partMax(), partitions.size(), dataMax(), freeCount, freeSize, taggedCount, taggedSize);
  }

  @Override
  public List<String> digests(List<Partition> list, Progress progress) throws IOException {
    String[] digests = new String[list.size()];
    WkspDigest digest = new WkspDigest();
    WkspRestore.read(
        path,
        limits,
        progress,
        (allocation, offset, bytes) -> {
          digest.add(bytes);
          if (offset + bytes.byteSize() == allocation.size()) {
            digests[index(list, allocation)] = digest.end();
          }
        });
    return Arrays.asList(digests);
  }

  private static int index(List<Partition> list, Partition allocation) throws IOException {
    int lo = 0;
    for (int hi = list.size(); lo + 1 < hi; ) {
      int middle = (lo + hi) >>> 1;
      if (list.get(middle).gaddrLo() <= allocation.gaddrLo()) {
        lo = middle;
      } else {
        hi = middle;
      }
    }
    if (list.isEmpty() || !list.get(lo).equals(allocation)) {
      throw new IOException("the checkpoint changes while it is read");
    }
    return lo;
  }

  @Override
  public void close() {
    // Nothing is open between two calls.
  }
}
