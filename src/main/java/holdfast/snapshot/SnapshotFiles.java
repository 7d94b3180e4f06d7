package holdfast.snapshot;

import holdfast.CorruptDataException;
import holdfast.Limits;
import holdfast.Progress;
import holdfast.Structure;
import holdfast.internal.AtomicFile;
import holdfast.internal.Disk;
import holdfast.internal.OsDisk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Looks into snapshot files, compares and merges them, without a store.
 *
 * <p>Damage is a {@link SnapshotException}; a file that needs more memory than allowed is a {@link
 * CorruptDataException}. No file is changed; {@link #merge} makes a new one.
 */
public final class SnapshotFiles {
  /** Batches that {@link #structure} lists one by one. */
  private static final int LISTED_MAX = 1000;

  private SnapshotFiles() {}

  /**
   * Whether a file that begins so claims to be a snapshot.
   *
   * @param head its first bytes
   * @return whether they are the magic
   */
  public static boolean isSnapshot(byte[] head) {
    return SnapHeader.isMagic(MemorySegment.ofArray(head));
  }

  /**
   * Shows all records of a file.
   *
   * @param file a snapshot
   * @param target shown each record, after its batch passed all checks
   * @param limits {@code memoryMax} bounds the buffers
   * @param threads how many work, the calling one and 1 to 1024
   * @param progress told about bytes of the file
   * @return what the file says of itself
   * @throws SnapshotException when it is damaged; what came before was shown
   * @throws IOException when it cannot be read
   */
  public static SnapshotInfo dump(
      Path file, SnapshotVisitor target, Limits limits, int threads, Progress progress)
      throws IOException {
    LoadOptions.checkThreads(threads);
    try (var reader = SnapshotFileReader.open(OsDisk.INSTANCE, file, limits.memoryMax());
        var cursor = reader.cursor(threads, progress)) {
      int keySize = reader.header().keySize();
      while (cursor.next()) {
        MemorySegment memory = cursor.memory();
        MemorySegment value =
            cursor.isTombstone()
                ? null
                : memory.asSlice(cursor.valueAt(), cursor.valueSize()).asReadOnly();
        target.visit(memory.asSlice(cursor.keyAt(), keySize).asReadOnly(), value, cursor.modSeq());
      }
      return reader.info();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /**
   * Compares the records of two files; sequence numbers do not count. A removed key is not the same
   * as one that a file does not speak of.
   *
   * @param first a snapshot; all its keys are kept in memory, with 48 bytes each, in a table that
   *     is up to three times as large
   * @param second a snapshot with keys of the same size
   * @param target told the differences
   * @param limits {@code memoryMax} bounds the table, and the buffers
   * @param threads how many work, the calling one and 1 to 1024
   * @param progress told about bytes, from 0 for each file
   * @return how many differences there are
   * @throws SnapshotException when a file is damaged, or the keys have other sizes
   * @throws IOException when a file cannot be read
   */
  public static long diff(
      Path first,
      Path second,
      SnapshotDifference target,
      Limits limits,
      int threads,
      Progress progress)
      throws IOException {
    LoadOptions.checkThreads(threads);
    try (var a = SnapshotFileReader.open(OsDisk.INSTANCE, first, limits.memoryMax());
        var b = SnapshotFileReader.open(OsDisk.INSTANCE, second, limits.memoryMax())) {
      return SnapshotDiff.run(a, b, target, threads, limits, progress);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /**
   * Makes the full snapshot of the time of an incremental one.
   *
   * @param full the base
   * @param incremental on top of it; its keys are kept in memory, in a table that is up to three
   *     times as large
   * @param target the new file, complete and durable or not there at all
   * @param limits {@code memoryMax} bounds the table, and the buffers
   * @param threads how many work, the calling one and 1 to 1024
   * @param progress told about bytes of data
   * @return what the new file says of itself
   * @throws SnapshotException when a file is damaged or they do not belong together
   * @throws IllegalArgumentException when they are not a full and an incremental one
   * @throws java.nio.file.FileAlreadyExistsException when the target is there
   * @throws IOException when the system refuses something
   */
  public static SnapshotInfo merge(
      Path full, Path incremental, Path target, Limits limits, int threads, Progress progress)
      throws IOException {
    Instant now = Instant.now();
    long clock = now.getEpochSecond() * 1_000_000_000L + now.getNano();
    return merge(
        OsDisk.INSTANCE,
        full,
        incremental,
        target,
        limits,
        threads,
        progress,
        UUID.randomUUID(),
        clock);
  }

  static SnapshotInfo merge(
      Disk disk,
      Path full,
      Path incremental,
      Path target,
      Limits limits,
      int threads,
      Progress progress,
      UUID id,
      long wallClock)
      throws IOException {
    LoadOptions.checkThreads(threads);
    try (var a = SnapshotFileReader.open(disk, full, limits.memoryMax());
        var b = SnapshotFileReader.open(disk, incremental, limits.memoryMax())) {
      SnapHeader later = b.header();
      var merge = new SnapshotMerge(a, b, threads, new ByteRate(0), limits.memoryMax(), progress);
      SnapHeader header = merge.header(id, wallClock, later.style(), later.batchBytes());
      try (AtomicFile out = AtomicFile.create(disk, target, false)) {
        SnapFooter footer = merge.write(out.file(), header);
        out.commit();
        return SnapshotInfo.of(target, footer);
      }
    }
  }

  /** A key that comes twice in a file. */
  static void requireNew(long found, SnapshotCursor cursor) {
    if (found >= 0) {
      throw SnapshotException.damaged(
          Reason.BAD_RECORD, "records", cursor.keyAt(), "each key once", "one twice");
    }
  }

  /**
   * The parts of a file, as far as header, footer and directory tell.
   *
   * @param file a snapshot
   * @return header, batches (the first thousand one by one), directory, footer
   * @throws SnapshotException when the structure is damaged
   * @throws IOException when it cannot be read
   */
  public static Structure structure(Path file) throws IOException {
    try (var reader = SnapshotFileReader.open(OsDisk.INSTANCE, file, 0)) {
      SnapFooter footer = reader.footer();
      List<Structure> parts = new ArrayList<>();
      parts.add(footer.header().structure());
      DirectoryReader directory = reader.directory();
      long rest = 0;
      long restAt = 0;
      while (directory.next()) {
        if (directory.ordinal < LISTED_MAX) {
          parts.add(batch(directory));
        } else {
          restAt = rest == 0 ? directory.offset : restAt;
          rest++;
        }
      }
      if (rest > 0) {
        parts.add(
            Structure.leaf(
                "more batches", restAt, footer.directoryOffset() - restAt, String.valueOf(rest)));
      }
      parts.add(
          Structure.leaf(
              "directory",
              footer.directoryOffset(),
              footer.directoryBytes(),
              footer.frames() + " entries of " + SnapEntry.SIZE + " bytes"));
      parts.add(footer.structure());
      String kind = footer.header().kind() == SnapshotKind.FULL ? "full" : "incremental";
      return new Structure("snapshot", 0, footer.fileSize(), kind, parts);
    }
  }

  private static Structure batch(BatchInfo batch) {
    String records = Integer.toUnsignedString(batch.records);
    String what =
        batch.isJumbo()
            ? "one large record"
            : records + (batch.isTombstones() ? " removed keys" : " records");
    String value =
        what + ", " + batch.plain + " plain bytes, from sequence number " + batch.firstModSeq;
    return Structure.leaf("batch " + batch.ordinal, batch.offset, batch.stored, value);
  }
}
