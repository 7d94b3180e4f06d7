package holdfast.snapshot;

import holdfast.Progress;
import holdfast.internal.Crc32c;
import holdfast.internal.Disk;
import holdfast.internal.Mem;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;

/**
 * Reads a snapshot file that nobody trusts.
 *
 * <pre>{@code
 * open          header, footer, directory: checked, and they agree
 * verifyStored  every stored byte, against its checksum
 * cursor, read  every record
 * }</pre>
 *
 * <p>Memory is bounded by what the file really has (LZ4 makes at most 255 bytes of one) and by the
 * limit of the caller, whichever is less. Damage is a {@link SnapshotException} whose reason does
 * not depend on the number of threads.
 */
final class SnapshotFileReader implements Closeable {
  static final int PIECE = 1 << 20;

  /** Records that a sink hears of at a time: about as many misses as a processor has under way. */
  private static final int AHEAD = 16;

  private final Disk.File file;
  private final SnapFooter footer;
  private final SnapHeader header;
  private final long memoryMax;
  private final long storedMax;
  private final long plainMax;

  private SnapshotFileReader(
      Disk.File file, SnapFooter footer, DirectoryReader directory, long memoryMax) {
    this.file = file;
    this.footer = footer;
    this.header = footer.header();
    this.memoryMax = memoryMax;
    this.storedMax = directory.storedMax;
    this.plainMax = directory.plainMax;
  }

  /**
   * Opens a file and checks its structure.
   *
   * @param memoryMax most bytes of buffers that this reader may hold
   * @throws SnapshotException when it is damaged
   * @throws IOException when it cannot be read
   */
  static SnapshotFileReader open(Disk disk, Path path, long memoryMax) throws IOException {
    Disk.File file = disk.open(path, Disk.Mode.READ);
    try {
      return open(file, memoryMax);
    } catch (Throwable e) {
      file.close();
      throw e;
    }
  }

  private static SnapshotFileReader open(Disk.File file, long memoryMax) throws IOException {
    long size = file.size();
    if (size < SnapHeader.SIZE + SnapFooter.SIZE) {
      throw SnapshotException.damaged(
          Reason.TOO_SHORT,
          "file",
          size,
          "at least " + (SnapHeader.SIZE + SnapFooter.SIZE) + " bytes",
          "its end");
    }
    MemorySegment mem = MemorySegment.ofArray(new byte[SnapFooter.SIZE]);
    MemorySegment head = mem.asSlice(0, SnapHeader.SIZE);
    readFully(file, head, 0, Reason.TOO_SHORT, "header");
    SnapHeader header = SnapHeader.parse(head);
    int headerCrc = Mem.getInt(head, SnapHeader.CRC_OFFSET);
    readFully(file, mem, size - SnapFooter.SIZE, Reason.BAD_FOOTER, "footer");
    SnapFooter footer = SnapFooter.parse(mem, header, headerCrc, size);
    DirectoryReader directory = new DirectoryReader(file, footer);
    while (directory.next()) {
      // All is checked there.
    }
    return new SnapshotFileReader(file, footer, directory, memoryMax);
  }

  static void readFully(Disk.File file, MemorySegment target, long at, Reason reason, String part)
      throws IOException {
    long count = file.read(target, at);
    if (count < target.byteSize()) {
      throw SnapshotException.damaged(
          reason, part, at + count, target.byteSize() + " bytes from " + at, "the end of the file");
    }
  }

  SnapHeader header() {
    return header;
  }

  SnapFooter footer() {
    return footer;
  }

  SnapshotInfo info() {
    return SnapshotInfo.of(file.path(), footer);
  }

