package holdfast.groove;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZI_Result;

/** Two free the same object into caches of their own: it is handed out again, and once. */
@JCStressTest
@Outcome(
    id = {"true, false, 1", "false, true, 1"},
    expect = Expect.ACCEPTABLE,
    desc = "one came later")
@Outcome(
    id = "true, true, 1",
    expect = Expect.ACCEPTABLE_INTERESTING,
    desc = "at the same time; one of them forgets it")
@Outcome(expect = Expect.FORBIDDEN, desc = "in two hands, or lost")
@State
public class FreeTwiceCachedStress {
  private final Groove groove = SmallGroove.create();
  private final GrooveHandle one = groove.handle(0, 3 * SmallGroove.SIZE);
  private final GrooveHandle other = groove.handle(1, 3 * SmallGroove.SIZE);
  private final long object = one.alloc(SmallGroove.SIZE);

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

  /** Counts who gets it. */
  @Arbiter
  public void end(ZZI_Result r) {
    r.r3 = (one.alloc(SmallGroove.SIZE) == object ? 1 : 0);
    r.r3 += (other.alloc(SmallGroove.SIZE) == object ? 1 : 0);
  }
}
