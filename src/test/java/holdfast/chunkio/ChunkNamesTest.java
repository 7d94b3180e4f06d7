package holdfast.chunkio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.internal.Disk;
import holdfast.testkit.CutState;
import holdfast.testkit.PowerCuts;
import holdfast.testkit.SimDisk;
import holdfast.testkit.SimFaults.Effect;
import holdfast.testkit.SimFaults.Op;
import holdfast.testkit.Tier;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The force of a directory fails, and the system takes its names for written: whatever the store
 * promises after that is there after a power cut.
 */
class ChunkNamesTest {
  private static final EnumSet<Op> NAMES = EnumSet.of(Op.FORCE_DIRECTORY);
  private static final ChunkStoreOptions OPTIONS = Chunks.QUIETLY.withSync(SyncLevel.FULL);
  private static final String TEXT = ChunkModel.text(1, 900);

  /** What the user does after an error. */
  enum Answer {
    /** Takes the chunks down and up; opens the store again where it says so. */
    DOWN_AND_UP,
    REOPEN,
    /** The process dies. */
    KILL
  }

  /** The directory named fails to be forced once; null for none. */
  private static void fail(SimDisk disk, String directory) {
    disk.faults().fail(1, NAMES, directory, Effect.IO_ERROR);
  }

  private static int promised(CutState state) {
    return state.acknowledged().stream().mapToInt(it -> (Integer) it).max().orElse(0);
  }

  private static Map<String, String> content(SimDisk disk) throws IOException {
    try (ChunkStore store = ChunkModel.open(disk, OPTIONS)) {
      store.load();
      return ChunkModel.content(store);
    }
  }

  private static void requireTexts(SimDisk disk, long limit) {
    PowerCuts.check(
        disk.states(limit),
        state -> {
          Map<String, String> found = content(state.disk());
          for (Object name : state.acknowledged()) {
            assertEquals("|" + TEXT, found.get(name));
          }
        });
  }

  private static Chunk written(ChunkStream stream, String name) throws IOException {
    Chunk chunk = stream.open(name);
    assertTrue(chunk.append(ChunkModel.bytes(TEXT)));
    return chunk;
  }

  // ------------------------------------------------------------------------- whole histories

  @ParameterizedTest
  @EnumSource(Answer.class)
  void promisesAfterAFailedForceOfADirectoryAreKept(Answer answer) throws IOException {
    failEach(ChunkModel::usual, answer);
    failEach(ChunkModel::seals, answer);
  }

  private static void failEach(Supplier<ChunkModel> history, Answer answer) throws IOException {
    SimDisk whole = new SimDisk();
    history.get().run(whole, OPTIONS, false);
    int forces = whole.faults().count(NAMES);
    assertTrue(forces > 5, forces + " forces");
    for (int n = 1; n <= forces; n++) {
      ChunkModel model = history.get();
      SimDisk disk = new SimDisk();
      disk.faults().fail(n, NAMES, "*", Effect.IO_ERROR);
      run(disk, model, answer);
      try {
        PowerCuts.check(
            disk.states(Tier.of(150, 2000)),
            state -> model.check(state.disk(), OPTIONS, promised(state)));
      } catch (AssertionError e) {
        throw new AssertionError(answer + " " + disk.faults().fired() + ": " + e.getMessage(), e);
      }
    }
  }

  private static void run(SimDisk disk, ChunkModel model, Answer answer) throws IOException {
    ChunkStore store;
    try {
      store = ChunkModel.open(disk, OPTIONS);
    } catch (IOException e) {
      store = ChunkModel.open(disk, OPTIONS);
    }
    try {
      for (int i = 0; i < model.size(); i++) {
        try {
          model.step(i).run(store.stream("s"));
        } catch (IOException e) {
          // Whatever failed has to be settled before something else may be there without it.
          store = synced(disk, afterFailure(disk, store, answer));
          int now = ChunkModel.content(store).equals(model.states.get(i + 1)) ? i + 1 : i;
          assertEquals(model.states.get(now), ChunkModel.content(store));
          i = now - 1;
          if (i < 0) {
            continue;
          }
        }
        if (model.isPromise(i)) {
          store = synced(disk, store);
          disk.ack(i + 1);
        }
      }
    } finally {
      store.close();
    }
  }

  private static ChunkStore afterFailure(SimDisk disk, ChunkStore store, Answer answer)
      throws IOException {
    if (answer == Answer.DOWN_AND_UP) {
      for (Chunk chunk : store.stream("s").chunks()) {
        assertTrue(chunk.down());
        assertTrue(chunk.up());
      }
      return store;
    }
    if (answer == Answer.REOPEN) {
      closeQuietly(store);
    } else {
      disk.kill();
    }
    return reopened(disk);
  }

  private static ChunkStore reopened(SimDisk disk) throws IOException {
    ChunkStore store = ChunkModel.open(disk, OPTIONS);
    store.load();
    return store;
  }

  private static void closeQuietly(ChunkStore store) {
    try {
      store.close();
    } catch (IOException e) {
      // It says again that nothing is promised.
    }
  }

