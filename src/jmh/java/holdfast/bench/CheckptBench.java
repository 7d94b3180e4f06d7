package holdfast.bench;

import holdfast.Progress;
import holdfast.checkpt.Checkpt;
import holdfast.checkpt.Frame;
import holdfast.checkpt.FrameStyle;
import holdfast.checkpt.Restore;
import holdfast.lz4.Lz4;
import holdfast.lz4.Lz4Compressor;
import holdfast.lz4.Lz4Decompressor;
import holdfast.lz4.Lz4Level;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
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
 * How fast are checkpoints written and read, next to what they are made of?
 *
 * <p>The content is the whole corpus in native memory. LZ4 goes from region to region, in frames of
 * 1 MiB; its yardstick is our own block codec on pieces of 64 KiB. RAW goes to a file that stays in
 * the page cache; its yardstick is a plain channel with the same bytes.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 300, timeUnit = TimeUnit.MILLISECONDS)
public class CheckptBench {
  private static final int FRAME = 1 << 20;
  private static final int PIECE = 1 << 16;

  /** What is done: blocks or lz4 frames in memory, a plain or a raw file. */
  @Param({"blocks", "lz4", "lz4-2", "lz4-shared", "file", "raw"})
  public String work;

  /** Whether native access is enabled, by its ending. */
  @Param({"holdfast", "holdfast-denied"})
  public String contender;

  private final Arena arena = Arena.ofShared();
  private MemorySegment plain;
  private MemorySegment packed;
  private MemorySegment out;
  private long[] offsets;
  private long packedSize;
  private Lz4Compressor compressor;
  private Lz4Decompressor decompressor;
  private ExecutorService executor;
  private final AtomicInteger nextFrame = new AtomicInteger();
  private Path file;
  private FileChannel channel;

  private record Part(MemorySegment bytes) implements Frame {
    @Override
    public FrameStyle style() {
      return FrameStyle.LZ4;
    }

    @Override
    public void addTo(Checkpt out) throws IOException {
      out.data(bytes);
    }
  }

  private final List<MemorySegment> pieces = new ArrayList<>();
  private final List<MemorySegment> outs = new ArrayList<>();
  private final List<MemorySegment> blocks = new ArrayList<>();
  private final List<Part> frames = new ArrayList<>();

  /** Lays the corpus out. */
  @Setup
  public void load() throws IOException {
    byte[] bytes = Corpus.joined();
    plain = memory(bytes.length);
    plain.copyFrom(MemorySegment.ofArray(bytes));
    packed = memory(bytes.length + bytes.length / 100 + (1 << 20));
    out = memory(bytes.length);
    compressor = Lz4Compressor.of(Lz4Level.FAST);
    decompressor = Lz4Decompressor.create();
    executor = Executors.newFixedThreadPool(1);
    int step = work.equals("blocks") ? PIECE : FRAME;
    for (long lo = 0; lo < plain.byteSize(); lo += step) {
      long size = Math.min(step, plain.byteSize() - lo);
      pieces.add(plain.asSlice(lo, size));
      outs.add(out.asSlice(lo, size));
      frames.add(new Part(pieces.getLast()));
    }
    file = Files.createTempFile("holdfast-bench", ".checkpt");
    channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
    packedSize = write();
    if (read() != plain.byteSize() || (out.mismatch(plain) >= 0)) {
      throw new IllegalStateException(work + " reads something else than it wrote");
    }
  }

  private MemorySegment memory(long size) {
    // What the codec reaches directly, or what threads share: then everything is staged.
    return work.equals("lz4-shared") ? arena.allocate(size, 64) : Arena.ofAuto().allocate(size, 64);
  }

  /** Ends the threads. */
  @TearDown
  public void end() throws IOException {
    executor.shutdownNow();
    channel.close();
    Files.delete(file);
  }

