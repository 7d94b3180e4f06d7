package holdfast.snapshot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.testkit.Tier;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A publisher, writers of forks, readers and one who freezes, all at once. A value says in each of
 * its words which key it is of and which publication it belongs to, so a reader knows a torn one, a
 * stale one and one from the future.
 */
class RecordStoreStressTest {
  private static final int KEYS = 40;
  private static final int ROUNDS = Tier.of(1500, 30_000);

  private RecordStore store;
  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private final AtomicInteger publishing = new AtomicInteger();

  /** For each key the publication that wrote it last, and that surely is visible. */
  private final AtomicLongArray sure = new AtomicLongArray(KEYS);

  @ParameterizedTest
  @CsvSource({"SUM256, 0", "NONE, 1", "LATTICE16, 0", "SUM256, 1"})
  void everybodyAtOnce(HashKind hash, int chains) throws InterruptedException {
    var config = RecordStoreConfig.builder(4000).txnMax(64).hash(hash);
    try (StoreRig made = new StoreRig(config, 32 << 20, chains)) {
      store = made.store;
      store.freezeLimits(new FreezeLimits(300, 1 << 20, Duration.ofDays(1), 64));
      List<Thread> threads = new ArrayList<>();
      int rounds = hash == HashKind.LATTICE16 ? ROUNDS / 4 : ROUNDS;
      publishing.set(1);
      threads.add(thread(() -> publish(rounds)));
      threads.add(thread(() -> read(1)));
      threads.add(thread(() -> read(2)));
      threads.add(thread(() -> fork(3)));
      threads.add(thread(() -> fork(4)));
      threads.add(thread(this::freeze));
      for (Thread thread : threads) {
        thread.join();
      }
      if (failure.get() != null) {
        throw new AssertionError(failure.get());
      }
      store.verify();
      while (store.drain(100) > 0) {
        store.verify();
      }
      store.verify();
    }
  }

  private interface Body {
    void run() throws InterruptedException;
  }

  private Thread thread(Body body) {
    Thread thread =
        new Thread(
            () -> {
              try {
                body.run();
              } catch (Throwable e) {
                failure.compareAndSet(null, e);
                publishing.set(0);
              }
            });
    thread.start();
    return thread;
  }

  private static int size(long key, long seq) {
    return 16 + (int) ((key * 13 + seq * 7) % 20) * 24;
  }

