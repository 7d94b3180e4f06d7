package holdfast.bench;

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Group;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Control;

/**
 * One thread allocates, another one frees: 16 to 4096 bytes, handed over through a ring of 1024
 * places. Nanoseconds for each side of a pair.
 *
 * <p>The ring costs little, and the same for all: the positions of the two sides lie on cache lines
 * of their own, a side looks at the other's position only when it does not know of a place any
 * more, and then waits for a quarter of the ring; who waits for long lets the other one run, which
 * may have the same processor. {@code nothing} is the ring alone.
 */
@State(Scope.Group)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 4, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 200, timeUnit = TimeUnit.MILLISECONDS)
public class HandOverBench {
  private static final int CHOICES = 1 << 16;
  private static final int RING = 1024;

  /** Who runs; confined arenas cannot change their thread. */
  @Param({
    "nothing",
    "holdfast",
    "holdfast-compact",
    "holdfast-trusted",
    "holdfast-compact-trusted",
    "malloc",
    "malloc-critical",
    "netty-pooled",
    "netty-adaptive"
  })
  public String contender;

  private static final int STEP = RING / 4;

  /** How often a side that waits looks again before it gives its processor away. */
  private static final int SPINS = 1000;

  /** Places of the positions, and of the ring in its table: nothing else is near. */
  private static final int PRODUCED = 32;

  private static final int CONSUMED = 64;
  private static final int PADDING = 32;

  private final int[] sizes = new int[CHOICES];
  private final AtomicLongArray positions = new AtomicLongArray(CONSUMED + PADDING);
  private Allocators.Worker producer;
  private Allocators.Worker consumer;
  private Object ring;

  /** Makes the allocator. */
  @Setup
  public void start() {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < CHOICES; i++) {
      sizes[i] = AllocatorBench.size(random, 16, 4096);
    }
    Allocators allocators = Allocators.of(contender);
    producer = allocators.worker();
    consumer = allocators.worker();
    ring = allocators.table(RING + 2 * PADDING);
  }

  /** What a side knows of the other one. */
  @State(Scope.Thread)
  public static class Side {
    private long seen;

    /** Nothing. */
    @Setup(Level.Iteration)
    public void forget() {
      seen = 0;
    }

    /** Waits until a position is high enough; false at the end of the measurement. */
    private boolean await(Control control, AtomicLongArray positions, int place, long least) {
      for (int spins = 1; (seen = positions.getAcquire(place)) < least; spins++) {
        if (control.stopMeasurement) {
          return false;
        }
        if (spins % SPINS == 0) {
          Thread.yield();
        } else {
          Thread.onSpinWait();
        }
      }
      return true;
    }
  }

  private static int place(long at) {
    return PADDING + ((int) at & RING - 1);
  }

  /** Allocates one, when there is a place for it. */
  @Benchmark
  @Group("handOver")
  public void produce(Control control, Side side) {
    long at = positions.getPlain(PRODUCED);
    if (at - side.seen >= RING && !side.await(control, positions, CONSUMED, at - RING + STEP)) {
      return;
    }
    producer.alloc(ring, place(at), sizes[(int) at & CHOICES - 1]);
    // Publishes the place; pairs with the acquire in await.
    positions.setRelease(PRODUCED, at + 1);
  }

  /** Frees one, when there is one. */
  @Benchmark
  @Group("handOver")
  public void consume(Control control, Side side) {
    long at = positions.getPlain(CONSUMED);
    if (at >= side.seen && !side.await(control, positions, PRODUCED, at + STEP)) {
      return;
    }
    consumer.free(ring, place(at));
    positions.setRelease(CONSUMED, at + 1);
  }
}
