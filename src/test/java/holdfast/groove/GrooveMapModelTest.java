package holdfast.groove;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.groove.GrooveMap.Result;
import holdfast.testkit.InterleavingFailure;
import holdfast.testkit.Interleavings;
import holdfast.testkit.Plan;
import holdfast.testkit.SteppedMem;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Every interleaving of a few operations on a map of four slots. */
@ExtendWith(SteppedMem.class)
class GrooveMapModelTest {
  private static final int FULL_VERSION = 0xffff;

  /** Of which only the lowest bit counts changes: it looks as before after two. */
  private static final int SHORT_VERSION = 3;

  private static GrooveMap map(Plan plan, int locks, int versionMask, boolean countsWraps) {
    var state = plan.memory(256);
    var elements = plan.memory(4 * 48);
    MapLayout.format(state, 4, locks, 4, 7);
    return new GrooveMap(state, elements, versionMask, countsWraps);
  }

  private static GrooveMap map(Plan plan, int locks) {
    return map(plan, locks, FULL_VERSION, true);
  }

  private static GrooveEntry entry(GrooveMap map, int home, int which, int mark) {
    return Maps.marked(Maps.key(Maps.numberAt(map, home, which)), mark);
  }

  private static Interleavings.Program readerAndWriter(int versionMask, boolean countsWraps) {
    return plan -> {
      GrooveMap map = map(plan, 2, versionMask, countsWraps);
      map.put(entry(map, 1, 0, 1));
      plan.thread(
          () -> {
            assertNotEquals(Result.ABSENT, map.tryPut(entry(map, 1, 0, 2)));
            assertNotEquals(Result.ABSENT, map.tryPut(entry(map, 1, 0, 3)));
          });
      plan.thread(
          () -> {
            for (int i = 0; i < 2; i++) {
              GrooveEntry entry = entry(map, 1, 0, 0);
              Result result = map.tryQuery(entry);
              assertNotEquals(Result.ABSENT, result);
              if (result == Result.FOUND) {
                assertTrue(Maps.mark(entry) > 0);
              }
            }
          });
      plan.atEnd(map::verify);
    };
  }

  @Test
  void aReaderNeverSeesHalfOfAReplacement() {
    Interleavings.of(readerAndWriter(FULL_VERSION, true)).explore();
  }

  @Test
  void aVersionThatGoesRoundFoolsReadersWithoutTheCounterAndNotWithIt() {
    InterleavingFailure failure =
        assertThrows(
            InterleavingFailure.class,
            Interleavings.of(readerAndWriter(SHORT_VERSION, false))::explore);
    assertTrue(failure.getMessage().contains("a torn read"), failure.getMessage());
    Interleavings.of(readerAndWriter(SHORT_VERSION, true)).explore();
  }

  @Test
  void aReaderFindsAKeyThatIsMovedWhileAnotherIsRemoved() {
    Interleavings.of(
            plan -> {
              GrooveMap map = map(plan, 4, SHORT_VERSION, true);
              map.put(entry(map, 1, 0, 1));
              map.put(entry(map, 1, 1, 2));
              map.put(entry(map, 2, 0, 3));
              plan.thread(() -> map.tryRemove(entry(map, 1, 0, 0)));
              plan.thread(
                  () -> {
                    for (int which = 1; which >= 0; which--) {
                      GrooveEntry entry = entry(map, 2 - which, which, 0);
                      Result result = map.tryQuery(entry);
                      assertNotEquals(Result.ABSENT, result);
                      if (result == Result.FOUND) {
                        assertEquals(which == 1 ? 2 : 3, Maps.mark(entry));
                      }
                    }
                  });
              plan.atEnd(map::verify);
            })
        .explore();
  }

  @Test
  void removalsAndInsertionsOfTwoThreadsLeaveNoHoleOnAWay() {
    Interleavings.of(
            plan -> {
              GrooveMap map = map(plan, 4);
              map.put(entry(map, 3, 0, 1));
              map.put(entry(map, 3, 1, 2)); // in slot 0
              plan.thread(
                  () -> {
                    map.tryRemove(entry(map, 3, 0, 0));
                    map.tryPut(entry(map, 3, 0, 4));
                  });
              plan.thread(
                  () -> {
                    map.tryPut(entry(map, 3, 2, 3));
                    map.tryRemove(entry(map, 3, 1, 0));
                  });
              plan.atEnd(map::verify);
            })
        .explore();
  }

