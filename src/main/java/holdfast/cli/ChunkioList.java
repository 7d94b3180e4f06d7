package holdfast.cli;

import holdfast.CorruptDataException;
import holdfast.Progress;
import holdfast.chunkio.ChunkError;
import holdfast.chunkio.ChunkFiles;
import holdfast.chunkio.ChunkInfo;
import holdfast.chunkio.ChunkReader;
import holdfast.chunkio.ChunkState;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/** {@code holdfast chunkio ls}: streams and chunks, as text or as JSON. */
final class ChunkioList {
  private static final int BUFFER = 1 << 16;

  /** In the place of two digests. */
  private static final List<String> UNKNOWN = Arrays.asList(null, null);

  private static final int SIZE_WIDTH = 12;
  private static final int STATE_WIDTH = 10;

  /**
   * One chunk as it is shown.
   *
   * @param error a name in the words of the original; null when there is none
   */
  private record Row(
      ChunkInfo info, long metadataSize, long contentSize, String error, List<String> digests) {
    /** Whether it is a whole stream, which cannot be read. */
    boolean isStream() {
      return info.name().isEmpty();
    }
  }

  private ChunkioList() {}

  static int run(Host host, List<String> words) throws IOException {
    Arguments arguments = Arguments.parse(List.of("--extension=", "--digest", "--checksum"), words);
    String name = ChunkioCommand.operands(arguments, "ROOT").getFirst();
    Path root = ChunkioCommand.root(host, name);
    List<Row> rows = new ArrayList<>();
    for (ChunkInfo info :
        ChunkFiles.list(root, arguments.value("--extension", ""), Progress.NONE)) {
      rows.add(row(root, info, arguments.has("--checksum"), arguments.has("--digest")));
    }
    SortedSet<String> streams = new TreeSet<>(ChunkFiles.streams(root));
    rows.forEach(row -> streams.add(row.info.stream())); // those that cannot be read, too
    host.text().print(arguments.globals().json() ? json(streams, rows) : text(root, streams, rows));
    return ExitCode.DONE;
  }

  private static Row row(Path root, ChunkInfo info, boolean original, boolean digest) {
    ChunkError error = info.error();
    Path file = root.resolve(info.stream()).resolve(info.name());
    if (original && error != ChunkError.PERMISSION) {
      try {
        error = ChunkFiles.originalError(file, true);
      } catch (IOException e) {
        error = ChunkError.PERMISSION;
      }
    }
    boolean usable = error == ChunkError.NONE && info.state() != ChunkState.CORRUPT;
    List<String> digests = usable && digest ? digests(file) : UNKNOWN;
    return new Row(
        info,
        usable ? info.metadataSize() : -1,
        usable ? info.contentSize() : -1,
        error == ChunkError.NONE ? null : error.name(),
        digests);
  }

  /** Of metadata and content; null where the file changed meanwhile. */
  private static List<String> digests(Path file) {
    try (ChunkReader reader = ChunkReader.open(file)) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      String metadata = HexFormat.of().formatHex(digest.digest(reader.metadata()));
      byte[] buffer = new byte[BUFFER];
      for (long done = 0; done < reader.size(); ) {
        int count = (int) reader.read(done, MemorySegment.ofArray(buffer));
        digest.update(buffer, 0, count);
        done += Math.max(1, count);
      }
      return List.of(metadata, HexFormat.of().formatHex(digest.digest()));
    } catch (IOException | CorruptDataException e) {
      return UNKNOWN;
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  private static String json(SortedSet<String> streams, List<Row> rows) {
    Json json = new Json().object().name("streams").array();
    for (String stream : streams) {
      String error = null;
      json.object().name("name").value(stream).name("chunks").array();
      for (Row row : rows) {
        if (row.info.stream().equals(stream)) {
          if (row.isStream()) {
            error = row.error;
          } else {
            add(json, row);
          }
        }
      }
      json.end().name("error").value(error).end();
    }
    return json.end().end().toString();
  }

  private static void add(Json json, Row row) {
    json.object()
        .name("name")
        .value(row.info.name())
        .name("state")
        .value(row.info.state().text())
        .name("metadataSize")
        .value(row.metadataSize)
        .name("contentSize")
        .value(row.contentSize)
        .name("crc")
        .value(HexFormat.of().toHexDigits(row.info.crc()))
        .name("metadataSha256")
        .value(row.digests.get(0))
        .name("contentSha256")
        .value(row.digests.get(1))
        .name("error")
        .value(row.error)
        .end();
  }

  private static String text(Path root, SortedSet<String> streams, List<Row> rows) {
    StringBuilder text = new StringBuilder();
    for (String stream : streams) {
      List<Row> its = rows.stream().filter(row -> row.info.stream().equals(stream)).toList();
      if (!its.isEmpty() && its.getFirst().isStream()) {
        text.append(stream).append("  ").append(its.getFirst().info.reason()).append('\n');
        continue;
      }
      text.append(stream).append("  ").append(Numbers.count(its.size(), "chunk")).append("\n");
      for (Row row : its) {
        text.append("  ")
            .append(Numbers.left(row.info.state().text(), STATE_WIDTH))
            .append(Numbers.right(size(row.metadataSize), SIZE_WIDTH))
            .append(Numbers.right(size(row.contentSize), SIZE_WIDTH))
            .append("  ")
            .append(HexFormat.of().toHexDigits(row.info.crc()))
            .append("  ")
            .append(row.info.name());
        if (row.error != null) {
          text.append("  ").append(row.error);
        }
        text.append(row.info.reason() == null ? "" : "  " + row.info.reason()).append('\n');
      }
    }
    return text.isEmpty() ? root + ": no streams\n" : text.toString();
  }

  private static String size(long bytes) {
    return bytes < 0 ? "-" : Numbers.grouped(bytes);
  }
}
