package holdfast.groove;

import holdfast.internal.Mem;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** Whoever takes an object from the depot sees all that the last owner wrote. */
@JCStressTest
@Outcome(id = "0", expect = Expect.ACCEPTABLE, desc = "another object, or none yet")
@Outcome(id = "2", expect = Expect.ACCEPTABLE, desc = "the object, with the last store")
@Outcome(expect = Expect.FORBIDDEN, desc = "the object, with an older store")
@State
public class DepotStress {
  private final Groove groove = SmallGroove.create(SmallGroove.LARGE_HEAD);
  private final GrooveHandle one = groove.handle(0, 3 * SmallGroove.SIZE);
  private final GrooveHandle other = groove.handle(0, 3 * SmallGroove.SIZE);
  private final long[] objects = new long[3];

  /** Objects with old values. */
  public DepotStress() {
    for (int i = 0; i < objects.length; i++) {
      objects[i] = one.alloc(SmallGroove.SIZE);
      Mem.putLong(groove.view.volumes, objects[i] + 64, 1);
    }
  }

  /** The last owner: its cache has room for two, so that the first one goes to the depot. */
  @Actor
  public void free() {
    for (long object : objects) {
      Mem.putLong(groove.view.volumes, object + 64, 2);
      one.free(object);
    }
  }

  /** The next one. */
  @Actor
  public void alloc(I_Result r) {
    r.r1 =
        other.alloc(SmallGroove.SIZE) == objects[0]
            ? (int) Mem.getLong(groove.view.volumes, objects[0] + 64)
            : 0;
  }
}
