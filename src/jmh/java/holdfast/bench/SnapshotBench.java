package holdfast.bench;

import holdfast.Limits;
import holdfast.Progress;
import holdfast.checkpt.Checkpt;
import holdfast.checkpt.Frame;
import holdfast.checkpt.FrameStyle;
import holdfast.snapshot.HashKind;
import holdfast.snapshot.LoadOptions;
import holdfast.snapshot.RootInsert;
import holdfast.snapshot.SnapshotFiles;
import holdfast.snapshot.SnapshotInfo;
import holdfast.snapshot.SnapshotKind;
import holdfast.snapshot.SnapshotLoader;
import holdfast.snapshot.SnapshotService;
import holdfast.snapshot.VerifyLevel;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
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
 * How long do a snapshot, and the load of one, take next to their parts?
 *
 * <p>A snapshot is durable when its time ends: written, forced, renamed, its directory forced; it
 * is not read again, but in {@code checked-lz4-2}. The number behind a name is that of all threads
 * that work.
 *
 * <pre>{@code
 * checkpt-1, -2      the bytes of the records, one behind the other in memory, as LZ4 frames of
 *                    4 MiB to a file that is forced: the yardstick of full-lz4
 * plain              the same bytes as they are, by a FileChannel: the yardstick of full-raw
 * decode             all of the file read, checked, decompressed, taken apart: a part of a load
 * insert             all records from memory into an empty root: the other part
 * floor              as many bytes as an incremental file has, to a file that is forced and renamed,
 *                    its directory forced: what no incremental snapshot can do without
 * }</pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 4)
@Measurement(iterations = 7)
public class SnapshotBench {
  private static final int FRAME = 4 << 20;

  /** How many records there are. */
  @Param("1000000")
  public int records;

  /** Bytes of a value. */
  @Param({"128", "1024"})
  public int value;

  /** Records lie in the order of the file, or anywhere. */
  @Param({"in-order", "anywhere"})
  public String memory;

  /** What is done, with how many threads. */
  @Param({
    "checkpt-1",
    "full-lz4-1",
    "checkpt-2",
    "full-lz4-2",
    "checked-lz4-2",
    "full-lz4-3",
    "plain",
    "full-raw-1",
    "full-raw-2",
    "floor",
    "incremental-lz4-1",
    "incremental-lz4-2",
    "decode",
    "insert",
    "load-1",
    "load-2",
    "verify-1",
    "verify-2"
  })
  public String work;

  private final Arena arena = Arena.ofShared();
  private final Path directory = SnapshotSet.directory();
  private SnapshotRig rig;
  private SnapshotService service;
  private MemorySegment plain;
  private Path file;

  /** Fills a store, and writes what is to be read. */
  @Setup
  public void fill() throws IOException {
    SnapshotSet set = new SnapshotSet(records, value);
    if (work.startsWith("checkpt") || work.equals("plain") || work.equals("insert")) {
      plain = set.plain(arena);
      file = directory.resolve("plain");
      if (!work.equals("insert")) {
        return;
      }
    }
    rig = new SnapshotRig(set, HashKind.SUM256);
    if (work.equals("insert")) {
      return;
    }
    rig.fill();
    if (memory.equals("anywhere")) {
      rig.shuffle();
    }
    if (isFull() || work.startsWith("incremental")) {
      FrameStyle style = work.contains("raw") ? FrameStyle.RAW : FrameStyle.LZ4;
      service = rig.service(directory, style, threads(), work.startsWith("checked"));
      SnapshotRig.write(service, SnapshotKind.FULL);
    } else {
      try (SnapshotService once = rig.service(directory, FrameStyle.LZ4, 1, false)) {
        file = SnapshotRig.write(once, SnapshotKind.FULL).path();
        if (work.equals("floor")) {
          rig.change(records / 100);
          file = SnapshotRig.write(once, SnapshotKind.INCREMENTAL).path();
          plain = MemorySegment.ofArray(Files.readAllBytes(file));
          plain = arena.allocate(plain.byteSize()).copyFrom(plain);
        }
      }
    }
  }

