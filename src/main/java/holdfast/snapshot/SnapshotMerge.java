package holdfast.snapshot;

import holdfast.Progress;
import holdfast.checkpt.FrameStyle;
import holdfast.internal.Disk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.UUID;

/**
 * Makes the full snapshot of a later time out of a full and an incremental one.
 *
 * <pre>{@code
 * full          records whose keys the incremental one does not have ---.
 *                                                                       +--> new full, in the order
 * incremental   live records -------------------------------------------'    of changes
 *               keys, live and removed: a table in memory
 * }</pre>
 *
 * <p>Sequence numbers stay, and those of the incremental one are larger, so the order is right. The
 * content is hashed on the way, as the incremental one hashes, and has to be what that one says of
 * the store; what the full one hashes with does not matter.
 *
 * <p>Used once, by one thread; {@link #cancel} may be called by any other.
 */
final class SnapshotMerge {
  private final SnapshotFileReader full;
  private final SnapshotFileReader incremental;
  private final int threads;
  private final ByteRate rate;
  private final long memoryMax;
  private final Progress progress;

  private volatile boolean cancelled;
  private volatile SnapshotFileWriter writer;

  /**
   * Prepares a merge.
   *
   * @param full stays the caller's to close, as does the other one
   * @param threads how many work, the calling one and at least 1
   * @param rate limit on what is written
   * @param memoryMax most bytes that the table of keys may take
   * @param progress told about bytes of data that are written, by the calling thread
   */
  SnapshotMerge(
      SnapshotFileReader full,
      SnapshotFileReader incremental,
      int threads,
      ByteRate rate,
      long memoryMax,
      Progress progress) {
    this.full = full;
    this.incremental = incremental;
    this.threads = threads;
    this.rate = rate;
    this.memoryMax = memoryMax;
    this.progress = progress;
    SnapHeader base = full.header();
    SnapHeader later = incremental.header();
    if (base.kind() != SnapshotKind.FULL || later.kind() != SnapshotKind.INCREMENTAL) {
      throw new IllegalArgumentException(
          "a full and an incremental snapshot are merged, not "
              + base.kind()
              + " and "
              + later.kind());
    }
    if (!base.storeId().equals(later.storeId())) {
      throw new SnapshotException(
          Reason.WRONG_STORE,
          "the snapshots are of stores " + base.storeId() + " and " + later.storeId());
    }
    if (!later.baseId().equals(base.id()) || later.baseSeq() != base.seq()) {
      throw new SnapshotException(
          Reason.NO_BASE,
          "the incremental snapshot is of base " + later.baseId() + " and not of " + base.id());
    }
    if (base.keySize() != later.keySize()) {
      throw new SnapshotException(
          Reason.KEY_SIZE,
          "the keys have " + base.keySize() + " and " + later.keySize() + " bytes");
    }
  }

  /** A header of the result. */
  SnapHeader header(UUID id, long wallClock, FrameStyle style, int batchBytes) {
    SnapHeader later = incremental.header();
    return new SnapHeader(
        SnapshotKind.FULL,
        later.seq(),
        0,
        id,
        SnapId.NONE,
        later.storeId(),
        later.keySize(),
        style,
        later.hashKind(),
        batchBytes,
        wallClock);
  }

  /** Bytes of data of the result. */
  long payload() {
    SnapFooter later = incremental.footer();
    return SnapshotFileWriter.payload(
        incremental.header().keySize(), later.storeRecords(), later.storeValueBytes());
  }

  /** Ends the work soon, with a {@link java.util.concurrent.CancellationException}. */
  void cancel() {
    cancelled = true;
    SnapshotFileWriter now = writer;
    if (now != null) {
      now.cancel();
    }
  }

  private boolean goOn(long done, long total) {
    return !cancelled;
  }

