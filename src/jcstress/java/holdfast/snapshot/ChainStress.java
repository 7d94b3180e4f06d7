package holdfast.snapshot;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/** Do the barriers of a record store's chains hold on this machine? */
public final class ChainStress {
  private ChainStress() {}

  /**
   * A version is replaced, and the memory of its value used again at once: a reader without a lock
   * sees one of the two whole, or is told to come back.
   */
  @JCStressTest
  @Outcome(id = "-2", expect = ACCEPTABLE, desc = "try again")
  @Outcome(id = "1", expect = ACCEPTABLE, desc = "before")
  @Outcome(id = "2", expect = ACCEPTABLE, desc = "after")
  @Outcome(expect = FORBIDDEN, desc = "torn, lost, or memory of another")
  @State
  public static class ReplaceAndUseAgain {
    private final SmallStore store = new SmallStore();

    /** For the harness. */
    public ReplaceAndUseAgain() {
      store.link(0, 5, 1);
    }

    /** Replaces, then uses the memory for something else. */
    @Actor
    public void write() {
      long word = store.chains.lock(store.chain);
      store.fill(1, 5, store.chains.unlink((int) word, 0), 2);
      store.chains.publish(store.chain, word, 1);
      store.mark(0, 9);
    }

    /** Reads. */
    @Actor
    public void read(I_Result result) {
      result.r1 = store.look(5);
    }
  }

  /** The slot of a version that left the chain becomes that of another key, in the same chain. */
  @JCStressTest
  @Outcome(id = "-2", expect = ACCEPTABLE, desc = "try again")
  @Outcome(id = "1", expect = ACCEPTABLE, desc = "the one behind")
  @Outcome(expect = FORBIDDEN, desc = "lost, or another")
  @State
  public static class SlotUsedAgain {
    private final SmallStore store = new SmallStore();

    /** For the harness. */
    public SlotUsedAgain() {
      store.link(0, 5, 1);
      store.link(1, 6, 2);
    }

    /** Takes the first one out and puts it back under another key. */
    @Actor
    public void write() {
      long word = store.chains.lock(store.chain);
      int head = store.chains.unlink((int) word, 1);
      store.chains.publish(store.chain, word, head);
      store.link(1, 7, 3);
    }

    /** Reads the key behind it. */
    @Actor
    public void read(I_Result result) {
      result.r1 = store.look(5);
    }
  }

  /** Two writers of different keys, and what is there in the end. */
  @JCStressTest
  @Outcome(id = "1, 2, 3", expect = ACCEPTABLE, desc = "all")
  @Outcome(expect = FORBIDDEN, desc = "one is lost")
  @State
  public static class TwoWriters {
    private final SmallStore store = new SmallStore();

    /** For the harness. */
    public TwoWriters() {
      store.link(0, 5, 1);
    }

    /** Writes. */
    @Actor
    public void write() {
      store.link(1, 6, 2);
    }

    /** Writes, too. */
    @Actor
    public void writeToo() {
      store.link(2, 7, 3);
    }

    /** Looks what is left. */
    @Arbiter
    public void look(III_Result result) {
      result.r1 = store.look(5);
      result.r2 = store.look(6);
      result.r3 = store.look(7);
    }
  }

  /** Two writers of one transaction put records into its list. */
  @JCStressTest
  @Outcome(id = "2, 2", expect = ACCEPTABLE, desc = "both are there")
  @Outcome(expect = FORBIDDEN, desc = "one is lost")
  @State
  public static class TwoInOneList {
    private final SmallStore store = new SmallStore();

    /** For the harness. */
    public TwoInOneList() {}

    private void append(int index) {
      store.records.lock(store.txn);
      store.records.append(store.txn, index);
      store.records.unlock(store.txn);
    }

    /** Appends. */
    @Actor
    public void write() {
      append(0);
    }

    /** Appends, too. */
    @Actor
    public void writeToo() {
      append(1);
    }

    /** Counts forward and as the transaction says. */
    @Arbiter
    public void look(II_Result result) {
      int count = 0;
      for (int i = store.records.head(store.txn); i != StoreMemory.NONE && count < 9; count++) {
        i = RecordSlot.next(store.mem, store.parts.record(i));
      }
      result.r1 = count;
      result.r2 = store.records.count(store.txn);
    }
  }
}
