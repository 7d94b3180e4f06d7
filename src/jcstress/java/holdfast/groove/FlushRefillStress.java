package holdfast.groove;

import holdfast.internal.Mem;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** Whoever fills a cache with what another one flushed sees all that the last owner wrote. */
@JCStressTest
@Outcome(id = "0", expect = Expect.ACCEPTABLE, desc = "another object, or none yet")
@Outcome(id = "2", expect = Expect.ACCEPTABLE, desc = "the object, with the last store")
@Outcome(expect = Expect.FORBIDDEN, desc = "the object, with an older store")
@State
public class FlushRefillStress {
  private final Groove groove = SmallGroove.create();
  private final GrooveHandle one = groove.handle(0, 3 * SmallGroove.SIZE);
  private final GrooveHandle other = groove.handle(0, 3 * SmallGroove.SIZE);
  private final long object = one.alloc(SmallGroove.SIZE);

  /** An object with an old value. */
  public FlushRefillStress() {
    Mem.putLong(groove.view.volumes, object + 64, 1);
  }

  /** The last owner. */
  @Actor
  public void free() {
    Mem.putLong(groove.view.volumes, object + 64, 2);
    one.free(object);
    one.flush();
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
