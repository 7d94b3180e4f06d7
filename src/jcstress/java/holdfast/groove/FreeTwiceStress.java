package holdfast.groove;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZI_Result;

/** Two free the same object: one of them does, and the neighbour stays. */
@JCStressTest
@Outcome(
    id = {"true, false, 1", "false, true, 1"},
    expect = Expect.ACCEPTABLE,
    desc = "one winner")
@Outcome(expect = Expect.FORBIDDEN, desc = "freed twice or not at all, or the neighbour was hit")
@State
public class FreeTwiceStress {
  private final Groove groove = SmallGroove.create();
  private final GrooveHandle one = groove.handle(0);
  private final GrooveHandle other = groove.handle(1);
  private final long object = one.alloc(SmallGroove.SIZE);
  private final long neighbour = one.alloc(SmallGroove.SIZE);

  /** Frees. */
  @Actor
  public void first(ZZI_Result r) {
    r.r1 = one.free(object);
  }

  /** Frees, too. */
  @Actor
  public void second(ZZI_Result r) {
    r.r2 = other.free(object);
  }

  /** Counts what is left. */
  @Arbiter
  public void end(ZZI_Result r) {
    r.r3 = (groove.find(object) == null ? 0 : 2) + (groove.find(neighbour) == null ? 0 : 1);
  }
}
