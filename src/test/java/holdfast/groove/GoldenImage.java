package holdfast.groove;

import holdfast.lz4.Lz4FrameInputStream;
import holdfast.testkit.Golden;
import holdfast.testkit.Tier;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A state and volumes that the original wrote; the folder's README describes the files. */
final class GoldenImage {
  private static final int BLOCK = 512;
  private static final long END = -1;

  private final byte[] shmem;
  private final long volumeMax;
  private final ByteBuffer records;

  private GoldenImage(byte[] shmem, long volumeMax, ByteBuffer records) {
    this.shmem = shmem;
    this.volumeMax = volumeMax;
    this.records = records;
  }

  static Path path(String image, String file) {
    return Golden.path("groove", image, file);
  }

  static GoldenImage load(String image) {
    ByteBuffer sparse = ByteBuffer.wrap(unpack(path(image, "volumes.sparse.lz4")));
    sparse.order(ByteOrder.LITTLE_ENDIAN);
    long volumeMax = sparse.getLong(8);
    return new GoldenImage(
        unpack(path(image, "shmem.bin.lz4")),
        volumeMax,
        sparse.position(32).slice().order(ByteOrder.LITTLE_ENDIAN));
  }

  private static byte[] unpack(Path file) {
    try (var in = new Lz4FrameInputStream(Files.newInputStream(file))) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The lines of a table of the image, without the first one when that is a heading. */
  static List<String[]> lines(String image, String file) {
    try {
      return Files.readAllLines(path(image, file)).stream()
          .filter(line -> !line.startsWith("#"))
          .map(line -> line.split(",", -1))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A fresh copy of the state. */
  MemorySegment state(Arena arena) {
    MemorySegment state = arena.allocate(shmem.length, 128);
    MemorySegment.copy(shmem, 0, state, ValueLayout.JAVA_BYTE, 0, shmem.length);
    return state;
  }

  /** A fresh copy of the volumes. */
  MemorySegment volumes(Arena arena) {
    MemorySegment volumes = SparseVolumes.map(Math.max(1, volumeMax) << 30, arena);
    copyTo(volumes);
    return volumes;
  }

  void copyTo(MemorySegment volumes) {
    MemorySegment all = MemorySegment.ofBuffer(records.duplicate().clear());
    for (int at = 0; offset(at) != END; at += 8 + BLOCK) {
      MemorySegment.copy(all, at + 8, volumes, offset(at), BLOCK);
    }
  }

  private long offset(int at) {
    return records.getLong(at);
  }

  /** The first byte where volumes differ from this image, -1 when there is none. */
  long mismatch(MemorySegment volumes) {
    MemorySegment all = MemorySegment.ofBuffer(records.duplicate().clear());
    long done = 0;
    for (int at = 0; ; at += 8 + BLOCK) {
      long next = offset(at) == END ? volumeMax << 30 : offset(at);
      long stray = nonZero(volumes, done, next);
      if (stray >= 0) {
        return stray;
      }
      if (offset(at) == END) {
        return -1;
      }
      long wrong = MemorySegment.mismatch(all, at + 8, at + 8 + BLOCK, volumes, next, next + BLOCK);
      if (wrong >= 0) {
        return next + wrong;
      }
      done = next + BLOCK;
    }
  }

  /** In the quick tier it looks at the first 32 MiB of each volume: holes cost page faults. */
  private static long nonZero(MemorySegment volumes, long lo, long hi) {
    for (long at = lo; at < hi; at += 8) {
      if (!Tier.thorough() && (at & (1L << 30) - 1) >= 1 << 25) {
        at = (at | (1L << 30) - 1) + 1 - 8;
      } else if (volumes.get(ValueLayout.JAVA_LONG, at) != 0) {
        return at;
      }
    }
    return -1;
  }

  byte[] shmem() {
    return shmem;
  }

  /** Volumes that fit into the memory. */
  long volumeMax() {
    return volumeMax;
  }
}
