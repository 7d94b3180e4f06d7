package holdfast.snapshot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.CorruptDataException;
import holdfast.internal.Mem;
import holdfast.testkit.KilledChild;
import holdfast.testkit.Tier;
import holdfast.wksp.Wksp;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real processes that work on a store in a mapped file are killed by the system. Each publication
 * that was acknowledged is there when the store is opened again, the one under way is or is not,
 * and the transaction that was being written has its first so many changes, none of them in part.
 *
 * <p>Killed while records are on their way to another owner, the store may be refused: in the
 * middle of a publication always, and then it says so; in the middle of draining when that shows.
 * Nothing else may be refused.
 */
@DisabledOnOs(OS.WINDOWS)
class StoreSigkillTest {
  private static final int LANES = 3;
  private static final int ROUNDS = Tier.of(60, 999);
  private static final int KEYS = 60;
  private static final long DATA = 8 << 20;

  @TempDir Path dir;

  /**
   * A change.
   *
   * @param size of the value; -1 to remove the key
   */
  private record Change(long key, long number, int size) {
    void apply(RecordStore store, Txn txn) {
      if (size < 0) {
        store.remove(txn, StoreRig.key(key));
      } else {
        store.put(txn, StoreRig.key(key), StoreRig.value(number, size));
      }
    }

    void apply(Map<Long, byte[]> model) {
      if (size < 0) {
        model.remove(key);
      } else {
        model.put(key, StoreRig.bytes(number, size));
      }
    }
  }

  /** What is published at a sequence number: the same each time. */
  private static List<Change> changes(long seq) {
    SplittableRandom random = new SplittableRandom(seq);
    List<Change> changes = new ArrayList<>();
    for (int i = random.nextInt(12); i >= 0; i--) {
      int size = random.nextInt(40) == 0 ? 100_000 : random.nextInt(900);
      changes.add(new Change(random.nextInt(KEYS), seq + i, random.nextInt(4) == 0 ? -1 : size));
    }
    return changes;
  }

  private static Xid xid(long seq) {
    return new Xid(1, seq);
  }

  private static void create(Path file, HashKind hash) throws IOException {
    Files.deleteIfExists(file);
    try (Wksp wksp = Wksp.create(file, "kill", 1, 256, DATA)) {
      RecordStoreConfig config =
          RecordStoreConfig.builder(1024)
              .txnMax(8)
              .hash(hash)
              .storeId(new UUID(2, hash.code()))
              .build();
      RecordStore.create(wksp, config).close();
    }
  }

  /** Publishes and acknowledges, beside a thread that writes into forks that always lose. */
  static final class Child {
    private Child() {}

    public static void main(String[] args) throws Exception {
      try (Wksp wksp = Wksp.open(Path.of(args[0]));
          FileChannel notes =
              FileChannel.open(
                  Path.of(args[1]), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
        RecordStore store = RecordStore.open(wksp, RecordStoreConfig.BASE_TAG);
        for (long fork : new long[] {store.publishedSeq() + 1, 0}) {
          Txn left = store.find(fork == 0 ? new Xid(2, 0) : xid(fork));
          if (left != null) {
            store.cancel(left);
          }
        }
        Thread.ofPlatform().daemon().start(() -> fork(store));
        boolean freeze = Boolean.parseBoolean(args[2]);
        for (int n = 0; ; n++) {
          long seq = store.publishedSeq() + 1;
          FrozenRoot frozen = freeze && n % 5 == 0 ? store.tryFreeze().orElse(null) : null;
          Txn txn = store.prepare(null, xid(seq));
          for (Change change : changes(seq)) {
            change.apply(store, txn);
          }
          store.publish(txn, seq);
          notes.write(ByteBuffer.allocate(Long.BYTES).putLong(0, seq));
          if (frozen != null) {
            frozen.close();
          }
          if (n == 3) {
            System.out.println("ready");
          }
        }
      }
    }

    private static void fork(RecordStore store) {
      SplittableRandom random = new SplittableRandom(1);
      while (true) {
        Txn txn = store.prepare(null, new Xid(2, 0));
        try {
          while (true) {
            new Change(random.nextInt(KEYS), 7, random.nextInt(2000) - 200).apply(store, txn);
          }
        } catch (StaleTxnException e) {
          // Another one was published.
        }
      }
    }
  }

