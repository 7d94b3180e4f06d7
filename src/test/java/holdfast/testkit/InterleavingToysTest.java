package holdfast.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Known mistakes of lock-free code, each beside its cure: the model checker tells them apart. */
@ExtendWith(SteppedMem.class)
class InterleavingToysTest {
  private static final int LOCK = 0;
  private static final int VALUE = 8;
  private static final int READY = 16;

  private static void lock(MemorySegment memory, int offset) {
    while (!Mem.casInt(memory, offset, 0, 1)) {
      Thread.onSpinWait();
    }
  }

  private static void unlock(MemorySegment memory, int offset) {
    Mem.putIntRelease(memory, offset, 0);
  }

  private static void fails(Interleavings.Program program, String why) {
    InterleavingFailure failure =
        assertThrows(InterleavingFailure.class, Interleavings.of(program)::explore);
    assertTrue(failure.getMessage().contains(why), failure.getMessage());
    InterleavingFailure again =
        assertThrows(
            InterleavingFailure.class, () -> Interleavings.of(program).replay(failure.schedule()));
    assertEquals(failure.schedule(), again.schedule());
  }

  private static Interleavings.Program locked(boolean release) {
    return plan -> {
      MemorySegment memory = plan.memory(64);
      for (int i = 0; i < 2; i++) {
        plan.thread(
            () -> {
              lock(memory, LOCK);
              Mem.putLong(memory, VALUE, Mem.getLong(memory, VALUE) + 1);
              if (release) {
                unlock(memory, LOCK);
              }
            });
      }
      plan.atEnd(() -> assertEquals(2, Mem.getLong(memory, VALUE)));
    };
  }

  @Test
  void aSpinLockKeepsUpdates() {
    // Who is first; and the other one finds the lock free, or waits once.
    assertEquals(4, Interleavings.of(locked(true)).explore().schedules());
  }

  @Test
  void aLockThatIsNotReleasedStopsTheOtherThread() {
    fails(locked(false), "no thread can go on");
  }

  @Test
  void aLoopThatNeverEndsAndDoesNotPauseIsCutOff() {
    fails(
        plan -> {
          MemorySegment memory = plan.memory(64);
          plan.thread(
              () -> {
                while (Mem.getLongAcquire(memory, VALUE) == 0) {
                  Mem.getLongAcquire(memory, LOCK);
                }
              });
        },
        "no end after");
  }

  private static Interleavings.Program twoLocks(boolean sameOrder) {
    return plan -> {
      MemorySegment memory = plan.memory(64);
      for (int i = 0; i < 2; i++) {
        int first = sameOrder || i == 0 ? 0 : 32;
        plan.thread(
            () -> {
              lock(memory, first);
              lock(memory, 32 - first);
              Mem.putLong(memory, VALUE, Mem.getLong(memory, VALUE) + 1);
              unlock(memory, 32 - first);
              unlock(memory, first);
            });
      }
      plan.atEnd(() -> assertEquals(2, Mem.getLong(memory, VALUE)));
    };
  }

  @Test
  void locksTakenInOppositeOrderAreADeadlock() {
    Interleavings.of(twoLocks(true)).explore();
    fails(twoLocks(false), "no thread can go on");
  }

  private static Interleavings.Program doubleChecked(boolean valueFirst) {
    return plan -> {
      MemorySegment memory = plan.memory(64);
      for (int i = 0; i < 3; i++) {
        plan.thread(
            () -> {
              if (Mem.getIntAcquire(memory, READY) == 0) {
                lock(memory, LOCK);
                if (Mem.getInt(memory, READY) == 0) {
                  Mem.putLong(memory, VALUE, valueFirst ? 42 : 0);
                  Mem.putIntRelease(memory, READY, 1);
                  Mem.putLong(memory, VALUE, 42);
                }
                unlock(memory, LOCK);
              }
              assertEquals(42, Mem.getLong(memory, VALUE), "not yet made");
            });
      }
    };
  }

  @Test
  void doubleCheckedPublicationHasToStoreTheFlagLast() {
    Interleavings.of(doubleChecked(true)).explore();
    fails(doubleChecked(false), "not yet made");
  }

  private static Interleavings.Program seqlock(boolean checkAgain) {
    return plan -> {
      MemorySegment memory = plan.memory(64);
      plan.thread(
          () -> {
            for (int value = 1; value <= 2; value++) {
              Mem.getAndAddInt(memory, LOCK, 1);
              Mem.putLong(memory, VALUE, value);
              Mem.putLong(memory, READY, value);
              Mem.getAndAddInt(memory, LOCK, 1);
            }
          });
      plan.thread(
          () -> {
            int version = Mem.getIntAcquire(memory, LOCK);
            long first = Mem.getLong(memory, VALUE);
            long second = Mem.getLong(memory, READY);
            if ((version & 1) == 0 && (!checkAgain || Mem.getIntAcquire(memory, LOCK) == version)) {
              assertEquals(first, second, "a torn read");
            }
          });
    };
  }

