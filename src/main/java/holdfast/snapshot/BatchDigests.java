package holdfast.snapshot;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The digests of the records of a batch, computed by the helper that decoded it, so that whoever
 * stores the records, one after the other, does not have to.
 *
 * <p>Only as many as there is room for, from the first on; a quarter of the plain bytes is enough
 * for records of 128 bytes. Ends at the first record that cannot be one: that is left to those who
 * check records.
 */
final class BatchDigests {
  private final SetHash hash;
  private final int keySize;
  private final int digestSize;
  final MemorySegment memory;
  private long count;

  /**
   * Room for those of one batch at a time.
   *
   * @param hash with digests
   * @param size bytes, see {@link #room}
   */
  BatchDigests(SetHash hash, int keySize, long size, Arena arena) {
    this.hash = hash;
    this.keySize = keySize;
    this.digestSize = hash.digestSize();
    this.memory = arena.allocate(size, Long.BYTES);
  }

  /** Bytes for batches of so many plain bytes. */
  static long room(long plainMax) {
    return plainMax / 4;
  }

  /**
   * Computes those of a batch.
   *
   * @param plain its plain bytes, of which nothing is known
   */
  void compute(BatchInfo batch, MemorySegment plain) {
    count = 0;
    if (batch.isTombstones()) {
      return;
    }
    long max = Math.min(Integer.toUnsignedLong(batch.records), memory.byteSize() / digestSize);
    for (long at = BatchHead.SIZE; count < max; count++) {
      long head = at + keySize;
      int size = RecordHead.plausibleSize(plain, head, batch.plain);
      if (size < 0) {
        return;
      }
      long value = head + RecordHead.SIZE;
      hash.digest(plain, at, keySize, plain, value, size, memory, count * digestSize);
      at += RecordHead.size(keySize, size);
    }
  }

  /**
   * Where the digest of a record is.
   *
   * @param index of the record in its batch
   * @return -1 when it was not computed
   */
  long at(long index) {
    return index < count ? index * digestSize : -1;
  }
}
