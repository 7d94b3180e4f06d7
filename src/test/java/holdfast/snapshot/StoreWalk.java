package holdfast.snapshot;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.LongStream;

/**
 * Applies random operations to a store and to its model, and compares everything after each: what
 * every transaction sees, the hashes, the frozen root, what changed since earlier publications.
 */
final class StoreWalk {
  private static final int KEYS = 16;
  private static final int[] SIZES = {0, 1, 31, 32, 100, 500, 65535, 65536, 65537};

  /** What a frozen root has to show for as long as it is open. */
  private record Frozen(
      FrozenRoot root, TreeMap<Long, byte[]> state, ContentHash hash, List<Shown> live, long seq) {}

  /** A record as a visitor sees it, and the bytes of its slot. */
  @SuppressWarnings("ArrayRecordComponent") // compared by same, not by equals
  private record Shown(long key, byte[] value, long modSeq) {
    boolean same(Shown other) {
      return key == other.key && modSeq == other.modSeq && Arrays.equals(value, other.value);
    }
  }

  private final RecordStoreConfig.Builder builder;
  private final long dataMax;
  private final long chains;
  private final long seed;
  private final SplittableRandom random;
  private final StoreModel model = new StoreModel();
  private final List<Txn> stale = new ArrayList<>();
  private StoreRig rig;
  private RecordStore store;
  private SetHash sums;
  private FreezeLimits limits;
  private Frozen frozen;
  private boolean draining;
  private long nextXid = 1;
  private int steps;

  /** Publications before this one have no tombstones that can be relied on; none: all ones. */
  private long floor = -1;

  StoreWalk(RecordStoreConfig.Builder builder, long dataMax, long chains, long seed) {
    this.builder = builder;
    this.dataMax = dataMax;
    this.chains = chains;
    this.seed = seed;
    this.random = new SplittableRandom(seed);
  }

  void limit(FreezeLimits given) {
    limits = given;
  }

  int steps() {
    return steps;
  }

  void run(int count) {
    try (StoreRig made = new StoreRig(builder, dataMax, chains)) {
      rig = made;
      store = made.store;
      sums = SetHash.of(made.config.hash());
      opened();
      for (steps = 0; steps < count; steps++) {
        try {
          step();
          check();
        } catch (AssertionError | RuntimeException e) {
          throw new AssertionError("seed " + seed + ", step " + steps + ": " + e, e);
        }
      }
      closeFrozen();
      while (store.drain(7) > 0) {
        check();
      }
      for (StoreModel.Node node : List.copyOf(model.tops)) {
        store.cancel(node.txn);
      }
      store.verify();
      store.close();
    }
  }

  private void opened() {
    if (limits != null) {
      store.freezeLimits(limits);
    }
  }

  private void step() {
    switch (random.nextInt(32)) {
      case 0, 1, 2, 3 -> prepare();
      case 4, 5, 6, 7, 8, 9, 10, 11, 12, 13 -> put();
      case 14, 15, 16, 17 -> remove();
      case 18, 19 -> update();
      case 20, 21, 22 -> publish();
      case 23 -> publishIntoParent();
      case 24 -> cancel();
      case 25, 26 -> freeze();
      case 27 -> closeFrozen();
      case 28 -> drain();
      case 29 -> retain();
      case 30 -> restart();
      default -> others();
    }
  }

  private StoreModel.Node any() {
    return model.live.isEmpty() ? null : model.live.get(random.nextInt(model.live.size()));
  }

  private MemorySegment key(long number) {
    return StoreRig.key(number, rig.config.keySize());
  }

  private byte[] bytes() {
    return StoreRig.bytes(random.nextLong(), SIZES[random.nextInt(SIZES.length)]);
  }

  private void prepare() {
    StoreModel.Node parent = random.nextInt(4) == 0 ? null : any();
    Xid xid = new Xid(random.nextInt(3), nextXid++);
    Txn txn;
    try {
      txn = store.prepare(parent == null ? null : parent.txn, xid);
    } catch (StoreFullException e) {
      assertEquals(rig.config.txnMax(), model.live.size() + (pending() ? 1 : 0));
      return;
    }
    model.prepare(parent, xid).txn = txn;
    assertThrows(IllegalArgumentException.class, () -> store.prepare(null, xid));
  }

