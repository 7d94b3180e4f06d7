package holdfast.chunkio;

import static holdfast.chunkio.ChunkLayout.COVERED_OFFSET;
import static holdfast.chunkio.ChunkLayout.HEADER;

import holdfast.CorruptDataException;
import holdfast.internal.Disk;
import holdfast.internal.Mem;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.zip.CRC32;

/**
 * Reads a chunk file from its first byte to the end of its content and says what it is.
 *
 * <pre>{@code
 * size 0 ........................................................ FRESH, an empty file
 * shorter than a header, or than header and metadata ............ CORRUPT, BAD_FILE_SIZE
 * wrong magic ................................................... CORRUPT, BAD_LAYOUT
 * checksum of the content that the header speaks of
 *     is the field .............................................. SEALED
 *     is the field as the original has it between syncs ......... UNSEALED
 * the field is zero ............................................. UNCHECKED
 * no content, and the field of a chunk never used ............... FRESH
 * checksum of another size of content is the field .............. TORN, that size
 * checksum of the anchored content is that of the anchor ........ TORN, that size
 * anything else ................................................. CORRUPT, BAD_CHECKSUM
 * }</pre>
 *
 * <p>Files of versions before the content size existed have a zero there and end with the content;
 * the original takes a zero size for such a file when the first content byte is not zero, and so
 * does this class, unless the checksum says that the content is empty.
 *
 * <p>A wrong size that matches by chance has a probability of about (bytes of the file) / 2^31; it
 * is reported as {@code TORN}, never taken silently. The file is only read, by position: a map of a
 * file that somebody else cuts would end the process inside the checksum.
 *
 * <p>One scan after another, for one thread.
 */
final class ChunkScan {
  /** Bytes that are read first: most small chunks whole. */
  private static final long FIRST_READ = 1 << 16;

  private static final long BUFFER = 1 << 18;

  private final MemorySegment buffer;

  // What was found. Public to the package and valid until the next scan.

  ChunkState state;
  ChunkError error;

  /** Why, for people. */
  String reason;

  /** Where the first wrong byte is, as far as that can be said. */
  long errorOffset;

  long fileSize;
  int metadataSize;

  /** Content that is proven, or that has to be believed. */
  long contentSize;

  /** What the header says; more than the file holds when it is wrong. */
  long declaredSize;

  /** The size was not in the header but follows from the size of the file. */
  boolean inferred;

  /** The checksum field. */
  int storedCrc;

  /** Bytes 6 to 9, which the original wants to be zero. */
  int zeros;

  /** Bytes 14 to 21. */
  long anchor;

  /** Whether these are an anchor and it is right. */
  boolean anchorValid;

  /** Covers metadata size, metadata and {@link #contentSize}; null when it was not computed. */
  CRC32 running;

  private Disk.File file;

  /** Bytes {@code [bufferLo, bufferHi)} of the file are in the buffer. */
  private long bufferLo;

  private long bufferHi;

  ChunkScan(Arena arena) {
    this.buffer = arena.allocate(BUFFER);
  }

  /** For a scan now and then. */
  ChunkScan() {
    this(Arena.ofAuto());
  }

  /**
   * Looks at a file.
   *
   * @param file the open file
   * @param checked whether to compute checksums; else the structure alone decides, and a sound one
   *     is called {@code UNCHECKED}
   */
  void scan(Disk.File file, boolean checked) throws IOException {
    scan(file, checked, file.size());
  }

