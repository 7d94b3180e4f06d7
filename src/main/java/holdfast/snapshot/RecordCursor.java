package holdfast.snapshot;

/** A walk over records that can also jump: to a record that it, or its like, passed before. */
interface RecordCursor extends RecordSource {
  /** Names the present record, for as long as the records do not change. */
  int index();

  /**
   * Makes a record the present one, without any effect on where the walk goes on.
   *
   * @param index what {@link #index} was at that record, of this cursor or of another one over the
   *     same records
   */
  void moveTo(int index);
}
