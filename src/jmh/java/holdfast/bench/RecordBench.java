package holdfast.bench;

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What do get, put and publish of a record cost, key 32 bytes, value 96 bytes, random order?
 *
 * <p>All keys are there; a put replaces a value.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 4, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
public class RecordBench {
  private static final int PUBLISHED_AT_ONCE = 64;

  /** How many records there are. */
  @Param({"1000000"})
  public int records;

  /** Whose map. */
  @Param({
    "hash-map",
    "mvstore",
    "mapdb-direct",
    "mapdb-tx",
    "chronicle-map",
    "holdfast",
    "holdfast-unhashed"
  })
  public String contender;

  private final SplittableRandom random = new SplittableRandom(1);
  private RecordPeer map;
  private long version;

  /** Puts all records. */
  @Setup
  public void load() {
    map = RecordPeer.of(contender, records);
    for (int i = 0; i < records; i++) {
      map.put(i, 0);
      if (i % 4096 == 4095 || i == records - 1) {
        map.publish();
      }
    }
  }

  /** Ends the map. */
  @TearDown
  public void close() {
    map.close();
  }

  /** Reads a value. */
  @Benchmark
  public long get() {
    return map.get(random.nextInt(records));
  }

  /** Replaces 64 values and publishes them; time for one. */
  @Benchmark
  @OperationsPerInvocation(PUBLISHED_AT_ONCE)
  public void put() {
    version++;
    for (int i = 0; i < PUBLISHED_AT_ONCE; i++) {
      map.put(random.nextInt(records), version);
    }
    map.publish();
  }
}
