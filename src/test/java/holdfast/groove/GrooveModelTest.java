package holdfast.groove;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.internal.Mem;
import holdfast.testkit.InterleavingFailure;
import holdfast.testkit.Interleavings;
import holdfast.testkit.Plan;
import holdfast.testkit.SteppedMem;
import holdfast.testkit.Tier;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every interleaving of small programs: two threads with three operations each, three threads with
 * two. After each the owners' words are intact, the verifier is content, and nothing is lost.
 *
 * <p>A program is a line of operations for each thread: {@code a} allocates, {@code f} frees what
 * the thread allocated first, {@code 0} to {@code 9} free an object that was there at the start.
 * All objects are of the class that has two in a superblock, so that superblocks run full and empty
 * all the time; all threads are of one group. Seven operations at most happen on a stack, so that a
 * version of three bits has to be enough.
 */
@ExtendWith(SteppedMem.class)
class GrooveModelTest {
  private static final GrooveGeometry GEOMETRY =
      GrooveGeometry.compact(512, 1 << 20).withVersionBits(3);
  private static final long SIZE = GEOMETRY.sizeMax(0) - 100;
  private static final int CLASS = GEOMETRY.sizeClass(16, SIZE);
  private static final long STACK = StateLayout.inactiveStack(0);

  /** One thread's allocations that are still there, and the program's. */
  private static final class Actor {
    private final GrooveHandle handle;
    private final String operations;
    private final long[] start;
    private final List<Long> mine = new ArrayList<>();

    Actor(GrooveHandle handle, String operations, long[] start) {
      this.handle = handle;
      this.operations = operations;
      this.start = start;
    }

    void run() {
      for (int i = 0; i < operations.length(); i++) {
        char operation = operations.charAt(i);
        if (operation == 'a') {
          long object = handle.alloc(16, SIZE, 7);
          if (object != GrooveHandle.FULL) {
            Mem.putLong(handle.groove.view.volumes, object, object ^ operations.hashCode());
            mine.add(object);
          }
        } else if (operation == 'f') {
          if (!mine.isEmpty()) {
            check(mine.getFirst());
            assertTrue(handle.free(mine.removeFirst()));
          }
        } else {
          assertTrue(handle.free(start[operation - '0']));
        }
      }
    }

    void check(long object) {
      assertEquals(object ^ operations.hashCode(), Mem.getLong(handle.groove.view.volumes, object));
    }
  }

  private static Interleavings.Program program(
      int held, long cacheMax, boolean depot, boolean trusted, String... threads) {
    return plan -> {
      long[] start = new long[held];
      Groove groove = prepared(plan, depot, start);
      List<Actor> actors = new ArrayList<>();
      for (String operations : threads) {
        GrooveHandle handle =
            trusted ? groove.trustedHandle(0, cacheMax) : groove.handle(0, cacheMax);
        Actor actor = new Actor(handle, operations, start);
        actors.add(actor);
        plan.thread(actor::run);
      }
      plan.atEnd(() -> end(groove, actors, start));
    };
  }

  /** A state with one volume in which some objects are held, and a depot, or one that is stuck. */
  private static Groove prepared(Plan plan, boolean depot, long[] start) {
    MemorySegment volumes = plan.memory(GEOMETRY.volumeSize());
    MemorySegment state = plan.memory(GEOMETRY.stateSize());
    Groove groove = Groove.create(GEOMETRY, state, volumes);
    groove.original = true; // without locks of the JDK
    groove.caches.use(
        new Depot(
            plan.memory(
                Depot.size(GEOMETRY), depot ? memory -> {} : memory -> memory.fill((byte) 0xff))));
    groove.addVolumes(0, 1, new byte[0]);
    GrooveHandle handle = groove.handle(0);
    for (int i = 0; i < start.length; i++) {
      start[i] = handle.alloc(16, SIZE, i);
    }
    // Keeps the handle, or the collector decides when somebody ends its cache, which takes steps.
    plan.atEnd(() -> assertSame(groove, handle.groove));
    return groove;
  }