  /**
   * Writes the result, from the first byte of a file on. It is not forced when this returns.
   *
   * @param header as of {@link #header}
   */
  SnapFooter write(Disk.File file, SnapHeader header) throws IOException {
    SnapFooter later = incremental.footer();
    // To compress takes three to four times as long as to decompress.
    int readers = 1 + (threads - 1) / 4;
    int writers = 1 + threads - readers;
    try (Arena arena = Arena.ofConfined()) {
      KeyTable changed = changedKeys(arena);
      writer = new SnapshotFileWriter(header, writers, rate, payload(), progress);
      if (cancelled) {
        writer.cancel();
      }
      try (SnapshotCursor old = full.cursor(readers, this::goOn);
          SnapshotCursor now = incremental.cursor(1, this::goOn)) {
        Joined joined = new Joined(old, now, changed, later);
        return writer.write(
            file, joined, null, later.storeRecords(), later.storeValueBytes(), later.hash());
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private KeyTable changedKeys(Arena arena) throws IOException {
    SnapFooter footer = incremental.footer();
    SnapHeader header = incremental.header();
    long count = footer.records() + footer.tombstones();
    KeyTable keys =
        new KeyTable(
            arena, count, header.keySize(), 0, header.id().getLeastSignificantBits(), memoryMax);
    try (SnapshotCursor cursor = incremental.cursor(threads, this::goOn)) {
      while (cursor.next()) {
        SnapshotFiles.requireNew(keys.find(cursor.memory(), cursor.keyAt()), cursor);
        keys.add(cursor.memory(), cursor.keyAt());
      }
    }
    return keys;
  }

  /** The records of the result. */
  private static final class Joined implements RecordSource {
    private final SnapshotCursor old;
    private final SnapshotCursor now;
    private final KeyTable changed;
    private final int keySize;
    private final SetHash hash;
    private final MemorySegment sum;
    private final SnapFooter footer;
    private long records;
    private long valueBytes;
    private SnapshotCursor current;

    Joined(SnapshotCursor old, SnapshotCursor now, KeyTable changed, SnapFooter footer) {
      this.footer = footer;
      SnapHeader header = footer.header();
      this.old = old;
      this.now = now;
      this.changed = changed;
      this.keySize = header.keySize();
      this.hash = SetHash.of(header.hashKind());
      this.sum = MemorySegment.ofArray(new long[Math.max(1, hash.sumSize() / Long.BYTES)]);
      this.current = old;
    }

    @Override
    public boolean next() {
      while (current == old) {
        if (!old.next()) {
          current = now;
        } else if (changed.find(old.memory(), old.keyAt()) < 0) {
          return taken();
        }
      }
      if (now.next() && !now.isTombstone()) { // what was removed comes last
        return taken();
      }
      check();
      return false;
    }

    private boolean taken() {
      MemorySegment memory = current.memory();
      records++;
      valueBytes += valueSize();
      hash.add(sum, 0, memory, keyAt(), keySize, memory, valueAt(), valueSize());
      return true;
    }

    /** What came out has to be the store that the incremental one speaks of. */
    private void check() {
      if (records != footer.storeRecords() || valueBytes != footer.storeValueBytes()) {
        throw SnapshotException.damaged(
            Reason.COUNT_MISMATCH,
            "footer",
            footer.fileSize() - SnapFooter.SIZE + SnapFooter.STORE_RECORDS_OFFSET,
            footer.storeRecords() + " records with " + footer.storeValueBytes() + " bytes",
            records + " with " + valueBytes);
      }
      if (hash.sumSize() > 0) {
        SnapshotFileReader.requireHash(hash.content(sum, 0), footer);
      }
    }

    @Override
    public MemorySegment memory() {
      return current.memory();
    }

    @Override
    public long keyAt() {
      return current.keyAt();
    }

    @Override
    public long valueAt() {
      return current.valueAt();
    }

    @Override
    public int valueSize() {
      return current.valueSize();
    }

    @Override
    public long modSeq() {
      return current.modSeq();
    }

    @Override
    public boolean isTombstone() {
      return false;
    }
  }
}
