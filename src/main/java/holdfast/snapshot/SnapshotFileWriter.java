package holdfast.snapshot;

import holdfast.Progress;
import holdfast.checkpt.Checkpt;
import holdfast.checkpt.FrameStyle;
import holdfast.internal.Crc32c;
import holdfast.internal.Disk;
import holdfast.internal.Mem;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;

/**
 * Writes the bytes of one snapshot file.
 *
 * <pre>{@code
 * calling thread       helpers                   calling thread, in order
 * walk, copy      -->  checksums, compress  -->  write, note in the directory
 * into a batch         in the batch's slot
 * }</pre>
 *
 * <p>When all slots are on their way, or nothing is left to walk, the calling thread does what
 * helpers do; but what is done is written first.
 *
 * <p>A batch takes as many records as fit; one that would never fit becomes a batch of its own,
 * which the calling thread streams once all before it are written. Each frame is what a new {@link
 * Checkpt} would write, so the bytes do not depend on the number of threads. Buffers are allocated
 * once ({@link #memory} tells how much at most); nothing is allocated per record.
 *
 * <p>Used once, by one thread; {@link #cancel} may be called by any other.
 */
final class SnapshotFileWriter {
  /** So many bytes go to the disk at a time. */
  private static final long FORCE_STEP = 64L << 20;

  /** What the encoder of a slot keeps. */
  private static final int ENCODER_BYTES = 300 << 10;

  private final SnapHeader header;
  private final int threads;
  private final ByteRate rate;
  private final Progress progress;
  private final long expected;

  private volatile boolean cancelled;

  /** All allocate from it; it is there before the helpers are, and ends after them. */
  private Arena arena;

  // The calling thread's, during write.
  private Disk.File file;
  private DirectoryBuffer directory;
  private long position;
  private ForceAhead ahead;
  private long records;
  private long tombstones;
  private long valueBytes;
  private long lastModSeq;
  private int ordinal;
  private long done;

  /** Null until the first record that fits into no batch. */
  private JumboOutput jumbo;

  /** One batch on its way. Its memory is there from its first use on: small files need one. */
  private static final class Slot extends BatchInfo {
    MemorySegment head;
    MemorySegment data;
    MemorySegment plainMem;
    MemorySegment packed;
    Checkpt encoder;

    /** For who fills it. */
    void open(SnapHeader header, Arena arena) {
      if (plainMem == null) {
        plainMem = arena.allocate(BatchHead.SIZE + (long) header.batchBytes(), Long.BYTES);
        head = plainMem.asSlice(0, BatchHead.SIZE);
        data = plainMem.asSlice(BatchHead.SIZE);
      }
    }

    /** For who encodes it. */
    void openEncoder(SnapHeader header, Arena arena) {
      if (encoder == null && header.style() == FrameStyle.LZ4) {
        packed = arena.allocate(FrameBound.of(plainMem.byteSize()), Long.BYTES);
        encoder = Checkpt.into(packed);
      }
    }
  }

  /**
   * Prepares a file.
   *
   * @param threads how many work, the calling one and at least 1
   * @param bytesPerSecond limit on what is written, 0 for none
   * @param expected bytes that the progress will get to, -1 when nobody knows; see {@link #payload}
   * @param progress told about bytes of data, by the calling thread
   */
  SnapshotFileWriter(
      SnapHeader header, int threads, long bytesPerSecond, long expected, Progress progress) {
    this(header, threads, new ByteRate(bytesPerSecond), expected, progress);
  }

  /** The same with a limit that others may have, too. */
  SnapshotFileWriter(
      SnapHeader header, int threads, ByteRate rate, long expected, Progress progress) {
    header.check();
    this.header = header;
    LoadOptions.checkThreads(threads);
    this.threads = threads;
    this.rate = rate;
    this.expected = expected;
    this.progress = progress;
  }

  /** Bytes of so many records, but for what fills up their last words. */
  static long payload(int keySize, long records, long valueBytes) {
    return records * (keySize + RecordHead.SIZE) + valueBytes;
  }

