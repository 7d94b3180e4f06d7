package holdfast.snapshot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.CorruptDataException;
import holdfast.UnsupportedFormatException;
import holdfast.internal.Mem;
import holdfast.testkit.Tier;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A damaged store is refused, with the place, and never followed out of its memory. */
class StoreVerifyTest {
  /** Fields that may have any value, or whose change cannot be told from another history. */
  private static final List<long[]> FREE_IN_HEADER =
      List.of(
          field(StoreHeader.GATE_OFFSET, 8), // the number beside the state
          field(StoreHeader.PUBLISHED_OFFSET, 8), // larger than all records
          field(StoreHeader.FLOOR_OFFSET, 8),
          field(StoreHeader.RECORD_POOL_OFFSET + 4, 4), // the turn
          field(StoreHeader.TXN_POOL_OFFSET + 4, 4),
          field(StoreHeader.STORE_ID_OFFSET, 16),
          field(StoreHeader.REC_MAX_OFFSET, 8), // smaller, when no record is above
          field(StoreHeader.VOLUME_OFFSET, 4),
          field(StoreHeader.OWNER_OFFSET, 8));

  private StoreRig rig;
  private MemorySegment sound;
  private long header;

  private static long[] field(long offset, long size) {
    return new long[] {offset, offset + size};
  }

  @AfterEach
  void end() {
    if (rig != null) {
      rig.close();
    }
  }

  /** A store with everything in it: a pending root, forks, tombstones, a direct value. */
  private void make(HashKind hash) {
    rig = new StoreRig(RecordStoreConfig.builder(20).txnMax(6).hash(hash).keySize(24), 5 << 19, 4);
    RecordStore store = rig.store;
    store.retainTombstonesSince(0);
    Txn a = store.prepare(null, new Xid(1, 1));
    for (long i = 0; i < 6; i++) {
      store.put(a, key(i), StoreRig.value(i, 40));
    }
    store.publish(a, 2);
    Txn b = store.prepare(null, new Xid(1, 2));
    store.remove(b, key(0));
    store.publish(b, 3);
    assertEquals(3, store.tryFreeze().orElseThrow().seq());
    Txn c = store.prepare(null, new Xid(1, 3));
    store.put(c, key(1), StoreRig.value(11, 100));
    store.remove(c, key(2));
    store.publish(c, 4);
    Txn d = store.prepare(null, new Xid(1, 4));
    store.put(d, key(1), StoreRig.value(12, 20_000));
    Txn e = store.prepare(d, new Xid(1, 5));
    store.put(e, key(7), StoreRig.value(13, 0));
    store.remove(e, key(3));
    Txn f = store.prepare(d, new Xid(1, 6));
    store.put(f, key(7), StoreRig.value(14, 8));
    store.verify();
    store.close();
    header = rig.wksp.tagQuery(1, rig.config.baseTag()).getFirst().gaddrLo();
    sound = rig.arena.allocate(rig.region.byteSize(), 4096);
    sound.copyFrom(rig.region);
  }

  private static MemorySegment key(long number) {
    return StoreRig.key(number, 24);
  }

  /** Whether opening and verifying refuse the memory as it is. */
  private boolean isRefused(String what) {
    RecordStore store = null;
    try {
      store = RecordStore.openAt(rig.wksp, header);
      store.verify();
      return false;
    } catch (CorruptDataException | UnsupportedFormatException e) {
      return true;
    } catch (RuntimeException | Error e) {
      throw new AssertionError(what + ": " + e, e);
    } finally {
      if (store != null) {
        try {
          store.close();
        } catch (CorruptDataException e) {
          // What cannot be flushed stays.
        }
      }
      rig.region.copyFrom(sound);
    }
  }

  private void flip(long at, int bit) {
    Mem.putByte(rig.region, at, (byte) (Mem.getByte(rig.region, at) ^ (1 << bit)));
  }