  private boolean pending() {
    return draining || (frozen != null && model.seq > frozen.seq);
  }

  private void put() {
    StoreModel.Node node = any();
    if (node == null) {
      return;
    }
    long key = random.nextInt(KEYS);
    byte[] value = bytes();
    if (!node.children.isEmpty()) {
      assertThrows(
          FrozenTxnException.class,
          () -> store.put(node.txn, key(key), MemorySegment.ofArray(value)));
      return;
    }
    try {
      boolean absent = store.put(node.txn, key(key), MemorySegment.ofArray(value));
      assertEquals(model.put(node, key, value), absent);
    } catch (StoreFullException e) {
      full(node, key);
    }
  }

  /** That there is no record left can be the reason only if one was needed. */
  private void full(StoreModel.Node node, long key) {
    boolean own = node.changes.containsKey(key);
    assertTrue(
        !own || rig.wksp.usage(0).freeSize() < 2 << 20, "a version of its own needs nothing");
  }

  private void update() {
    StoreModel.Node node = any();
    if (node == null) {
      return;
    }
    long key = random.nextInt(KEYS);
    int size = SIZES[random.nextInt(SIZES.length)];
    byte[] old = model.view(node).get(key);
    byte[] expected = old == null ? new byte[size] : Arrays.copyOf(old, size);
    if (!node.children.isEmpty()) {
      assertThrows(
          FrozenTxnException.class, () -> store.update(node.txn, key(key), size, memory -> 1));
      return;
    }
    try {
      if (random.nextInt(4) == 0) {
        IllegalStateException thrown = new IllegalStateException("by the writer");
        assertEquals(
            thrown,
            assertThrows(
                IllegalStateException.class,
                () ->
                    store.update(
                        node.txn,
                        key(key),
                        size,
                        memory -> {
                          memory.fill((byte) 1);
                          throw thrown;
                        })));
        return;
      }
      byte[] found =
          store.update(
              node.txn,
              key(key),
              size,
              memory -> {
                byte[] before = memory.toArray(ValueLayout.JAVA_BYTE);
                if (size > 0) {
                  memory.set(ValueLayout.JAVA_BYTE, size - 1, (byte) 99);
                }
                return before;
              });
      assertArrayEquals(expected, found);
      if (size > 0) {
        expected[size - 1] = 99;
      }
      model.put(node, key, expected);
    } catch (StoreFullException e) {
      full(node, key);
    }
  }

  private void remove() {
    StoreModel.Node node = any();
    if (node == null) {
      return;
    }
    long key = random.nextInt(KEYS);
    if (!node.children.isEmpty()) {
      assertThrows(FrozenTxnException.class, () -> store.remove(node.txn, key(key)));
      return;
    }
    try {
      boolean was = store.remove(node.txn, key(key));
      assertEquals(model.remove(node, key), was);
    } catch (StoreFullException e) {
      assertTrue(!node.changes.containsKey(key), "a version of its own needs nothing");
      assertTrue(model.view(node).containsKey(key), "nothing to remove needs nothing");
    }
  }

  private void publish() {
    StoreModel.Node node = any();
    if (node == null) {
      return;
    }
    assertThrows(IllegalArgumentException.class, () -> store.publish(node.txn, model.seq));
    long seq = model.seq + 1 + random.nextInt(3);
    List<StoreModel.Node> before = List.copyOf(model.live);
    int count = store.publish(node.txn, seq);
    assertEquals(model.publish(node, seq), count);
    ended(before);
    draining = draining && !gateOpen();
  }

  private boolean gateOpen() {
    var probe = store.tryFreeze();
    probe.ifPresent(FrozenRoot::close);
    return probe.isPresent();
  }

  private void publishIntoParent() {
    StoreModel.Node node = any();
    if (node == null) {
      return;
    }
    if (node.parent == null) {
      assertThrows(IllegalArgumentException.class, () -> store.publishIntoParent(node.txn));
      return;
    }
    List<StoreModel.Node> before = List.copyOf(model.live);
    store.publishIntoParent(node.txn);
    model.publishIntoParent(node);
    ended(before);
  }

  private void cancel() {
    StoreModel.Node node = any();
    if (node == null) {
      return;
    }
    List<StoreModel.Node> before = List.copyOf(model.live);
    assertEquals(model.cancel(node), store.cancel(node.txn));
    ended(before);
  }