  /** Most memory of a run in bytes, but for 48 bytes for each batch of the directory. */
  static long memory(SnapHeader header, int threads) {
    long plain = BatchHead.SIZE + (long) header.batchBytes();
    boolean lz4 = header.style() == FrameStyle.LZ4;
    long slot = plain + (lz4 ? FrameBound.of(plain) + ENCODER_BYTES : 0);
    return slots(threads) * slot + (1 << 20);
  }

  /** One for each thread, one that waits for them, one that is filled or written meanwhile. */
  private static int slots(int threads) {
    return threads == 1 ? 1 : threads + 2;
  }

  /** Ends the work soon, with a {@link CancellationException}. */
  void cancel() {
    cancelled = true;
  }

  /**
   * Writes the file, from its first byte on. It is not forced when this returns.
   *
   * @param target empty
   * @param live what lives, in the order of changes; each between base and seq of the header
   * @param removed the same of removed keys; null for none
   * @param storeRecords live records of the whole store
   * @param storeValueBytes their value bytes
   * @param hash content of the whole store
   * @return what was written last
   * @throws CancellationException when somebody cancelled
   * @throws IllegalStateException when the source breaks its rules
   * @throws IOException when the file refuses
   */
  SnapFooter write(
      Disk.File target,
      RecordSource live,
      RecordSource removed,
      long storeRecords,
      long storeValueBytes,
      ContentHash hash)
      throws IOException {
    if (hash.kind() != header.hashKind()) {
      throw new IllegalArgumentException(hash + " in a file of kind " + header.hashKind());
    }
    file = target;
    try (Arena shared = Arena.ofShared();
        ForceAhead steps = new ForceAhead(target, FORCE_STEP, threads > 1)) {
      arena = shared;
      ahead = steps;
      directory = new DirectoryBuffer(arena);
      MemorySegment scratch = arena.allocate(SnapFooter.SIZE, Long.BYTES);
      header.put(scratch);
      int headerCrc = Mem.getInt(scratch, SnapHeader.CRC_OFFSET);
      append(scratch.asSlice(0, SnapHeader.SIZE));
      List<Slot> slots = new ArrayList<>();
      for (int i = 0; i < slots(threads); i++) {
        slots.add(new Slot());
      }
      try (var pipeline = new SlotPipeline<>(slots, threads, "holdfast-snapshot-w", this::encode)) {
        run(pipeline, live, false);
        if (removed != null) {
          run(pipeline, removed, true);
        }
      }
      SnapFooter footer = finish(scratch, headerCrc, storeRecords, storeValueBytes, hash);
      steps.await();
      return footer;
    }
  }

  private SnapFooter finish(
      MemorySegment scratch,
      int headerCrc,
      long storeRecords,
      long storeValueBytes,
      ContentHash hash)
      throws IOException {
    boolean full = header.kind() == SnapshotKind.FULL;
    if (full ? records != storeRecords || valueBytes != storeValueBytes : records > storeRecords) {
      throw new IllegalStateException(
          "the source gave "
              + records
              + " records with "
              + valueBytes
              + " bytes, the store has "
              + storeRecords
              + " with "
              + storeValueBytes);
    }
    long directoryOffset = position;
    int directoryCrc = directory.write(file, position);
    position += (long) directory.count() * SnapEntry.SIZE;
    SnapFooter footer =
        new SnapFooter(
            header,
            headerCrc,
            records,
            tombstones,
            valueBytes,
            storeRecords,
            storeValueBytes,
            directoryOffset,
            directory.count(),
            directoryCrc,
            hash);
    footer.put(scratch);
    append(scratch);
    assert position == footer.fileSize() : "written " + position + " of " + footer.fileSize();
    return footer;
  }

