package holdfast.groove;

import holdfast.internal.Mem;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** Whoever gets an object sees all that its last owner wrote before it freed it. */
@JCStressTest
@Outcome(id = "0", expect = Expect.ACCEPTABLE, desc = "another object, it was not freed yet")
@Outcome(id = "2", expect = Expect.ACCEPTABLE, desc = "the object, with the last store")
@Outcome(expect = Expect.FORBIDDEN, desc = "the object, with an older store")
@State
public class HandOverStress {
  private final Groove groove = SmallGroove.create();
  private final GrooveHandle one = groove.handle(0);
  private final GrooveHandle other = groove.handle(0);
  private final long object = one.alloc(SmallGroove.SIZE);

  /** An object with an old value. */
  public HandOverStress() {
    Mem.putLong(groove.view.volumes, object + 64, 1);
  }

  /** The last owner. */
  @Actor
  public void free() {
    Mem.putLong(groove.view.volumes, object + 64, 2);
    one.free(object);
  }

  /** The next one. */
  @Actor
  public void alloc(I_Result r) {
    r.r1 =
        other.alloc(SmallGroove.SIZE) == object
            ? (int) Mem.getLong(groove.view.volumes, object + 64)
            : 0;
  }
}
