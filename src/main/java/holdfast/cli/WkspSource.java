package holdfast.cli;

import holdfast.Progress;
import holdfast.wksp.Partition;
import holdfast.wksp.WkspRestore;
import holdfast.wksp.WkspUsage;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What can be listed: a workspace in a file, or a checkpoint of one. */
interface WkspSource extends Closeable {
  /** Bytes that tell the two apart. */
  int HEAD_SIZE = 16;

  /** Opens a file for looking; what is no checkpoint is taken for a workspace. */
  static WkspSource open(Host host, Globals globals, String file) throws IOException {
    Path path = host.path(file);
    return isCheckpt(path) ? new WkspCkptSource(path, globals) : new WkspFileSource(path);
  }

  static boolean isCheckpt(Path path) throws IOException {
    try (InputStream in = Files.newInputStream(path)) {
      return WkspRestore.isCheckpt(in.readNBytes(HEAD_SIZE));
    }
  }

  String name();

  int seed();

  long partMax();

  long dataMax();

  long gaddrLo();

  long gaddrHi();

  /** All partitions by ascending address, free ones included. */
  List<Partition> partitions();

  /** Sums, as {@link holdfast.wksp.Wksp#usage} makes them. */
  WkspUsage usage(long... tags);

  /**
   * SHA-256 in hexadecimal of each of some partitions, in their order; {@code null} for free ones.
   *
   * @param partitions what {@link #partitions} returned
   */
  List<String> digests(List<Partition> partitions, Progress progress) throws IOException;
}
