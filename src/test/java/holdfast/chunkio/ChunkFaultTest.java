package holdfast.chunkio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.testkit.PowerCuts;
import holdfast.testkit.SimDisk;
import holdfast.testkit.SimFaults.Effect;
import holdfast.testkit.SimFaults.Op;
import holdfast.testkit.Tier;
import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Every file operation fails once, in every way: an error, and nothing that was promised is lost.
 */
class ChunkFaultTest {
  private static ChunkStoreOptions options(Engine engine) {
    return Chunks.QUIETLY.withSync(SyncLevel.FULL).withEngine(engine).withStagedSize(4096);
  }

  @ParameterizedTest
  @CsvSource({
    "MAPPED, IO_ERROR",
    "MAPPED, NO_SPACE",
    "MAPPED, SHORT",
    "STAGED, IO_ERROR",
    "STAGED, NO_SPACE",
  })
  void afterAFailureTheStoreHoldsWhatWasPromised(Engine engine, Effect effect) throws IOException {
    failEach(ChunkModel::usual, options(engine), effect);
    failEach(ChunkModel::seals, options(engine), effect);
  }

  private static void failEach(
      Supplier<ChunkModel> history, ChunkStoreOptions options, Effect effect) throws IOException {
    SimDisk whole = new SimDisk();
    history.get().run(whole, options, false);
    int operations = whole.faults().count(EnumSet.allOf(Op.class));
    assertTrue(operations > 100, operations + " operations");
    for (int n = 1; n <= operations; n++) {
      SimDisk disk = new SimDisk();
      disk.faults().fail(n, EnumSet.allOf(Op.class), "*", effect);
      failOnce(disk, history.get(), options, effect + " at operation " + n);
    }
  }

  private static void failOnce(
      SimDisk disk, ChunkModel model, ChunkStoreOptions options, String place) throws IOException {
    int promised = 0;
    try (ChunkStore store = ChunkModel.open(disk, options)) {
      ChunkStream stream = store.stream("s");
      for (int i = 0; i < model.size(); i++) {
        model.step(i).run(stream);
        if (model.isPromise(i)) {
          promised = i + 1;
          disk.ack(promised);
        }
      }
    } catch (IOException e) {
      assertTrue(!disk.faults().fired().isEmpty(), place + ": " + e);
    }
    String what = place + " " + disk.faults().fired();
    assertEquals(List.of(), disk.openFiles(), what);
    int least = promised;
    try {
      if (Tier.thorough()) {
        PowerCuts.check(
            disk.states(200),
            state ->
                model.check(
                    state.disk(),
                    options,
                    state.acknowledged().stream().mapToInt(it -> (Integer) it).max().orElse(0)));
      }
      model.check(disk, options, least);
    } catch (AssertionError e) {
      throw new AssertionError(what, e);
    }
  }

  @ParameterizedTest
  @CsvSource({"MAPPED", "STAGED"})
  void aFullDiskIsAnErrorAndTheStoreGoesOnWhenThereIsSpaceAgain(Engine engine) throws IOException {
    ChunkStoreOptions options = options(engine);
    for (int capacity = 4096; capacity < 40_000; capacity += 4096) {
      SimDisk disk = new SimDisk();
      disk.capacity(capacity);
      StringBuilder stored = new StringBuilder();
      try (ChunkStore store = ChunkModel.open(disk, options)) {
        Chunk chunk = open(store, disk);
        int failures = 0;
        for (int i = 0; i < 60; i++) {
          String record = ChunkModel.text(i, 900);
          try {
            assertTrue(chunk.append(ChunkModel.bytes(record)));
            stored.append(record);
          } catch (IOException e) {
            failures++;
            assertEquals(stored.toString(), ChunkModel.string(chunk.contentCopy()));
            if (failures == 3) {
              disk.capacity(Long.MAX_VALUE);
            }
          }
        }
        assertTrue(failures >= 3, capacity + " bytes: " + failures + " failures");
        chunk.sync();
        assertEquals(stored.toString(), ChunkModel.string(chunk.contentCopy()));
      }
      try (ChunkStore store = ChunkModel.open(disk, options)) {
        assertTrue(store.load().isClean());
        assertEquals(Map.of("a", "|" + stored), ChunkModel.content(store));
      }
    }
  }

  private static Chunk open(ChunkStore store, SimDisk disk) throws IOException {
    ChunkStream stream = store.stream("s");
    try {
      return stream.open("a");
    } catch (IOException e) {
      disk.capacity(8192);
      return stream.open("a");
    }
  }

  @Test
  void aForceThatFailedIsNotBelievedWhenItIsTriedAgain() throws IOException {
    for (boolean restart : new boolean[] {false, true}) {
      ChunkStoreOptions options = options(Engine.MAPPED);
      SimDisk disk = new SimDisk();
      ChunkModel model = new ChunkModel();
      model.create("a");
      model.append("a", ChunkModel.text(1, 900));
      model.sync("a");
      model.append("a", ChunkModel.text(2, 900));
      model.append("a", ChunkModel.text(3, 900));
      ChunkStore store = ChunkModel.open(disk, options);
      ChunkStream stream = store.stream("s");
      for (int i = 0; i < 4; i++) {
        model.step(i).run(stream);
      }
      disk.ack(3);
      disk.faults().fail(1, EnumSet.of(Op.FORCE), "a", Effect.IO_ERROR);
      Chunk chunk = stream.chunk("a");
      assertThrows(IOException.class, chunk::sync);
      assertThrows(IOException.class, chunk::sync);
      assertThrows(IOException.class, () -> chunk.append(new byte[1]));
      if (restart) {
        store.close();
        store = ChunkModel.open(disk, options);
        store.load();
        stream = store.stream("s");
      } else {
        assertTrue(chunk.down());
        assertTrue(chunk.up());
      }
      model.step(4).run(stream);
      stream.chunk("a").sync();
      disk.ack(5);
      store.close();
      PowerCuts.check(
          disk.states(3000),
          state ->
              model.check(
                  state.disk(),
                  options,
                  state.acknowledged().stream().mapToInt(it -> (Integer) it).max().orElse(0)));
    }
  }
}
