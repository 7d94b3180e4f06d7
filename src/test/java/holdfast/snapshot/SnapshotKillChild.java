package holdfast.snapshot;

import holdfast.checkpt.FrameStyle;
import holdfast.wksp.Wksp;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;

/**
 * Loads a directory, goes on publishing and saving, and notes each completed snapshot outside:
 * until it is killed. What it publishes at a sequence number is the same each time.
 */
final class SnapshotKillChild {
  static final int KEYS = 50;
  private static final long DATA = 8 << 20;

  /** Of what was completed; for the thread of the service. */
  private static long newest;

  private SnapshotKillChild() {}

  /** A store in memory of its own. */
  static RecordStore store(Arena arena) {
    MemorySegment region = arena.allocate(Wksp.footprint(64, DATA), 4096);
    Wksp wksp = Wksp.create(region, "kill", 1, 64, DATA);
    return RecordStore.create(
        wksp, RecordStoreConfig.builder(512).txnMax(8).storeId(new UUID(9, 9)).build());
  }

  private static MemorySegment key(long number) {
    return StoreRig.key(number % KEYS);
  }

  private static int size(long seq, int i) {
    return (int) ((seq * 37 + i * 211L) % 400);
  }

  private static void publish(RecordStore store, long seq) {
    Txn txn = store.prepare(null, new Xid(1, seq));
    for (int i = 0; i < 3; i++) {
      store.put(txn, key(seq * 7 + i * 3L), StoreRig.value(seq + i, size(seq, i)));
    }
    store.remove(txn, key(seq * 5));
    store.publish(txn, seq);
  }

  /** The same to a model. */
  static void publish(Map<Long, byte[]> model, long seq) {
    for (int i = 0; i < 3; i++) {
      model.put((seq * 7 + i * 3L) % KEYS, StoreRig.bytes(seq + i, size(seq, i)));
    }
    model.remove(seq * 5 % KEYS);
  }

  /**
   * Arguments: the directory, where to note, how many sequence numbers between snapshots, whether
   * to be ready at once or after the first snapshot, and how full ones are made.
   */
  public static void main(String[] args) throws Exception {
    Path dir = Path.of(args[0]);
    int every = Integer.parseInt(args[2]);
    try (Arena arena = Arena.ofShared();
        FileChannel notes =
            FileChannel.open(
                Path.of(args[1]), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      RecordStore store = store(arena);
      if (Files.exists(dir)) {
        SnapshotLoader.load(dir, store, LoadOptions.DEFAULT.withThreads(1));
      }
      SnapshotPolicy policy =
          SnapshotPolicy.builder()
              .every(6L * every, every)
              .fullMode(FullMode.valueOf(args[4]))
              .keep(1 + every % 2, 1)
              .style(every % 2 == 0 ? FrameStyle.LZ4 : FrameStyle.RAW, SnapHeader.BATCH_MIN)
              .promoteRatio(1)
              .workers(every % 3 == 0 ? 2 : 1)
              .build();
      var service = SnapshotService.start(store, dir, policy, event -> note(notes, event));
      if (args[3].equals("at once")) {
        System.out.println("ready");
      }
      while (service.status().failures() == 0) {
        publish(store, store.publishedSeq() + 1);
        LockSupport.parkNanos(100_000);
      }
    }
  }

  private static void note(FileChannel notes, SnapshotEvent event) {
    if (event instanceof SnapshotEvent.Completed completed) {
      newest = Math.max(newest, completed.info().seq()); // what was merged is older than the rest
      try {
        notes.write(ByteBuffer.allocate(Long.BYTES).putLong(0, newest));
        System.out.println("ready");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    } else if (event instanceof SnapshotEvent.Failed failed) {
      failed.cause().printStackTrace();
      Runtime.getRuntime().halt(3);
    }
  }
}
