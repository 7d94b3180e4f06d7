package holdfast.snapshot;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.CorruptDataException;
import holdfast.testkit.PatchedMem;
import holdfast.testkit.Stores;
import holdfast.testkit.Tier;
import holdfast.wksp.Wksp;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * An owner that dies before any of its stores leaves a store that opens with what had been done,
 * and with what was being done either done or not; or one that is refused. It never opens as
 * anything else.
 */
class StoreKillTest {
  @ParameterizedTest
  @EnumSource
  void everyStoreMayBeTheLast(HashKind hash) throws Throwable {
    PatchedMem.run(
        switch (hash) {
          case NONE -> OfNone.class;
          case SUM256 -> OfSum256.class;
          case LATTICE16 -> OfLattice16.class;
        });
  }

  /** Runs inside the loader. */
  public static final class OfNone implements Runnable {
    /** For the loader. */
    public OfNone() {}

    @Override
    public void run() {
      new Kills(HashKind.NONE).run(Tier.of(3, 1));
    }
  }

  /** Runs inside the loader. */
  public static final class OfSum256 implements Runnable {
    /** For the loader. */
    public OfSum256() {}

    @Override
    public void run() {
      new Kills(HashKind.SUM256).run(Tier.of(3, 1));
    }
  }

  /** Runs inside the loader. */
  public static final class OfLattice16 implements Runnable {
    /** For the loader. */
    public OfLattice16() {}

    @Override
    public void run() {
      new Kills(HashKind.LATTICE16).run(Tier.of(401, 37));
    }
  }

  /** What every transaction sees; the published state has the name of the root. */
  private record State(Map<Xid, Map<Long, byte[]>> views, long seq) {
    boolean same(State other) {
      if (seq != other.seq || !views.keySet().equals(other.views.keySet())) {
        return false;
      }
      for (var view : views.entrySet()) {
        Map<Long, byte[]> there = other.views.get(view.getKey());
        if (!there.keySet().equals(view.getValue().keySet())) {
          return false;
        }
        for (var record : view.getValue().entrySet()) {
          if (!Arrays.equals(record.getValue(), there.get(record.getKey()))) {
            return false;
          }
        }
      }
      return true;
    }
  }

  /** One history of operations, killed again and again. */
  private static final class Kills {
    private static final int KEYS = 4;
    private static final long DATA = 4 << 20;

    private final RecordStoreConfig config;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment region = arena.allocate(Wksp.footprint(64, DATA), 1 << 20);
    private final MemorySegment fresh = arena.allocate(region.byteSize(), 1 << 20);
    private RecordStore store;
    private StoreModel model;
    private FrozenRoot frozen;
    private State before;
    private State after;
    private String doing;

    /** By operation: how often it was killed, and how often the store was refused after that. */
    private final Map<String, int[]> outcomes = new TreeMap<>();

    Kills(HashKind hash) {
      config =
          RecordStoreConfig.builder(24)
              .txnMax(6)
              .keySize(8)
              .hash(hash)
              .seed(1)
              .storeId(new UUID(1, hash.code()))
              .build();
    }

    void run(int stride) {
      try (arena) {
        Wksp wksp = Wksp.create(fresh, "kill", 1, 64, DATA);
        RecordStore.create(wksp, config).close();
        long kills = 0;
        for (long n = 1; dies(n); n += stride) {
          kills++;
          look("killed before store " + n + ", in " + doing);
        }
        assertTrue(kills > 20, kills + " kills");
        for (var outcome : outcomes.entrySet()) {
          boolean moves = outcome.getKey().matches("publish.*|cancel|drain|close frozen");
          assertTrue(
              moves || outcome.getValue()[1] == 0, "refused after a kill in " + outcome.getKey());
        }
      }
    }

    private boolean dies(long n) {
      region.copyFrom(fresh);
      model = new StoreModel();
      Wksp wksp = Wksp.join(region);
      store = RecordStore.open(wksp, config.baseTag());
      after = state();
      Stores.dieAt(n);
      try {
        history();
        return false;
      } catch (Stores.Killed e) {
        return true;
      } finally {
        Stores.dieAt(Long.MAX_VALUE);
      }
    }

    private void look(String when) {
      int[] outcome = outcomes.computeIfAbsent(doing, d -> new int[2]);
      outcome[0]++;
      Wksp wksp = Wksp.join(region);
      RecordStore found;
      try {
        found = RecordStore.open(wksp, config.baseTag());
      } catch (CorruptDataException e) {
        outcome[1]++;
        return;
      } catch (RuntimeException e) {
        throw new AssertionError(when, e);
      }
      State seen = see(found);
      assertTrue(seen.same(before) || seen.same(after), when + ": neither done nor not done");
      found.verify();
      // It is a store like any other.
      Txn txn = found.prepare(null, new Xid(5, 5));
      found.put(txn, key(2), value(7, 20));
      found.publish(txn, found.publishedSeq() + 1);
      found.drain(100);
      found.verify();
      assertArrayEquals(StoreRig.bytes(7, 20), StoreRig.get(found, null, key(2)));
      found.close();
      RecordStore again = RecordStore.open(wksp, config.baseTag());
      assertTrue(!again.wasUnclean(), when);
      again.close();
    }

