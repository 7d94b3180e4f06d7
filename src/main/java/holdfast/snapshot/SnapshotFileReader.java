package holdfast.snapshot;

import holdfast.CorruptDataException;
import holdfast.Progress;
import holdfast.checkpt.FrameStyle;
import holdfast.checkpt.Restore;
import holdfast.internal.Crc32c;
import holdfast.internal.Disk;
import holdfast.internal.DiskChannel;
import holdfast.internal.Mem;
import java.io.Closeable;
import java.io.IOException;
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
 * read          helpers: read, checksum, decode, checksum    calling thread, in order: records
 * }</pre>
 *
 * <p>A record is given to the sink only after all of its batch passed its checksums. Memory is
 * bounded by what the file really has (LZ4 makes at most 255 bytes of one) and by the limit of the
 * caller, whichever is less. Damage is a {@link SnapshotException} whose reason does not depend on
 * the number of helpers.
 */
final class SnapshotFileReader implements Closeable {
  private static final int PIECE = 1 << 20;

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

  private static void readFully(
      Disk.File file, MemorySegment target, long at, Reason reason, String part)
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
   * @param helpers threads beside the calling one
   * @param progress told about bytes of the file
   */
  void verifyStored(int helpers, Progress progress) throws IOException {
    try (Arena arena = Arena.ofShared()) {
      List<Stored> slots = new ArrayList<>();
      for (int i = 0; i < slots(helpers); i++) {
        slots.add(new Stored(arena.allocate(PIECE)));
      }
      try (var pipeline =
          new SlotPipeline<>(
              slots, helpers, "holdfast-snapshot-r", slot -> checkStored(slot, slot.buffer))) {
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

  private static int slots(int helpers) {
    return helpers == 0 ? 1 : helpers + 2;
  }

  private void checkStored(BatchInfo batch, MemorySegment buffer) throws IOException {
    int crc = 0;
    long end = batch.offset + batch.stored;
    for (long lo = batch.offset; lo < end; lo += buffer.byteSize()) {
      MemorySegment piece = buffer.asSlice(0, Math.min(buffer.byteSize(), end - lo));
      readFully(file, piece, lo, Reason.BAD_FRAME, BatchHead.part(batch));
      crc = Crc32c.join(crc, Crc32c.of(piece), Crc32c.shift(piece.byteSize()));
    }
    requireCrc(crc, batch);
  }

  private static void requireCrc(int crc, BatchInfo batch) {
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
    if (!progress.update(batch.offset + batch.stored, footer.fileSize())) {
      throw new CancellationException("cancelled at byte " + batch.offset + " of a snapshot");
    }
  }

  // ---------------------------------------------------------------------------- records

  /** A batch on its way to the sink. */
  private static final class Slot extends BatchInfo {
    final MemorySegment packed;
    final MemorySegment plainMem;

    /** Over {@link #packed}; null when batches are raw. */
    final Restore decoder;

    Slot(Arena arena, boolean raw, long storedMax, long plainMax) {
      plainMem = arena.allocate(Math.max(1, plainMax), Long.BYTES);
      packed = raw ? plainMem : arena.allocate(Math.max(1, storedMax), Long.BYTES);
      decoder = raw ? null : Restore.from(packed);
    }
  }

  /**
   * Gives all records to a sink, in the order of the file, and checks everything but what only the
   * sink can tell.
   *
   * @param sink used by the calling thread
   * @param helpers threads beside the calling one; fewer when memory is short
   * @param progress told about bytes of the file
   */
  void read(RecordSink sink, int helpers, Progress progress) throws IOException {
    boolean raw = header.style() == FrameStyle.RAW;
    long slotSize = plainMax + (raw ? 0 : storedMax);
    int threads = helpers;
    while (threads > 0 && slots(threads) * slotSize > memoryMax) {
      threads--;
    }
    requireMemory(slotSize, "batches of");
    RecordParser parser = new RecordParser(header, sink);
    try (Arena arena = Arena.ofShared()) {
      List<Slot> slots = new ArrayList<>();
      for (int i = 0; i < Math.min(slots(threads), Math.max(1, footer.frames())); i++) {
        slots.add(new Slot(arena, raw, storedMax, plainMax));
      }
      try (var pipeline = new SlotPipeline<>(slots, threads, "holdfast-snapshot-r", this::decode)) {
        DirectoryReader directory = directory();
        boolean more = directory.next();
        while (more || !pipeline.isEmpty()) {
          Slot free = more && !directory.isJumbo() ? pipeline.free() : null;
          if (free != null) {
            free.copyFrom(directory);
            pipeline.submit();
            more = directory.next();
          } else if (pipeline.isEmpty()) {
            jumbo(directory, parser);
            tell(progress, directory);
            more = directory.next();
          } else {
            Slot ready = pipeline.oldest(true);
            parser.batch(ready, ready.plainMem);
            tell(progress, ready);
            pipeline.release();
          }
        }
      }
    }
    parser.finish(footer);
  }

  private void requireMemory(long size, String what) {
    if (size > memoryMax) {
      throw new CorruptDataException(
          "snapshot",
          SnapHeader.BATCH_OFFSET,
          what + " that needs at most " + memoryMax + " bytes",
          String.valueOf(size));
    }
  }

  /** What a helper does. */
  private void decode(Slot slot) throws IOException {
    MemorySegment stored = slot.packed.asSlice(0, slot.stored);
    readFully(file, stored, slot.offset, Reason.BAD_FRAME, BatchHead.part(slot));
    requireCrc(Crc32c.of(stored), slot);
    MemorySegment head = slot.plainMem.asSlice(0, BatchHead.SIZE);
    MemorySegment data = slot.plainMem.asSlice(BatchHead.SIZE, slot.plain - BatchHead.SIZE);
    if (slot.decoder != null) {
      try {
        slot.decoder.seek(0);
        slot.decoder.openFrame(FrameStyle.LZ4);
        slot.decoder.meta(head);
        slot.decoder.data(data);
        requireEnd(slot.decoder.closeFrame(), slot);
      } catch (CorruptDataException e) {
        throw badFrame(slot, e);
      }
    }
    BatchHead.check(head, slot);
    requireDataCrc(Crc32c.of(data), slot);
  }

  private static SnapshotException badFrame(BatchInfo batch, CorruptDataException e) {
    return SnapshotException.damaged(
        Reason.BAD_FRAME,
        new CorruptDataException(
            "snapshot " + BatchHead.part(batch), e.offset(), e.expected(), e.found()));
  }

  private static void requireEnd(long end, BatchInfo batch) {
    if (end != batch.stored) {
      throw SnapshotException.damaged(
          Reason.BAD_FRAME,
          BatchHead.part(batch),
          end,
          "a frame of " + batch.stored + " bytes",
          "one of " + end);
    }
  }

  private static void requireDataCrc(int crc, BatchInfo batch) {
    if (crc != batch.dataCrc) {
      throw SnapshotException.damaged(
          Reason.BAD_DATA,
          BatchHead.part(batch),
          BatchHead.DATA_CRC_OFFSET,
          "CRC32C " + SnapHeader.hex(batch.dataCrc) + " of the data",
          SnapHeader.hex(crc));
    }
  }

  /** A record that fits into no batch; nothing else is on its way. */
  private void jumbo(BatchInfo batch, RecordParser parser) throws IOException {
    requireMemory(batch.plain, "a record");
    try (Arena arena = Arena.ofConfined()) {
      checkStored(batch, arena.allocate(PIECE));
      MemorySegment plain = arena.allocate(batch.plain, Long.BYTES);
      MemorySegment head = plain.asSlice(0, BatchHead.SIZE);
      long recordHeadSize = (long) header.keySize() + RecordHead.SIZE;
      try (Restore decoder = Restore.from(new DiskChannel(file))) {
        decoder.seek(batch.offset);
        decoder.openFrame(header.style());
        decoder.meta(head);
        BatchHead.check(head, batch);
        decoder.data(plain.asSlice(BatchHead.SIZE, recordHeadSize));
        decoder.data(plain.asSlice(BatchHead.SIZE + recordHeadSize));
        requireEnd(decoder.closeFrame() - batch.offset, batch);
      } catch (CorruptDataException e) {
        throw badFrame(batch, e);
      }
      requireDataCrc(Crc32c.of(plain.asSlice(BatchHead.SIZE)), batch);
      parser.batch(batch, plain);
    }
  }
}
