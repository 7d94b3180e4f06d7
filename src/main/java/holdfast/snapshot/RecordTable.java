package holdfast.snapshot;

/** Records that do not change while somebody looks at them, as often as they are looked at. */
interface RecordTable {
  /** Bytes of all keys, a multiple of 8. */
  int keySize();

  /** How many records there are. */
  long count();

  /** A walk from the start, over records that live; the caller uses it by one thread. */
  RecordCursor walk();
}
