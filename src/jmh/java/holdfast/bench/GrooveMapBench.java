package holdfast.bench;

import holdfast.groove.GrooveEntry;
import holdfast.groove.GrooveMap;
import java.lang.foreign.Arena;
import java.util.concurrent.ConcurrentHashMap;
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
 * What does one operation on the key map cost, at several grades of filling?
 *
 * <p>65536 slots, keys in random order. {@link ConcurrentHashMap} with records as keys and values
 * stands beside it for orientation only: it keeps its data on the heap and makes an object for each
 * key that is asked for. {@link Rounds} runs it with the allocation profiler.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 300, timeUnit = TimeUnit.MILLISECONDS)
public class GrooveMapBench {
  private static final int SLOTS = 1 << 16;

  private record Key(long word0, long word1, long word2, long word3) {}

  private record Value(long offset, int size, int capacity) {}

  /** Who runs. */
  @Param({"holdfast", "ConcurrentHashMap"})
  public String contender;

  /** Used slots of a hundred. */
  @Param({"25", "50", "75", "90"})
  public int fill;

  private Arena arena;
  private GrooveMap map;
  private GrooveEntry entry;
  private ConcurrentHashMap<Key, Value> peer;
  private int keys;
  private int next;

  /** Fills the map. */
  @Setup(Level.Iteration)
  public void fill() {
    arena = Arena.ofShared();
    keys = SLOTS * fill / 100;
    entry = new GrooveEntry();
    map =
        GrooveMap.create(
            arena.allocate(GrooveMap.stateSize(SLOTS), 128),
            arena.allocate(GrooveMap.elementsSize(SLOTS), 128),
            SLOTS,
            7);
    peer = new ConcurrentHashMap<>(2 * SLOTS);
    for (int i = 0; i < keys; i++) {
      put(i);
    }
  }

  /** Gives the memory back. */
  @TearDown(Level.Iteration)
  public void close() {
    arena.close();
  }

  private long number() {
    next = next * 1664525 + 1013904223;
    return Integer.toUnsignedLong(next) * keys >>> 32;
  }

  private Object put(long i) {
    return contender.equals("holdfast")
        ? map.put(key(i).value(i, 100, 128))
        : peer.put(new Key(i, i * 31, ~i, 5), new Value(i, 100, 128));
  }

  private Object remove(long i) {
    return contender.equals("holdfast")
        ? map.remove(key(i))
        : peer.remove(new Key(i, i * 31, ~i, 5));
  }

  private Object get(long i) {
    return contender.equals("holdfast") ? map.query(key(i)) : peer.get(new Key(i, i * 31, ~i, 5));
  }

  private GrooveEntry key(long i) {
    return entry.key(i, i * 31, ~i, 5);
  }

  /** Looks up a key that is there. */
  @Benchmark
  public Object query() {
    return get(number());
  }

  /** Looks up a key that is not there. */
  @Benchmark
  public Object queryAbsent() {
    return get(number() + SLOTS);
  }

  /** Replaces the value of a key. */
  @Benchmark
  public Object replace() {
    return put(number());
  }

  /** Removes a key and inserts it again. */
  @Benchmark
  public Object removeAndInsert() {
    long i = number();
    remove(i);
    return put(i);
  }
}
