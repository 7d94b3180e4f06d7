package holdfast.testkit;

import java.util.Arrays;

/** Who changed each cell last, and who has read it since: one run's memory of its accesses. */
final class CellTable {
  private final int threads;
  private long[] keys = new long[256];
  private int[] stamps = new int[256];
  private StepEvent[] changes = new StepEvent[256];
  private StepEvent[] reads;
  private int used;
  private int stamp = 1;

  CellTable(int threads) {
    this.threads = threads;
    reads = new StepEvent[256 * threads];
  }

  /** Forgets everything, for the next run. */
  void clear() {
    stamp++;
    used = 0;
  }

  /** The place of a cell; valid until the next call. */
  int slot(long cell) {
    if (used * 2 >= keys.length) {
      grow();
    }
    int slot = find(cell);
    if (stamps[slot] != stamp) {
      stamps[slot] = stamp;
      keys[slot] = cell;
      changes[slot] = null;
      Arrays.fill(reads, slot * threads, (slot + 1) * threads, null);
      used++;
    }
    return slot;
  }

  private int find(long cell) {
    int slot = (int) ((cell * 0x9e3779b97f4a7c15L) >>> 40) & (keys.length - 1);
    while (stamps[slot] == stamp && keys[slot] != cell) {
      slot = (slot + 1) & (keys.length - 1);
    }
    return slot;
  }

  private void grow() {
    long[] oldKeys = keys;
    int[] oldStamps = stamps;
    StepEvent[] oldChanges = changes;
    StepEvent[] oldReads = reads;
    int size = 2 * keys.length;
    keys = new long[size];
    stamps = new int[size];
    changes = new StepEvent[size];
    reads = new StepEvent[size * threads];
    for (int old = 0; old < oldKeys.length; old++) {
      if (oldStamps[old] == stamp) {
        int slot = find(oldKeys[old]);
        keys[slot] = oldKeys[old];
        stamps[slot] = stamp;
        changes[slot] = oldChanges[old];
        System.arraycopy(oldReads, old * threads, reads, slot * threads, threads);
      }
    }
  }

  StepEvent change(int slot) {
    return changes[slot];
  }

  StepEvent read(int slot, int thread) {
    return reads[slot * threads + thread];
  }

  void changed(int slot, StepEvent event) {
    changes[slot] = event;
    Arrays.fill(reads, slot * threads, (slot + 1) * threads, null);
  }

  void read(int slot, StepEvent event) {
    reads[slot * threads + event.thread] = event;
  }
}
