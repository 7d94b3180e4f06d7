package holdfast.chunkio;

import holdfast.CorruptDataException;
import holdfast.Progress;
import holdfast.internal.Disk;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Plays the scripts of the golden stores and answers in the words of the original.
 *
 * <pre>{@code
 * ctx FLAGS [max=N] [hint=N]   closes the context before; flags rw, rd, crc, full, delete, trim
 * stream NAME fs|mem           open S C rw [HINT]        write S C DATA     writen S C DATA COUNT
 * write_at S C OFFSET DATA     meta S C DATA             meta_cmp S C DATA  meta_read|meta_size S C
 * content|copy S C             sync|down|up|up_force|lock|unlock|info S C
 * tx_begin|tx_commit|tx_rollback S C                     close S C [delete]    delete S C
 * trim on|off   max N   hint N   stats   qsort asc|desc   list S   size_up S   load [EXT]   destroy
 * DATA: none, text:a_b, hex:00ff, rep:HH:LEN, rnd:SEED:LEN, asc:SEED:LEN
 * }</pre>
 */
final class ScriptPlayer implements AutoCloseable {
  private final Disk disk;
  private final Path root;

  /** Called for {@code snapshot NAME}. */
  private final Runnable snapshot;

  private ChunkStore store;

  ScriptPlayer(Disk disk, Path root, Runnable snapshot) {
    this.disk = disk;
    this.root = root;
    this.snapshot = snapshot;
  }

  /** Each line of the script with its answer. */
  List<String> play(List<String> script) throws IOException {
    List<String> transcript = new ArrayList<>();
    for (String line : script) {
      if (!line.isBlank() && !line.startsWith("#")) {
        transcript.add(line + " => " + answer(line.split(" ")));
      }
    }
    return transcript;
  }

  @Override
  public void close() throws IOException {
    if (store != null) {
      store.close();
      store = null;
    }
  }

  private String answer(String[] words) throws IOException {
    switch (words[0]) {
      case "ctx" -> context(words);
      case "destroy" -> close();
      case "snapshot" -> snapshot.run();
      case "trim" -> store.setTrim(words[1].equals("on") ? Trim.ON_SYNC : Trim.NEVER);
      case "max" -> store.setUpMax(Integer.parseInt(words[1]));
      case "qsort" -> {
        Comparator<Chunk> order = Comparator.comparing(Chunk::name);
        store.sort(words[1].equals("asc") ? order : order.reversed());
      }
      case "stream" -> {
        if (words[2].equals("fs")) {
          store.createStream(words[1]);
        } else {
          store.createMemoryStream(words[1]);
        }
      }
      default -> {
        return other(words);
      }
    }
    return "ok";
  }

  private void context(String[] words) throws IOException {
    close();
    List<String> flags = List.of(words[1].split(","));
    ChunkStoreOptions options =
        Chunks.QUIETLY
            .withReadOnly(flags.contains("rd"))
            .withChecksum(flags.contains("crc") ? ChecksumMode.MAINTAIN : ChecksumMode.OFF)
            .withSync(flags.contains("full") ? SyncLevel.FULL : SyncLevel.ASYNC)
            .withTrim(flags.contains("trim") ? Trim.ON_SYNC : Trim.NEVER)
            .withDamaged(flags.contains("delete") ? DamagePolicy.DELETE : DamagePolicy.LEAVE)
            .withGrowStep(32_768);
    for (int i = 2; i < words.length; i++) {
      int value = Integer.parseInt(words[i].substring(words[i].indexOf('=') + 1));
      options =
          words[i].startsWith("max=") ? options.withUpMax(value) : options.withGrowStep(value);
    }
    store = ChunkStore.open(disk, root, options);
  }

  @SuppressWarnings("RefactorSwitch")
  private String other(String[] words) throws IOException {
    switch (words[0]) {
      case "load" -> {
        store.load(words.length > 1 ? words[1] : "", Progress.NONE);
        return "0";
      }
      case "hint" -> {
        try {
          store.setGrowStep(Integer.parseInt(words[1]));
          return "0";
        } catch (IllegalArgumentException e) {
          return "-1";
        }
      }
      case "list" -> {
        List<Chunk> chunks = store.findStream(words[1]).chunks();
        return chunks.isEmpty()
            ? "(none)"
            : chunks.stream().map(Chunk::name).collect(Collectors.joining(","));
      }
      case "size_up" -> {
        return Long.toString(store.findStream(words[1]).contentSizeUp());
      }
      case "stats" -> {
        ChunkStatistics s = store.statistics();
        return "streams=%d chunks=%d mem=%d fs=%d up=%d down=%d total=%d totalup=%d"
            .formatted(
                s.streams(),
                s.chunks(),
                s.memoryChunks(),
                s.fileChunks(),
                s.filesUp(),
                s.filesDown(),
                s.chunks(),
                s.filesUp());
      }
      case "delete" -> {
        return store.deleteFile(words[1], words[2]) ? "0" : "-1";
      }
      case "open" -> {
        return open(words);
      }
      default -> {
        return onChunk(words, store.findStream(words[1]).chunk(words[2]));
      }
    }
  }

