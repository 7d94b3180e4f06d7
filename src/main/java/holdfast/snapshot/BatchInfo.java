package holdfast.snapshot;

/** What is known of one batch; used again for the next one. */
class BatchInfo {
  /** Which batch of the file, from 0. */
  int ordinal;

  /** Where its frame begins in the file. */
  long offset;

  /** Bytes of the frame. */
  long stored;

  /** Bytes of head and data. */
  long plain;

  int records;

  /** {@link BatchHead#JUMBO} and {@link BatchHead#TOMBSTONES}. */
  int flags;

  /** Sequence number of the first record. */
  long firstModSeq;

  int storedCrc;
  int dataCrc;

  boolean isJumbo() {
    return (flags & BatchHead.JUMBO) != 0;
  }

  boolean isTombstones() {
    return (flags & BatchHead.TOMBSTONES) != 0;
  }

  void copyFrom(BatchInfo other) {
    ordinal = other.ordinal;
    offset = other.offset;
    stored = other.stored;
    plain = other.plain;
    records = other.records;
    flags = other.flags;
    firstModSeq = other.firstModSeq;
    storedCrc = other.storedCrc;
    dataCrc = other.dataCrc;
  }
}
