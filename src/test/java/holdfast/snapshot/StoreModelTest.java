package holdfast.snapshot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.internal.Mem;
import holdfast.testkit.Interleavings;
import holdfast.testkit.Plan;
import holdfast.testkit.SteppedMem;
import holdfast.wksp.Wksp;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Every interleaving of a reader without a lock and a writer, and of two writers, on a store whose
 * keys are all in one chain.
 *
 * <p>The lock of the tree is one of the JDK, so only one thread of a program takes it in write
 * mode, and only one allocates values; the reader of these programs is {@link Reads}, the look
 * without a lock. Values have two words that say the same, and a value that is freed is soon
 * allocated again with other words: a reader that believes what it must not is found out.
 */
@ExtendWith(SteppedMem.class)
class StoreModelTest {
  private static final long DATA = 3L << 20;
  private static final int SIZE = 16;
  private static final Xid TXN = new Xid(0, 1);

  /** A store in the memory of a plan, open, and ways around its lock. */
  private static final class Model {
    final RecordStore store;
    final StoreMemory parts;
    final TxnTree tree;
    final Reads reads;

    Model(Plan plan, int recordSize, Consumer<RecordStore> first) {
      MemorySegment region =
          plan.memory(Wksp.footprint(16, DATA), memory -> format(memory, recordSize, first));
      Wksp wksp = Wksp.join(region);
      long header = StoreOpening.find(wksp, RecordStoreConfig.BASE_TAG);
      store = RecordStore.openAt(wksp, header);
      parts = StoreOpening.check(wksp, header);
      tree = new TxnTree(parts);
      reads = new Reads(parts, new Chains(parts, tree), tree, 0);
    }

    void end() {
      store.verify();
      store.close();
    }

    private static void format(MemorySegment memory, int recordSize, Consumer<RecordStore> first) {
      Wksp wksp = Wksp.create(memory, "model", 1, 16, DATA);
      RecordStoreConfig config =
          RecordStoreConfig.builder(8)
              .recordSize(recordSize)
              .txnMax(4)
              .keySize(8)
              .hash(HashKind.NONE)
              .seed(1)
              .storeId(new UUID(1, 1))
              .build();
      try (RecordStore store = RecordStore.openAt(wksp, StoreOpening.create(wksp, config, 1))) {
        first.accept(store);
      }
    }

    Txn txn() {
      return store.find(TXN);
    }

    /** Looks once: the mark of the value, {@link Reads#ABSENT} or {@link Reads#AGAIN}. */
    long look(int top, long number) {
      MemorySegment key = key(number);
      MemorySegment target = MemorySegment.ofArray(new long[2]);
      long hash = KeyHash.of(parts.seed, key, 0, 8);
      long size = reads.tryGet(top, hash, key, target);
      if (size < 0) {
        return size;
      }
      assertEquals(SIZE, size);
      long mark = target.get(ValueLayout.JAVA_LONG, 0);
      assertEquals(mark, target.get(ValueLayout.JAVA_LONG, 8), "a torn read");
      return mark;
    }

    /** The look that {@link RecordStore#get} makes with a handle: stale is as good as again. */
    long look(Txn txn, long number) {
      long mark = tree.generation(txn.index) == txn.generation ? look(txn.index, number) : -3;
      return tree.generation(txn.index) == txn.generation ? mark : Reads.AGAIN;
    }
  }

  private static MemorySegment key(long number) {
    return StoreRig.key(number, 8);
  }

  private static void put(RecordStore store, Txn txn, long key, long mark) {
    store.put(txn, key(key), MemorySegment.ofArray(new long[] {mark, mark}));
  }

  /** Publishes three keys with the mark 1, and leaves a transaction with changes. */
  private static Consumer<RecordStore> published(Consumer<RecordStore> changes) {
    return store -> {
      Txn txn = store.prepare(null, TXN);
      for (long key = 1; key <= 3; key++) {
        put(store, txn, key, 1);
      }
      store.publish(txn, 1);
      store.prepare(null, TXN);
      changes.accept(store);
    };
  }

  /** Prepares a store and the threads that work on it. */
  private interface Program {
    Model prepare(Plan plan, int recordSize);
  }

  /** With values outside of the records, and inside. */
  private static void explore(String what, Program program) {
    for (int recordSize : new int[] {128, 256}) {
      Interleavings all =
          Interleavings.of(
              plan -> {
                Model model = program.prepare(plan, recordSize);
                plan.atEnd(model::end);
              });
      System.out.println("store model, " + what + ", " + recordSize + ": " + all.explore());
    }
  }

  private static void oneOf(long found, long... allowed) {
    assertTrue(
        found == Reads.AGAIN || Arrays.stream(allowed).anyMatch(mark -> mark == found),
        () -> "found " + found);
  }