  /** All of it; the store may say that it has to be opened again for that. */
  private static ChunkStore synced(SimDisk disk, ChunkStore store) throws IOException {
    try {
      store.sync();
      return store;
    } catch (DoubtfulNamesException e) {
      closeQuietly(store);
      ChunkStore again = reopened(disk);
      again.sync();
      return again;
    }
  }

  // ------------------------------------------------------------------------- single cases

  @Test
  void allNamesThatTheForceCoveredAreMadeAnew() throws IOException {
    SimDisk disk = new SimDisk();
    try (ChunkStore store = ChunkModel.open(disk, OPTIONS)) {
      ChunkStream stream = store.stream("s");
      Chunk a = written(stream, "a");
      Chunk b = written(stream, "b");
      fail(disk, "s");
      assertThrows(IOException.class, a::sync);
      b.sync();
      disk.ack("b");
      assertTrue(a.down());
      assertTrue(a.up());
      a.sync();
      disk.ack("a");
      int forces = disk.faults().count(NAMES);
      a.sync();
      b.sync();
      assertEquals(forces, disk.faults().count(NAMES), "once is enough");
    }
    requireTexts(disk, 4000);
  }

  @Test
  void aSecondFailurePutsAllInDoubtAgain() throws IOException {
    SimDisk disk = new SimDisk();
    try (ChunkStore store = ChunkModel.open(disk, OPTIONS)) {
      ChunkStream stream = store.stream("s");
      Chunk a = written(stream, "a");
      Chunk b = written(stream, "b");
      fail(disk, "s");
      assertThrows(IOException.class, a::sync);
      for (int i = 0; i < 3; i++) {
        disk.faults().fail(2, NAMES, "s", Effect.IO_ERROR); // the mark is durable, the name is not
        assertThrows(IOException.class, b::sync);
        b.down();
        b.up();
      }
      b.sync();
      disk.ack("b");
    }
    requireTexts(disk, 4000);
  }

  @Test
  void aDeletionThatReturnedIsDurable() throws IOException {
    SimDisk disk = new SimDisk();
    int before;
    try (ChunkStore store = ChunkModel.open(disk, OPTIONS)) {
      ChunkStream stream = store.stream("s");
      Chunk a = written(stream, "a");
      Chunk b = written(stream, "b");
      fail(disk, "s");
      assertThrows(IOException.class, a::sync);
      b.delete();
      before = disk.length();
    }
    PowerCuts.check(
        disk.states(2000).filter(state -> state.position() >= before),
        state -> assertFalse(content(state.disk()).containsKey("b")));
  }

  @Test
  void promisesInANewStreamAreRefusedWhenItsOwnNameIsInDoubt() throws IOException {
    SimDisk disk = new SimDisk();
    try (ChunkStore store = ChunkModel.open(disk, OPTIONS)) {
      Chunk a = written(store.stream("old"), "a");
      a.sync();
      disk.ack("a");
      Chunk b = written(store.stream("new"), "b");
      fail(disk, "root");
      assertThrows(IOException.class, b::sync);
      assertTrue(b.down());
      assertTrue(b.up());
      for (int i = 0; i < 2; i++) {
        DoubtfulNamesException refused = assertThrows(DoubtfulNamesException.class, b::sync);
        assertEquals("root", refused.getFile());
      }
      assertTrue(b.append(new byte[0]), "it goes on");
      b.sync(SyncLevel.DATA);
      assertTrue(a.append(new byte[0]));
      a.sync();
      Chunk c = written(store.stream("old"), "c");
      c.sync();
      disk.ack("c");
      closeQuietly(store);
    }
    try (ChunkStore store = reopened(disk)) {
      store.stream("new").chunk("b").sync();
      disk.ack("b");
      assertFalse(disk.content().containsKey("root/" + StreamFolder.MARK));
    }
    requireTexts(disk, 6000);
  }

  @Test
  void anOpeningMakesAllNamesAnewAndTakesTheMarkAway() throws IOException {
    SimDisk disk = new SimDisk();
    String mark = "root/s/" + StreamFolder.MARK;
    try (ChunkStore store = ChunkModel.open(disk, OPTIONS)) {
      ChunkStream stream = store.stream("s");
      Chunk a = written(stream, "a");
      written(stream, "b").sync(SyncLevel.DATA);
      fail(disk, "s");
      assertThrows(IOException.class, a::sync);
      assertTrue(disk.content().containsKey(mark));
      disk.kill();
    }
    for (boolean load : new boolean[] {true, false}) {
      SimDisk copy = load ? disk : disk.states().toList().getLast().disk();
      try (ChunkStore store = ChunkModel.open(copy, OPTIONS)) {
        if (load) {
          assertTrue(store.load().isClean());
        }
        ChunkStream stream = store.stream("s");
        assertFalse(copy.content().containsKey(mark));
        for (String name : new String[] {"a", "b"}) {
          Chunk chunk = load ? stream.chunk(name) : stream.open(name);
          chunk.sync();
          copy.ack(name);
        }
      }
      requireTexts(copy, 2000);
    }
  }