  private static void end(Groove groove, List<Actor> actors, long[] start) {
    List<Long> expected = new ArrayList<>();
    for (long object : start) {
      expected.add(object);
    }
    for (Actor actor : actors) {
      actor.mine.forEach(actor::check);
      for (int i = 0; i < actor.operations.length(); i++) {
        char operation = actor.operations.charAt(i);
        if (operation != 'a' && operation != 'f') {
          expected.remove((Long) start[operation - '0']);
        }
      }
    }
    actors.forEach(actor -> expected.addAll(actor.mine));
    Collections.sort(expected);
    List<Long> found = new ArrayList<>();
    groove.objects(object -> found.add(object.offset()));
    assertEquals(expected, found);
    groove.verify();
    assertEquals(List.of(), groove.damaged());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0 aaf aaf",
        "0 aff afa",
        "1 a0a aaf",
        "2 aa0 a1a",
        "3 a0f 1a2",
        "4 012 3aa",
        "4 0a1 2a3",
        "6 024 135",
      })
  void twoThreadsWithThreeOperations(String program) {
    explore(program);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0 a a af", "3 0a 1a 2a", "6 02 13 45"})
  void threeThreadsWithTwoOperations(String program) {
    explore(program);
  }

  /** Hundreds of thousands of schedules: all of them in the long run, some in the quick one. */
  @ParameterizedTest
  @ValueSource(strings = {"0 aa a af", "2 a0 1a af"})
  void largeProgramsOfThreeThreads(String program) {
    if (Tier.thorough()) {
      explore(program);
    } else {
      interleavings(program, 0, false, false).sample(Tier.seed(1), 20_000);
    }
  }

  /** More than three million schedules. */
  @Test
  void aProgramOfThreeThreadsThatIsTooLarge() {
    interleavings("0 aa aa af", 0, false, false).sample(Tier.seed(1), Tier.of(20_000, 1_000_000));
  }

  /** A cache of two: one is taken at a time, and one of two given back. */
  @ParameterizedTest
  @ValueSource(strings = {"0 aaf aaf", "1 aa0 aaf", "4 aa0 aa1", "0 aaa aff", "6 024 135"})
  void twoThreadsWithCaches(String program) {
    explore(program, 2 * GEOMETRY.footprint(CLASS), false);
  }

  /** The same with a depot: what is given back waits there for the next one who takes. */
  @ParameterizedTest
  @ValueSource(strings = {"0 aaf aaf", "4 aa0 aa1", "4 012 3aa", "6 024 135", "3 012 aaa"})
  void twoThreadsWithADepot(String program) {
    explore(program, 2 * GEOMETRY.footprint(CLASS), true);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0 a a a", "3 012 aa a", "6 012 345 aa"})
  void threeThreadsWithCaches(String program) {
    explore(program, 2 * GEOMETRY.footprint(CLASS), false);
  }

  @ParameterizedTest
  @ValueSource(strings = {"3 012 aaa a", "4 012 aaa 3aa", "6 012 345 aaa"})
  void threeThreadsWithADepot(String program) {
    explore(program, 2 * GEOMETRY.footprint(CLASS), true);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0 aaf aaf", "1 aa0 aaf", "4 aa0 aa1", "0 aaa aff", "6 024 135"})
  void twoThreadsWithTrustedHandles(String program) {
    explore(program, 2 * GEOMETRY.footprint(CLASS), false, true);
    explore(program, 2 * GEOMETRY.footprint(CLASS), true, true);
  }

  private static void explore(String program) {
    explore(program, 0, false);
  }

  private static void explore(String program, long cacheMax, boolean depot) {
    explore(program, cacheMax, depot, false);
  }

  private static void explore(String program, long cacheMax, boolean depot, boolean trusted) {
    Interleavings.Explored explored = interleavings(program, cacheMax, depot, trusted).explore();
    assertTrue(explored.schedules() > 1, "the threads of " + program + " never meet");
  }

  private static Interleavings interleavings(
      String program, long cacheMax, boolean depot, boolean trusted) {
    List<String> words = List.of(program.split(" ", -1));
    int held = Integer.parseInt(words.getFirst());
    String[] threads = words.subList(1, words.size()).toArray(String[]::new);
    return Interleavings.of(program(held, cacheMax, depot, trusted, threads)).atomicsOnly();
  }

  /** A popper is overtaken by one that pops twice and pushes the first one back. */
  private static Interleavings.Program stack(int versionBits) {
    return plan -> {
      GrooveGeometry g = GrooveGeometry.compact(512, 1 << 20).withVersionBits(versionBits);
      MemorySegment volumes = plan.memory(g.volumeSize());
      MemorySegment state = plan.memory(g.stateSize());
      Groove groove = Groove.create(g, state, volumes);
      groove.addVolumes(0, 1, new byte[0]);
      for (long superblock : new long[] {3072, 2048, 1024}) {
        InactiveStack.push(groove, STACK, superblock);
      }
      long[] popped = new long[3];
      plan.thread(() -> popped[0] = InactiveStack.pop(groove, STACK));
      plan.thread(
          () -> {
            long first = InactiveStack.pop(groove, STACK);
            popped[1] = InactiveStack.pop(groove, STACK);
            InactiveStack.push(groove, STACK, first);
          });
      plan.atEnd(
          () -> {
            List<Long> all = new ArrayList<>(List.of(popped[0], popped[1]));
            for (long top; (top = InactiveStack.pop(groove, STACK)) != 0 && all.size() < 9; ) {
              all.add(top);
            }
            Collections.sort(all);
            assertEquals(List.of(1024L, 2048L, 3072L), all);
          });
    };
  }

  @Test
  void withoutAVersionTheStackHandsOutASuperblockTwiceAndTheCheckSeesIt() {
    assertThrows(InterleavingFailure.class, Interleavings.of(stack(0))::explore);
    assertTrue(Interleavings.of(stack(2)).explore().schedules() > 1);
    assertTrue(Interleavings.of(stack(25)).explore().schedules() > 1);
  }

  /** Two threads free the same object, a third may get it in between: one of the two wins. */
  @Test
  void anObjectIsFreedOnceUnderEveryInterleaving() {
    Interleavings.of(
            plan -> {
              long[] start = new long[2];
              Groove groove = prepared(plan, false, start);
              boolean[] freed = new boolean[2];
              for (int i = 0; i < 2; i++) {
                int thread = i;
                GrooveHandle handle = groove.handle(0);
                plan.thread(() -> freed[thread] = handle.free(start[0]));
              }
              plan.atEnd(
                  () -> {
                    assertTrue(freed[0] != freed[1]);
                    assertEquals(1, groove.usage().held());
                    groove.verify();
                  });
            })
        .explore();
  }

  @Test
  void thePoolHandsOutEveryVolumeOnce() {
    Interleavings.of(
            plan -> {
              GrooveGeometry g = GEOMETRY;
              MemorySegment volumes = plan.memory(3 * g.volumeSize());
              MemorySegment state = plan.memory(g.stateSize());
              Groove groove = Groove.create(g, state, volumes);
              groove.addVolumes(0, 3, new byte[0]);
              long[] taken = new long[2];
              plan.thread(() -> taken[0] = VolumePool.acquire(groove));
              plan.thread(
                  () -> {
                    long first = VolumePool.acquire(groove);
                    taken[1] = VolumePool.acquire(groove);
                    VolumePool.release(groove, first);
                  });
              plan.atEnd(
                  () -> {
                    List<Long> all = new ArrayList<>(List.of(taken[0], taken[1]));
                    for (long v; (v = VolumePool.acquire(groove)) != VolumePool.NONE; ) {
                      all.add(v);
                    }
                    Collections.sort(all);
                    assertEquals(List.of(0L, 1L, 2L), all);
                  });
            })
        .explore();
  }
}