  /**
   * The same for a file whose size is known; a size that is not right any more makes it corrupt.
   */
  void scan(Disk.File file, boolean checked, long size) throws IOException {
    this.file = file;
    reset();
    fileSize = size;
    if (fileSize == 0) {
      state = ChunkState.FRESH;
      return;
    }
    if (fileSize < HEADER) {
      corrupt(ChunkError.BAD_FILE_SIZE, fileSize, "the file has " + fileSize + " bytes");
      return;
    }
    load(0, checked ? FIRST_READ : HEADER);
    if (bufferHi < HEADER) {
      corrupt(ChunkError.BAD_FILE_SIZE, bufferHi, "the file was cut while it was read");
      return;
    }
    readHeader();
    if (ChunkLayout.start(metadataSize) + declaredSize > fileSize) {
      // A writer may have appended since the size was asked for; it is never behind the header.
      fileSize = file.size();
    }
    if (ChunkLayout.magic(buffer) != ChunkLayout.MAGIC) {
      corrupt(ChunkError.BAD_LAYOUT, 0, "bytes %04x".formatted(ChunkLayout.magic(buffer)));
    } else if (HEADER + metadataSize > fileSize) {
      corrupt(ChunkError.BAD_FILE_SIZE, fileSize, "metadata of " + metadataSize + " bytes");
    } else if (checked) {
      classify();
    } else {
      believe();
    }
  }

  private void reset() {
    state = null;
    error = ChunkError.NONE;
    reason = null;
    errorOffset = 0;
    metadataSize = 0;
    contentSize = 0;
    declaredSize = 0;
    inferred = false;
    storedCrc = 0;
    zeros = 0;
    anchor = 0;
    anchorValid = false;
    running = null;
    bufferLo = 0;
    bufferHi = 0;
  }

  private void readHeader() {
    storedCrc = ChunkLayout.crc(buffer);
    zeros = ChunkLayout.zeros(buffer);
    declaredSize = ChunkLayout.size(buffer);
    anchor = ChunkLayout.anchor(buffer);
    metadataSize = ChunkLayout.metadataSize(buffer);
  }

  private void corrupt(ChunkError error, long offset, String reason) {
    this.state = ChunkState.CORRUPT;
    this.error = error;
    this.errorOffset = offset;
    this.reason = reason;
    this.running = null;
  }

  /** Content bytes for which the file has room. */
  private long room() {
    return Math.min(fileSize - HEADER - metadataSize, ChunkLayout.SIZE_MAX);
  }

  /** The size that a file of an old version has, or 0. */
  private long oldSize() throws IOException {
    return declaredSize == 0 && room() > 0 && byteAt(HEADER + metadataSize) != 0 ? room() : 0;
  }

  /** The rule of the original without checksums. */
  private void believe() throws IOException {
    contentSize = declaredSize;
    long old = oldSize();
    if (old > 0) {
      contentSize = old;
      inferred = true;
    }
    if (contentSize > room()) {
      tooLong();
    } else {
      state = ChunkState.UNCHECKED;
    }
  }

  private void tooLong() {
    corrupt(
        ChunkError.BAD_FILE_SIZE,
        fileSize,
        "content of " + declaredSize + " bytes in a file of " + fileSize);
  }

  private void classify() throws IOException {
    boolean fits = declaredSize <= room();
    if (fits && proven(declaredSize)) {
      return;
    }
    long old = oldSize();
    if (old > 0 && storedCrc != 0 && proven(old)) {
      inferred = true;
      return;
    }
    if (storedCrc == 0) {
      believe();
      running = state == ChunkState.CORRUPT ? null : crcOf(contentSize);
      return;
    }
    if (declaredSize == 0 && storedCrc == ChunkLayout.FRESH_CRC) {
      contentSize = 0;
      running = crcOf(0);
      state = ChunkState.FRESH;
      return;
    }
    search();
    if (state == null) {
      if (fits) {
        corrupt(
            ChunkError.BAD_CHECKSUM,
            ChunkLayout.CRC_OFFSET,
            "%08x in the header, the content has %08x"
                .formatted(storedCrc, (int) crcOf(declaredSize).getValue()));
      } else {
        tooLong();
      }
    }
  }

  /** Takes a size of content if the checksum proves it. */
  private boolean proven(long size) throws IOException {
    CRC32 crc = crcOf(size);
    int value = (int) crc.getValue();
    if (value == storedCrc) {
      state = ChunkState.SEALED;
    } else if (~Integer.reverseBytes(storedCrc) == value) {
      state = ChunkState.UNSEALED;
    } else {
      return false;
    }
    contentSize = size;
    running = crc;
    return true;
  }

