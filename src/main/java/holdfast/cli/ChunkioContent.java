package holdfast.cli;

import holdfast.chunkio.ChecksumMode;
import holdfast.chunkio.Chunk;
import holdfast.chunkio.ChunkStore;
import holdfast.chunkio.ChunkStoreOptions;
import holdfast.chunkio.ChunkStream;
import holdfast.chunkio.OpenMode;
import holdfast.chunkio.SyncLevel;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/** {@code holdfast chunkio cat, put, meta}: the bytes of one chunk. */
final class ChunkioContent {
  private static final int BUFFER = 1 << 16;
  private static final int METADATA_MAX = 0xFFFF;
  private static final String FORCE = "--force";

  private ChunkioContent() {}

  private static final ChunkStoreOptions READ = ChunkStoreOptions.DEFAULT.withReadOnly(true);

  static int cat(Host host, List<String> words) throws IOException {
    Arguments arguments = Arguments.parse(List.of(FORCE), words);
    List<String> operands = ChunkioCommand.operands(arguments, "ROOT", "STREAM", "CHUNK");
    try (ChunkStore store = ChunkioCommand.open(ChunkioCommand.root(host, operands.get(0)), READ)) {
      Chunk chunk = existing(store, operands, OpenMode.READ);
      OutputStream out = host.out();
      boolean careful = host.terminal().out() && !arguments.has(FORCE);
      byte[] buffer = new byte[BUFFER];
      InputStream content = chunk.inputStream();
      for (int n = content.read(buffer); n >= 0; n = content.read(buffer)) {
        requireText(careful, buffer, n);
        out.write(buffer, 0, n);
      }
      out.flush();
    }
    return ExitCode.DONE;
  }

  /** Refuses what would make a terminal do something else than show it. */
  private static void requireText(boolean careful, byte[] bytes, int count) {
    for (int i = 0; careful && i < count; i++) {
      byte b = bytes[i];
      if ((b >= 0 && b < ' ' && b != '\n' && b != '\t' && b != '\r') || b == 0x7F) {
        throw CommandException.refused(
            "binary data would go to a terminal", "Redirect it, or say --force.");
      }
    }
  }

  private static Chunk existing(ChunkStore store, List<String> operands, OpenMode mode)
      throws IOException {
    try {
      ChunkStream stream = store.createStream(operands.get(1));
      Path file = store.root().resolve(stream.name()).resolve(operands.get(2));
      if (Files.exists(file) && !Files.isRegularFile(file)) {
        // A pipe would be waited for until somebody writes to it.
        throw new FileSystemException(file.toString(), null, "is not a regular file");
      }
      return stream.open(operands.get(2), mode);
    } catch (IllegalArgumentException e) {
      throw CommandException.usage(e.getMessage(), "");
    }
  }

  private static byte[] metadata(byte[] bytes) {
    if (bytes.length > METADATA_MAX) {
      throw CommandException.usage("metadata has at most 65535 bytes, not " + bytes.length, "");
    }
    return bytes;
  }

  static int put(Host host, List<String> words) throws IOException {
    Arguments arguments = Arguments.parse(List.of("--meta=", "--no-checksum", "--sync="), words);
    List<String> operands = ChunkioCommand.operands(arguments, "ROOT", "STREAM", "CHUNK");
    SyncLevel level = level(arguments.value("--sync", "async"));
    ChunkStoreOptions options =
        ChunkStoreOptions.DEFAULT
            .withSync(level)
            .withChecksum(
                arguments.has("--no-checksum") ? ChecksumMode.OFF : ChecksumMode.MAINTAIN);
    if (operands.get(0).isEmpty()) {
      throw CommandException.usage("ROOT has no name", "");
    }
    String text = arguments.value("--meta", null);
    byte[] metadata = text == null ? null : metadata(text.getBytes(StandardCharsets.UTF_8));
    try (ChunkStore store = ChunkioCommand.open(host.path(operands.get(0)), options)) {
      Chunk chunk = existing(store, operands, OpenMode.CREATE);
      if (chunk.isSealed()) {
        throw CommandException.refused(
            "the chunk is sealed", "Nothing is appended to it any more: use another chunk.");
      }
      if (metadata != null) {
        chunk.setMetadata(metadata);
      }
      byte[] buffer = new byte[BUFFER];
      for (int n = host.in().read(buffer); n >= 0; n = host.in().read(buffer)) {
        if (!chunk.append(MemorySegment.ofArray(buffer), 0, n)) {
          throw CommandException.problem("the chunk cannot hold more than 4 GiB", "");
        }
      }
      chunk.sync();
    }
    return ExitCode.DONE;
  }

  private static SyncLevel level(String word) {
    return switch (word) {
      case "none" -> SyncLevel.NONE;
      case "async" -> SyncLevel.ASYNC;
      case "data" -> SyncLevel.DATA;
      case "full" -> SyncLevel.FULL;
      default ->
          throw CommandException.usage(
              "--sync knows none, async, data and full, not '" + word + "'", "");
    };
  }

  static int meta(Host host, List<String> words) throws IOException {
    Arguments arguments = Arguments.parse(List.of("--set=", "--set-file=", FORCE), words);
    List<String> operands = ChunkioCommand.operands(arguments, "ROOT", "STREAM", "CHUNK");
    Path root = ChunkioCommand.root(host, operands.get(0));
    if (!arguments.has("--set") && !arguments.has("--set-file")) {
      try (ChunkStore store = ChunkioCommand.open(root, READ)) {
        byte[] metadata = existing(store, operands, OpenMode.READ).metadata();
        OutputStream out = host.out();
        requireText(host.terminal().out() && !arguments.has(FORCE), metadata, metadata.length);
        out.write(metadata);
        out.flush();
      }
      return ExitCode.DONE;
    }
    if (arguments.has("--set") && arguments.has("--set-file")) {
      throw CommandException.usage("--set and --set-file contradict each other", "");
    }
    byte[] metadata =
        metadata(
            arguments.has("--set")
                ? arguments.value("--set", "").getBytes(StandardCharsets.UTF_8)
                : Files.readAllBytes(host.path(arguments.value("--set-file", ""))));
    if (Files.notExists(root.resolve(operands.get(1)))) {
      throw new NoSuchFileException(operands.get(0) + "/" + operands.get(1)); // not to be created
    }
    try (ChunkStore store =
        ChunkioCommand.open(root, ChunkStoreOptions.DEFAULT.withSync(SyncLevel.FULL))) {
      existing(store, operands, OpenMode.WRITE).setMetadata(metadata);
    }
    return ExitCode.DONE;
  }
}