  @ParameterizedTest
  @EnumSource
  void everyBitOfTheHeaderIsWatched(HashKind hash) {
    make(hash);
    List<String> missed = new ArrayList<>();
    for (long at = 0; at < StoreHeader.FOOTPRINT; at++) {
      long offset = at;
      boolean free =
          FREE_IN_HEADER.stream().anyMatch(f -> offset >= f[0] && offset < f[1])
              || (hash == HashKind.NONE && offset >= 192 && offset < 224)
              || (hash == HashKind.LATTICE16 && offset >= 192 && offset < 224);
      for (int bit = 0; bit < 8; bit++) {
        if (free && (at < StoreHeader.REC_MAX_OFFSET || at >= StoreHeader.OWNER_OFFSET)) {
          continue;
        }
        flip(header + at, bit);
        if (!isRefused("bit " + bit + " of byte " + at) && !free) {
          missed.add(at + "." + bit);
        }
      }
    }
    assertEquals(List.of(), missed);
  }

  @ParameterizedTest
  @EnumSource
  void everyByteOfARecordIsWatched(HashKind hash) {
    make(hash);
    StoreMemory parts = StoreOpening.check(rig.wksp, header);
    SlotPool pool = parts.recordPool();
    IndexSet free = new IndexSet(parts.recMax);
    for (long i = pool.first(); i != parts.recMax; i = pool.after(i)) {
      free.add((int) i);
    }
    List<String> missed = new ArrayList<>();
    int tried = 0;
    for (int i = 0; i < parts.recMax; i++) {
      if (free.contains(i)) {
        continue;
      }
      tried++;
      long record = parts.recordAt(i);
      int owner = RecordSlot.txn(rig.region, record);
      for (long at = 0; at < RecordSlot.INLINE_OFFSET; at++) {
        int bit = (int) ((at + i) % 8);
        // The number of a record in preparation means nothing; of others, another one in order
        // cannot be told from the true one.
        boolean modSeq = at >= RecordSlot.MOD_SEQ_OFFSET && at < RecordSlot.VALUE_OFFSET;
        boolean sizeWithoutHash = hash == HashKind.NONE && at == RecordSlot.SIZE_OFFSET;
        boolean keep = at == RecordSlot.FLAGS_OFFSET && bit == 2; // of a tombstone
        flip(record + at, bit);
        boolean undetermined = modSeq || sizeWithoutHash || keep;
        if (!isRefused("record " + i + ", byte " + at) && !undetermined) {
          missed.add("record " + i + " of " + owner + ", byte " + at + " bit " + bit);
        }
      }
    }
    assertTrue(tried >= 10, tried + " records");
    assertEquals(List.of(), missed);
  }

  @Test
  void chainsAreNotThoseOfOtherKeys() {
    make(HashKind.SUM256);
    StoreMemory parts = StoreOpening.check(rig.wksp, header);
    int tried = 0;
    for (long a = 0; a <= parts.chainMask; a++) {
      for (long b = 0; b < a; b++) {
        long first = parts.chains + a * Long.BYTES;
        long second = parts.chains + b * Long.BYTES;
        long head = Mem.getLong(rig.region, first);
        if ((int) head != (int) Mem.getLong(rig.region, second)) {
          Mem.putLong(rig.region, first, Mem.getLong(rig.region, second));
          Mem.putLong(rig.region, second, head);
          assertTrue(isRefused(a + " for " + b), a + " for " + b);
          tried++;
        }
      }
    }
    assertTrue(tried > 0);
  }

  @ParameterizedTest
  @EnumSource
  void everyByteOfATransactionIsWatched(HashKind hash) {
    make(hash);
    StoreMemory parts = StoreOpening.check(rig.wksp, header);
    TxnTree tree = new TxnTree(parts);
    List<String> missed = new ArrayList<>();
    for (long x = 3; x <= 6; x++) {
      int index = x == 3 ? tree.pending() : tree.find(new Xid(1, x));
      for (long at = 0; at < TxnSlot.FOOTPRINT; at++) {
        boolean free =
            (at >= TxnSlot.GENERATION_OFFSET && at < TxnSlot.PARENT_OFFSET)
                || (at >= TxnSlot.STACK_OFFSET && at < TxnSlot.REC_HEAD_OFFSET)
                || (x == 3 && at >= TxnSlot.MAP_NEXT_OFFSET && at < TxnSlot.GENERATION_OFFSET);
        flip(parts.txnAt(index) + at, (int) (at % 8));
        if (!isRefused("transaction " + x + ", byte " + at) && !free) {
          missed.add("transaction " + x + ", byte " + at);
        }
      }
    }
    assertEquals(List.of(), missed);
  }

