package holdfast.testkit;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One run of a program under one schedule.
 *
 * <pre>{@code
 * started ---> waiting before an access ---> runs it and all up to the next ---> done
 *                   ^         |  chosen              |
 *                   |         +----------------------+
 *                   +---------------------------------
 * }</pre>
 *
 * <p>Only one thread runs at a time, so a step's effect is known when its thread arrives at the
 * next one.
 */
final class Run {
  /** Rounds that a thread gets when all wait, before they are declared stuck. */
  private static final int SPURIOUS_MAX = 64;

  /** One thread of the program. */
  private static final class Logical {
    final int id;
    final Fiber fiber;
    int[] clock;
    int local;
    StepEvent last;

    /** Whether what it waits before is a pause. */
    boolean pausing;

    // Cells read in this round of a loop that waits, and when.
    long[] seen = new long[16];
    int[] seenAt = new int[16];
    int seenCount;
    int spurious;

    Logical(int id, int threads, Fiber fiber) {
      this.id = id;
      this.fiber = fiber;
      clock = new int[threads];
    }
  }

  private final Interleavings options;
  private final Search search;
  private final CellTable cells;
  private final Plan plan;
  private final List<StepEvent> trace = new ArrayList<>();

  /** Where segments begin that are not the plan's. */
  private final List<Long> others = new ArrayList<>();

  private Logical[] threads = {};
  private Logical current;
  private boolean starting;
  private int chosen;
  private Throwable failure;

  Run(Interleavings options, Search search, CellTable cells, Plan plan) {
    this.options = options;
    this.search = search;
    this.cells = cells;
    this.plan = plan;
  }

  List<StepEvent> trace() {
    return trace;
  }

  Throwable failure() {
    return failure;
  }

  /**
   * Runs to the end.
   *
   * @return whether it got there; false when an equivalent schedule has been run already
   */
  boolean go() {
    List<Plan.Body> bodies = plan.bodies();
    threads = new Logical[bodies.size()];
    for (int i = 0; i < threads.length; i++) {
      Plan.Body body = bodies.get(i);
      threads[i] = new Logical(i, threads.length, Fiber.of(() -> live(body)));
    }
    starting = true;
    for (Logical thread : threads) {
      resume(thread);
    }
    starting = false;
    for (chosen = choose(); chosen >= 0 && failure == null; ) {
      Logical thread = threads[chosen];
      resume(thread);
      if (thread.fiber.done()) {
        settle(thread);
        if (failure == null) {
          chosen = choose();
        }
      }
    }
    boolean complete = Arrays.stream(threads).allMatch(thread -> thread.fiber.done());
    for (Logical thread : threads) {
      thread.fiber.discard();
    }
    return complete || failure != null;
  }

  private void resume(Logical thread) {
    current = thread;
    thread.fiber.resume();
    current = null;
  }

  private void live(Plan.Body body) {
    try {
      body.run();
    } catch (Fiber.Discarded e) {
      // The run ended before.
    } catch (Throwable e) {
      failure = failure == null ? e : failure;
    }
  }

  boolean inThread() {
    return current != null;
  }

  boolean isStep(String op) {
    return !options.onlyAtomics() || atomic(op);
  }

  private static boolean atomic(String op) {
    return op.startsWith("ca")
        || op.startsWith("getAnd")
        || op.endsWith("Opaque")
        || op.endsWith("Acquire")
        || op.endsWith("Release")
        || op.endsWith("Volatile")
        || op.equals("moment");
  }

  void stored(long address, long size) {
    plan.stored(address, size);
  }

  /** The running thread arrives at an access: it happens when this returns. */
  void access(String op, MemorySegment segment, long offset, int size) {
    Logical thread = current;
    settle(thread);
    thread.pausing = false;
    await(thread);
    StepEvent event =
        new StepEvent(
            thread.id,
            trace.size(),
            ++thread.local,
            op,
            name(segment, offset),
            segment,
            offset,
            size);
    for (long cell : event.cells) {
      if (thread.seenCount == thread.seen.length) {
        thread.seen = Arrays.copyOf(thread.seen, 2 * thread.seenCount);
        thread.seenAt = Arrays.copyOf(thread.seenAt, 2 * thread.seenCount);
      }
      thread.seen[thread.seenCount] = cell;
      thread.seenAt[thread.seenCount++] = event.index;
    }
    append(thread, event);
  }

  /**
   * What a place is called, in all runs alike. Memory that the code under check allocates for
   * itself is somewhere else in each run; a segment of it goes by the order in which they are seen.
   */
  private long name(MemorySegment segment, long offset) {
    long address = segment.address();
    if (plan.has(address + offset)) {
      return address + offset;
    }
    int number = others.indexOf(address);
    if (number < 0) {
      number = others.size();
      others.add(address);
    }
    return Plan.otherMemory(number, offset);
  }

