package holdfast.snapshot;

import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;

/**
 * Reads what moving records into the root will look at, so that it is in the caches then: here the
 * misses of many records are under way at the same time, there each waits for the one before.
 *
 * <pre>{@code
 * record    -->  chain  -->  version in the root   -->  its two neighbours in the list of the root
 * (list)         (word)      (head, key)                (their links will change)
 * }</pre>
 *
 * <p>Needs the tree lock in write mode: nothing changes meanwhile. What is read decides nothing.
 */
final class RootAhead {
  /** Records at a time. */
  static final int GROUP = 16;

  private static final int NONE = StoreMemory.NONE;

  private final StoreMemory parts;
  private final MemorySegment mem;
  private final Chains chains;
  private final int[] index = new int[GROUP];
  private final long[] chain = new long[GROUP];

  /** Keeps the compiler from leaving out the reads whose sum this is. */
  private long unusedSum;

  RootAhead(StoreMemory parts, Chains chains) {
    this.parts = parts;
    this.mem = parts.mem;
    this.chains = chains;
  }

  /**
   * Reads for the next records of a list.
   *
   * @param first index of the first one
   * @param max how many will be moved; no more than {@link #GROUP} are looked at
   */
  void read(int first, int max) {
    long sum = 0;
    int count = 0;
    for (int i = first; i != NONE && count < Math.min(max, GROUP); count++) {
      long record = parts.record(i);
      long at = chains.at(RecordSlot.hash(mem, record));
      sum += Mem.getLong(mem, at);
      index[count] = i;
      chain[count] = at;
      i = RecordSlot.next(mem, record);
    }
    for (int k = 0; k < count; k++) {
      int head = (int) Mem.getLong(mem, chain[k]);
      int old = head == index[k] ? RecordSlot.mapNext(mem, parts.record(head)) : head;
      index[k] = old;
      if (old != NONE) {
        sum += Mem.getLong(mem, parts.record(old) + RecordSlot.KEY_OFFSET + Long.BYTES);
      }
    }
    for (int k = 0; k < count; k++) {
      if (index[k] != NONE) {
        long old = parts.record(index[k]);
        sum += link(RecordSlot.prev(mem, old)) + link(RecordSlot.next(mem, old));
      }
    }
    unusedSum += sum;
  }

  private int link(int neighbour) {
    return neighbour == NONE ? 0 : RecordSlot.next(mem, parts.record(neighbour));
  }
}
