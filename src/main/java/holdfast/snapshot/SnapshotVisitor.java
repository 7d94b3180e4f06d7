package holdfast.snapshot;

import java.lang.foreign.MemorySegment;

/** Looks at the records of a snapshot file, in the order of the file. */
@FunctionalInterface
public interface SnapshotVisitor {
  /**
   * Looks at one.
   *
   * @param key its key; valid until this returns
   * @param value its value; valid until this returns; null when the key was removed
   * @param modSeq sequence number of the change
   */
  void visit(MemorySegment key, MemorySegment value, long modSeq);
}
