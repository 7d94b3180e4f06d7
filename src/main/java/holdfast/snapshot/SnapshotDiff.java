package holdfast.snapshot;

import holdfast.Limits;
import holdfast.Progress;
import holdfast.internal.Mem;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Compares the records of two files: a table with the keys of the first and a SHA-256 of each, and
 * a walk over the second.
 *
 * <pre>{@code
 * payload 0                    32       40
 *         +--------------------+--------+
 *         | SHA-256 of record  | state  |      state: 1 live, 2 removed, plus 4 when the second
 *         +--------------------+--------+      file has spoken of the key
 * }</pre>
 */
final class SnapshotDiff {
  private static final int DIGEST = 32;
  private static final int PAYLOAD = DIGEST + Long.BYTES;
  private static final long LIVE = 1;
  private static final long REMOVED = 2;
  private static final long MET = 4;

  private final SetHash hash = SetHash.of(HashKind.SUM256);
  private final SnapshotDifference target;
  private final int keySize;
  private final MemorySegment digest = MemorySegment.ofArray(new long[DIGEST / Long.BYTES]);
  private KeyTable table;
  private long count;

  private SnapshotDiff(SnapshotDifference target, int keySize) {
    this.target = target;
    this.keySize = keySize;
  }

  /** Tells all differences; returns how many. */
  static long run(
      SnapshotFileReader first,
      SnapshotFileReader second,
      SnapshotDifference target,
      int threads,
      Limits limits,
      Progress progress)
      throws IOException {
    SnapHeader header = first.header();
    if (header.keySize() != second.header().keySize()) {
      throw new SnapshotException(
          Reason.KEY_SIZE,
          "the keys have " + header.keySize() + " and " + second.header().keySize() + " bytes");
    }
    SnapshotDiff diff = new SnapshotDiff(target, header.keySize());
    try (Arena arena = Arena.ofConfined()) {
      SnapFooter footer = first.footer();
      long keys = footer.records() + footer.tombstones();
      long seed = header.id().getLeastSignificantBits();
      diff.table = new KeyTable(arena, keys, header.keySize(), PAYLOAD, seed, limits.memoryMax());
      try (SnapshotCursor cursor = first.cursor(threads, progress)) {
        while (cursor.next()) {
          diff.remember(cursor);
        }
      }
      try (SnapshotCursor cursor = second.cursor(threads, progress)) {
        while (cursor.next()) {
          diff.compare(cursor);
        }
      }
      diff.tellUnmet();
      return diff.count;
    }
  }

  private void digest(RecordSource record) {
    MemorySegment memory = record.memory();
    hash.digest(
        memory, record.keyAt(), keySize, memory, record.valueAt(), record.valueSize(), digest, 0);
  }

  private static long state(RecordSource record) {
    return record.isTombstone() ? REMOVED : LIVE;
  }

  private void remember(SnapshotCursor record) {
    SnapshotFiles.requireNew(table.find(record.memory(), record.keyAt()), record);
    long at = table.add(record.memory(), record.keyAt());
    digest(record);
    Mem.copy(digest, 0, table.memory(), at, DIGEST);
    Mem.putLong(table.memory(), at + DIGEST, state(record));
  }

  private void compare(SnapshotCursor record) {
    long at = table.find(record.memory(), record.keyAt());
    if (at < 0) {
      tell(SnapshotDifference.Kind.ONLY_SECOND, record.memory(), record.keyAt());
      return;
    }
    MemorySegment memory = table.memory();
    long state = Mem.getLong(memory, at + DIGEST);
    SnapshotFiles.requireNew((state & MET) == 0 ? -1 : at, record);
    Mem.putLong(memory, at + DIGEST, state | MET);
    digest(record);
    if (state != state(record) || memory.asSlice(at, DIGEST).mismatch(digest) >= 0) {
      tell(SnapshotDifference.Kind.CHANGED, record.memory(), record.keyAt());
    }
  }

  private void tellUnmet() {
    for (long slot = 0; slot < table.capacity(); slot++) {
      long key = table.keyAt(slot);
      if (key >= 0 && (Mem.getLong(table.memory(), key + keySize + DIGEST) & MET) == 0) {
        tell(SnapshotDifference.Kind.ONLY_FIRST, table.memory(), key);
      }
    }
  }

  private void tell(SnapshotDifference.Kind kind, MemorySegment memory, long keyAt) {
    count++;
    target.differs(kind, memory.asSlice(keyAt, keySize).asReadOnly());
  }
}