  @Test
  void writersThatWaitForOneLockGetOn() {
    Interleavings.of(
            plan -> {
              GrooveMap map = map(plan, 1);
              for (int i = 0; i < 2; i++) {
                int key = i;
                plan.thread(
                    () -> {
                      assertEquals(Result.INSERTED, map.put(entry(map, 1, key, 1)));
                      assertEquals(Result.REMOVED, map.remove(entry(map, 1, key, 1)));
                    });
              }
              plan.atEnd(
                  () -> {
                    map.verify();
                    assertEquals(0, map.count());
                  });
            })
        .explore();
  }

  @Test
  void twoWritersWithThreeOperationsEachAgreeAboutEveryKey() {
    Interleavings.of(
            plan -> {
              GrooveMap map = map(plan, 2);
              int[] balance = new int[2];
              plan.thread(
                  () -> {
                    insert(map, balance, 0, 1);
                    remove(map, balance, 1);
                    insert(map, balance, 1, 2);
                  });
              plan.thread(
                  () -> {
                    insert(map, balance, 1, 3);
                    remove(map, balance, 0);
                    insert(map, balance, 0, 4);
                  });
              plan.atEnd(() -> agree(map, balance));
            })
        .explore();
  }

  @Test
  void threeThreadsWithTwoOperationsEachAgreeAboutEveryKey() {
    Interleavings.of(
            plan -> {
              GrooveMap map = map(plan, 2);
              int[] balance = new int[2];
              plan.thread(
                  () -> {
                    insert(map, balance, 0, 1);
                    remove(map, balance, 1);
                  });
              plan.thread(
                  () -> {
                    insert(map, balance, 1, 2);
                    remove(map, balance, 0);
                  });
              plan.thread(
                  () -> {
                    for (int key = 0; key < 2; key++) {
                      GrooveEntry entry = entry(map, 1, key, 0);
                      if (map.tryQuery(entry) == Result.FOUND) {
                        assertEquals(key + 1, Maps.mark(entry));
                      }
                    }
                  });
              plan.atEnd(() -> agree(map, balance));
            })
        .explore();
  }

  private static void insert(GrooveMap map, int[] balance, int key, int mark) {
    GrooveEntry entry = entry(map, 1, key, mark);
    Result result = map.tryPutIfAbsent(entry);
    if (result == Result.INSERTED) {
      balance[key]++;
    } else if (result == Result.FOUND) {
      assertTrue(Maps.mark(entry) > 0);
    }
  }

  private static void remove(GrooveMap map, int[] balance, int key) {
    GrooveEntry entry = entry(map, 1, key, 0);
    if (map.tryRemove(entry) == Result.REMOVED) {
      assertTrue(Maps.mark(entry) > 0);
      balance[key]--;
    }
  }

  private static void agree(GrooveMap map, int[] balance) {
    map.verify();
    for (int key = 0; key < balance.length; key++) {
      Result result = map.query(entry(map, 1, key, 0));
      assertEquals(result == Result.FOUND ? 1 : 0, balance[key], () -> Arrays.toString(balance));
    }
  }

  @Test
  void aCursorSeesAKeyThatStaysExactlyOnce() {
    Interleavings.of(
            plan -> {
              GrooveMap map = map(plan, 4);
              map.put(entry(map, 2, 0, 1));
              map.put(entry(map, 2, 1, 2));
              map.put(entry(map, 0, 0, 3));
              plan.thread(
                  () -> {
                    map.tryRemove(entry(map, 2, 0, 0)); // moves the second up
                    map.tryPut(entry(map, 1, 0, 4));
                  });
              plan.thread(
                  () -> {
                    int[] seen = new int[5];
                    GrooveMapCursor cursor = map.cursor();
                    GrooveEntry entry = new GrooveEntry();
                    Result result;
                    while ((result = cursor.tryNext(entry)) == Result.FOUND) {
                      seen[Maps.mark(entry)]++;
                    }
                    boolean all = result == Result.ABSENT;
                    assertTrue(seen[2] == 1 || (!all && seen[2] == 0));
                    assertTrue(seen[3] == 1 || (!all && seen[3] == 0));
                    assertTrue(seen[1] <= 1 && seen[4] <= 1);
                  });
              plan.atEnd(map::verify);
            })
        .explore();
  }
}
