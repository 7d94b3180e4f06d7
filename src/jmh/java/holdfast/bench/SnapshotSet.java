package holdfast.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The records that are saved and loaded: keys of 32 bytes that nobody can tell from random ones,
 * values cut from the corpus one behind the other, so that they compress as real ones do.
 */
final class SnapshotSet {
  static final int KEY = 32;

  final int records;
  final int valueSize;
  private final byte[] corpus = Corpus.joined();
  private final MemorySegment plain = MemorySegment.ofArray(corpus);

  SnapshotSet(int records, int valueSize) {
    this.records = records;
    this.valueSize = valueSize;
  }

  void key(int number, MemorySegment target) {
    for (int i = 0; i < KEY; i += Long.BYTES) {
      target.set(ValueLayout.JAVA_LONG_UNALIGNED, i, RecordPeer.word(number, i));
    }
  }

  void value(int number, MemorySegment target) {
    MemorySegment.copy(plain, at(number), target, 0, valueSize);
  }

  byte[] key(int number) {
    byte[] bytes = new byte[KEY];
    key(number, MemorySegment.ofArray(bytes));
    return bytes;
  }

  byte[] value(int number) {
    byte[] bytes = new byte[valueSize];
    System.arraycopy(corpus, at(number), bytes, 0, valueSize);
    return bytes;
  }

  private int at(int number) {
    return (int) ((long) number * valueSize % (corpus.length - valueSize));
  }

  /** Bytes of keys, of what stands between in a file, and of values. */
  long plainBytes() {
    return records * (KEY + 16L + valueSize);
  }

  /** All records as they stand in a file, one behind the other. */
  MemorySegment plain(Arena arena) {
    long size = KEY + 16L + valueSize;
    MemorySegment all = arena.allocate(records * size, Long.BYTES);
    for (int i = 0; i < records; i++) {
      MemorySegment record = all.asSlice(i * size, size);
      key(i, record);
      record.set(ValueLayout.JAVA_LONG_UNALIGNED, KEY, 1 + i / 4096);
      record.set(ValueLayout.JAVA_INT_UNALIGNED, KEY + 8L, valueSize);
      value(i, record.asSlice(KEY + 16L));
    }
    return all;
  }

  /** A new directory for files. */
  static Path directory() {
    try {
      Path parent = Path.of(System.getProperty("bench.dir", "target"));
      return Files.createTempDirectory(parent, "snapshots");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Deletes what is in a directory. */
  static void empty(Path directory) throws IOException {
    try (Stream<Path> walk = Files.walk(directory)) {
      List<Path> all = walk.filter(p -> !p.equals(directory)).toList();
      for (Path path : all.stream().sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  /** Makes a file durable that somebody wrote who does not. */
  static void force(Path file) {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
