package holdfast.bench;

import holdfast.wksp.Partition;
import holdfast.wksp.Wksp;
import holdfast.wksp.WkspCheckpt;
import holdfast.wksp.WkspCheckptOptions;
import holdfast.wksp.WkspCheckptStyle;
import holdfast.wksp.WkspRestore;
import holdfast.wksp.WkspRestoreOptions;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import org.h2.mvstore.Cursor;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.type.ByteArrayDataType;
import org.h2.mvstore.type.LongDataType;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How long does a warm restart take, with half a gigabyte of allocations of 64 KiB, from a file
 * that is in the page cache? And how long is the checkpoint before it?
 *
 * <p>The yardsticks read the same bytes to the same place: {@code ObjectInputStream} from arrays
 * that were serialised, H2's MVStore from a map of addresses to arrays, with its fast compression
 * ({@code mvstore-lzf}) and without, and a plain copy from a mapped file of the whole region with a
 * rebuild of its trees. The content is the corpus, again and again. Every page of the target was
 * touched before, so nobody pays for the kernel's zeroing.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 3)
@Measurement(iterations = 5)
public class WkspCheckptBench {
  private static final int PIECE = 1 << 16;

  /** Megabytes of data. */
  @Param("512")
  public int megabytes;

  /** What is done, with how many threads. */
  @Param({
    "checkpt-lz4-1",
    "checkpt-lz4-2",
    "checkpt-raw-1",
    "checkpt-raw-2",
    "restore-lz4-1",
    "restore-lz4-2",
    "restore-raw-1",
    "restore-raw-2",
    "mapped-copy",
    "object-stream",
    "mvstore",
    "mvstore-lzf"
  })
  public String work;

  private final Arena arena = Arena.ofShared();
  private Wksp wksp;
  private Wksp target;
  private MemorySegment targetMemory;
  private long footprint;
  private int pieces;
  private Path file;

  /** Fills a workspace and writes what is to be read. */
  @Setup
  public void fill() throws IOException {
    byte[] corpus = Corpus.joined();
    pieces = (int) (((long) megabytes << 20) / PIECE);
    long dataMax = (long) pieces * PIECE + PIECE;
    footprint = Wksp.footprint(3L * pieces, dataMax);
    MemorySegment memory = arena.allocate(footprint, 4096);
    targetMemory = arena.allocate(footprint, 4096);
    wksp = Wksp.create(memory, "bench", 1, 3L * pieces, dataMax);
    target = Wksp.create(targetMemory, "bench", 1, 3L * pieces, dataMax);
    for (int i = 0; i < pieces; i++) {
      MemorySegment piece = wksp.segment(wksp.alloc(64, PIECE, 1));
      int at = (int) ((long) i * PIECE % (corpus.length - PIECE));
      MemorySegment.copy(corpus, at, piece, ValueLayout.JAVA_BYTE, 0, PIECE);
    }
    file = Files.createTempFile("holdfast-bench", ".ckpt");
    if (work.equals("object-stream")) {
      writeObjects();
    } else if (work.startsWith("mvstore")) {
      writeStore();
    } else if (work.equals("mapped-copy")) {
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        for (long lo = 0; lo < footprint; lo += 1 << 30) {
          long size = Math.min(1 << 30, footprint - lo);
          channel.write(memory.asSlice(lo, size).asByteBuffer(), lo);
        }
      }
    } else {
      checkpt();
    }
  }

  private void writeObjects() throws IOException {
    try (ObjectOutputStream out =
        new ObjectOutputStream(new BufferedOutputStream(Files.newOutputStream(file), 1 << 16))) {
      wksp.partitions()
          .forEach(
              p -> {
                if (!p.isFree()) {
                  try {
                    out.writeUnshared(wksp.segment(p.gaddrLo()).toArray(ValueLayout.JAVA_BYTE));
                    out.reset();
                  } catch (IOException e) {
                    throw new UncheckedIOException(e);
                  }
                }
              });
    }
  }

  private MVStore.Builder store() {
    var builder = new MVStore.Builder().fileName(file.toString()).autoCommitDisabled();
    return work.endsWith("lzf") ? builder.compress() : builder;
  }

  private static MVMap.Builder<Long, byte[]> map() {
    return new MVMap.Builder<Long, byte[]>()
        .keyType(LongDataType.INSTANCE)
        .valueType(ByteArrayDataType.INSTANCE);
  }

  private void writeStore() throws IOException {
    Files.delete(file); // it takes an empty file for a damaged store
    try (MVStore store = store().open()) {
      MVMap<Long, byte[]> map = store.openMap("allocations", map());
      for (Partition p : wksp.partitions()) {
        if (!p.isFree()) {
          map.put(p.gaddrLo(), wksp.segment(p.gaddrLo()).toArray(ValueLayout.JAVA_BYTE));
        }
        if (map.size() % 256 == 0) {
          store.commit(); // changes wait on the heap
        }
      }
      store.commit();
    }
  }

  private WkspCheckptStyle style() {
    return work.contains("raw") ? WkspCheckptStyle.V2 : WkspCheckptStyle.V3;
  }

  private int threads() {
    return work.endsWith("2") ? 2 : 1;
  }

  private long checkpt() throws IOException {
    return WkspCheckpt.write(
            wksp,
            file,
            WkspCheckptOptions.DEFAULT.withStyle(style()).withThreads(threads()).withReplace(true))
        .fileSize();
  }

  /** One restart, or one checkpoint. */
  @Benchmark
  public long run() throws IOException, ClassNotFoundException {
    return switch (work) {
      case "mapped-copy" -> copy();
      case "object-stream" -> objects();
      case "mvstore", "mvstore-lzf" -> stored();
      default ->
          work.startsWith("checkpt")
              ? checkpt()
              : WkspRestore.restore(target, file, WkspRestoreOptions.DEFAULT.withThreads(threads()))
                  .dataSize();
    };
  }

  private long copy() throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        Arena mapped = Arena.ofConfined()) {
      MemorySegment bytes = channel.map(MapMode.READ_ONLY, 0, footprint, mapped);
      MemorySegment.copy(bytes, 0, targetMemory, 0, footprint);
    }
    target.rebuild(1);
    return footprint;
  }

  private long objects() throws IOException, ClassNotFoundException {
    long size = 0;
    try (ObjectInputStream in =
        new ObjectInputStream(new BufferedInputStream(Files.newInputStream(file), 1 << 16))) {
      long at = target.gaddrLo();
      for (int i = 0; i < pieces; i++) {
        byte[] piece = (byte[]) in.readUnshared();
        MemorySegment.copy(piece, 0, targetMemory, ValueLayout.JAVA_BYTE, at, piece.length);
        at += piece.length;
        size += piece.length;
      }
    }
    return size;
  }

  private long stored() {
    long size = 0;
    try (MVStore store = store().readOnly().open()) {
      Cursor<Long, byte[]> all = store.openMap("allocations", map()).cursor(null);
      while (all.hasNext()) {
        long at = all.next();
        byte[] piece = all.getValue();
        MemorySegment.copy(piece, 0, targetMemory, ValueLayout.JAVA_BYTE, at, piece.length);
        size += piece.length;
      }
    }
    if (size != (long) pieces * PIECE) {
      throw new IllegalStateException("read " + size + " bytes");
    }
    return size;
  }

  /** Deletes the file. */
  @TearDown
  public void close() throws IOException {
    Files.delete(file);
    arena.close();
  }
}