  @Test
  void aSequenceLockHasToBeReadTwice() {
    Interleavings.of(seqlock(true)).explore();
    fails(seqlock(false), "a torn read");
  }

  /**
   * A stack of numbered nodes: head word at 0 is the number of the top, 0 for none, and above bit 8
   * a tag of a few bits that each push and pop increases; the next node of n is at 8n.
   */
  private record Stack(MemorySegment memory, int tagBits) {
    long word(long old, long top) {
      return top | ((old >>> 8) + 1 & (1L << tagBits) - 1) << 8;
    }

    void push(long node) {
      long old;
      do {
        old = Mem.getLongAcquire(memory, 0);
        Mem.putLong(memory, 8 * node, old & 0xff);
      } while (!Mem.casLong(memory, 0, old, word(old, node)));
    }

    long pop() {
      while (true) {
        long old = Mem.getLongAcquire(memory, 0);
        long top = old & 0xff;
        if (top == 0) {
          return 0;
        }
        long next = Mem.getLong(memory, 8 * top);
        if (Mem.casLong(memory, 0, old, word(old, next))) {
          return top;
        }
      }
    }
  }

  /** Pops one node, while another thread pops two and pushes another and the first one back. */
  private static Interleavings.Program aba(int tagBits) {
    return plan -> {
      Stack stack = new Stack(plan.memory(64), tagBits);
      long[] owned = new long[8];
      stack.push(3);
      stack.push(2);
      stack.push(1);
      plan.thread(() -> owned[(int) stack.pop()]++);
      plan.thread(
          () -> {
            long first = stack.pop();
            owned[(int) stack.pop()]++;
            stack.push(4);
            if (first != 0) {
              stack.push(first);
            }
          });
      plan.atEnd(
          () -> {
            for (long node = stack.pop(), count = 0; node != 0; node = stack.pop()) {
              assertTrue(++count <= 4, "a cycle");
              owned[(int) node]++;
            }
            for (int node = 1; node <= 4; node++) {
              assertEquals(1, owned[node], "owners of node " + node);
            }
          });
    };
  }

  @Test
  void aStackNeedsATagThatDoesNotComeBack() {
    fails(aba(0), "node");
    fails(aba(1), "node");
    fails(aba(2), "node"); // four operations bring a tag of two bits back
    Interleavings.Explored explored = Interleavings.of(aba(3)).explore();
    assertEquals(explored, Interleavings.of(aba(4)).explore());
  }

  @Test
  void threadsOfOneStackLoseNoNode() {
    Interleavings.Explored explored =
        Interleavings.of(
                plan -> {
                  Stack stack = new Stack(plan.memory(64), 8);
                  stack.push(1);
                  for (int i = 0; i < 3; i++) {
                    int node = 2 + i;
                    plan.thread(
                        () -> {
                          stack.push(node);
                          assertFalse(stack.pop() == 0);
                        });
                  }
                  plan.atEnd(
                      () -> {
                        assertFalse(stack.pop() == 0);
                        assertEquals(0, stack.pop());
                      });
                })
            .explore();
    // About 10^19 orders of 45 steps. No run is cut: none was begun that is equivalent to another.
    assertEquals(new Interleavings.Explored(76_338, 0, 2_338_812, 45), explored);
  }

  /** Peterson's lock is right only where all threads see one order of stores: this model. */
  @Test
  void theModelIsSequentiallyConsistent() {
    Interleavings.of(
            plan -> {
              MemorySegment memory = plan.memory(64);
              for (int i = 0; i < 2; i++) {
                int me = i;
                plan.thread(
                    () -> {
                      Mem.putInt(memory, 32 + 4 * me, 1);
                      Mem.putInt(memory, 40, 1 - me);
                      while (Mem.getInt(memory, 32 + 4 * (1 - me)) == 1
                          && Mem.getInt(memory, 40) == 1 - me) {
                        Thread.onSpinWait();
                      }
                      Mem.putLong(memory, VALUE, Mem.getLong(memory, VALUE) + 1);
                      Mem.putInt(memory, 32 + 4 * me, 0);
                    });
              }
              plan.atEnd(() -> assertEquals(2, Mem.getLong(memory, VALUE)));
            })
        .explore();
  }
}
