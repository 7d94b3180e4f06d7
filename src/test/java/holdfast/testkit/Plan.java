package holdfast.testkit;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * What a program for {@link Interleavings} consists of: memory, threads and a check at the end. Set
 * up anew for each run.
 */
public final class Plan {
  /** What a thread does, or what is checked. */
  @FunctionalInterface
  public interface Body {
    /**
     * Does it.
     *
     * @throws Exception fails the run
     */
    void run() throws Exception;
  }

  private static final int OTHER_SHIFT = 56;
  private static final int PAGE_SHIFT = 12;

  /** Memory that is as at first when a run begins. */
  private static final class Block {
    final MemorySegment live;
    final MemorySegment first;
    final boolean[] dirty;

    Block(MemorySegment live, MemorySegment first) {
      this.live = live;
      this.first = first;
      dirty = new boolean[(int) ((live.byteSize() + 4095) >>> PAGE_SHIFT)];
    }

    void restore() {
      for (int page = 0; page < dirty.length; page++) {
        if (dirty[page]) {
          dirty[page] = false;
          long offset = (long) page << PAGE_SHIFT;
          long size = Math.min(4096, live.byteSize() - offset);
          MemorySegment.copy(first, offset, live, offset, size);
        }
      }
    }
  }

  private final Arena arena;
  private final List<Block> blocks = new ArrayList<>();
  private final List<Body> bodies = new ArrayList<>();
  private final List<Body> checks = new ArrayList<>();
  private final MemorySegment clock;
  private int taken;

  Plan(Arena arena) {
    this.arena = arena;
    clock = memory(Long.BYTES);
  }

  void again() {
    blocks.forEach(Block::restore);
    bodies.clear();
    checks.clear();
    taken = 1;
  }

  /**
   * Memory that is zero at the start of each run, aligned to 4096. Change it only through {@code
   * Mem}.
   *
   * @param size bytes
   * @return always the same address for the n-th call
   */
  public MemorySegment memory(long size) {
    return memory(size, memory -> {});
  }

  /**
   * Memory that is as {@code first} makes it at the start of each run.
   *
   * @param size bytes
   * @param first called once, before the first run
   * @return always the same address for the n-th call
   */
  public MemorySegment memory(long size, Consumer<MemorySegment> first) {
    if (taken == blocks.size()) {
      MemorySegment live = arena.allocate(size, 4096);
      first.accept(live);
      blocks.add(new Block(live, arena.allocate(size, 4096).copyFrom(live)));
    }
    return blocks.get(taken++).live;
  }

  /**
   * Adds a thread; they are called a, b, c and so on in reports.
   *
   * @param body what it does
   */
  public void thread(Body body) {
    bodies.add(body);
  }

  /**
   * Adds a check for when all threads are done.
   *
   * @param check fails by throwing
   */
  public void atEnd(Body check) {
    checks.add(check);
  }

  /**
   * The next number of a clock that all threads share. A step like any other, and one that
   * conflicts with all others of its kind: to be called around operations whose order in time is to
   * be judged, because otherwise schedules that differ only in that are taken for the same.
   *
   * @return 1, 2, 3 and so on
   */
  public long moment() {
    Steps.access("moment", clock, 0, Long.BYTES);
    long now = clock.get(JAVA_LONG, 0) + 1;
    clock.set(JAVA_LONG, 0, now);
    return now;
  }

  List<Body> bodies() {
    return bodies;
  }

  List<Body> checks() {
    return checks;
  }

  /** Takes note that bytes are not as at first any more. */
  void stored(long address, long size) {
    for (Block block : blocks) {
      long lo = address - block.live.address();
      if (lo >= 0 && lo < block.live.byteSize()) {
        for (long page = lo >>> PAGE_SHIFT;
            page <= (lo + Math.max(size, 1) - 1) >>> PAGE_SHIFT;
            page++) {
          block.dirty[(int) page] = true;
        }
        return;
      }
    }
  }

  /** Whether a place is in memory of the plan. */
  boolean has(long address) {
    for (Block block : blocks) {
      long offset = address - block.live.address();
      if (offset >= 0 && offset < block.live.byteSize()) {
        return true;
      }
    }
    return false;
  }

  /** What a place is called that is in other memory: beyond every address that there is. */
  static long otherMemory(int number, long offset) {
    return ((number + 1L) << OTHER_SHIFT) + offset;
  }

  /** A place as "block+offset". */
  String place(long address) {
    if (address >>> OTHER_SHIFT != 0) {
      long offset = address & ((1L << OTHER_SHIFT) - 1);
      return "other " + (address >>> OTHER_SHIFT) + " +" + offset;
    }
    for (int i = 0; i < blocks.size(); i++) {
      long offset = address - blocks.get(i).live.address();
      if (offset >= 0 && offset < blocks.get(i).live.byteSize()) {
        return i == 0 ? "clock" : (i == 1 ? "" : "memory" + i + " ") + "+" + offset;
      }
    }
    return "0x" + Long.toHexString(address);
  }
}