  /** Puts all records of a source into the file. */
  private void run(SlotPipeline<Slot> pipeline, RecordSource source, boolean removed)
      throws IOException {
    lastModSeq = header.kind() == SnapshotKind.FULL ? 0 : header.baseSeq() + 1;
    boolean more = advance(source, removed);
    while (true) {
      checkCancelled();
      boolean jumbo = more && header.isJumbo(recordSize(source));
      Slot free = pipeline.free();
      boolean wait = free == null || jumbo || !more;
      Slot ready = pipeline.oldest(wait);
      if (ready != null) {
        emit(ready);
        pipeline.release();
      } else if (!more) {
        return; // nothing is on its way any more
      } else if (jumbo) {
        stream(free, source);
        more = advance(source, removed);
      } else {
        more = pack(free, source, removed);
        pipeline.submit();
      }
    }
  }

  private long recordSize(RecordSource source) {
    return RecordHead.size(header.keySize(), source.valueSize());
  }

  /** Moves the source on; whether it stands at a record. */
  private boolean advance(RecordSource source, boolean removed) {
    source.enter();
    try {
      return next(source, removed);
    } finally {
      source.exit();
    }
  }

  private boolean next(RecordSource source, boolean removed) {
    if (!source.next()) {
      return false;
    }
    long modSeq = source.modSeq();
    if (modSeq < lastModSeq || modSeq > header.seq() || source.isTombstone() != removed) {
      throw new IllegalStateException(
          "the source gave a record of sequence number " + modSeq + " behind " + lastModSeq);
    }
    lastModSeq = modSeq;
    return true;
  }

  /** Fills a slot, from the record where the source stands on; whether it stands at one after. */
  private boolean pack(Slot slot, RecordSource source, boolean removed) {
    begin(slot, source, removed ? BatchHead.TOMBSTONES : 0);
    int keySize = header.keySize();
    MemorySegment data = slot.data;
    int room = header.batchBytes();
    long at = 0;
    boolean more = true;
    source.enter();
    try {
      while (more) {
        int valueSize = source.valueSize();
        long end = at + RecordHead.size(keySize, valueSize);
        if (end > room) {
          break;
        }
        MemorySegment memory = source.memory();
        Mem.copy(memory, source.keyAt(), data, at, keySize);
        RecordHead.put(data, at + keySize, source.modSeq(), valueSize, removed);
        if (valueSize > 0) {
          Mem.putLong(data, end - RecordHead.ALIGN, 0); // what fills up the last word
          long value = at + keySize + RecordHead.SIZE;
          Mem.copy(memory, source.valueAt(), data, value, valueSize);
        }
        count(valueSize, removed);
        slot.records++;
        at = end;
        more = next(source, removed);
      }
    } finally {
      source.exit();
    }
    slot.plain = BatchHead.SIZE + at;
    return more;
  }

  private void begin(Slot slot, RecordSource source, int flags) {
    slot.open(header, arena);
    slot.ordinal = ordinal++;
    slot.flags = flags;
    slot.records = 0;
    slot.firstModSeq = source.modSeq();
  }

  private void count(int valueSize, boolean removed) {
    if (removed) {
      tombstones++;
    } else {
      records++;
      valueBytes += valueSize;
    }
  }

  /** What helpers do: checksums, and the frame. */
  private void encode(Slot slot) throws IOException {
    MemorySegment data = slot.data.asSlice(0, slot.plain - BatchHead.SIZE);
    slot.dataCrc = Crc32c.of(data);
    BatchHead.put(slot.head, slot);
    slot.openEncoder(header, arena);
    if (slot.encoder == null) {
      slot.stored = slot.plain;
      slot.storedCrc = BatchHead.rawCrc(slot.head, slot);
    } else {
      slot.encoder.restart();
      slot.encoder.openFrame(FrameStyle.LZ4);
      slot.encoder.meta(slot.head);
      slot.encoder.data(data);
      slot.stored = slot.encoder.closeFrame();
      slot.storedCrc = Crc32c.of(frame(slot));
    }
  }

