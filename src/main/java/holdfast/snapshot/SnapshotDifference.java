package holdfast.snapshot;

import java.lang.foreign.MemorySegment;

/** Told what is different in two snapshot files, key by key, in no particular order. */
@FunctionalInterface
public interface SnapshotDifference {
  /** How a key differs. */
  enum Kind {
    /** Only the first file speaks of it. */
    ONLY_FIRST,
    /** Only the second file speaks of it. */
    ONLY_SECOND,
    /** Both do, with other values, or one says that it was removed. */
    CHANGED
  }

  /**
   * Takes one.
   *
   * @param kind how it differs
   * @param key which; valid until this returns
   */
  void differs(Kind kind, MemorySegment key);
}