  private long write() throws IOException {
    return switch (work) {
      case "blocks" -> writeBlocks();
      case "file" -> writeFile();
      case "raw" -> writeRaw();
      case "lz4-2" -> writeFrames();
      default -> writeLz4();
    };
  }

  private long read() throws IOException {
    return switch (work) {
      case "blocks" -> readBlocks();
      case "file" -> readFile();
      case "raw" -> readRaw();
      case "lz4-2" -> readFrames();
      default -> readLz4();
    };
  }

  private long writeBlocks() {
    if (blocks.isEmpty()) {
      long at = 0;
      for (MemorySegment piece : pieces) {
        MemorySegment room = packed.asSlice(at, Lz4.maxCompressedSize((int) piece.byteSize()));
        long size = compressor.compress(piece, room);
        blocks.add(room.asSlice(0, size));
        at += size;
      }
      return at;
    }
    long total = 0;
    MemorySegment room = packed.asSlice(packed.byteSize() - (1 << 17));
    for (int i = 0; i < pieces.size(); i++) {
      total += compressor.compress(pieces.get(i), room);
    }
    return total;
  }

  private long readBlocks() {
    long total = 0;
    for (int i = 0; i < blocks.size(); i++) {
      total += decompressor.decompress(blocks.get(i), outs.get(i));
    }
    return total;
  }

  private long writeLz4() throws IOException {
    offsets = new long[frames.size() + 1];
    Checkpt to = Checkpt.into(packed);
    for (int i = 0; i < frames.size(); i++) {
      to.openFrame(FrameStyle.LZ4);
      to.data(pieces.get(i));
      offsets[i + 1] = to.closeFrame();
    }
    return to.offset();
  }

  private long writeFrames() throws IOException {
    Checkpt to = Checkpt.into(packed);
    offsets = to.addFrames(frames, executor, 2, FRAME + (1 << 16), Progress.NONE);
    return to.offset();
  }

  private long readLz4() throws IOException {
    nextFrame.set(0);
    return readRest();
  }

  /** Reads frames that nobody else has taken. */
  private long readRest() throws IOException {
    Restore in = Restore.from(packed);
    long total = 0;
    for (int i; (i = nextFrame.getAndIncrement()) < frames.size(); ) {
      in.seek(offsets[i]);
      in.openFrame(FrameStyle.LZ4);
      in.data(outs.get(i));
      in.closeFrame();
      total += outs.get(i).byteSize();
    }
    return total;
  }

  private long readFrames() throws IOException {
    nextFrame.set(0);
    Future<Long> other = executor.submit(this::readRest);
    long total = readRest();
    try {
      return total + other.get();
    } catch (ExecutionException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private long writeFile() throws IOException {
    channel.position(0);
    ByteBuffer bytes = plain.asByteBuffer();
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
    return plain.byteSize();
  }

  private long readFile() throws IOException {
    channel.position(0);
    ByteBuffer bytes = out.asByteBuffer();
    while (bytes.hasRemaining()) {
      channel.read(bytes);
    }
    return plain.byteSize();
  }

  private long writeRaw() throws IOException {
    channel.position(0);
    Checkpt to = Checkpt.to(channel);
    for (int i = 0; i < pieces.size(); i++) {
      to.openFrame(FrameStyle.RAW);
      to.data(pieces.get(i));
      to.closeFrame();
    }
    return to.offset();
  }

  private long readRaw() throws IOException {
    channel.position(0);
    Restore in = Restore.from(channel);
    for (int i = 0; i < outs.size(); i++) {
      in.openFrame(FrameStyle.RAW);
      in.data(outs.get(i));
      in.closeFrame();
    }
    return in.offset();
  }

  /** Writes everything. */
  @Benchmark
  public long checkpt(Throughput moved) {
    try {
      long size = write();
      moved.add(plain.byteSize(), size);
      return size;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reads everything. */
  @Benchmark
  public long restore(Throughput moved) {
    try {
      long size = read();
      moved.add(size, packedSize);
      return size;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
