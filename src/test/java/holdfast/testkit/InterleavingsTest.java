package holdfast.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The model checker on small programs whose schedules can be counted by hand. */
@ExtendWith(SteppedMem.class)
class InterleavingsTest {
  private static void increment(MemorySegment memory) {
    Mem.putLong(memory, 0, Mem.getLong(memory, 0) + 1);
  }

  private static Interleavings.Program counters(int threads, Set<Long> outcomes) {
    return plan -> {
      MemorySegment memory = plan.memory(8);
      for (int i = 0; i < threads; i++) {
        plan.thread(() -> increment(memory));
      }
      plan.atEnd(() -> outcomes.add(Mem.getLong(memory, 0)));
    };
  }

  @Test
  void twoReadsAndTwoWritesHaveSixOrdersInFourClasses() {
    Set<Long> all = new TreeSet<>();
    assertEquals(6, Interleavings.of(counters(2, all)).everyOrder().explore().schedules());
    assertEquals(Set.of(1L, 2L), all);
    Set<Long> some = new TreeSet<>();
    Interleavings.Explored explored = Interleavings.of(counters(2, some)).explore();
    assertEquals(4, explored.schedules());
    assertEquals(4, explored.longest());
    assertEquals(all, some);
  }

  @Test
  void threeThreadsOfTwoStepsHaveNinetyOrders() {
    Set<Long> all = new TreeSet<>();
    assertEquals(90, Interleavings.of(counters(3, all)).everyOrder().explore().schedules());
    Set<Long> some = new TreeSet<>();
    assertTrue(Interleavings.of(counters(3, some)).explore().schedules() < 60);
    assertEquals(Set.of(1L, 2L, 3L), all);
    assertEquals(all, some);
  }

  @Test
  void atomicAddsHaveOneClassForEachOrder() {
    Interleavings adds =
        Interleavings.of(
            plan -> {
              MemorySegment memory = plan.memory(8);
              for (int i = 0; i < 4; i++) {
                plan.thread(() -> Mem.getAndAddLong(memory, 0, 1));
              }
              plan.atEnd(() -> assertEquals(4, Mem.getLong(memory, 0)));
            });
    assertEquals(24, adds.explore().schedules());
  }

  @Test
  void threadsThatShareNothingHaveOneSchedule() {
    Interleavings apart =
        Interleavings.of(
            plan -> {
              MemorySegment memory = plan.memory(64);
              for (int i = 0; i < 3; i++) {
                int offset = 2 * i; // neighbours in one word
                plan.thread(
                    () -> {
                      for (short step = 1; step <= 20; step++) {
                        Mem.putShortRelease(memory, offset, step);
                      }
                    });
              }
            });
    assertEquals(new Interleavings.Explored(1, 0, 60, 60), apart.explore());
  }

  @Test
  void everyAccessorOfMemIsAStep() {
    for (Method method : Mem.class.getDeclaredMethods()) {
      if (!Modifier.isPublic(method.getModifiers())
          || method.getName().matches("touch|\\w+Fence")) {
        continue;
      }
      Interleavings one =
          Interleavings.of(
              plan -> {
                MemorySegment memory = plan.memory(64);
                Object[] arguments = new Object[method.getParameterCount()];
                for (int i = 0; i < arguments.length; i++) {
                  Class<?> type = method.getParameterTypes()[i];
                  Object number = type == int.class ? (Object) 8 : (Object) 8L;
                  arguments[i] =
                      type == MemorySegment.class
                          ? memory
                          : type == byte[].class
                              ? new byte[16]
                              : type == byte.class
                                  ? (Object) (byte) 8
                                  : type == short.class ? (Object) (short) 8 : number;
                }
                plan.thread(() -> method.invoke(null, arguments));
              });
      int steps = method.getName().equals("copy") ? 2 : 1;
      assertEquals(steps, one.explore().steps(), method.getName());
    }
  }

  @Test
  void copiesAndFillsAreTakenApart() {
    Set<Long> seen = new TreeSet<>();
    Interleavings.of(
            plan -> {
              MemorySegment memory = plan.memory(64);
              plan.thread(() -> Mem.fill(memory, 0, 16, (byte) 1));
              plan.thread(
                  () -> {
                    Mem.copy(memory, 0, memory, 32, 16);
                    seen.add((Mem.getLong(memory, 32) & 1) | ((Mem.getLong(memory, 40) & 1) << 1));
                  });
            })
        .explore();
    assertEquals(Set.of(0L, 1L, 2L, 3L), seen);
  }

  @Test
  void aFailureNamesAScheduleThatRepeatsIt() {
    Interleavings lost =
        Interleavings.of(
            plan -> {
              MemorySegment memory = plan.memory(8);
              plan.thread(() -> increment(memory));
              plan.thread(() -> increment(memory));
              plan.atEnd(() -> assertEquals(2, Mem.getLong(memory, 0), "an update is lost"));
            });
    InterleavingFailure failure = assertThrows(InterleavingFailure.class, lost::explore);
    assertTrue(failure.getMessage().contains("an update is lost"), failure.getMessage());
    InterleavingFailure again =
        assertThrows(InterleavingFailure.class, () -> lost.replay(failure.schedule()));
    assertEquals(failure.schedule(), again.schedule());
    lost.replay("a2b2");
    assertThrows(InterleavingFailure.class, () -> lost.sample(1, 1000));
  }

  @Test
  void aFailureInsideAThreadIsReported() {
    Interleavings asserting =
        Interleavings.of(
            plan -> {
              MemorySegment memory = plan.memory(8);
              plan.thread(() -> Mem.putLongVolatile(memory, 0, 1));
              plan.thread(() -> assertEquals(0, Mem.getLongVolatile(memory, 0)));
            });
    assertEquals("a1b1", assertThrows(InterleavingFailure.class, asserting::explore).schedule());
  }