    private State state() {
      Map<Xid, Map<Long, byte[]>> views = new HashMap<>();
      views.put(Xid.ROOT, new TreeMap<>(model.published));
      model.live.forEach(node -> views.put(node.xid, model.view(node)));
      return new State(views, model.seq);
    }

    private State see(RecordStore found) {
      Map<Xid, Map<Long, byte[]>> views = new HashMap<>();
      views.put(Xid.ROOT, view(found, null));
      for (long i = 1; i < 20; i++) {
        Txn txn = found.find(new Xid(0, i));
        if (txn != null) {
          views.put(txn.xid(), view(found, txn));
        }
      }
      return new State(views, found.publishedSeq());
    }

    private static Map<Long, byte[]> view(RecordStore found, Txn txn) {
      Map<Long, byte[]> view = new TreeMap<>();
      found.forEach(
          txn,
          (key, value, modSeq) ->
              view.put(
                  key.get(ValueLayout.JAVA_LONG_UNALIGNED, 0),
                  value.toArray(ValueLayout.JAVA_BYTE)));
      return view;
    }

    private static MemorySegment key(long number) {
      return StoreRig.key(number, 8);
    }

    private static MemorySegment value(long number, int size) {
      return StoreRig.value(number, size);
    }

    /** Does an operation of the model first, so that it is known what comes after the real one. */
    private void doing(String what, Runnable inModel, Runnable inStore) {
      before = after;
      inModel.run();
      after = state();
      doing = what;
      inStore.run();
    }

    private StoreModel.Node prepare(StoreModel.Node parent, long xid) {
      List<StoreModel.Node> made = new ArrayList<>();
      doing(
          "prepare",
          () -> made.add(model.prepare(parent, new Xid(0, xid))),
          () ->
              made.getFirst().txn =
                  store.prepare(parent == null ? null : parent.txn, new Xid(0, xid)));
      return made.getFirst();
    }

    private void put(StoreModel.Node node, long key, long number, int size) {
      doing(
          node.changes.containsKey(key) ? "put again" : "put new",
          () -> model.put(node, key, StoreRig.bytes(number, size)),
          () -> store.put(node.txn, key(key), value(number, size)));
    }

    private void remove(StoreModel.Node node, long key) {
      doing(
          node.changes.containsKey(key) ? "remove own" : "remove inherited",
          () -> model.remove(node, key),
          () -> store.remove(node.txn, key(key)));
    }

    private void publish(StoreModel.Node node, long seq) {
      doing("publish", () -> model.publish(node, seq), () -> store.publish(node.txn, seq));
    }

    private void history() {
      doing("retain", () -> {}, () -> store.retainTombstonesSince(0));
      StoreModel.Node a = prepare(null, 1);
      for (long key = 0; key < KEYS; key++) {
        put(a, key, key, 10 + (int) key);
      }
      put(a, 1, 100, 40);
      publish(a, 3);
      StoreModel.Node b = prepare(null, 2);
      StoreModel.Node c = prepare(null, 3);
      remove(b, 0);
      put(b, 1, 200, 0);
      put(b, 9, 201, 100_000);
      remove(c, 2);
      put(c, 3, 300, 33);
      remove(c, 3);
      StoreModel.Node d = prepare(b, 4);
      put(d, 1, 400, 500);
      put(d, 0, 401, 5);
      StoreModel.Node e = prepare(b, 5);
      put(e, 7, 500, 5);
      doing(
          "publishIntoParent",
          () -> model.publishIntoParent(d),
          () -> store.publishIntoParent(d.txn));
      put(b, 6, 600, 6);
      doing("cancel", () -> model.cancel(c), () -> store.cancel(c.txn));
      doing("freeze", () -> {}, () -> frozen = store.tryFreeze().orElseThrow());
      publish(b, 5);
      StoreModel.Node f = prepare(null, 6);
      remove(f, 1);
      put(f, 2, 700, 70);
      publish(f, 7);
      doing("close frozen", () -> {}, () -> frozen.close());
      doing("drain", () -> {}, () -> store.drain(2));
      StoreModel.Node g = prepare(null, 7);
      put(g, 2, 800, 70);
      publish(g, 8);
      doing("trim", () -> {}, () -> store.trim(false));
      doing("close", () -> {}, () -> store.close());
    }
  }
}
