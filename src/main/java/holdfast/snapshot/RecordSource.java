package holdfast.snapshot;

import java.lang.foreign.MemorySegment;

/**
 * A walk over records, in the order of a file: first to last change. No object is made per record.
 *
 * <pre>{@code
 * while (source.next()) {
 *   use(source.memory(), source.keyAt(), source.valueAt(), source.valueSize());
 * }
 * }</pre>
 *
 * <p>What describes the present record is valid from a {@link #next} that returned true until the
 * following one. For one thread at a time.
 */
interface RecordSource {
  /** Moves on to the next record; false when there is none left. */
  boolean next();

  /** Where key and value of the present record are. */
  MemorySegment memory();

  /** Offset of the first byte of the key; its size is that of all keys of the source. */
  long keyAt();

  /** Offset of the first byte of the value; any number when the value is empty. */
  long valueAt();

  /** Bytes of the value; 0 for a tombstone. */
  int valueSize();

  /** Sequence number of the last change of the record. */
  long modSeq();

  /** Whether the record says that its key was removed. */
  boolean isTombstone();

  /**
   * Begins a stretch of a few milliseconds in which records are walked and their memory is read;
   * {@link #exit} ends it. Until then nobody takes the records away. Between stretches the present
   * record stays the present one, but nothing may be read.
   *
   * @throws IllegalStateException when they were taken away before: the walk is over
   */
  default void enter() {}

  /** Ends what {@link #enter} began. */
  default void exit() {}
}