  /** R5: each key is there before, during and after it is published over an older version. */
  @Test
  void aKeyIsSeenBeforeOrAfterItsPublication() {
    for (long key = 1; key <= 2; key++) {
      long looked = key;
      explore(
          "publication of key " + key,
          (plan, recordSize) -> {
            Model model = new Model(plan, recordSize, published(s -> put(s, s.find(TXN), 1, 2)));
            plan.thread(() -> model.store.publish(model.txn(), 2));
            plan.thread(
                () -> {
                  if (looked == 1) {
                    oneOf(model.look(StoreMemory.NONE, 1), 1, 2);
                  } else {
                    oneOf(model.look(StoreMemory.NONE, 2), 1);
                    oneOf(model.look(StoreMemory.NONE, 3), 1);
                  }
                });
            return model;
          });
    }
  }

  /** The slot and the value that a publication freed are used again for another key. */
  @Test
  void whatIsUsedAgainIsNotTakenForWhatItWas() {
    explore(
        "use again",
        (plan, recordSize) -> {
          Model model =
              new Model(
                  plan,
                  recordSize,
                  published(
                      s -> {
                        put(s, s.find(TXN), 1, 2);
                        s.prepare(null, new Xid(0, 2));
                      }));
          Txn txn = model.txn();
          plan.thread(
              () -> {
                model.store.publish(txn, 2); // cancels the other one
                put(model.store, model.store.prepare(null, TXN), 4, 3);
              });
          plan.thread(() -> oneOf(model.look(StoreMemory.NONE, 1), 1, 2));
          return model;
        });
  }

  @Test
  void aRemovedKeyIsThereOrNot() {
    explore(
        "removal",
        (plan, recordSize) -> {
          Model model = new Model(plan, recordSize, published(s -> s.remove(s.find(TXN), key(3))));
          plan.thread(() -> model.store.publish(model.txn(), 2));
          plan.thread(
              () -> {
                oneOf(model.look(StoreMemory.NONE, 3), 1, Reads.ABSENT);
                oneOf(model.look(StoreMemory.NONE, 1), 1); // behind it in the chain
              });
          return model;
        });
  }

  /** A version of the transaction's own gets another value, whose old memory is used again. */
  @Test
  void anOwnVersionIsSeenBeforeOrAfterItsChange() {
    explore(
        "rewriting",
        (plan, recordSize) -> {
          Model model = new Model(plan, recordSize, published(s -> put(s, s.find(TXN), 1, 2)));
          Txn txn = model.txn();
          plan.thread(
              () -> {
                put(model.store, txn, 1, 3);
                put(model.store, txn, 2, 4); // where the mark 2 was
              });
          plan.thread(() -> oneOf(model.look(txn.index, 1), 2, 3));
          return model;
        });
  }

  @Test
  void anOwnVersionThatIsRemovedAndPutAgain() {
    explore(
        "removing and putting",
        (plan, recordSize) -> {
          Model model = new Model(plan, recordSize, published(s -> put(s, s.find(TXN), 1, 2)));
          Txn txn = model.txn();
          plan.thread(
              () -> {
                model.store.remove(txn, key(1));
                put(model.store, txn, 1, 3);
              });
          plan.thread(() -> oneOf(model.look(txn.index, 1), 2, Reads.ABSENT, 3));
          return model;
        });
  }

  /** A handle that becomes stale: never absent, whether the records moved already or not. */
  @Test
  void aReaderOfATransactionThatIsPublishedSeesItOrIsToldThatItEnded() {
    readerOf("what is published", (store, txn) -> store.publish(txn, 2));
  }

  @Test
  void aReaderOfATransactionThatIsCancelledSeesItOrIsToldThatItEnded() {
    readerOf("what is cancelled", RecordStore::cancel);
  }

  private static void readerOf(String what, BiConsumer<RecordStore, Txn> end) {
    explore(
        "reading " + what,
        (plan, recordSize) -> {
          Model model = new Model(plan, recordSize, published(s -> put(s, s.find(TXN), 1, 2)));
          Txn txn = model.txn();
          plan.thread(() -> end.accept(model.store, txn));
          plan.thread(
              () -> {
                long found = model.look(txn, 1);
                assertTrue(found == 2 || found == Reads.AGAIN, "found " + found);
              });
          return model;
        });
  }

  // The gate: what is published while the root is frozen lies over it.

