package holdfast.snapshot;

import holdfast.CorruptDataException;
import holdfast.Progress;
import holdfast.checkpt.FrameStyle;
import holdfast.checkpt.Restore;
import holdfast.internal.Crc32c;
import holdfast.internal.Disk;
import holdfast.internal.DiskChannel;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * The records of a file, one after the other.
 *
 * <pre>{@code
 * directory     helpers                            calling thread
 * entry    -->  read, checksum, decode, checksum   -->  record by record, in the order of the file
 *               into a slot of its own, digests
 * }</pre>
 *
 * <p>While it would wait for a batch, the calling thread does what helpers do. A record is shown
 * only after all of its batch passed its checksums. A JUMBO batch is read by the calling thread,
 * into memory of its own, when all before it are done.
 */
final class SnapshotCursor implements RecordSource, Closeable {
  private final Disk.File file;
  private final SnapFooter footer;
  private final SnapHeader header;
  private final long memoryMax;
  private final Progress progress;
  private final Arena arena = Arena.ofShared();
  private final SlotPipeline<Slot> pipeline;
  private final DirectoryReader directory;
  private final RecordParser parser;

  private boolean started;

  /** Whether the directory stands at a batch that is not on its way yet. */
  private boolean more;

  /** The batch whose records are shown; null between batches. */
  private BatchInfo current;

  /** Digests of its records; null when there are none. */
  private BatchDigests digests;

  /** The memory of a JUMBO batch; null while there is none. */
  private Arena jumbo;

  /** A batch on its way. */
  private static final class Slot extends BatchInfo {
    final MemorySegment packed;
    final MemorySegment plainMem;

    /** Over {@link #packed}; null when batches are raw. */
    final Restore decoder;

    /** Null when nobody wants them. */
    final BatchDigests digests;

    Slot(Arena arena, boolean raw, long storedMax, long plainMax, BatchDigests digests) {
      this.digests = digests;
      plainMem = arena.allocate(Math.max(1, plainMax), Long.BYTES);
      packed = raw ? plainMem : arena.allocate(Math.max(1, storedMax), Long.BYTES);
      decoder = raw ? null : Restore.from(packed);
    }
  }

  /**
   * A walk over all records.
   *
   * @param threadsMax how many may work, the calling one and at least 1
   * @param hash computes digests ahead; null when nobody wants them
   */
  SnapshotCursor(
      Disk.File file,
      SnapFooter footer,
      long storedMax,
      long plainMax,
      long memoryMax,
      int threadsMax,
      SetHash hash,
      Progress progress) {
    this.file = file;
    this.footer = footer;
    this.header = footer.header();
    this.memoryMax = memoryMax;
    this.progress = progress;
    this.directory = new DirectoryReader(file, footer);
    this.parser = new RecordParser(header);
    boolean raw = header.style() == FrameStyle.RAW;
    long slotSize = plainMax + (raw ? 0 : storedMax);
    requireMemory(slotSize, "batches");
    long digestSize = hash == null ? 0 : BatchDigests.room(plainMax);
    int threads = threadsMax;
    while (threads > 1 && SnapshotFileReader.slots(threads) * (slotSize + digestSize) > memoryMax) {
      threads--;
    }
    boolean ahead = hash != null && threads > 1; // alone, nobody has the time
    List<Slot> slots = new ArrayList<>();
    long count = Math.min(SnapshotFileReader.slots(threads), Math.max(1, footer.frames()));
    for (int i = 0; i < count; i++) {
      BatchDigests digests =
          ahead ? new BatchDigests(hash, header.keySize(), digestSize, arena) : null;
      slots.add(new Slot(arena, raw, storedMax, plainMax, digests));
    }
    this.pipeline = new SlotPipeline<>(slots, threads, "holdfast-snapshot-r", this::decode);
  }

  private void requireMemory(long size, String what) {
    if (size > memoryMax) {
      throw new CorruptDataException(
          "snapshot",
          SnapHeader.BATCH_OFFSET,
          what + " that needs at most " + memoryMax + " bytes",
          size + " bytes");
    }
  }

