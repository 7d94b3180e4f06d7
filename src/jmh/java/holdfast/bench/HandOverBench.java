package holdfast.bench;

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Group;
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

  private final int[] sizes = new int[CHOICES];
  private final AtomicLong produced = new AtomicLong();
  private final AtomicLong consumed = new AtomicLong();
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
    ring = allocators.table(RING);
  }

  /** Allocates one, when there is a place for it. */
  @Benchmark
  @Group("handOver")
  public void produce(Control control) {
    long at = produced.getPlain();
    while (at - consumed.getAcquire() == RING) {
      if (control.stopMeasurement) {
        return;
      }
      Thread.onSpinWait();
    }
    producer.alloc(ring, (int) at & RING - 1, sizes[(int) at & CHOICES - 1]);
    produced.setRelease(at + 1);
  }

  /** Frees one, when there is one. */
  @Benchmark
  @Group("handOver")
  public void consume(Control control) {
    long at = consumed.getPlain();
    while (at == produced.getAcquire()) {
      if (control.stopMeasurement) {
        return;
      }
      Thread.onSpinWait();
    }
    consumer.free(ring, (int) at & RING - 1);
    consumed.setRelease(at + 1);
  }
}