  @Test
  void tooManySchedulesAreNoSuccess() {
    Interleavings large = Interleavings.of(counters(3, new TreeSet<>())).atMost(10);
    AssertionError error = assertThrows(AssertionError.class, large::explore);
    assertTrue(error.getMessage().startsWith("more than 10 schedules"), error.getMessage());
  }

  @Test
  void memoryIsAsAtFirstInEachRun() {
    Interleavings.of(
            plan -> {
              MemorySegment large = plan.memory(1 << 20, memory -> Mem.putInt(memory, 100_000, 7));
              assertEquals(7, Mem.getInt(large, 100_000));
              assertEquals(0, Mem.getInt(large, 1 << 19));
              Mem.putInt(large, 100_000, 8);
              plan.thread(() -> Mem.fill(large, (1 << 19) - 8, 16, (byte) 1));
              plan.thread(() -> Mem.putLongRelease(large, 1 << 19, 2));
              plan.atEnd(() -> Mem.putInt(large, 4, 9));
              assertEquals(0, Mem.getInt(large, 4));
            })
        .explore();
  }

  @Test
  void aMomentTellsWhichOperationEndedBeforeAnotherBegan() {
    Set<String> orders = new TreeSet<>();
    Interleavings.of(
            plan -> {
              long[] moments = new long[4];
              for (int i = 0; i < 2; i++) {
                int thread = i;
                plan.thread(
                    () -> {
                      moments[2 * thread] = plan.moment();
                      moments[2 * thread + 1] = plan.moment();
                    });
              }
              plan.atEnd(
                  () ->
                      orders.add(
                          moments[1] < moments[2]
                              ? "first"
                              : moments[3] < moments[0] ? "second" : "overlap"));
            })
        .explore();
    assertEquals(Set.of("first", "second", "overlap"), orders);
  }

  @Test
  void programsThatChangeFromRunToRunAreRefused() {
    int[] runs = {0};
    Interleavings unsteady =
        Interleavings.of(
            plan -> {
              MemorySegment memory = plan.memory(64);
              long offset = 8L * runs[0]++;
              for (int i = 0; i < 2; i++) {
                plan.thread(
                    () -> {
                      Mem.getAndAddLong(memory, offset, 1);
                      Mem.getAndAddLong(memory, 0, 1);
                    });
              }
            });
    InterleavingFailure failure = assertThrows(InterleavingFailure.class, unsteady::explore);
    assertTrue(failure.getMessage().contains("not the same on each run"), failure.getMessage());
  }

  /** The argument for the reduction, tried: outcomes of random programs, in full and reduced. */
  @Test
  void theReductionLosesNoOutcomeOfRandomPrograms() {
    long seed = Tier.seed(20261121);
    SplittableRandom seeds = new SplittableRandom(seed);
    long full = 0;
    long reduced = 0;
    for (int round = 0; round < Tier.of(1500, 30_000); round++) {
      long program = seeds.nextLong();
      Set<String> expected = new TreeSet<>();
      Set<String> found = new TreeSet<>();
      full += Interleavings.of(random(program, expected)).everyOrder().explore().schedules();
      reduced += Interleavings.of(random(program, found)).explore().schedules();
      assertEquals(expected, found, "seed " + seed + " program " + program);
    }
    assertTrue(reduced * 5 < full, full + " orders in " + reduced + " runs");
  }

  /** Two or three threads, seven or eight steps on three neighbouring cells, with branches. */
  private static Interleavings.Program random(long seed, Set<String> outcomes) {
    return plan -> {
      SplittableRandom random = new SplittableRandom(seed);
      MemorySegment memory = plan.memory(16);
      int threads = 2 + random.nextInt(2);
      long[] results = new long[threads];
      for (int i = 0; i < threads; i++) {
        int thread = i;
        int[] steps = random.ints(threads == 2 ? 4 : 2 + i / 2, 0, 1 << 20).toArray();
        plan.thread(
            () -> {
              for (int step : steps) {
                results[thread] = results[thread] * 31 + step(memory, step, results[thread]);
              }
            });
      }
      plan.atEnd(
          () -> {
            StringBuilder outcome = new StringBuilder(Long.toHexString(Mem.getLong(memory, 0)));
            for (long result : results) {
              outcome.append(' ').append(result);
            }
            outcomes.add(outcome.toString());
          });
    };
  }

  private static long step(MemorySegment memory, int step, long sofar) {
    int offset = (step >>> 4 & 1) * 4;
    int value = step >>> 5 & 3;
    return switch (step & 15) {
      case 0, 1 -> Mem.getIntVolatile(memory, offset);
      case 2 -> Mem.getShortOpaque(memory, offset + 2);
      case 3 -> Mem.getLongVolatile(memory, 0);
      case 4, 5 -> Mem.casInt(memory, offset, value & 1, value) ? 1 : 0;
      case 6, 7 -> Mem.getAndOrInt(memory, offset, value << (16 * (value & 1)));
      case 8 -> Mem.getAndAddInt(memory, offset, value);
      case 9 -> Mem.getAndSetInt(memory, offset, value);
      case 10 -> {
        Mem.putShort(memory, offset, (short) (sofar & 3));
        yield 0;
      }
      case 11, 12 -> {
        Mem.putInt(memory, offset, value);
        yield 0;
      }
      case 13 -> (sofar & 1) == 0 ? Mem.getInt(memory, 0) : Mem.getAndAddInt(memory, 4, 1);
      case 14 -> {
        Mem.putLong(memory, 0, Mem.getLong(memory, 0) + 1);
        yield 0;
      }
      default -> Mem.caxInt(memory, offset, 0, 1);
    };
  }
}