  /**
   * Moves on.
   *
   * @throws SnapshotException when the file is damaged
   * @throws UncheckedIOException when it cannot be read
   */
  @Override
  public boolean next() {
    try {
      while (current == null || !parser.next()) {
        endBatch();
        if (!beginBatch()) {
          parser.finish(footer);
          return false;
        }
      }
      return true;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private boolean beginBatch() throws IOException {
    if (!started) {
      started = true;
      more = directory.next();
    }
    for (Slot free = free(); free != null; free = free()) {
      free.copyFrom(directory);
      pipeline.submit();
      more = directory.next();
    }
    Slot ready = pipeline.oldest(true);
    if (ready != null) {
      current = ready;
      digests = ready.digests;
      parser.begin(ready, ready.plainMem);
    } else if (more) {
      current = new BatchInfo();
      current.copyFrom(directory);
      parser.begin(current, readJumbo(current));
      more = directory.next();
    }
    return current != null;
  }

  private Slot free() {
    return more && !directory.isJumbo() ? pipeline.free() : null;
  }

  private void endBatch() {
    if (current == null) {
      return;
    }
    parser.end();
    BatchInfo ended = current;
    current = null;
    digests = null;
    SnapshotFileReader.tell(progress, ended, footer);
    if (ended.isJumbo()) {
      closeJumbo();
    } else {
      pipeline.release();
    }
  }

  private void closeJumbo() {
    if (jumbo != null) {
      jumbo.close();
      jumbo = null;
    }
  }

  @Override
  public MemorySegment memory() {
    return parser.memory();
  }

  @Override
  public long keyAt() {
    return parser.keyAt;
  }

  @Override
  public long valueAt() {
    return parser.valueAt;
  }

  @Override
  public int valueSize() {
    return parser.valueSize;
  }

  @Override
  public long modSeq() {
    return parser.modSeq();
  }

  @Override
  public boolean isTombstone() {
    return parser.isTombstone();
  }

  /** Where the next keys are, that of the present record first; see {@link RecordParser#ahead}. */
  int ahead(long[] target) {
    return parser.ahead(target);
  }

  /** Where the digest of the present record is in {@link #digests}; -1 when it is not known. */
  long digestAt() {
    return digests == null ? -1 : digests.at(parser.index());
  }

  MemorySegment digests() {
    return digests.memory;
  }

  /** Ends the helpers and frees all memory; the file stays open. */
  @Override
  public void close() {
    pipeline.close();
    closeJumbo();
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }

  /** What helpers do. */
  private void decode(Slot slot) throws IOException {
    MemorySegment stored = slot.packed.asSlice(0, slot.stored);
    SnapshotFileReader.readFully(file, stored, slot.offset, Reason.BAD_FRAME, BatchHead.part(slot));
    if (slot.decoder != null) {
      SnapshotFileReader.requireCrc(Crc32c.of(stored), slot);
    }
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
    int dataCrc = Crc32c.of(data);
    if (slot.decoder == null) {
      // The same bytes: one look at the data is enough for both checksums.
      int headCrc = Crc32c.of(head);
      int shift = Crc32c.shift(data.byteSize());
      SnapshotFileReader.requireCrc(Crc32c.join(headCrc, dataCrc, shift), slot);
    }
    BatchHead.check(head, slot);
    requireDataCrc(dataCrc, slot);
    if (slot.digests != null) {
      slot.digests.compute(slot, slot.plainMem);
    }
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

  /** Reads a record that fits into no batch; nothing else is on its way. */
  private MemorySegment readJumbo(BatchInfo batch) throws IOException {
    requireMemory(batch.plain, "a record");
    jumbo = Arena.ofConfined();
    SnapshotFileReader.checkStored(file, batch, jumbo.allocate(SnapshotFileReader.PIECE));
    MemorySegment plain = jumbo.allocate(batch.plain, Long.BYTES);
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
    return plain;
  }
}
