package holdfast.snapshot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.internal.Disk;
import holdfast.testkit.CutState;
import holdfast.testkit.PowerCuts;
import holdfast.testkit.SimFaults.Effect;
import holdfast.testkit.SimFaults.Op;
import holdfast.testkit.Tier;
import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Disks that fail under a service, and power that goes. */
@Timeout(300)
class SnapshotServiceFaultTest {
  private static final Set<Op> ALL =
      EnumSet.of(
          Op.OPEN,
          Op.READ,
          Op.WRITE,
          Op.SIZE,
          Op.FORCE,
          Op.RENAME,
          Op.DELETE,
          Op.LIST,
          Op.FORCE_DIRECTORY,
          Op.USABLE_SPACE);

  private static SnapshotPolicy.Builder policy(long full, long incremental) {
    return ServiceRig.policy(full, incremental).promoteRatio(1).workers(1);
  }

  private static SnapshotPolicy.Builder policy(FullMode mode) {
    return policy(20, 5).fullMode(mode);
  }

  /** Each operation fails once: an event, no temporary file, the next one succeeds. */
  @ParameterizedTest
  @EnumSource
  void everyFailureIsAnEvent(FullMode mode) throws Exception {
    for (Effect effect : List.of(Effect.IO_ERROR, Effect.NO_SPACE)) {
      Set<Op> ops = effect == Effect.NO_SPACE ? EnumSet.of(Op.WRITE) : ALL;
      boolean fired = true;
      int n = 1;
      for (; fired; n++) {
        fired = failOnce(mode, ops, effect, n);
      }
      assertTrue(n > (effect == Effect.NO_SPACE ? 5 : 20), n + " operations");
    }
  }

  private boolean failOnce(FullMode mode, Set<Op> ops, Effect effect, int n) throws Exception {
    try (ServiceRig rig = new ServiceRig()) {
      rig.start(policy(mode));
      rig.changeSettled(1, 12);
      assertEquals(10, rig.check(rig.sim).seq());
      rig.sim.faults().fail(n, ops, "*", effect);
      rig.changeSettled(13, 22);
      if (rig.sim.faults().fired().isEmpty()) {
        return false;
      }
      String what = effect + " at " + n;
      // At 5, 10, 15 and 20; a merged one has its changes in a file of their own.
      if (rig.completed().size() < (mode == FullMode.WALK ? 4 : 5)) {
        assertEquals(1, rig.events(SnapshotEvent.Failed.class).size(), what);
      }
      assertFalse(
          rig.names().stream().anyMatch(name -> name.endsWith(".tmp")), what + ": " + rig.names());
      assertTrue(rig.check(rig.sim).seq() >= 15, what);
      rig.changeSettled(23, 25);
      assertEquals(25, rig.check(rig.sim).seq(), what);
      return true;
    }
  }

  /** A disk that refuses everything for a while: attempts become rare, and then it goes on. */
  @Test
  void attemptsBecomeRareWhileTheDiskRefuses() throws Exception {
    try (ServiceRig rig = new ServiceRig()) {
      rig.start(policy(0, 5));
      rig.changeSettled(1, 5);
      for (int i = 0; i < 5; i++) {
        rig.sim.faults().fail(1, EnumSet.of(Op.FORCE), "*", Effect.IO_ERROR);
      }
      rig.changeSettled(6, 5 + 5 * 20);
      // At due points 1, 2, 4, 8, 16 of twenty.
      assertEquals(5, rig.events(SnapshotEvent.Failed.class).size());
      assertEquals(List.of("FULL 5"), rig.completed());
      assertEquals(5, rig.check(rig.sim).seq());
      // The disk is well again: 16 due points later the next one is made, then all. So much has
      // changed by then that it becomes a full one.
      rig.changeSettled(106, 5 + 5 * 33);
      assertEquals(List.of("FULL 5", "FULL 165", "INCREMENTAL 170"), rig.completed());
    }
  }

  /** Whatever a power cut leaves: the last completed snapshot loads, or a newer one. */
  @ParameterizedTest
  @EnumSource
  void everyCutLeavesWhatWasCompleted(FullMode mode) throws Exception {
    try (ServiceRig rig = new ServiceRig()) {
      rig.also =
          event -> {
            if (event instanceof SnapshotEvent.Completed completed) {
              rig.sim.ack(completed.info().seq());
            }
          };
      rig.start(policy(mode));
      rig.changeSettled(1, 47);
      rig.service().close();
      long states =
          PowerCuts.check(rig.sim.states(Tier.of(1_500, 100_000)), state -> check(rig, state));
      System.out.println("snapshot service: " + states + " states after a power cut");
      assertTrue(states > 200, states + " states");
    }
  }

  private static void check(ServiceRig rig, CutState state) throws IOException {
    long promised = state.acknowledged().isEmpty() ? 0 : (long) state.acknowledged().getLast();
    Disk disk = state.disk();
    if (!disk.exists(rig.dir)) {
      assertEquals(0, promised);
      return;
    }
    long seq = 0;
    try {
      seq = rig.check(disk).seq();
    } catch (SnapshotException e) {
      assertEquals(0, promised, e.getMessage()); // a first file that is there in name only
    }
    assertTrue(seq >= promised, "loaded " + seq + ", promised " + promised);
  }
}