  @Test
  void everyByteOfAValueIsWatched() {
    make(HashKind.SUM256);
    StoreMemory parts = StoreOpening.check(rig.wksp, header);
    for (int i = 0; i < parts.recMax; i++) {
      long value = RecordSlot.valueOffset(rig.region, parts.recordAt(i));
      int size = RecordSlot.size(rig.region, parts.recordAt(i));
      for (long at = 0; value != 0 && at < size + 32; at += size > 1000 ? 997 : 7) {
        flip(value + at, (int) (at % 8));
        assertTrue(isRefused("value of record " + i), "byte " + at + " of record " + i);
      }
    }
  }

  /** Whatever is stored over a store, looking at it ends, and inside its memory. */
  @Test
  void randomDamageIsRefusedOrHarmless() {
    make(HashKind.SUM256);
    StoreMemory parts = StoreOpening.check(rig.wksp, header);
    SplittableRandom random = new SplittableRandom(5);
    long[] places = {header, parts.chains, parts.records, parts.txnHeads, parts.txns};
    long[] sizes = {256, 32, 20 * 128, 32, 6 * 128};
    int refused = 0;
    int rounds = Tier.of(4000, 100_000);
    for (int round = 0; round < rounds; round++) {
      for (int n = random.nextInt(4); n >= 0; n--) {
        int part = random.nextInt(places.length);
        long at = places[part] + random.nextLong(sizes[part] / 4) * 4;
        if (at >= header + StoreHeader.OWNER_OFFSET && at < header + StoreHeader.FOOTPRINT) {
          continue;
        }
        Mem.putInt(
            rig.region, at, random.nextBoolean() ? random.nextInt(24) - 1 : random.nextInt());
      }
      refused += isRefused("round " + round) ? 1 : 0;
    }
    assertTrue(refused > rounds / 2, refused + " of " + rounds);
  }

  /** Operations on a damaged store that was opened unseen report the damage, or work. */
  @Test
  void operationsOnADamagedStoreEnd() {
    make(HashKind.NONE);
    StoreMemory parts = StoreOpening.check(rig.wksp, header);
    SplittableRandom random = new SplittableRandom(6);
    long[] places = {parts.chains, parts.records, parts.txns};
    long[] sizes = {32, 20 * 128, 6 * 128};
    for (int round = 0; round < Tier.of(1500, 30_000); round++) {
      for (int n = random.nextInt(4); n >= 0; n--) {
        int part = random.nextInt(places.length);
        long at = places[part] + random.nextLong(sizes[part] / 4) * 4;
        Mem.putInt(rig.region, at, random.nextInt(24) - 1);
      }
      RecordStore store = null;
      try {
        store = RecordStore.openAt(rig.wksp, header);
        Txn txn = store.prepare(null, new Xid(3, 3));
        for (long k = 0; k < 9; k++) {
          store.get(txn, key(k), MemorySegment.NULL);
          store.put(txn, key(k), StoreRig.value(k, 20));
          store.remove(txn, key(k + 1));
        }
        store.publish(txn, store.publishedSeq() + 1);
        store.drain(100);
      } catch (CorruptDataException | IllegalStateException | StoreFullException e) {
        // Damage that was found, or a store that was broken by it.
      } catch (IllegalArgumentException e) {
        assertTrue(e.getMessage().contains("seq"), e.toString());
      } finally {
        if (store != null) {
          try {
            store.close();
          } catch (CorruptDataException | IllegalStateException e) {
            // Beyond that.
          }
        }
        rig.region.copyFrom(sound);
      }
    }
    assertThrows(CorruptDataException.class, () -> RecordStore.openAt(rig.wksp, header + 128));
  }
}