  private static MemorySegment value(long key, long seq) {
    byte[] bytes = new byte[size(key, seq)];
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i + 8 <= bytes.length; i += 8) {
      buffer.putLong(i, (seq << 8) | key);
    }
    return MemorySegment.ofArray(bytes);
  }

  /** Checks that a value is whole, and tells its publication. */
  private static long seqOf(long key, byte[] bytes, long size) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    long word = buffer.getLong(0);
    assertEquals(key, word & 0xff, "a value of another key");
    assertEquals(size(key, word >>> 8), size, "a size of another value");
    for (int i = 0; i + 8 <= size; i += 8) {
      assertEquals(word, buffer.getLong(i), "a torn value");
    }
    return word >>> 8;
  }

  private void publish(int rounds) {
    SplittableRandom random = new SplittableRandom(1);
    for (long seq = 1; seq <= rounds && publishing.get() > 0; seq++) {
      Txn txn = store.prepare(null, new Xid(1, seq));
      if (random.nextInt(3) == 0) {
        long first = random.nextInt(KEYS);
        store.put(txn, StoreRig.key(first), value(first, seq));
        txn = store.prepare(txn, new Xid(2, seq));
      }
      List<Long> keys = new ArrayList<>();
      for (int i = random.nextInt(12); i >= 0; i--) {
        long key = random.nextInt(KEYS);
        if (random.nextInt(4) == 0) {
          store.remove(txn, StoreRig.key(key));
        }
        store.put(txn, StoreRig.key(key), value(key, seq));
        keys.add(key);
      }
      if (random.nextInt(5) == 0) {
        store.prepare(txn, new Xid(9, seq)); // lives on, as a child of what is published
      }
      store.publish(txn, seq);
      for (long key : keys) {
        sure.set((int) key, seq);
      }
    }
    publishing.set(0);
  }

  private void read(int seed) {
    SplittableRandom random = new SplittableRandom(seed);
    long[] last = new long[KEYS];
    byte[] bytes = new byte[1024];
    MemorySegment target = MemorySegment.ofArray(bytes);
    while (publishing.get() > 0) {
      int key = random.nextInt(KEYS);
      long atLeast = Math.max(sure.get(key), last[key]);
      long size = store.get(null, StoreRig.key(key), target);
      if (size < 0) {
        assertEquals(0, atLeast, "a value that is gone");
        continue;
      }
      long seq = seqOf(key, bytes, size);
      assertTrue(seq >= atLeast, () -> seq + " after " + atLeast + " of key " + key);
      last[key] = seq;
    }
  }

  /** Writes to forks of what is published, until a publication ends them. */
  private void fork(int seed) {
    SplittableRandom random = new SplittableRandom(seed);
    byte[] bytes = new byte[1024];
    MemorySegment target = MemorySegment.ofArray(bytes);
    for (long round = 1; publishing.get() > 0; round++) {
      try {
        Txn txn = store.prepare(null, new Xid(seed, 1000 + round));
        long[] own = new long[KEYS];
        long[] seen = new long[KEYS];
        for (int i = 0; i < 30; i++) {
          int key = random.nextInt(KEYS);
          if (random.nextInt(2) == 0) {
            long mark = 1_000_000L * seed + round;
            store.put(txn, StoreRig.key(key), value(key, mark));
            own[key] = mark;
          }
          long size = store.get(txn, StoreRig.key(key), target);
          if (size < 0) {
            assertEquals(0, own[key]);
            assertEquals(0, seen[key], "what a fork inherits stays");
          } else {
            long seq = seqOf(key, bytes, size);
            if (own[key] != 0) {
              assertEquals(own[key], seq, "its own version");
            } else {
              assertTrue(seen[key] == 0 || seen[key] == seq, "what a fork inherits stays");
              seen[key] = seq;
            }
          }
        }
        if (random.nextBoolean()) {
          store.contentHash(txn);
        }
        store.cancel(txn);
      } catch (StaleTxnException e) {
        // Another fork was published.
      } catch (StoreFullException e) {
        // The publisher left too many children.
        Thread.onSpinWait();
      }
    }
  }

  private void freeze() {
    byte[] bytes = new byte[1024];
    MemorySegment target = MemorySegment.ofArray(bytes);
    while (publishing.get() > 0) {
      var got = store.tryFreeze();
      if (got.isEmpty()) {
        store.drain(16);
        continue;
      }
      try (FrozenRoot root = got.get()) {
        long[] seqs = new long[KEYS];
        long[] count = {0};
        root.forEachLive(
            (key, value, modSeq) -> {
              long number = key.get(ValueLayout.JAVA_LONG_UNALIGNED, 24);
              MemorySegment.copy(value, 0, target, 0, value.byteSize());
              assertEquals(modSeq, seqOf(number, bytes, value.byteSize()));
              assertTrue(modSeq <= root.seq(), "newer than the frozen root");
              seqs[(int) number] = modSeq;
              count[0]++;
            });
        assertEquals(root.liveCount(), count[0]);
        for (int again = 0; again < 20; again++) {
          for (int key = 0; key < KEYS; key++) {
            long size = root.get(StoreRig.key(key), target);
            if (size >= 0) {
              assertEquals(seqs[key], seqOf(key, bytes, size));
            } else {
              assertEquals(0, seqs[key]);
            }
          }
        }
      } catch (FreezeRevokedException e) {
        // The publisher was faster.
      }
    }
  }
}