  private void ended(List<StoreModel.Node> before) {
    for (StoreModel.Node node : before) {
      if (!model.live.contains(node)) {
        stale.add(node.txn);
      }
    }
  }

  private void freeze() {
    var got = store.tryFreeze();
    assertEquals(frozen == null && !draining, got.isPresent(), "the gate is open");
    if (got.isPresent()) {
      FrozenRoot root = got.get();
      assertEquals(model.seq, root.seq());
      frozen =
          new Frozen(
              root, new TreeMap<>(model.published), store.contentHash(null), live(root), model.seq);
      checkSince(root);
    }
  }

  private void closeFrozen() {
    if (frozen != null) {
      boolean wasPending = pending();
      FrozenRoot root = frozen.root;
      frozen.root.close();
      frozen = null;
      draining = wasPending && !gateOpen();
      assertThrows(IllegalStateException.class, () -> root.forEachLive((k, v, s) -> {}));
    }
  }

  private void drain() {
    int max = 1 + random.nextInt(20);
    int moved = store.drain(max);
    assertTrue(moved <= max);
    if (draining) {
      draining = !gateOpen();
    } else {
      assertEquals(0, moved);
    }
  }

  private void retain() {
    if (frozen != null && floor == -1) {
      // What is published from here on is kept.
      floor = model.seq;
      store.retainTombstonesSince(floor);
    } else if (random.nextInt(8) == 0) {
      floor = -1;
      store.retainTombstonesSince(-1);
    } else if (floor != -1 && random.nextBoolean()) {
      floor = Math.max(floor, model.seq - random.nextInt(5));
      store.retainTombstonesSince(floor);
    } else if (floor == -1 && frozen == null && !draining) {
      floor = model.seq;
      store.retainTombstonesSince(floor);
    }
  }

  /** Closes and opens again, or goes on with a copy made while the store was quiesced. */
  private void restart() {
    if (frozen != null) {
      boolean wasPending = pending();
      store.close();
      assertThrows(FreezeRevokedException.class, () -> frozen.root.forEachLive((k, v, s) -> {}));
      frozen = null;
      draining = wasPending;
    } else {
      store.close();
    }
    assertThrows(IllegalStateException.class, () -> store.verify());
    store = rig.open();
    assertTrue(!store.wasUnclean());
    opened();
    for (StoreModel.Node node : model.live) {
      node.txn = store.find(node.xid);
      assertNotNull(node.txn);
    }
    stale.clear();
    if (draining) {
      draining = !gateOpen();
    }
  }

  private void others() {
    switch (random.nextInt(4)) {
      case 0 -> store.trim(random.nextBoolean());
      case 1 -> assertNull(store.find(new Xid(99, nextXid)));
      default -> {
        for (Txn txn : stale) {
          assertThrows(StaleTxnException.class, () -> store.get(txn, key(0), MemorySegment.NULL));
          assertThrows(StaleTxnException.class, () -> store.put(txn, key(0), MemorySegment.NULL));
          assertThrows(StaleTxnException.class, () -> store.prepare(txn, new Xid(98, 0)));
          assertThrows(StaleTxnException.class, () -> store.publish(txn, model.seq + 1));
          assertThrows(StaleTxnException.class, () -> store.publishIntoParent(txn));
          assertThrows(StaleTxnException.class, () -> store.cancel(txn));
          assertThrows(StaleTxnException.class, () -> store.contentHash(txn));
          assertThrows(StaleTxnException.class, () -> store.forEach(txn, (k, v, s) -> {}));
        }
      }
    }
  }

  // Comparing.

  private void check() {
    if (frozen != null) {
      checkFrozen();
    }
    store.verify();
    assertEquals(model.seq, store.publishedSeq());
    checkView(null, model.published, null);
    for (StoreModel.Node node : model.live) {
      checkView(node.txn, model.view(node), node.xid);
    }
  }

