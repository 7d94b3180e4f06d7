package holdfast.testkit;

import java.lang.foreign.MemorySegment;

/**
 * One access that happened in a run: which thread, where, and whether memory is different since.
 *
 * <p>Memory is seen as cells of two bytes, the narrowest thing that the library locks on its own.
 * An access that leaves a cell as it was (a read, a compare-and-set that failed, a lock bit that
 * was set already) counts as a read of the cell, whatever its name.
 */
final class StepEvent {
  final int thread;

  /** Place in the run, and among the events of the thread, from 1. */
  final int index;

  final int local;
  final String op;

  /** Where: the place in memory, or what {@link Plan#otherMemory} calls it. */
  final long address;

  final int size;
  final long before;
  long after;

  /** The cells it touched; a pause touches all that its round has read. */
  final long[] cells;

  /** Bit i: cell i has another content now. */
  long changed;

  /** For each thread how many of its events are this one or have to come before it. */
  int[] clock;

  private final MemorySegment segment;
  private final long offset;

  StepEvent(
      int thread,
      int index,
      int local,
      String op,
      long address,
      MemorySegment segment,
      long offset,
      int size) {
    this.thread = thread;
    this.index = index;
    this.local = local;
    this.op = op;
    this.address = address;
    this.segment = segment;
    this.offset = offset;
    this.size = size;
    before = Steps.load(segment, offset, size);
    cells = new long[(int) (((address + size - 1) >>> 1) - (address >>> 1)) + 1];
    for (int i = 0; i < cells.length; i++) {
      cells[i] = (address >>> 1) + i;
    }
  }

  /** A pause. */
  StepEvent(int thread, int index, int local, long[] cells) {
    this.thread = thread;
    this.index = index;
    this.local = local;
    this.cells = cells;
    op = "pause";
    segment = MemorySegment.NULL;
    offset = 0;
    address = 0;
    size = 0;
    before = 0;
  }

  /** Looks what the access did, before any other thread runs. */
  void settle() {
    if (size == 0) {
      return;
    }
    after = Steps.load(segment, offset, size);
    long difference = before ^ after;
    for (int i = 0; difference != 0; i++, difference >>>= 8) {
      if ((difference & 0xff) != 0) {
        changed |= 1L << (int) (((address + i) >>> 1) - (address >>> 1));
      }
    }
  }

  boolean changes(int cell) {
    return (changed >>> cell & 1) != 0;
  }

  boolean before(StepEvent other) {
    return other.clock[thread] >= local;
  }

  /** Whether the order of the two does not matter: no common cell that one of them changed. */
  boolean commutes(StepEvent other) {
    if ((changed | other.changed) == 0) {
      return true;
    }
    for (int i = 0; i < cells.length; i++) {
      for (int j = 0; j < other.cells.length; j++) {
        if (cells[i] == other.cells[j] && (changes(i) || other.changes(j))) {
          return false;
        }
      }
    }
    return true;
  }
}