  private boolean isFull() {
    return work.startsWith("full") || work.startsWith("checked");
  }

  private int threads() {
    return Integer.parseInt(work.substring(work.length() - 1));
  }

  /** What is not measured: another change, an empty store, no file of the state yet. */
  @Setup(Level.Invocation)
  public void prepare() throws IOException {
    if (isFull()) {
      for (SnapshotInfo info : SnapshotLoader.list(directory).snapshots()) {
        Files.delete(info.path());
      }
    } else if (work.startsWith("incremental")) {
      rig.change(records / 100);
    } else if (work.startsWith("load") || work.equals("insert")) {
      rig.renew();
    } else if (plain != null) {
      Files.deleteIfExists(file);
    }
  }

  /** Once. */
  @Benchmark
  public long run() throws IOException {
    return switch (work) {
      case "checkpt-1", "checkpt-2" -> checkpt();
      case "plain" -> plain();
      case "floor" -> floor();
      case "incremental-lz4-1", "incremental-lz4-2" ->
          SnapshotRig.write(service, SnapshotKind.INCREMENTAL).fileSize();
      case "decode" -> decode();
      case "insert" -> RootInsert.all(rig.store(), plain, SnapshotSet.KEY);
      case "load-1", "load-2" ->
          SnapshotLoader.load(directory, rig.store(), LoadOptions.DEFAULT.withThreads(threads()))
              .seq();
      case "verify-1", "verify-2" ->
          SnapshotLoader.verify(file, VerifyLevel.CRC, Limits.DEFAULT, threads(), Progress.NONE)
              .fileSize();
      default -> SnapshotRig.write(service, SnapshotKind.FULL).fileSize();
    };
  }

  private long decode() throws IOException {
    long[] bytes = {0};
    SnapshotFiles.dump(
        file, (k, v, seq) -> bytes[0] += v.byteSize(), Limits.DEFAULT, 1, Progress.NONE);
    return bytes[0];
  }

  private long plain() throws IOException {
    try (FileChannel channel = create()) {
      for (MemorySegment piece : pieces()) {
        channel.write(piece.asByteBuffer());
      }
      channel.force(true);
      return channel.size();
    }
  }

  private long floor() throws IOException {
    Path temporary = directory.resolve("temporary");
    try (FileChannel channel =
        FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      channel.write(plain.asByteBuffer());
      channel.force(true);
    }
    Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
    return plain.byteSize();
  }

  private long checkpt() throws IOException {
    try (FileChannel channel = create();
        Checkpt out = Checkpt.to(channel);
        ExecutorService executor = Executors.newFixedThreadPool(1)) {
      List<Frame> frames = new ArrayList<>();
      for (MemorySegment piece : pieces()) {
        frames.add(
            new Frame() {
              @Override
              public FrameStyle style() {
                return FrameStyle.LZ4;
              }

              @Override
              public void addTo(Checkpt target) throws IOException {
                target.data(piece);
              }
            });
      }
      out.addFrames(frames, executor, threads(), FRAME, Progress.NONE);
      channel.force(true);
      return channel.size();
    }
  }

  private FileChannel create() throws IOException {
    return FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  }

  private List<MemorySegment> pieces() {
    List<MemorySegment> pieces = new ArrayList<>();
    for (long lo = 0; lo < plain.byteSize(); lo += FRAME) {
      pieces.add(plain.asSlice(lo, Math.min(FRAME, plain.byteSize() - lo)));
    }
    return pieces;
  }

  /** Deletes the files. */
  @TearDown
  public void close() throws IOException {
    if (service != null) {
      service.close();
    }
    if (rig != null) {
      rig.close();
    }
    SnapshotSet.empty(directory);
    Files.delete(directory);
    arena.close();
  }
}
