package holdfast.cli;

import holdfast.Progress;
import holdfast.wksp.Partition;
import holdfast.wksp.Wksp;
import holdfast.wksp.WkspUsage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A workspace in a file, looked at without its lock and without a single store. */
final class WkspFileSource implements WkspSource {
  private final Wksp wksp;

  WkspFileSource(Path path) throws IOException {
    wksp = Wksp.openReadOnly(path);
  }

  @Override
  public String name() {
    return wksp.name();
  }

  @Override
  public int seed() {
    return wksp.seed();
  }

  @Override
  public long partMax() {
    return wksp.partMax();
  }

  @Override
  public long dataMax() {
    return wksp.dataMax();
  }

  @Override
  public long gaddrLo() {
    return wksp.gaddrLo();
  }

  @Override
  public long gaddrHi() {
    return wksp.gaddrHi();
  }

  @Override
  public List<Partition> partitions() {
    return wksp.partitions();
  }

  @Override
  public WkspUsage usage(long... tags) {
    return wksp.usage(tags);
  }

  @Override
  public List<String> digests(List<Partition> partitions, Progress progress) {
    long total = 0;
    for (Partition p : partitions) {
      total += p.isFree() ? 0 : p.size();
    }
    WkspDigest digest = new WkspDigest();
    List<String> digests = new ArrayList<>(partitions.size());
    long done = 0;
    for (Partition p : partitions) {
      if (p.isFree()) {
        digests.add(null);
      } else {
        digest.add(wksp.slice(p.gaddrLo(), p.size()));
        digests.add(digest.end());
        done += p.size();
        progress.update(done, total);
      }
    }
    return digests;
  }

  @Override
  public void close() throws IOException {
    wksp.close();
  }
}