  private static MemorySegment frame(Slot slot) {
    return (slot.packed == null ? slot.plainMem : slot.packed).asSlice(0, slot.stored);
  }

  /** Writes a batch that is done. */
  private void emit(Slot slot) throws IOException {
    slot.offset = position;
    append(frame(slot));
    directory.add(slot);
    tell(slot.plain - BatchHead.SIZE);
  }

  /** Writes a record that fits into no batch, piece by piece by way of a slot that is free. */
  private void stream(Slot slot, RecordSource source) throws IOException {
    begin(slot, source, BatchHead.JUMBO);
    slot.records = 1;
    int keySize = header.keySize();
    int valueSize = source.valueSize();
    long headSize = (long) keySize + RecordHead.SIZE;
    slot.plain = BatchHead.SIZE + headSize + valueSize;
    slot.offset = position;
    count(valueSize, false);

    // The checksum stands before the data, so the value is read twice.
    MemorySegment recordHead = slot.data.asSlice(0, headSize);
    source.enter();
    try {
      Mem.copy(source.memory(), source.keyAt(), recordHead, 0, keySize);
      RecordHead.put(recordHead, keySize, source.modSeq(), valueSize, false);
    } finally {
      source.exit();
    }
    int crc = Crc32c.of(recordHead);
    int step = step();
    for (long lo = 0; lo < valueSize; lo += step) {
      long size = Math.min(step, valueSize - lo);
      source.enter();
      try {
        MemorySegment piece = source.memory().asSlice(source.valueAt() + lo, size);
        crc = Crc32c.join(crc, Crc32c.of(piece), Crc32c.shift(size));
      } finally {
        source.exit();
      }
      checkCancelled();
    }
    slot.dataCrc = crc;
    BatchHead.put(slot.head, slot);

    if (jumbo == null) {
      jumbo = new JumboOutput();
    }
    Checkpt frame = jumbo.restart();
    frame.openFrame(header.style());
    frame.meta(slot.head);
    frame.data(recordHead);
    tell(headSize);
    for (long lo = 0; lo < valueSize; lo += step) {
      long size = Math.min(step, valueSize - lo);
      source.enter();
      try {
        Mem.copy(source.memory(), source.valueAt() + lo, slot.data, 0, size);
      } finally {
        source.exit();
      }
      frame.data(slot.data.asSlice(0, size)); // every piece but the last: a multiple of 64 KiB
      tell(size);
    }
    slot.stored = frame.closeFrame();
    slot.storedCrc = jumbo.crc;
    directory.add(slot);
  }

  /** Bytes of a value at a time. */
  private int step() {
    return Math.min(4 << 20, header.batchBytes() & -FrameBound.CHUNK);
  }

  /** Takes the frame of a large record. */
  private final class JumboOutput implements WritableByteChannel {
    private final Checkpt frame = Checkpt.to(this);
    private int crc;

    /** Begins a frame of its own. */
    Checkpt restart() {
      frame.restart();
      crc = 0;
      return frame;
    }

    @Override
    public int write(ByteBuffer bytes) throws IOException {
      int size = bytes.remaining();
      MemorySegment piece = MemorySegment.ofBuffer(bytes);
      crc = Crc32c.join(crc, Crc32c.of(piece), Crc32c.shift(size));
      append(piece);
      bytes.position(bytes.limit());
      return size;
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() {}
  }

  private void append(MemorySegment bytes) throws IOException {
    file.write(bytes, position);
    position += bytes.byteSize();
    ahead.written(position);
    rate.spend(bytes.byteSize());
    while (rate.waitSlice()) {
      checkCancelled();
    }
  }

  private void tell(long bytes) {
    done += bytes;
    if (!progress.update(expected < 0 ? done : Math.min(done, expected), expected)) {
      cancelled = true;
    }
    checkCancelled();
  }

  private void checkCancelled() {
    if (cancelled) {
      throw new CancellationException("snapshot cancelled after " + done + " bytes");
    }
  }
}
