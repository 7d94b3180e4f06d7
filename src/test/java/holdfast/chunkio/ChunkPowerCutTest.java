package holdfast.chunkio;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.testkit.CutState;
import holdfast.testkit.PowerCuts;
import holdfast.testkit.SimDisk;
import holdfast.testkit.SimFaults;
import holdfast.testkit.SimFaults.Effect;
import holdfast.testkit.Tier;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * After a power cut at any moment of a history, with any of the pending writes lost, everything
 * that was promised is there, and what is there is what the store held after some step.
 */
class ChunkPowerCutTest {
  private static final int STATES = Tier.of(4000, 60_000);

  private static ChunkStoreOptions options(Engine engine) {
    return Chunks.QUIETLY.withSync(SyncLevel.FULL).withEngine(engine).withStagedSize(4096);
  }

  private static SimDisk run(ChunkModel model, ChunkStoreOptions options) throws IOException {
    SimDisk disk = new SimDisk();
    model.run(disk, options, false);
    return disk;
  }

  private static int promised(CutState state) {
    return state.acknowledged().stream().mapToInt(it -> (Integer) it).max().orElse(0);
  }

  @ParameterizedTest
  @EnumSource(Engine.class)
  void promisedStepsSurviveAndTheRestIsAPrefix(Engine engine) throws IOException {
    ChunkModel model = ChunkModel.usual();
    ChunkStoreOptions options = options(engine);
    SimDisk disk = run(model, options);
    long count =
        PowerCuts.check(
            disk.states(STATES), state -> model.check(state.disk(), options, promised(state)));
    assertTrue(count > 300, count + " states");
  }

  @ParameterizedTest
  @EnumSource(Engine.class)
  void aSealIsThereOrNotAndIsDurableOnceItReturned(Engine engine) throws IOException {
    ChunkModel model = ChunkModel.seals();
    ChunkStoreOptions options = options(engine);
    SimDisk disk = run(model, options);
    long count =
        PowerCuts.check(
            disk.states(STATES), state -> model.check(state.disk(), options, promised(state)));
    assertTrue(count > 300, count + " states");
  }

  @Test
  void aSealIsDurableWhateverTheLevelOfTheStore() throws IOException {
    ChunkModel model = new ChunkModel();
    model.create("a");
    model.append("a", ChunkModel.text(1, 600));
    model.append("a", ChunkModel.text(1, 600));
    model.seal("a");
    model.create("b");
    model.append("b", ChunkModel.text(2, 40));
    ChunkStoreOptions options = Chunks.QUIETLY.withSync(SyncLevel.NONE);
    SimDisk disk = run(model, options);
    PowerCuts.check(
        disk.states(STATES), state -> model.check(state.disk(), options, promised(state)));
    // The model would notice: with the forces of the seal left out, it is lost.
    SimDisk careless = new SimDisk();
    careless.faults().fail(1, SimFaults.FORCES, "*", Effect.IGNORE);
    model.run(careless, options, false);
    assertThrows(
        AssertionError.class,
        () ->
            PowerCuts.check(
                careless.states(STATES),
                state -> model.check(state.disk(), options, promised(state))));
  }

  @Test
  void aCutDuringTheRecoveryFromACutLosesNothingEither() throws IOException {
    ChunkModel model = ChunkModel.usual();
    ChunkStoreOptions options = options(Engine.MAPPED);
    SimDisk disk = run(model, options);
    PowerCuts.check(
        disk.states(Tier.of(60, 1000))
            .filter(state -> Math.floorMod(state.id().hashCode(), 7) == 0),
        state -> {
          SimDisk second = state.disk();
          model.check(second, options, promised(state));
          PowerCuts.check(
              second.states(Tier.of(40, 400)),
              deeper -> model.check(deeper.disk(), options, promised(state)));
        });
  }

  @Test
  void everyForceOfAShortHistoryIsNeeded() throws IOException {
    ChunkModel model = new ChunkModel();
    model.create("a");
    model.append("a", ChunkModel.text(1, 600));
    model.sync("a");
    model.append("a", ChunkModel.text(2, 600));
    model.sync("a");
    model.metadata("a", "tag");
    model.append("a", ChunkModel.text(3, 600));
    model.sync("a");
    ChunkStoreOptions options = options(Engine.MAPPED);
    int forces = run(model, options).faults().count(SimFaults.FORCES);
    int needed = 0;
    for (int n = 1; n <= forces; n++) {
      SimDisk disk = new SimDisk();
      disk.faults().fail(n, SimFaults.FORCES, "*", Effect.IGNORE);
      model.run(disk, options, false);
      String site = disk.faults().fired().getFirst();
      // The last force of a file comes with the close, when nothing new was promised.
      try {
        PowerCuts.check(
            disk.states(600), state -> model.check(state.disk(), options, promised(state)));
        assertTrue(n > forces - 2, "nobody missed force " + n + " of " + forces + ", " + site);
      } catch (AssertionError e) {
        if (e.getMessage().startsWith("nobody")) {
          throw e;
        }
        needed++;
      }
    }
    assertTrue(needed >= forces - 2, needed + " of " + forces);
  }

  @Test
  void withoutASyncAKilledMachineStillGivesAPrefix() throws IOException {
    ChunkModel model = new ChunkModel();
    model.create("a");
    for (int i = 0; i < 6; i++) {
      model.append("a", ChunkModel.text(i, 500));
    }
    ChunkStoreOptions options = Chunks.QUIETLY.withSync(SyncLevel.NONE);
    SimDisk disk = run(model, options);
    PowerCuts.check(disk.states(STATES), state -> model.check(state.disk(), options, 0));
    // The model would notice: without any recovery of what is torn, files are rejected.
    assertThrows(
        AssertionError.class,
        () ->
            PowerCuts.check(
                disk.states(STATES), state -> ChunkModel.originalTakesAll(state.disk())));
  }
}