  private String open(String[] words) throws IOException {
    ChunkStream stream = store.findStream(words[1]);
    int hint = words.length > 4 ? Integer.parseInt(words[4]) : 0;
    Chunk chunk = stream.isFile() ? stream.open(words[2]) : stream.openInMemory(words[2], hint);
    return "ok up=%d size=%d real=%d"
        .formatted(chunk.isUp() ? 1 : 0, chunk.contentSize(), chunk.realSize());
  }

  @SuppressWarnings("RefactorSwitch") // returns of blocks read worse
  private String onChunk(String[] words, Chunk chunk) throws IOException {
    switch (words[0]) {
      case "content" -> {
        return chunk.isUp() ? "0 " + described(chunk.contentCopy()) : "-1 len=-1 sha256=-";
      }
      case "copy" -> {
        String content = described(chunk.contentCopy());
        return "0 " + content + " up=" + (chunk.isUp() ? 1 : 0);
      }
      case "meta_read" -> {
        return chunk.isUp() && chunk.metadataSize() > 0
            ? "0 " + described(chunk.metadata())
            : "-1 len=-1 sha256=-";
      }
      case "meta_size" -> {
        return chunk.isUp() ? Integer.toString(chunk.metadataSize()) : "-1";
      }
      case "close" -> {
        if (words.length > 3) {
          chunk.delete();
        } else {
          chunk.close();
        }
        ChunkStatistics s = store.statistics();
        return "ok total=%d totalup=%d".formatted(s.chunks(), s.filesUp());
      }
      default -> {
        int result = call(words, chunk);
        return "%d err=%s up=%d size=%d real=%d lock=%d tx=%d"
            .formatted(
                result,
                chunk.error() == ChunkError.NONE ? "-" : chunk.error(),
                chunk.isUp() ? 1 : 0,
                chunk.isUp() ? chunk.contentSize() : 0,
                chunk.realSize(),
                chunk.isLocked() ? 1 : 0,
                chunk.inTransaction() ? 1 : 0);
      }
    }
  }

  private int call(String[] words, Chunk chunk) throws IOException {
    try {
      return switch (words[0]) {
        case "info" -> 0;
        case "write" -> result(chunk.append(data(words[3])));
        case "writen" -> {
          for (int i = 0; i < Integer.parseInt(words[4]); i++) {
            chunk.append(data(words[3]));
          }
          yield 0;
        }
        case "write_at" ->
            result(chunk.writeAt(Long.parseLong(words[3]), MemorySegment.ofArray(data(words[4]))));
        case "meta" -> {
          chunk.setMetadata(data(words[3]));
          yield 0;
        }
        case "meta_cmp" -> result(chunk.metadataEquals(data(words[3])));
        case "sync" -> {
          chunk.sync();
          yield 0;
        }
        case "down" -> result(chunk.down());
        case "up" -> result(chunk.up());
        case "up_force" -> result(chunk.upForced());
        case "lock" -> result(chunk.lock());
        case "unlock" -> result(chunk.unlock());
        case "tx_begin" -> chunk.begin() ? 0 : -2;
        case "tx_commit" -> {
          chunk.commit();
          yield 0;
        }
        case "tx_rollback" -> result(chunk.rollback());
        default -> throw new AssertionError("unknown operation " + words[0]);
      };
    } catch (CorruptDataException e) {
      return -3;
    } catch (IllegalStateException | IllegalArgumentException | IndexOutOfBoundsException e) {
      return -1;
    }
  }

  private static int result(boolean done) {
    return done ? 0 : -1;
  }

  private static String described(byte[] bytes) {
    return "len=" + bytes.length + " sha256=" + sha256(bytes);
  }

  static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  /** The bytes that a DATA word stands for. */
  static byte[] data(String word) {
    String[] parts = word.split(":", 3);
    return switch (parts[0]) {
      case "none" -> new byte[0];
      case "text" ->
          word.substring("text:".length()).replace('_', ' ').getBytes(StandardCharsets.UTF_8);
      case "hex" -> HexFormat.of().parseHex(parts[1]);
      case "rep" -> {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < Integer.parseInt(parts[2]); i++) {
          out.write(Integer.parseInt(parts[1], 16));
        }
        yield out.toByteArray();
      }
      case "rnd" -> random(Long.parseLong(parts[1]), Integer.parseInt(parts[2]));
      case "asc" -> {
        byte[] bytes = random(Long.parseLong(parts[1]), Integer.parseInt(parts[2]));
        for (int i = 0; i < bytes.length; i++) {
          bytes[i] = (byte) ('a' + (bytes[i] & 0xFF) % 26);
        }
        yield bytes;
      }
      default -> throw new AssertionError("unknown data " + word);
    };
  }

  /** The 64-bit splitmix generator, eight bytes a step, lowest first. */
  private static byte[] random(long seed, int size) {
    byte[] bytes = new byte[(size + 7) / 8 * 8];
    MemorySegment target = MemorySegment.ofArray(bytes);
    long state = seed;
    for (int i = 0; i < bytes.length; i += 8) {
      state += 0x9E3779B97F4A7C15L;
      long z = state;
      z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
      z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
      target.set(
          ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), i, z ^ z >>> 31);
    }
    return Arrays.copyOf(bytes, size);
  }
}
