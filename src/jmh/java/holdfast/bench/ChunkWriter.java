package holdfast.bench;

import holdfast.chunkio.Chunk;
import holdfast.chunkio.ChunkStore;
import holdfast.chunkio.ChunkStoreOptions;
import holdfast.chunkio.ChunkStream;
import holdfast.chunkio.Engine;
import holdfast.chunkio.SyncLevel;
import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32;
import java.util.zip.CheckedOutputStream;

/** Writes one file of records after the other: the contenders of {@link ChunkAppendBench}. */
interface ChunkWriter extends AutoCloseable {
  /** Bytes of one file. */
  int CHUNK_SIZE = 2_000_000;

  /** Creates a file with so many bytes of records, one call for each record, and closes it. */
  void fill(Path dir, String name, MemorySegment records, int[] sizes) throws IOException;

  @Override
  default void close() throws IOException {}

  /** The contender of a name. */
  static ChunkWriter of(String name, Path dir) throws IOException {
    return switch (name) {
      case "original-like" -> new OriginalLike();
      case "channel" -> new PerRecord();
      case "buffered-64k" -> new Buffered(false);
      case "buffered-64k-crc" -> new Buffered(true);
      case "chronicle-queue" -> new ChronicleRecords();
      case "holdfast-mapped" -> new Store(dir, Engine.MAPPED);
      case "holdfast-staged" -> new Store(dir, Engine.STAGED);
      default -> throw new IllegalArgumentException("no contender " + name);
    };
  }

  /** Holdfast, the checksum right after each append. */
  final class Store implements ChunkWriter {
    private final ChunkStore store;
    private final ChunkStream stream;

    Store(Path dir, Engine engine) throws IOException {
      store =
          ChunkStore.open(
              dir.resolve("root"),
              ChunkStoreOptions.DEFAULT.withEngine(engine).withSync(SyncLevel.NONE));
      stream = store.stream("s");
    }

    @Override
    public void fill(Path dir, String name, MemorySegment records, int[] sizes) throws IOException {
      Chunk chunk = stream.open(name);
      for (int done = 0, i = 0; done < CHUNK_SIZE; i++) {
        int size = sizes[i % sizes.length];
        chunk.append(records, done, size);
        done += size;
      }
      chunk.close();
      Files.delete(chunk.path());
    }

    @Override
    public void close() throws IOException {
      store.close();
    }
  }

  /**
   * The shape of the C library at its defaults: a map that is made again every 32 KiB, the content
   * size stored with each record, the checksum at the end.
   */
  final class OriginalLike implements ChunkWriter {
    private static final int STEP = 32 << 10;
    private static final ValueLayout.OfInt INT_BE =
        ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    @Override
    public void fill(Path dir, String name, MemorySegment records, int[] sizes) throws IOException {
      Path file = dir.resolve(name);
      try (FileChannel channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
        long allocated = 4096;
        Arena arena = Arena.ofConfined();
        MemorySegment map = channel.map(MapMode.READ_WRITE, 0, allocated, arena);
        for (int done = 0, i = 0; done < CHUNK_SIZE; i++) {
          int size = sizes[i % sizes.length];
          if (24 + done + size > allocated) {
            while (24 + done + size > allocated) {
              allocated += STEP;
            }
            arena.close();
            arena = Arena.ofConfined();
            map = channel.map(MapMode.READ_WRITE, 0, allocated, arena);
          }
          MemorySegment.copy(records, done, map, 24 + done, size);
          done += size;
          map.set(INT_BE, 10, done);
        }
        CRC32 crc = new CRC32();
        crc.update(map.asSlice(22, 2 + CHUNK_SIZE).asByteBuffer()); // at the sync
        map.set(INT_BE, 2, (int) crc.getValue());
        arena.close();
      }
      Files.delete(file);
    }
  }

  /** One write of a channel for each record. */
  final class PerRecord implements ChunkWriter {
    @Override
    public void fill(Path dir, String name, MemorySegment records, int[] sizes) throws IOException {
      Path file = dir.resolve(name);
      ByteBuffer buffer = records.asByteBuffer();
      try (FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
        for (int done = 0, i = 0; done < CHUNK_SIZE; i++) {
          int size = sizes[i % sizes.length];
          buffer.limit(done + size).position(done);
          while (buffer.hasRemaining()) {
            channel.write(buffer);
          }
          done += size;
        }
      }
      Files.delete(file);
    }
  }

  /**
   * A buffered stream of the JDK: no header, and a kill loses the buffer. The checksum, if there is
   * one, is computed and thrown away.
   */
  final class Buffered implements ChunkWriter {
    private final boolean checked;
    private byte[] bytes;

    Buffered(boolean checked) {
      this.checked = checked;
    }

    @Override
    public void fill(Path dir, String name, MemorySegment records, int[] sizes) throws IOException {
      if (bytes == null) {
        bytes = records.toArray(ValueLayout.JAVA_BYTE);
      }
      Path file = dir.resolve(name);
      OutputStream raw = new FileOutputStream(file.toFile());
      try (OutputStream out =
          new BufferedOutputStream(
              checked ? new CheckedOutputStream(raw, new CRC32()) : raw, 64 << 10)) {
        for (int done = 0, i = 0; done < CHUNK_SIZE; i++) {
          int size = sizes[i % sizes.length];
          out.write(bytes, done, size);
          done += size;
        }
      }
      Files.delete(file);
    }
  }
}
