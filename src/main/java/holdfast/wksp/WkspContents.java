package holdfast.wksp;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/** Looks at the allocations of a checkpoint without a workspace to put them in. */
@FunctionalInterface
public interface WkspContents {
  /**
   * Takes some bytes. Those of an allocation come in order and without another's in between.
   *
   * @param allocation whose they are
   * @param offset where they begin, from the allocation's first byte
   * @param bytes at least one and at most 256 KiB, read-only, valid during the call
   * @throws IOException to end the reading
   */
  void accept(Partition allocation, long offset, MemorySegment bytes) throws IOException;
}