  @Test
  @Timeout(3600) // 999 kills in the long run
  void acknowledgedPublicationsSurviveEveryKill() throws Exception {
    long seed = Tier.seed(20_261_122);
    System.out.println("StoreSigkillTest seed " + seed);
    try (ExecutorService lanes = Executors.newFixedThreadPool(LANES)) {
      List<Lane> all = new ArrayList<>();
      List<Future<Void>> results = new ArrayList<>();
      for (int i = 0; i < LANES; i++) {
        Path own = Files.createDirectory(dir.resolve("lane" + i));
        Lane lane = new Lane(own, HashKind.of(i), new SplittableRandom(seed + i));
        all.add(lane);
        results.add(lanes.submit(lane));
      }
      for (Future<Void> result : results) {
        result.get();
      }
      int refused = all.stream().mapToInt(lane -> lane.refused).sum();
      int draining = all.stream().mapToInt(lane -> lane.refusedDraining).sum();
      int under = all.stream().mapToInt(lane -> lane.underWay).sum();
      System.out.printf(
          "%d kills: %d left a transaction; refused: %d in a publication, %d in draining%n",
          ROUNDS, under, refused, draining);
      assertTrue(refused + draining < ROUNDS / 2, refused + " and " + draining);
      assertTrue(under > ROUNDS / 10, under + " of " + ROUNDS);
    }
  }

  /** Rounds on one file. */
  private static final class Lane implements Callable<Void> {
    private final Path dir;
    private final Path file;
    private final HashKind hash;
    private final SplittableRandom random;
    private final Map<Long, byte[]> model = new HashMap<>();
    private long modelSeq;
    private int refused;
    private int refusedDraining;
    private int underWay;

    Lane(Path dir, HashKind hash, SplittableRandom random) {
      this.dir = dir;
      this.file = dir.resolve("store");
      this.hash = hash;
      this.random = random;
    }

    @Override
    public Void call() throws Exception {
      create(file, hash);
      for (int round = 0; round < ROUNDS / LANES; round++) {
        Path notes = dir.resolve("notes" + round);
        KilledChild.run(
            dir.resolve("error"),
            random.nextInt(20_000),
            Child.class,
            file.toString(),
            notes.toString(),
            Boolean.toString(round % 3 == 0));
        long noted = KilledChild.lastNote(notes, modelSeq);
        look(noted, hash + ", round " + round);
        Files.delete(notes);
      }
      return null;
    }

    private void look(long noted, String round) throws IOException {
      try (Wksp wksp = Wksp.open(file)) {
        wksp.verify();
        long header = wksp.tagQuery(1, RecordStoreConfig.BASE_TAG).getFirst().gaddrLo();
        long published = Mem.getLong(wksp.memory(), header + StoreHeader.PUBLISHED_OFFSET);
        long gate = Mem.getLong(wksp.memory(), header + StoreHeader.GATE_OFFSET);
        RecordStore store = null;
        try {
          store = RecordStore.open(wksp, RecordStoreConfig.BASE_TAG);
        } catch (CorruptDataException e) {
          if (published < 0) {
            assertEquals(header + StoreHeader.PUBLISHED_OFFSET, e.offset(), round);
            refused++;
          } else {
            assertEquals(
                StoreHeader.DRAINING, StoreHeader.state(gate), () -> round + ": " + e.getMessage());
            refusedDraining++;
          }
        }
        if (store != null) {
          assertTrue(published >= 0, () -> round + ": opened with records on their way");
          assertTrue(store.wasUnclean(), round);
          check(store, noted, round);
          store.close();
          return;
        }
      }
      model.clear();
      modelSeq = 0;
      create(file, hash);
    }

    private void check(RecordStore store, long noted, String round) {
      long seq = store.publishedSeq();
      assertTrue(seq == noted || seq == noted + 1, round + ": noted " + noted + ", is " + seq);
      while (modelSeq < seq) {
        modelSeq++;
        changes(modelSeq).forEach(change -> change.apply(model));
      }
      assertTrue(same(model, view(store, null)), round + ": the published state");
      Txn txn = store.find(xid(seq + 1));
      if (txn != null) {
        underWay++;
        checkUnderWay(view(store, txn), changes(seq + 1), round);
      }
      store.verify();
    }

    /** The transaction has the first so many changes. */
    private void checkUnderWay(Map<Long, byte[]> seen, List<Change> changes, String round) {
      Map<Long, byte[]> expected = new HashMap<>(model);
      for (Change change : changes) {
        if (same(expected, seen)) {
          return;
        }
        change.apply(expected);
      }
      assertTrue(same(expected, seen), round + ": the transaction under way");
    }

    private static Map<Long, byte[]> view(RecordStore store, Txn txn) {
      Map<Long, byte[]> view = new HashMap<>();
      store.forEach(
          txn,
          (key, value, modSeq) -> {
            long number = Mem.getLong(key, key.byteSize() - Long.BYTES);
            view.put(number, value.toArray(ValueLayout.JAVA_BYTE));
          });
      return view;
    }

    private static boolean same(Map<Long, byte[]> a, Map<Long, byte[]> b) {
      return a.keySet().equals(b.keySet())
          && a.entrySet().stream().allMatch(e -> Arrays.equals(e.getValue(), b.get(e.getKey())));
    }
  }
}