  /** A transaction is published over a frozen root, whose readers see what they saw. */
  @Test
  void aFrozenRootStandsStillWhileOthersPublish() {
    explore(
        "a frozen root",
        (plan, recordSize) -> {
          Model model =
              new Model(
                  plan,
                  recordSize,
                  published(
                      s -> {
                        put(s, s.find(TXN), 1, 2);
                        s.remove(s.find(TXN), key(2));
                      }));
          RecordStore store = model.store;
          FrozenRoot frozen = store.tryFreeze().orElseThrow();
          int first = new RootLists(model.parts).firstLive();
          plan.thread(
              () -> {
                store.publish(model.txn(), 2); // becomes the pending root
                Txn next = store.prepare(null, TXN);
                store.remove(next, key(3));
                store.publish(next, 3); // is folded into it
              });
          plan.thread(
              () -> {
                RecordCursor walk = new RootCursor(model.parts, 0, first);
                for (long key = 1; key <= 3; key++) {
                  assertTrue(walk.next());
                  MemorySegment record = model.parts.mem;
                  assertEquals(key, Mem.getLong(record, walk.keyAt()));
                  assertEquals(1, Mem.getLong(record, walk.valueAt()));
                  assertEquals(1, walk.modSeq());
                }
                assertFalse(walk.next());
                oneOf(model.look(StoreMemory.NONE, 2), 1);
              });
          plan.atEnd(frozen::close);
          return model;
        });
  }

  /** What is pending moves into the root under the eyes of a reader. */
  @Test
  void aKeyIsSeenWhileItDrains() {
    explore(
        "draining",
        (plan, recordSize) -> {
          Model model =
              new Model(
                  plan,
                  recordSize,
                  published(
                      s -> {
                        put(s, s.find(TXN), 1, 2);
                        s.remove(s.find(TXN), key(2));
                        put(s, s.find(TXN), 4, 2);
                      }));
          try (FrozenRoot frozen = model.store.tryFreeze().orElseThrow()) {
            model.store.publish(model.txn(), 2);
            assertEquals(1, frozen.seq());
          }
          int pending = model.parts.getInt(StoreHeader.PENDING_OFFSET);
          plan.thread(() -> assertEquals(3, model.store.drain(8)));
          plan.thread(
              () -> {
                oneOf(model.look(pending, 1), 2);
                oneOf(model.look(pending, 2), Reads.ABSENT);
                oneOf(model.look(pending, 3), 1);
                oneOf(model.look(pending, 4), 2);
              });
          return model;
        });
  }

  // R3: writers of different keys, of one key, of different transactions. Empty values need no
  // memory, and the lock of the tree is taken in read mode only, where nobody waits.

  private static void putEmpty(RecordStore store, Txn txn, long key) {
    store.put(txn, key(key), MemorySegment.NULL);
  }

  private static long size(RecordStore store, Txn txn, long key) {
    return store.get(txn, key(key), MemorySegment.NULL);
  }

  @Test
  void writersOfDifferentKeysDoNotLoseOneAnother() {
    explore(
        "two keys",
        (plan, recordSize) -> {
          Model model = new Model(plan, recordSize, published(s -> {}));
          Txn txn = model.txn();
          plan.thread(() -> putEmpty(model.store, txn, 1));
          plan.thread(() -> model.store.remove(txn, key(2)));
          plan.atEnd(
              () -> {
                RecordStore store = model.store;
                assertEquals(0, size(store, txn, 1));
                assertEquals(-1, size(store, txn, 2));
                assertEquals(SIZE, size(store, txn, 3));
              });
          return model;
        });
  }

  @Test
  void ofTwoWritersOfOneKeyOneIsLast() {
    explore(
        "one key",
        (plan, recordSize) -> {
          Model model = new Model(plan, recordSize, published(s -> {}));
          Txn txn = model.txn();
          boolean[] absent = new boolean[2];
          for (int i = 0; i < 2; i++) {
            int own = i;
            plan.thread(() -> absent[own] = model.store.put(txn, key(9), MemorySegment.NULL));
          }
          plan.atEnd(
              () -> {
                assertNotEquals(absent[0], absent[1], "one of them was the first");
                assertEquals(0, size(model.store, txn, 9));
              });
          return model;
        });
  }

  @Test
  void writersOfSiblingsDoNotSeeOneAnother() {
    explore(
        "two transactions",
        (plan, recordSize) -> {
          Model model = new Model(plan, recordSize, published(s -> s.prepare(null, new Xid(0, 2))));
          Txn one = model.txn();
          Txn two = model.store.find(new Xid(0, 2));
          plan.thread(() -> putEmpty(model.store, one, 1));
          plan.thread(() -> model.store.remove(two, key(1)));
          plan.atEnd(
              () -> {
                assertEquals(0, size(model.store, one, 1));
                assertEquals(-1, size(model.store, two, 1));
                assertEquals(SIZE, size(model.store, null, 1));
              });
          return model;
        });
  }

  /** Three threads: two writers and a reader of what neither of them touches. */
  @Test
  void aReaderBesideTwoWritersFindsWhatTheyLeaveAlone() {
    explore(
        "three threads",
        (plan, recordSize) -> {
          Model model = new Model(plan, recordSize, published(s -> {}));
          Txn txn = model.txn();
          plan.thread(() -> putEmpty(model.store, txn, 5));
          plan.thread(() -> putEmpty(model.store, txn, 6));
          plan.thread(() -> oneOf(model.look(txn.index, 3), 1));
          return model;
        });
  }
}
