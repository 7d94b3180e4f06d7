package holdfast.snapshot;

import java.lang.foreign.MemorySegment;

/** Looks at records, one after the other. */
@FunctionalInterface
public interface RecordVisitor {
  /**
   * Looks at a record. Must not call the store.
   *
   * @param key its key, read-only; valid until the method returns
   * @param value its value, read-only; valid until the method returns; empty for a tombstone
   * @param modSeq the sequence number with which it was published; 0 if it was not yet
   */
  void visit(MemorySegment key, MemorySegment value, long modSeq);
}