  /** A walk over the batches from the first on. */
  DirectoryReader directory() {
    return new DirectoryReader(file, footer);
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  // ---------------------------------------------------------------------------- stored bytes

  /** A frame whose stored bytes are compared with their checksum. */
  private static final class Stored extends BatchInfo {
    final MemorySegment buffer;

    Stored(MemorySegment buffer) {
      this.buffer = buffer;
    }
  }

  /**
   * Compares all stored bytes with their checksums.
   *
   * @param threads how many work, the calling one and at least 1
   * @param progress told about bytes of the file
   */
  void verifyStored(int threads, Progress progress) throws IOException {
    try (Arena arena = Arena.ofShared()) {
      List<Stored> slots = new ArrayList<>();
      for (int i = 0; i < slots(threads); i++) {
        slots.add(new Stored(arena.allocate(PIECE)));
      }
      try (var pipeline =
          new SlotPipeline<>(
              slots, threads, "holdfast-snapshot-r", slot -> checkStored(slot, slot.buffer))) {
        DirectoryReader directory = directory();
        boolean more = directory.next();
        while (more || !pipeline.isEmpty()) {
          Stored free = more ? pipeline.free() : null;
          if (free != null) {
            free.copyFrom(directory);
            pipeline.submit();
            more = directory.next();
          } else {
            tell(progress, pipeline.oldest(true));
            pipeline.release();
          }
        }
      }
    }
  }

  /** One for each helper, one that waits for them, one that the calling thread is at. */
  static int slots(int threads) {
    return threads == 1 ? 1 : threads + 1;
  }

  private void checkStored(BatchInfo batch, MemorySegment buffer) throws IOException {
    checkStored(file, batch, buffer);
  }

  /** Compares the stored bytes of a batch with their checksum, piece by piece. */
  static void checkStored(Disk.File file, BatchInfo batch, MemorySegment buffer)
      throws IOException {
    int crc = 0;
    long end = batch.offset + batch.stored;
    for (long lo = batch.offset; lo < end; lo += buffer.byteSize()) {
      MemorySegment piece = buffer.asSlice(0, Math.min(buffer.byteSize(), end - lo));
      readFully(file, piece, lo, Reason.BAD_FRAME, BatchHead.part(batch));
      crc = Crc32c.join(crc, Crc32c.of(piece), Crc32c.shift(piece.byteSize()));
    }
    requireCrc(crc, batch);
  }

  static void requireCrc(int crc, BatchInfo batch) {
    if (crc != batch.storedCrc) {
      throw SnapshotException.damaged(
          Reason.BAD_FRAME,
          "stored bytes of batch " + batch.ordinal,
          batch.offset,
          "CRC32C " + SnapHeader.hex(batch.storedCrc),
          SnapHeader.hex(crc));
    }
  }

  private void tell(Progress progress, BatchInfo batch) {
    tell(progress, batch, footer);
  }

  /** Tells that a batch is done. */
  static void tell(Progress progress, BatchInfo batch, SnapFooter footer) {
    if (!progress.update(batch.offset + batch.stored, footer.fileSize())) {
      throw new CancellationException("cancelled at byte " + batch.offset + " of a snapshot");
    }
  }

  // ---------------------------------------------------------------------------- records

  /**
   * A walk over all records, in the order of the file, that checks everything but what only the
   * store can tell. Throws {@link SnapshotException}, and {@link java.io.UncheckedIOException}.
   *
   * @param threads how many work, the calling one and at least 1; fewer when memory is short
   * @param progress told about bytes of the file
   */
  SnapshotCursor cursor(int threads, Progress progress) {
    return cursor(threads, null, progress);
  }

  private SnapshotCursor cursor(int threads, SetHash hash, Progress progress) {
    return new SnapshotCursor(
        file, footer, storedMax, plainMax, memoryMax, threads, hash, progress);
  }

  /** Gives all records to a sink; otherwise as {@link #cursor}. */
  void read(RecordSink sink, int threads, Progress progress) throws IOException {
    try (SnapshotCursor cursor = cursor(threads, sink.hash(), progress)) {
      long[] ahead = new long[AHEAD];
      int known = 0;
      while (cursor.next()) {
        MemorySegment memory = cursor.memory();
        if (known == 0) {
          known = cursor.ahead(ahead);
          sink.expect(memory, ahead, known);
        }
        known--;
        long keyAt = cursor.keyAt();
        long valueAt = cursor.valueAt();
        long digestAt = cursor.digestAt();
        if (cursor.isTombstone()) {
          sink.remove(memory, keyAt, cursor.modSeq());
        } else if (digestAt < 0) {
          sink.put(memory, keyAt, memory, valueAt, cursor.valueSize(), cursor.modSeq());
        } else {
          sink.put(
              memory,
              keyAt,
              memory,
              valueAt,
              cursor.valueSize(),
              cursor.modSeq(),
              cursor.digests(),
              digestAt);
        }
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /** Reads all of a full snapshot and compares its records with the hash in the footer. */
  void verifyContent(int threads, Progress progress) throws IOException {
    SetHash hash = SetHash.of(header.hashKind());
    boolean sums = header.kind() == SnapshotKind.FULL && hash.sumSize() > 0;
    MemorySegment sum = MemorySegment.ofArray(new long[Math.max(1, hash.sumSize() / Long.BYTES)]);
    try (SnapshotCursor cursor = cursor(threads, progress)) {
      while (cursor.next()) {
        if (sums) {
          MemorySegment memory = cursor.memory();
          long valueAt = cursor.valueAt();
          int valueSize = cursor.valueSize();
          hash.add(sum, 0, memory, cursor.keyAt(), header.keySize(), memory, valueAt, valueSize);
        }
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    if (sums) {
      requireHash(hash.content(sum, 0), footer);
    }
  }

  /** Fails when the records are not those that the footer names. */
  static void requireHash(ContentHash found, SnapFooter footer) {
    if (!found.equals(footer.hash())) {
      throw SnapshotException.damaged(
          Reason.HASH_MISMATCH,
          "footer",
          footer.fileSize() - SnapFooter.SIZE + SnapFooter.HASH_OFFSET,
          "records whose hash is " + footer.hash(),
          found.toString());
    }
  }
}