  @Test
  void aReaderLeavesTheMarkAlone() throws IOException {
    SimDisk disk = new SimDisk();
    try (ChunkStore store = ChunkModel.open(disk, OPTIONS)) {
      Chunk a = written(store.stream("s"), "a");
      fail(disk, "s");
      assertThrows(IOException.class, a::sync);
    }
    String before = disk.fingerprint();
    try (ChunkStore store = ChunkModel.open(disk, OPTIONS.withReadOnly(true))) {
      assertEquals(1, store.load().chunks());
    }
    assertEquals(before, disk.fingerprint());
  }

  /** Every operation of an opening that makes names anew fails once, or is the last one. */
  @Test
  void nothingIsLostWhenAnOpeningStopsInTheMiddle() throws IOException {
    for (int n = 1; ; n++) {
      SimDisk disk = new SimDisk();
      try (ChunkStore store = ChunkModel.open(disk, OPTIONS)) {
        written(store.stream("r"), "a").sync();
        written(store.stream("s"), "a").sync();
        Chunk b = written(store.stream("s"), "b");
        fail(disk, "s");
        assertThrows(IOException.class, b::sync);
        fail(disk, "root");
        Chunk c = written(store.stream("t"), "c");
        assertThrows(IOException.class, c::sync);
        disk.kill();
      }
      disk.faults().fail(n, EnumSet.allOf(Op.class), "*", Effect.IO_ERROR);
      try (ChunkStore store = ChunkModel.open(disk, OPTIONS)) {
        store.load();
      } catch (IOException e) {
        // Told; the next one has to cope.
      }
      if (disk.faults().fired().size() < 3) {
        assertTrue(n > 50, n + " operations");
        break;
      }
      disk.kill();
      disk.ack("a");
      Map<String, String> all = new TreeMap<>();
      for (String name : new String[] {"a", "b", "c"}) {
        all.put(name, "|" + TEXT);
      }
      assertEquals(all, content(disk), "operation " + n + " " + disk.faults().fired());
      requireTexts(disk, 60);
    }
  }

  @Test
  void aNameThatCannotBeMovedIsNotPromised() throws IOException {
    SimDisk disk = new SimDisk();
    String longest = "n".repeat(255);
    try (ChunkStore store = ChunkModel.open(disk, OPTIONS)) {
      Chunk chunk = written(store.stream("s"), longest);
      fail(disk, "s");
      assertThrows(IOException.class, chunk::sync);
    }
    try (ChunkStore store = reopened(disk)) {
      Chunk chunk = store.stream("s").chunk(longest);
      assertThrows(DoubtfulNamesException.class, () -> chunk.sync());
      Chunk other = written(store.stream("s"), "a");
      other.sync();
      disk.ack("a");
      closeQuietly(store);
    }
    requireTexts(disk, 1000);
  }

  @Test
  void parentsOfTheRootAreMadeAgainWhenTheirNamesWereNotDurable() throws IOException {
    SimDisk disk = new SimDisk();
    Path root = Path.of("above/below/root");
    fail(disk, "above");
    assertThrows(IOException.class, () -> ChunkStore.open(disk, root, OPTIONS));
    try (ChunkStore store = ChunkStore.open(disk, root, OPTIONS)) {
      written(store.stream("s"), "a").sync();
      disk.ack("a");
    }
    PowerCuts.check(
        disk.states(2000),
        state -> {
          if (!state.acknowledged().isEmpty()) {
            try (ChunkStore store = ChunkStore.open(state.disk(), root, OPTIONS)) {
              store.load();
              assertEquals(Map.of("a", "|" + TEXT), ChunkModel.content(store));
            }
          }
        });
  }

  /** A directory that is being forced when another chunk of it wants the same. */
  @Test
  void whoeverFindsAForceUnderWayWaitsForItsEnd() throws Exception {
    CountDownLatch forcing = new CountDownLatch(1);
    CountDownLatch mayEnd = new CountDownLatch(1);
    SimDisk disk = new SimDisk();
    Disk slow =
        (Disk)
            Proxy.newProxyInstance(
                Disk.class.getClassLoader(),
                new Class<?>[] {Disk.class},
                (_, method, arguments) -> {
                  if (method.getName().equals("forceDirectory")
                      && arguments[0].toString().endsWith("s")) {
                    forcing.countDown();
                    mayEnd.await();
                  }
                  try {
                    return method.invoke(disk, arguments);
                  } catch (InvocationTargetException e) {
                    throw e.getCause();
                  }
                });
    try (ChunkStore store = ChunkModel.open(slow, OPTIONS)) {
      Chunk a = written(store.stream("s"), "a");
      Chunk b = written(store.stream("s"), "b");
      CompletableFuture<Void> first = CompletableFuture.runAsync(() -> sync(a));
      forcing.await();
      CompletableFuture<Void> second = CompletableFuture.runAsync(() -> sync(b));
      assertThrows(TimeoutException.class, () -> second.get(100, TimeUnit.MILLISECONDS));
      mayEnd.countDown();
      first.get();
      second.get();
    }
  }

  private static void sync(Chunk chunk) {
    try {
      chunk.sync();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