  /** The running thread has looked in vain. */
  void pause() {
    Logical thread = current;
    if (thread.last == null || thread.last.size == 0) {
      return; // it has not looked at anything since it paused
    }
    settle(thread);
    thread.pausing = true;
    await(thread);
    long[] looked = Arrays.stream(thread.seen, 0, thread.seenCount).distinct().toArray();
    thread.seenCount = 0;
    append(thread, new StepEvent(thread.id, trace.size(), ++thread.local, looked));
  }

  private void append(Logical thread, StepEvent event) {
    StepEvent twin = search.twin(event);
    if (twin != null && (twin.address != event.address || twin.thread != event.thread)) {
      failure =
          new AssertionError(
              "the program is not the same on each run: step " + event.index + " is " + event.op);
    }
    thread.last = event;
    trace.add(event);
  }

  private void await(Logical thread) {
    if (starting) {
      thread.fiber.suspend();
      return;
    }
    if (failure == null) {
      chosen = choose();
    }
    if (failure != null || chosen != thread.id) {
      thread.fiber.suspend();
    }
  }

  private int choose() {
    int enabled = 0;
    Logical patient = null;
    for (Logical thread : threads) {
      if (thread.fiber.done()) {
        continue;
      }
      if (!thread.pausing || woken(thread)) {
        enabled |= 1 << thread.id;
      } else if (patient == null || thread.spurious < patient.spurious) {
        patient = thread;
      }
    }
    if (enabled == 0 && patient == null) {
      return Search.NONE;
    }
    if (enabled == 0) {
      // Everybody waits. A loop that counts its rounds ends some time; one that does not is stuck.
      if (++patient.spurious > SPURIOUS_MAX) {
        failure = new AssertionError("no thread can go on: each waits for what another one does");
        return Search.NONE;
      }
      enabled = 1 << patient.id;
    }
    if (trace.size() >= options.stepsMax()) {
      failure = new AssertionError("no end after " + trace.size() + " steps");
      return Search.NONE;
    }
    int next = search.choose(trace, enabled, threads.length);
    if (next >= 0 && (next >= threads.length || (enabled >>> next & 1) == 0)) {
      failure = new AssertionError("the schedule does not fit: step " + trace.size());
      return Search.NONE;
    }
    return next;
  }

  /** Whether something that the thread looked at in this round is different now. */
  private boolean woken(Logical thread) {
    for (int i = 0; i < thread.seenCount; i++) {
      StepEvent change = cells.change(cells.slot(thread.seen[i]));
      if (change != null && change.index > thread.seenAt[i] && change.thread != thread.id) {
        return true;
      }
    }
    return false;
  }

  /** Works out what the last step of a thread did, what it came after, and what it raced with. */
  private void settle(Logical thread) {
    StepEvent event = thread.last;
    if (event == null || event.clock != null) {
      return;
    }
    event.settle();
    int[] before = thread.clock;
    int[] clock = before.clone();
    clock[thread.id] = event.local;
    event.clock = clock;
    List<StepEvent> conflicts = new ArrayList<>();
    for (int i = 0; i < event.cells.length; i++) {
      int slot = cells.slot(event.cells[i]);
      conflict(conflicts, event, cells.change(slot));
      if (event.changes(i)) {
        for (int other = 0; other < threads.length; other++) {
          conflict(conflicts, event, cells.read(slot, other));
        }
        cells.changed(slot, event);
      } else {
        cells.read(slot, event);
      }
    }
    for (StepEvent conflict : conflicts) {
      for (int i = 0; i < clock.length; i++) {
        clock[i] = Math.max(clock[i], conflict.clock[i]);
      }
    }
    thread.clock = clock;
    if (event.changed != 0) {
      plan.stored(event.address, event.size);
    }
    if (!search.known(event)) {
      races(event, before, conflicts);
    }
  }

  private static void conflict(List<StepEvent> conflicts, StepEvent event, StepEvent other) {
    if (other != null && other.thread != event.thread && !conflicts.contains(other)) {
      conflicts.add(other);
    }
  }

  /** A race is a conflict that nothing else in between orders. */
  private void races(StepEvent event, int[] before, List<StepEvent> conflicts) {
    for (StepEvent earlier : conflicts) {
      boolean ordered = before[earlier.thread] >= earlier.local;
      for (StepEvent other : conflicts) {
        ordered |= other != earlier && earlier.before(other);
      }
      if (!ordered) {
        search.race(trace, earlier, event);
      }
    }
  }
}
