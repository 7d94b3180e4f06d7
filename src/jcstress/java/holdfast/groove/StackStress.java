package holdfast.groove;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** One pops; the other pops and pushes back. Nothing is lost, nothing comes out twice. */
@JCStressTest
@Outcome(id = "1, 1, 2", expect = Expect.ACCEPTABLE, desc = "the second came later, or before")
@Outcome(id = "1, 2, 2", expect = Expect.ACCEPTABLE, desc = "the first was gone")
@Outcome(id = "2, 1, 1", expect = Expect.ACCEPTABLE, desc = "in between")
@Outcome(expect = Expect.FORBIDDEN, desc = "lost or handed out twice")
@State
public class StackStress {
  private final Groove groove = SmallGroove.create();

  /** A stack of two. */
  public StackStress() {
    InactiveStack.push(groove, SmallGroove.STACK, 2048);
    InactiveStack.push(groove, SmallGroove.STACK, 1024);
  }

  /** Pops. */
  @Actor
  public void pop(III_Result r) {
    r.r1 = (int) InactiveStack.pop(groove, SmallGroove.STACK) >> 10;
  }

  /** Pops and pushes. */
  @Actor
  public void popAndPush(III_Result r) {
    long popped = InactiveStack.pop(groove, SmallGroove.STACK);
    InactiveStack.push(groove, SmallGroove.STACK, popped);
    r.r2 = (int) popped >> 10;
  }

  /** What is left, if it is one. */
  @Arbiter
  public void end(III_Result r) {
    r.r3 = (int) InactiveStack.pop(groove, SmallGroove.STACK) >> 10;
    if (InactiveStack.pop(groove, SmallGroove.STACK) != 0) {
      r.r3 = -1;
    }
  }
}
