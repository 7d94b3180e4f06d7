package holdfast.bench;

import holdfast.checkpt.FrameStyle;
import holdfast.snapshot.HashKind;
import holdfast.snapshot.SnapshotInfo;
import holdfast.snapshot.SnapshotKind;
import holdfast.snapshot.SnapshotService;
import holdfast.snapshot.Txn;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;

/**
 * How long does a publication of 64 records take while nothing else happens, and while full
 * snapshots are written one after the other?
 *
 * <pre>{@code
 * java ... holdfast.bench.PublishStalls RECORDS SECONDS PER_SECOND WORKERS
 * }</pre>
 *
 * <p>The publisher replaces random records, keys of 32 bytes and values of 96, at a steady pace. A
 * publication counts as beside a snapshot when it began after the snapshot was asked for and before
 * it was complete: while the root is frozen, and while what was published meanwhile moves into it,
 * which is when the file is forced and checked. On a machine that is busy with other things the
 * clock shows the scheduler; the processor time of the publisher shows the work alone, without any
 * waiting.
 */
public final class PublishStalls {
  private static final int PUBLISHED_AT_ONCE = 64;
  private static final int VALUE = 96;
  private static final int SPARE = 1 << 21;
  private static final int WARM_UP_SECONDS = 5;
  private static final int WARM_UP_SNAPSHOTS = 8;

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private PublishStalls() {}

  /** Runs. */
  public static void main(String[] args) throws Exception {
    int records = Integer.parseInt(args[0]);
    int seconds = Integer.parseInt(args[1]);
    int rate = Integer.parseInt(args[2]);
    int workers = Integer.parseInt(args[3]);
    Path directory = SnapshotSet.directory();
    SnapshotSet set = new SnapshotSet(records, VALUE);
    try (SnapshotRig rig = new SnapshotRig(set, HashKind.SUM256, SPARE)) {
      rig.fill();
      Pace pace = new Pace(rig, records, rate);
      try (SnapshotService service = rig.service(directory, FrameStyle.LZ4, workers, true)) {
        pace.run(WARM_UP_SECONDS, null);
        // Until the compiler has seen what is rare: keys that come again while a root is frozen.
        for (int snapshots = 0; snapshots < WARM_UP_SNAPSHOTS; ) {
          snapshots += pace.run(WARM_UP_SECONDS, service).snapshots;
        }
        while (rig.store().drain(PUBLISHED_AT_ONCE) > 0) {
          // What the last snapshot left would be seen in the first publications.
        }
        Times alone = pace.run(seconds, null);
        Times beside = pace.run(seconds, service);
        alone.print("alone");
        beside.print("beside " + beside.snapshots + " snapshots");
      }
    } finally {
      SnapshotSet.empty(directory);
      Files.delete(directory);
    }
  }

  /** What was measured, by the clock and by the processor time of the publisher. */
  private static final class Times {
    private final long[] clock;
    private final long[] processor;
    private int count;
    private int snapshots;

    Times(int max) {
      clock = new long[max];
      processor = new long[max];
    }

    void print(String name) {
      System.out.println(line(name + ", clock", clock));
      System.out.println(line(name + ", processor", processor));
    }

    private String line(String name, long[] times) {
      long[] sorted = Arrays.copyOf(times, count);
      Arrays.sort(sorted);
      return String.format(
          Locale.ROOT,
          "%-32s %7d publications, microseconds: p50 %.1f  p99 %.1f  p99.9 %.1f  max %.1f",
          name,
          count,
          at(sorted, 0.5),
          at(sorted, 0.99),
          at(sorted, 0.999),
          at(sorted, 1));
    }

    private static double at(long[] sorted, double part) {
      int rank = (int) Math.ceil(part * sorted.length);
      return sorted[Math.max(0, rank - 1)] / 1e3;
    }
  }

  /** Publishes at a steady pace. */
  private static final class Pace {
    private final SnapshotRig rig;
    private final int records;
    private final long step;
    private final SplittableRandom random = new SplittableRandom(3);
    private final int[] numbers = new int[PUBLISHED_AT_ONCE];

    Pace(SnapshotRig rig, int records, int rate) {
      this.rig = rig;
      this.records = records;
      this.step = 1_000_000_000L / rate;
    }

    /** With a service: only what is beside its snapshots is counted. */
    Times run(int seconds, SnapshotService service) {
      Times times = new Times((int) (seconds * 1_000_000_000L / step) + 1);
      CompletableFuture<SnapshotInfo> running = null;
      long begin = System.nanoTime();
      long end = begin + seconds * 1_000_000_000L;
      for (long next = begin; next < end; next += step) {
        LockSupport.parkNanos(next - System.nanoTime());
        for (int i = 0; i < numbers.length; i++) {
          numbers[i] = random.nextInt(records);
        }
        if (service != null && (running == null || running.isDone())) {
          running = service.trigger(SnapshotKind.FULL);
          times.snapshots++;
        }
        Txn txn = rig.prepare(numbers, 0, numbers.length);
        long processor = THREADS.getCurrentThreadCpuTime();
        long clock = System.nanoTime();
        rig.publish(txn);
        times.clock[times.count] = System.nanoTime() - clock;
        times.processor[times.count++] = THREADS.getCurrentThreadCpuTime() - processor;
      }
      if (running != null) {
        running.join();
      }
      return times;
    }
  }
}
