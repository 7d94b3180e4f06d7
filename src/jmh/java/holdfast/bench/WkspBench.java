package holdfast.bench;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import holdfast.wksp.Wksp;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;
import java.util.SplittableRandom;
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
 * What does it cost to replace one of many allocations, picked at random: a free and an alloc?
 *
 * <p>The memory itself is not touched. {@code malloc} is the C library's, called through the
 * linker: the yardstick of the machine. With a million live allocations there are two million
 * partitions.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
public class WkspBench {
  private static final int SIZES = 1 << 16;

  private static final MethodHandle MALLOC =
      link("malloc", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG));
  private static final MethodHandle FREE = link("free", FunctionDescriptor.ofVoid(JAVA_LONG));

  /**
   * The sizes, 64 bytes, or 16 bytes to 256 KiB with every order of magnitude as often; and how
   * many allocations there are. A million of all sizes would need 45 GB.
   */
  @Param({
    "log-1",
    "log-1000",
    "log-10000",
    "log-100000",
    "64-1",
    "64-1000",
    "64-10000",
    "64-100000",
    "64-1000000"
  })
  public String mix;

  private int live;

  private final long[] sizes = new long[SIZES];
  private Arena arena;
  private Wksp wksp;
  private long[] gaddrs;
  private long[] pointers;
  private int next;
  private long random = 88172645463325252L;

  private static MethodHandle link(String name, FunctionDescriptor descriptor) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(linker.defaultLookup().find(name).orElseThrow(), descriptor);
  }

  /** Fills workspace and heap. */
  @Setup(Level.Trial)
  public void fill() throws Throwable {
    boolean log = mix.startsWith("log-");
    live = Integer.parseInt(mix.substring(mix.indexOf('-') + 1));
    var sequence = new SplittableRandom(1);
    for (int i = 0; i < SIZES; i++) {
      sizes[i] = log ? (long) (16 * Math.pow(16384, sequence.nextDouble())) : 64;
    }
    long perAllocation = log ? 45_000 : 200;
    long dataMax = Math.max(4 << 20, perAllocation * live);
    long partMax = 4L * live + 100;
    arena = Arena.ofShared();
    wksp =
        Wksp.create(
            arena.allocate(Wksp.footprint(partMax, dataMax), 4096), "bench", 1, partMax, dataMax);
    gaddrs = new long[live];
    pointers = new long[live];
    for (int i = 0; i < live; i++) {
      gaddrs[i] = wksp.alloc(16, nextSize(), 1);
      pointers[i] = (long) MALLOC.invokeExact(nextSize());
    }
  }

  /** Gives everything back. */
  @TearDown(Level.Trial)
  public void empty() throws Throwable {
    for (long pointer : pointers) {
      FREE.invokeExact(pointer);
    }
    try {
      wksp.close();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    arena.close();
  }

  private long nextSize() {
    return sizes[next++ & (SIZES - 1)];
  }

  private int victim() {
    random ^= random << 13;
    random ^= random >>> 7;
    random ^= random << 17;
    return (int) Long.remainderUnsigned(random, live);
  }

  /** A pair in the workspace. */
  @Benchmark
  public long workspace() {
    int i = victim();
    wksp.free(gaddrs[i]);
    long gaddr = wksp.alloc(16, nextSize(), 1);
    if (gaddr == Wksp.GADDR_NULL) {
      throw new IllegalStateException("full");
    }
    gaddrs[i] = gaddr;
    return gaddr;
  }

  /** A pair in the C heap. */
  @Benchmark
  public long malloc() throws Throwable {
    int i = victim();
    FREE.invokeExact(pointers[i]);
    pointers[i] = (long) MALLOC.invokeExact(nextSize());
    return pointers[i];
  }
}
