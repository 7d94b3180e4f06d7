package holdfast.testkit;

import java.lang.foreign.Arena;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A model checker for lock-free code: runs a small program of two or three threads under all
 * schedules that can differ, one after the other, in one thread.
 *
 * <p>For test classes with {@link SteppedMem}:
 *
 * <pre>{@code
 * Explored all =
 *     Interleavings.of(
 *             plan -> {
 *               MemorySegment memory = plan.memory(64);       // zero at the start of each run
 *               plan.thread(() -> Mem.getAndAddLong(memory, 0, 1));
 *               plan.thread(() -> Mem.getAndAddLong(memory, 0, 2));
 *               plan.atEnd(() -> assertEquals(3, Mem.getLong(memory, 0)));
 *             })
 *         .explore();
 * assertEquals(2, all.schedules());
 * }</pre>
 *
 * <p>The plan is made anew for each run, so objects around the memory belong into it; what takes
 * time to format goes into {@link Plan#memory(long, java.util.function.Consumer)}. Bodies have to
 * do the same whenever they are scheduled the same: no clocks, no unseeded random numbers, no locks
 * of the JDK. They share nothing but memory that is accessed through {@code Mem}; what one thread
 * leaves in plain Java objects is for the check at the end.
 *
 * <p><b>Model.</b> Every access through {@code Mem} is a step: 1 to 8 bytes, in one piece; copies
 * and fills are taken apart into eight bytes at a time. Steps happen in one order that all threads
 * see (sequential consistency). That finds every error of an algorithm, and torn reads, but not a
 * missing barrier: for those there are the stress tests on real machines.
 *
 * <p><b>Reduction.</b> Two steps of different threads commute when they have no byte pair in common
 * that one of them changed: done in either order they read the same and leave the same. Schedules
 * that come from one another by exchanging neighbours that commute end the same, so one of each
 * such class is enough. Classes are enumerated by dynamic partial-order reduction with source sets
 * and sleep sets (Abdulla, Aronsson, Jonsson, Sagonas): for each pair of conflicting steps that
 * nothing orders, a schedule with the pair turned round is put on the list at the place of the
 * first; a thread whose step has been tried at a place sleeps until a step conflicts with it. What
 * a check may look at is therefore what all schedules of a class agree on: memory at the end and
 * what each thread has read; for "A had ended before B began" there is {@link Plan#moment}. The
 * test of this class compares the outcomes with those of the full enumeration for random programs.
 *
 * <p><b>Waiting.</b> {@link Thread#onSpinWait} stops a thread until another one has changed
 * something that it looked at since its last stop; that leaves out only rounds that would see what
 * the last one saw. A loop that also counts its rounds is explored as if it had patience: it gives
 * up only when nobody else can go on. When everybody waits, the run fails. Loops without {@code
 * onSpinWait} that only others can end fail with "no end after ... steps".
 *
 * <p>A run that fails ends the exploration with an {@link InterleavingFailure}; it names the
 * schedule, and {@link #replay} runs just that one: {@code a3b2a1} is three steps of the first
 * thread, two of the second, one of the first, then whoever can go on.
 */
public final class Interleavings {
  /** A program to check. */
  @FunctionalInterface
  public interface Program {
    /**
     * Sets up one run.
     *
     * @param plan to add memory, threads and checks to
     * @throws Exception fails the run
     */
    void build(Plan plan) throws Exception;
  }

  /**
   * What was done.
   *
   * @param schedules runs to the end
   * @param cut runs that stopped where the rest was known
   * @param steps accesses in all runs
   * @param longest steps of the longest run
   */
  public record Explored(long schedules, long cut, long steps, int longest) {}

  private final Program program;
  private long schedulesMax = 3_000_000;
  private int stepsMax = 5000;
  private boolean reduced = true;
  private boolean onlyAtomics;

  private Interleavings(Program program) {
    this.program = program;
  }

  /**
   * A check of a program.
   *
   * @param program called once for each run
   * @return to be configured and explored
   */
  public static Interleavings of(Program program) {
    return new Interleavings(program);
  }

  /**
   * Fails when there are more schedules than this; 3 million otherwise.
   *
   * @param schedules runs
   * @return this
   */
  public Interleavings atMost(long schedules) {
    schedulesMax = schedules;
    return this;
  }

  /**
   * Fails a run that is longer; 5000 steps otherwise.
   *
   * @param steps accesses of all threads
   * @return this
   */
  public Interleavings stepsAtMost(int steps) {
    stepsMax = steps;
    return this;
  }

  /**
   * Without reduction: every order of all steps. For tests of this class.
   *
   * @return this
   */
  public Interleavings everyOrder() {
    reduced = false;
    return this;
  }

  /**
   * Plain accesses are no steps. Sound only when no two threads access the same bytes plainly
   * without an order between them; they are cheap as steps, too, where nobody shares them.
   *
   * @return this
   */
  public Interleavings atomicsOnly() {
    onlyAtomics = true;
    return this;
  }

  /**
   * Runs all schedules.
   *
   * @return how many there were
   * @throws InterleavingFailure for the first that fails
   */
  public Explored explore() {
    return run(new Search(reduced, null, null), schedulesMax, true);
  }

  /**
   * Runs random schedules, for programs that are too large.
   *
   * @param seed of the choices
   * @param schedules how many
   * @return what was done
   * @throws InterleavingFailure for the first that fails
   */
  public Explored sample(long seed, long schedules) {
    return run(new Search(false, new SplittableRandom(seed), null), schedules, false);
  }

  /**
   * Runs one schedule.
   *
   * @param schedule from the message of a failure
   * @throws InterleavingFailure when it fails
   */
  public void replay(String schedule) {
    run(new Search(false, null, InterleavingFailure.steps(schedule)), 1, false);
  }

  int stepsMax() {
    return stepsMax;
  }

  boolean onlyAtomics() {
    return onlyAtomics;
  }

  private Explored run(Search search, long limit, boolean all) {
    long schedules = 0;
    long cut = 0;
    long steps = 0;
    int longest = 0;
    CellTable cells = null;
    try (Arena arena = Arena.ofShared()) {
      Plan plan = new Plan(arena);
      while (true) {
        plan.again();
        Run run = null;
        try {
          Steps.run(new Run(this, search, null, plan)); // keeps track of stores while setting up
          program.build(plan);
          if (cells == null) {
            cells = new CellTable(plan.bodies().size());
          }
          cells.clear();
          run = new Run(this, search, cells, plan);
          Steps.run(run);
          if (run.go()) {
            check(run, plan);
            schedules++;
          } else {
            cut++;
          }
        } catch (InterleavingFailure e) {
          throw e;
        } catch (Throwable e) {
          List<StepEvent> trace = run == null ? List.of() : run.trace();
          throw new InterleavingFailure(e, trace, plan, schedules + cut + 1);
        } finally {
          Steps.run(null);
        }
        steps += run.trace().size();
        longest = Math.max(longest, run.trace().size());
        if (all ? !search.next(run.trace()) : schedules + cut == limit) {
          return new Explored(schedules, cut, steps, longest);
        }
        if (all && schedules + cut >= limit) {
          throw new AssertionError("more than " + limit + " schedules, none failed so far");
        }
      }
    }
  }

  private static void check(Run run, Plan plan) throws Throwable {
    if (run.failure() != null) {
      throw run.failure();
    }
    for (Plan.Body check : plan.checks()) {
      check.run();
    }
  }
}
