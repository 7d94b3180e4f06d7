package holdfast.snapshot;

import holdfast.checkpt.FrameStyle;
import holdfast.internal.Crc32c;
import holdfast.internal.Disk;
import java.io.IOException;
import java.lang.foreign.MemorySegment;

/**
 * Walks over the directory of a file, and checks each entry before it is used. Holds a page of it
 * at a time, so memory does not depend on what the file claims.
 *
 * <pre>{@code
 * header | batch 0 | batch 1 | ... | batch F-1 | directory
 *        128       ^ each begins where the one before ends    ^ and the last ends here
 * }</pre>
 */
final class DirectoryReader extends BatchInfo {
  private static final int PAGE_ENTRIES = 1024;
  private static final String PART = "directory";

  private final Disk.File file;
  private final SnapFooter footer;
  private final SnapHeader header;
  private final MemorySegment page = MemorySegment.ofArray(new byte[PAGE_ENTRIES * SnapEntry.SIZE]);

  private long next;
  private long end = SnapHeader.SIZE;
  private long lastModSeq;
  private int crc;
  private long liveCount;
  private long removedCount;

  /** Value bytes are at most so many, and at least so many: padding is up to 7 for each record. */
  private long valuesMax;

  private long valuesMin;

  /** Largest stored and plain size of a batch that is not JUMBO. */
  long storedMax;

  long plainMax;

  /** Largest plain size of a JUMBO batch. */
  long jumboMax;

  DirectoryReader(Disk.File file, SnapFooter footer) {
    this.file = file;
    this.footer = footer;
    this.header = footer.header();
  }

  /** Makes the next batch the present one; false behind the last, when all counts are right. */
  boolean next() throws IOException {
    if (next == footer.frames()) {
      checkEnd();
      return false;
    }
    int place = (int) (next % PAGE_ENTRIES);
    if (place == 0) {
      read();
    }
    SnapEntry.get(page, (long) place * SnapEntry.SIZE, this);
    ordinal = (int) next;
    check(footer.directoryOffset() + next * SnapEntry.SIZE);
    next++;
    return true;
  }

  private void read() throws IOException {
    long at = footer.directoryOffset() + next * SnapEntry.SIZE;
    long entries = Math.min(PAGE_ENTRIES, footer.frames() - next);
    MemorySegment part = page.asSlice(0, entries * SnapEntry.SIZE);
    if (file.read(part, at) < part.byteSize()) {
      throw bad(at, "entries", "the end of the file");
    }
    crc = Crc32c.join(crc, Crc32c.of(part), Crc32c.shift(part.byteSize()));
  }

  private void check(long at) {
    require(next <= Integer.MAX_VALUE, at, "at most 2^31 - 1 batches", next);
    require(offset == end, at + SnapEntry.OFFSET_OFFSET, "offset " + end, offset);
    require(
        stored > 0 && stored <= footer.directoryOffset() - offset,
        at + SnapEntry.STORED_OFFSET,
        "stored bytes before the directory",
        stored);
    boolean flagsKnown = (flags & ~(BatchHead.JUMBO | BatchHead.TOMBSTONES)) == 0;
    boolean both = isJumbo() && isTombstones();
    require(flagsKnown && !both, at + SnapEntry.FLAGS_OFFSET, "known flags", flags);
    checkSizes(at);
    checkOrder(at);
    end = offset + stored;
    if (isTombstones()) {
      removedCount += recordCount();
    } else {
      liveCount += recordCount();
      long values = plain - BatchHead.SIZE - recordCount() * (header.keySize() + RecordHead.SIZE);
      valuesMax += values;
      valuesMin += Math.max(0, isJumbo() ? values : values - 7 * recordCount());
    }
  }

  private long recordCount() {
    return Integer.toUnsignedLong(records);
  }

  private void checkSizes(long at) {
    long headSize = (long) header.keySize() + RecordHead.SIZE;
    long data = plain - BatchHead.SIZE;
    long count = recordCount();
    require(
        count >= 1 && (!isJumbo() || count == 1),
        at + SnapEntry.RECORDS_OFFSET,
        isJumbo() ? "one record" : "records",
        count);
    long dataMax = isJumbo() ? headSize + Integer.MAX_VALUE : header.batchBytes();
    boolean exact = isTombstones();
    require(
        data >= count * headSize
            && data <= dataMax
            && (isJumbo() || data % RecordHead.ALIGN == 0)
            && (!exact || data == count * headSize),
        at + SnapEntry.PLAIN_OFFSET,
        "room for " + count + " records in at most " + (BatchHead.SIZE + dataMax) + " bytes",
        plain);
    boolean raw = header.style() == FrameStyle.RAW;
    require(
        raw
            ? stored == plain
            : stored <= FrameBound.of(plain) && plain / FrameBound.EXPANSION_MAX <= stored,
        at + SnapEntry.STORED_OFFSET,
        "what " + plain + " plain bytes can become",
        stored);
    if (isJumbo()) {
      jumboMax = Math.max(jumboMax, plain);
    } else {
      storedMax = Math.max(storedMax, stored);
      plainMax = Math.max(plainMax, plain);
    }
  }

  private void checkOrder(long at) {
    boolean full = header.kind() == SnapshotKind.FULL;
    if (isTombstones()) {
      require(!full, at + SnapEntry.FLAGS_OFFSET, "only live records in a full snapshot", flags);
      if (removedCount == 0) {
        lastModSeq = 0;
      }
    } else {
      require(
          removedCount == 0,
          at + SnapEntry.FLAGS_OFFSET,
          "live records before removed ones",
          flags);
    }
    long lowest = Math.max(lastModSeq, header.baseSeq() + 1); // a full one has base 0
    require(
        firstModSeq >= lowest && firstModSeq <= header.seq(),
        at + SnapEntry.FIRST_SEQ_OFFSET,
        "a sequence number of " + lowest + " to " + header.seq(),
        firstModSeq);
    lastModSeq = firstModSeq;
  }

  private void checkEnd() {
    long at = footer.directoryOffset();
    if (crc != footer.directoryCrc()) {
      throw bad(at, "CRC32C " + SnapHeader.hex(footer.directoryCrc()), SnapHeader.hex(crc));
    }
    require(end == at, at, "batches up to the directory", end);
    count("live records", liveCount, footer.records());
    count("removed keys", removedCount, footer.tombstones());
    if (footer.valueBytes() < valuesMin || footer.valueBytes() > valuesMax) {
      throw SnapshotException.damaged(
          Reason.COUNT_MISMATCH,
          PART,
          at,
          footer.valueBytes() + " value bytes, as the footer says",
          "room for " + valuesMin + " to " + valuesMax);
    }
  }

  private void count(String what, long found, long expected) {
    if (found != expected) {
      throw SnapshotException.damaged(
          Reason.COUNT_MISMATCH,
          PART,
          footer.directoryOffset(),
          expected + " " + what + ", as the footer says",
          String.valueOf(found));
    }
  }

  private static void require(boolean holds, long offset, String expected, long found) {
    if (!holds) {
      throw bad(offset, expected, String.valueOf(found));
    }
  }

  private static SnapshotException bad(long offset, String expected, String found) {
    return SnapshotException.damaged(Reason.BAD_DIRECTORY, PART, offset, expected, found);
  }
}
