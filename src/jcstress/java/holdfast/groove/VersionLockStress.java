package holdfast.groove;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.lang.foreign.Arena;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/** Do the barriers of the key map's version locks hold on this machine? */
public final class VersionLockStress {
  private VersionLockStress() {}

  /** A map with one key whose value says 1 in three fields. */
  public static class OneKey {
    final GrooveMap map;
    final GrooveEntry reader = new GrooveEntry().key(5, 0, 0, 0);
    final GrooveEntry writer = new GrooveEntry().key(5, 0, 0, 0);

    OneKey() {
      Arena arena = Arena.ofAuto();
      map = GrooveMap.create(arena.allocate(256, 128), arena.allocate(4 * 48, 128), 4, 2, 4, 7);
      map.put(writer.value(1, 1, 1));
    }

    final int read() {
      GrooveMap.Result result = map.tryQuery(reader);
      if (result == GrooveMap.Result.ABSENT) {
        return 0;
      }
      if (result == GrooveMap.Result.AGAIN) {
        return -1;
      }
      int size = reader.valueSize();
      return reader.valueOffset() == size && reader.valueCapacity() == size ? size : -2;
    }
  }

  /** A reader sees a value whole, old or new, or is told to come back. */
  @JCStressTest
  @Outcome(id = "-1", expect = ACCEPTABLE, desc = "try again")
  @Outcome(id = "1", expect = ACCEPTABLE, desc = "before")
  @Outcome(id = "2", expect = ACCEPTABLE, desc = "after")
  @Outcome(expect = FORBIDDEN, desc = "torn, or lost")
  @State
  public static class ReadAndReplace extends OneKey {
    /** For the harness. */
    public ReadAndReplace() {}

    /** Writes. */
    @Actor
    public void write() {
      map.put(writer.value(2, 2, 2));
    }

    /** Reads. */
    @Actor
    public void read(I_Result result) {
      result.r1 = read();
    }
  }

  /** Two writers that try once: one of them at least gets through, and nothing is torn. */
  @JCStressTest
  @Outcome(
      id = {"1, 2", "1, 3"},
      expect = ACCEPTABLE,
      desc = "both, or one")
  @Outcome(expect = FORBIDDEN, desc = "none, or a torn value")
  @State
  public static class TwoWriters extends OneKey {
    private final GrooveEntry other = new GrooveEntry().key(5, 0, 0, 0);
    private volatile boolean first;
    private volatile boolean second;

    /** For the harness. */
    public TwoWriters() {}

    /** Writes. */
    @Actor
    public void write() {
      first = map.tryPut(writer.value(2, 2, 2)) == GrooveMap.Result.REPLACED;
    }

    /** Writes, too. */
    @Actor
    public void writeToo() {
      second = map.tryPut(other.value(3, 3, 3)) == GrooveMap.Result.REPLACED;
    }

    /** Looks what is left. */
    @Arbiter
    public void look(II_Result result) {
      result.r1 = first || second ? 1 : 0;
      result.r2 = read();
    }
  }
}
