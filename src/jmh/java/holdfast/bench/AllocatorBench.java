package holdfast.bench;

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
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
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How long does it take to free an object and to allocate another in its place, eight bytes written
 * to it? Nanoseconds for the pair; less is better.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 4, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 200, timeUnit = TimeUnit.MILLISECONDS)
public class AllocatorBench {
  private static final int CHOICES = 1 << 16;

  /** Smallest size, largest size, objects that live at a time; sizes are log-uniform. */
  @Param({"64-64x1", "64-64x1000", "16-4096x1000", "16-262144x10000"})
  public String mix;

  /** Who runs. */
  @Param({
    "holdfast",
    "holdfast-compact",
    "holdfast-trusted",
    "holdfast-compact-trusted",
    "holdfast-slices",
    "malloc",
    "malloc-critical",
    "netty-pooled",
    "netty-adaptive",
    "arena-confined"
  })
  public String contender;

  private Allocators allocators;

  /** Makes the allocator that all threads share. */
  @Setup
  public void start() {
    allocators = Allocators.of(contender);
  }

  /** The objects of a thread, and what it will do. */
  @State(Scope.Thread)
  public static class Live {
    private final int[] sizes = new int[CHOICES];
    private final int[] places = new int[CHOICES];
    private Allocators.Worker worker;
    private Object table;
    private int live;
    private int next;

    /** Allocates the first generation, in the thread that goes on with it. */
    @Setup
    public void fill(AllocatorBench bench) {
      String[] words = bench.mix.split("[-x]");
      live = Integer.parseInt(words[2]);
      SplittableRandom random = new SplittableRandom(1);
      for (int i = 0; i < CHOICES; i++) {
        sizes[i] = size(random, Integer.parseInt(words[0]), Integer.parseInt(words[1]));
        places[i] = random.nextInt(live);
      }
      worker = bench.allocators.worker();
      table = bench.allocators.table(live);
      for (int i = 0; i < live; i++) {
        worker.alloc(table, i, sizes[i]);
      }
    }

    /** Frees all. */
    @TearDown
    public void empty() {
      for (int i = 0; i < live; i++) {
        worker.free(table, i);
      }
    }
  }

  static int size(SplittableRandom random, int min, int max) {
    double size = min * Math.exp(random.nextDouble() * Math.log((double) max / min));
    return (int) Math.min(max, Math.max(min, size));
  }

  private static void replace(Live state) {
    int i = state.next++ & CHOICES - 1;
    int place = state.places[i];
    state.worker.free(state.table, place);
    state.worker.alloc(state.table, place, state.sizes[i]);
  }

  /** One thread. */
  @Benchmark
  public void pair(Live state) {
    replace(state);
  }

  /** Two threads, each with objects of its own. */
  @Benchmark
  @Threads(2)
  public void pairOfTwo(Live state) {
    replace(state);
  }
}
