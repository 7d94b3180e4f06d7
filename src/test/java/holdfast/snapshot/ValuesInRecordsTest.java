package holdfast.snapshot;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.CorruptDataException;
import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A value that fits lies in its record, and nothing but its place depends on that. */
class ValuesInRecordsTest {
  private static final Xid XID = new Xid(1, 1);

  private static MemorySegment key(long number) {
    return StoreRig.key(number);
  }

  private static StoreRig rig(int recordSize, HashKind hash, long recMax) {
    return new StoreRig(
        RecordStoreConfig.builder(recMax).recordSize(recordSize).txnMax(4).hash(hash), 8 << 20);
  }

  /** How many records have their value inside. */
  private static int inside(StoreRig rig) {
    StoreMemory parts =
        StoreOpening.check(rig.wksp, rig.wksp.tagQuery(1, StoreRig.T).getFirst().gaddrLo());
    int count = 0;
    for (int i = 0; i < parts.recMax; i++) {
      count += RecordSlot.isInline(rig.region, parts.recordAt(i)) ? 1 : 0;
    }
    return count;
  }

  @ParameterizedTest
  @ValueSource(ints = {128, 256, 512, 1024})
  void whatFitsWithItsDigestIsInside(int recordSize) {
    for (HashKind hash : HashKind.values()) {
      try (StoreRig rig = rig(recordSize, hash, 16)) {
        int room = recordSize - 128 - (hash == HashKind.SUM256 ? 32 : 0);
        Txn txn = rig.store.prepare(null, XID);
        rig.store.put(txn, key(1), StoreRig.value(1, Math.max(0, room)));
        rig.store.put(txn, key(2), StoreRig.value(2, Math.max(0, room) + 1));
        assertEquals(recordSize == 128 ? 0 : 1, inside(rig), hash + " in transaction");
        rig.store.publish(txn, 1);
        rig.store.verify();
        assertEquals(recordSize == 128 ? 0 : 1, inside(rig), hash + " published");
        assertEquals(Math.max(0, room), StoreRig.get(rig.store, null, key(1)).length);
        rig.store.close();
        RecordStore again = rig.open();
        assertFalse(again.wasUnclean());
        again.verify();
        assertArrayEquals(StoreRig.bytes(1, Math.max(0, room)), StoreRig.get(again, null, key(1)));
      }
    }
  }

  @Test
  void whatReplacesAVersionOfTheSameTransactionIsOutside() {
    try (StoreRig rig = rig(256, HashKind.SUM256, 16)) {
      Txn txn = rig.store.prepare(null, XID);
      assertTrue(rig.store.put(txn, key(1), StoreRig.value(1, 40)));
      assertEquals(1, inside(rig));
      assertFalse(rig.store.put(txn, key(1), StoreRig.value(2, 50)));
      assertEquals(0, inside(rig));
      rig.store.update(txn, key(1), 60, memory -> memory.get(Mem.LONG, 0));
      assertArrayEquals(
          StoreRig.bytes(2, 50), Arrays.copyOf(StoreRig.get(rig.store, txn, key(1)), 50));
      rig.store.verify();
      rig.store.publish(txn, 1);
      Txn next = rig.store.prepare(null, XID);
      rig.store.update(next, key(1), 20, memory -> memory.fill((byte) 9));
      assertEquals(1, inside(rig), "another transaction has a version of its own");
      rig.store.publish(next, 2);
      rig.store.verify();
      assertEquals(20, StoreRig.get(rig.store, null, key(1)).length);
    }
  }

  @Test
  void withoutAFreeRecordAValueCanStillBeReplaced() {
    try (StoreRig rig = rig(256, HashKind.SUM256, 2)) {
      Txn txn = rig.store.prepare(null, XID);
      rig.store.put(txn, key(1), StoreRig.value(1, 40));
      rig.store.put(txn, key(2), StoreRig.value(2, 40));
      for (int i = 3; i < 9; i++) {
        rig.store.put(txn, key(1), StoreRig.value(i, 40));
        int number = i;
        assertThrows(
            StoreFullException.class, () -> rig.store.put(txn, key(3), StoreRig.value(number, 40)));
        assertArrayEquals(StoreRig.bytes(i, 40), StoreRig.get(rig.store, txn, key(1)));
        rig.store.verify();
      }
      rig.store.remove(txn, key(2));
      rig.store.publish(txn, 1);
      rig.store.verify();
    }
  }

  @Test
  void aWriterThatThrowsGivesTheRecordBack() {
    try (StoreRig rig = rig(256, HashKind.NONE, 4)) {
      Txn txn = rig.store.prepare(null, XID);
      for (int i = 0; i < 20; i++) {
        assertThrows(
            ArithmeticException.class,
            () ->
                rig.store.update(
                    txn,
                    key(1),
                    8,
                    memory -> {
                      throw new ArithmeticException();
                    }));
      }
      rig.store.verify();
      for (int i = 0; i < 4; i++) {
        rig.store.put(txn, key(i), StoreRig.value(i, 8));
      }
      rig.store.verify();
    }
  }

  @Test
  void aSizeThatLeavesTheRecordIsRefused() {
    try (StoreRig rig = rig(256, HashKind.NONE, 4)) {
      Txn txn = rig.store.prepare(null, XID);
      rig.store.put(txn, key(1), StoreRig.value(1, 100));
      rig.store.publish(txn, 1);
      StoreMemory parts =
          StoreOpening.check(rig.wksp, rig.wksp.tagQuery(1, StoreRig.T).getFirst().gaddrLo());
      Mem.putInt(rig.region, parts.recordAt(0) + RecordSlot.SIZE_OFFSET, 129);
      assertThrows(CorruptDataException.class, rig.store::verify);
      rig.store.close();
      assertThrows(CorruptDataException.class, rig::open);
    }
  }
}