  private void checkView(Txn txn, Map<Long, byte[]> view, Xid xid) {
    for (long key = 0; key < KEYS; key++) {
      byte[] expected = view.get(key);
      assertArrayEquals(expected, StoreRig.get(store, txn, key(key)), "key " + key + " of " + xid);
      byte[] read =
          store.read(
              txn, key(key), value -> value == null ? null : value.toArray(ValueLayout.JAVA_BYTE));
      assertArrayEquals(expected, read);
    }
    Map<Long, byte[]> seen = new HashMap<>();
    store.forEach(
        txn,
        (key, value, modSeq) -> {
          long number = number(key);
          assertNull(seen.put(number, value.toArray(ValueLayout.JAVA_BYTE)));
        });
    assertEquals(view.keySet(), seen.keySet());
    assertEquals(hash(view), store.contentHash(txn), () -> "hash of " + xid);
  }

  private static long number(MemorySegment key) {
    return Mem.getLong(key, key.byteSize() - Long.BYTES);
  }

  private ContentHash hash(Map<Long, byte[]> view) {
    MemorySegment sum = MemorySegment.ofArray(new long[Math.max(1, sums.sumSize() / 8)]);
    view.forEach(
        (key, value) ->
            sums.add(
                sum,
                0,
                key(key),
                0,
                rig.config.keySize(),
                MemorySegment.ofArray(value),
                0,
                value.length));
    return sums.content(sum, 0);
  }

  private void checkFrozen() {
    FrozenRoot root = frozen.root;
    if (root.isRevoked()) {
      assertThrows(FreezeRevokedException.class, () -> root.get(key(0), MemorySegment.NULL));
      assertNotNull(limits, "revoked without limits");
      frozen = null;
      draining = !gateOpen();
      return;
    }
    assertEquals(frozen.hash, root.contentHash());
    assertEquals(frozen.state.size(), root.liveCount());
    assertEquals(frozen.state.values().stream().mapToLong(v -> v.length).sum(), root.valueBytes());
    List<Shown> live = live(root);
    assertEquals(frozen.live.size(), live.size());
    for (int i = 0; i < live.size(); i++) {
      assertTrue(frozen.live.get(i).same(live.get(i)), "record " + i + " of the frozen root");
    }
    for (long key = 0; key < KEYS; key++) {
      byte[] expected = frozen.state.get(key);
      byte[] target = new byte[expected == null ? 0 : expected.length];
      long size = root.get(key(key), MemorySegment.ofArray(target));
      assertEquals(expected == null ? -1 : expected.length, size);
      if (expected != null) {
        assertArrayEquals(expected, target);
      }
    }
  }

  private static List<Shown> live(FrozenRoot root) {
    List<Shown> list = new ArrayList<>();
    root.forEachLive(
        (key, value, modSeq) ->
            list.add(new Shown(number(key), value.toArray(ValueLayout.JAVA_BYTE), modSeq)));
    return list;
  }

  /** What changed since any publication that is not too old leads from there to here. */
  private void checkSince(FrozenRoot root) {
    List<Shown> all = live(root);
    for (Shown shown : all) {
      assertEquals(model.modSeq.get(shown.key), shown.modSeq);
      assertArrayEquals(model.published.get(shown.key), shown.value);
    }
    assertTrue(
        Arrays.equals(
            all.stream().mapToLong(Shown::modSeq).toArray(),
            all.stream().mapToLong(Shown::modSeq).sorted().toArray()));
    if (floor == -1) {
      return; // some may be left: they go with the next publications
    }
    for (var past : model.history.tailMap(floor).entrySet()) {
      TreeMap<Long, byte[]> state = new TreeMap<>(past.getValue());
      long[] changed = {0};
      root.forEachLiveSince(
          past.getKey(),
          (key, value, modSeq) -> {
            assertTrue(modSeq > past.getKey());
            state.put(number(key), value.toArray(ValueLayout.JAVA_BYTE));
            changed[0]++;
          });
      root.forEachTombstoneSince(
          past.getKey(),
          (key, value, modSeq) -> {
            assertTrue(modSeq > past.getKey());
            assertEquals(0, value.byteSize());
            state.remove(number(key));
            changed[0]++;
          });
      assertEquals(changed[0], root.changesSince(past.getKey()).count());
      assertEquals(model.published.keySet(), state.keySet(), "changes since " + past.getKey());
      state.forEach((key, value) -> assertArrayEquals(model.published.get(key), value));
    }
  }

  /** All keys, for those who look at the store from outside. */
  static LongStream keys() {
    return LongStream.range(0, KEYS);
  }
}
