package holdfast.snapshot;

import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;

/**
 * Walks over the records of a {@link Trail} of a frozen root.
 *
 * <p>Where records are is known before they are looked at. So a little of the next ones, their keys
 * and values is read ahead, each kind in a loop that does little else, because a processor looks
 * ahead only so many instructions: all misses of a loop are under way at the same time.
 */
final class TrailCursor extends RootCursor {
  /** Groups whose records are found side by side, and records that are read ahead at a time. */
  private static final int AHEAD = 16;

  /** Records that are found at a time, more only when a single group has more. */
  private static final int QUEUE = 1 << 14;

  /** Most bytes of a digest and value that are read ahead: the processor sees how it goes on. */
  private static final long VALUE_AHEAD = 192;

  private static final long LINE = 64;

  private final FrozenRoot root;
  private final Trail trail;

  /** How many groups are found side by side. */
  private final int sideBySide;

  /** The next group of the trail. */
  private int group;

  // What comes next, and how far it has been read ahead.
  private final int[] queue;
  private int queued;
  private int taken;
  private int read;

  // Of the groups that are being found.
  private final int[] link = new int[AHEAD];
  private final int[] place = new int[AHEAD + 1];

  /** Where records are, and then their values. */
  private final long[] ahead = new long[AHEAD];

  /** Bytes of digests and values to be read. */
  private final long[] size = new long[AHEAD];

  /** Keeps the compiler from leaving out the reads whose sum this is. */
  private long unusedSum;

  /** A walk. */
  TrailCursor(FrozenRoot root, StoreMemory parts, int digestSize, Trail trail) {
    super(parts, digestSize, NONE);
    this.root = root;
    this.trail = trail;
    this.sideBySide = Math.clamp(QUEUE / trail.step(), 1, AHEAD);
    this.queue = new int[sideBySide * trail.step()];
  }

  @Override
  public boolean next() {
    if (taken == queued && !fill()) {
      return false;
    }
    if (taken == read) {
      readAhead();
    }
    moveTo(queue[taken++]);
    return true;
  }

  /** Finds the records of the next groups; false when there are none. */
  private boolean fill() {
    int groups = 0;
    queued = 0;
    for (; groups < sideBySide && group < trail.groups(); group++) {
      if (trail.size(group) > 0) {
        link[groups] = trail.start(group);
        place[groups++] = queued;
        queued += trail.size(group);
      }
    }
    place[groups] = queued;
    for (int round = 0; round < trail.step(); round++) {
      for (int g = 0; g < groups; g++) {
        int at = place[g] + round;
        if (at < place[g + 1]) {
          queue[at] = link[g];
          if (at + 1 < place[g + 1]) {
            link[g] = RecordSlot.next(parts.mem, parts.record(link[g]));
          }
        }
      }
    }
    taken = 0;
    read = 0;
    return queued > 0;
  }

  private void readAhead() {
    MemorySegment mem = parts.mem;
    int count = Math.min(AHEAD, queued - read);
    long sum = 0;
    for (int k = 0; k < count; k++) {
      ahead[k] = parts.record(queue[read + k]);
      sum += Mem.getLong(mem, ahead[k] + RecordSlot.KEY_OFFSET);
    }
    for (int k = 0; k < count; k++) {
      value(mem, k);
    }
    for (long line = 0; line < VALUE_AHEAD; line += LINE) {
      for (int k = 0; k < count; k++) {
        sum += line < size[k] ? Mem.getByte(mem, ahead[k] + line) : 0;
      }
    }
    read += count;
    unusedSum += sum;
  }

  /** Goes from a record to its value, or to something else that can be read. */
  private void value(MemorySegment mem, int k) {
    long at = RecordSlot.valueOffset(mem, ahead[k]);
    boolean plausible = at > 0 && at <= parts.limit - VALUE_AHEAD;
    size[k] = plausible ? digestSize + (long) RecordSlot.size(mem, ahead[k]) : 0;
    ahead[k] = plausible ? at : parts.header;
  }

  @Override
  public void enter() {
    root.enterBatch();
  }

  @Override
  public void exit() {
    root.exitBatch();
  }
}