  /** The checksum for a size of content; looks at the anchor while passing it. */
  private CRC32 crcOf(long size) throws IOException {
    CRC32 crc = new CRC32();
    long start = ChunkLayout.start(metadataSize);
    long anchored = ChunkLayout.anchorSize(anchor);
    long at = COVERED_OFFSET;
    if (anchor != 0 && anchored <= size) {
      update(crc, at, start + anchored);
      at = start + anchored;
      anchorValid = (int) crc.getValue() == ChunkLayout.anchorCrc(anchor);
    }
    update(crc, at, start + size);
    return crc;
  }

  private void update(CRC32 crc, long lo, long hi) throws IOException {
    for (long at = lo; at < hi; ) {
      require(at, Math.min(hi, at + BUFFER));
      long to = Math.min(hi, bufferHi);
      ChunkLayout.update(crc, buffer, at - bufferLo, to - bufferLo);
      at = to;
    }
  }

  /**
   * Tries every size of content for which the file has room. One step of the checksum for each byte
   * of the file, so the time is bounded by its size.
   */
  private void search() throws IOException {
    long start = ChunkLayout.start(metadataSize);
    long room = room();
    int sealed = storedCrc;
    int unsealed = ~Integer.reverseBytes(storedCrc);
    long anchored = anchor == 0 ? -1 : ChunkLayout.anchorSize(anchor);
    CRC32 crc = new CRC32();
    update(crc, COVERED_OFFSET, start);
    long below = -1;
    long found = -1;
    for (long size = 0; ; size++) {
      int value = (int) crc.getValue();
      if (size == anchored) {
        anchorValid = value == ChunkLayout.anchorCrc(anchor);
      }
      if (value == sealed || value == unsealed) {
        if (size >= declaredSize && found < 0) {
          found = size;
        } else if (size < declaredSize) {
          below = size;
        }
      }
      if (size == room || (found >= 0 && size >= anchored)) {
        break;
      }
      crc.update(byteAt(start + size));
    }
    long best = found >= 0 ? found : below;
    if (anchorValid && anchored > best) {
      best = anchored;
    }
    if (best >= 0) {
      state = ChunkState.TORN;
      contentSize = best;
      running = crcOf(best);
      reason =
          best == anchored && best != found && best != below
              ? "content as of the last force"
              : "the checksum is that of " + best + " content bytes";
    }
  }

  private int byteAt(long offset) throws IOException {
    if (offset < bufferLo || offset >= bufferHi) {
      require(offset, Math.min(fileSize, offset + BUFFER));
    }
    return Mem.getByte(buffer, offset - bufferLo) & 0xFF;
  }

  /** Sees to it that at least the first byte of a range is in the buffer. */
  private void require(long lo, long hi) throws IOException {
    if (lo >= bufferLo && lo < bufferHi) {
      return;
    }
    load(lo, hi - lo);
    if (bufferHi == lo) {
      throw new CorruptDataException(
          ChunkLayout.FORMAT, lo, fileSize + " bytes", "a file cut while it was read");
    }
  }

  private void load(long lo, long count) throws IOException {
    long size = Math.min(Math.min(count, BUFFER), fileSize - lo);
    bufferLo = lo;
    bufferHi = lo;
    bufferHi += file.read(buffer.asSlice(0, size), lo);
  }

  /** Makes a sound file one that may not be used. */
  void refuse(ChunkError error, long offset, String reason) {
    corrupt(error, offset, reason);
  }

  /** Content bytes that the header promised and that are given up. */
  long dropped() {
    return Math.max(0, declaredSize - contentSize);
  }

  /** The exception that says what is wrong. */
  CorruptDataException damage(String name) {
    return new CorruptDataException(
        ChunkLayout.FORMAT + " " + name, errorOffset, expected(), reason);
  }

  private String expected() {
    return switch (error) {
      case BAD_LAYOUT -> "c100";
      case BAD_FILE_SIZE -> "a file as long as its header says";
      case BAD_CHECKSUM -> "the checksum of the content";
      default -> "a chunk";
    };
  }

  /** Copies metadata that was found. */
  byte[] metadata() throws IOException {
    byte[] bytes = new byte[metadataSize];
    file.read(MemorySegment.ofArray(bytes), HEADER);
    return bytes;
  }
}
