package holdfast.groove;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.testkit.Interleavings;
import holdfast.testkit.SteppedMem;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every interleaving of small programs on a depot: what goes in comes out once, with its mark. In a
 * program {@code p} puts two entries, {@code t} takes one and {@code T} up to two; there are two
 * batches at the start.
 */
@ExtendWith(SteppedMem.class)
class DepotModelTest {
  private static final GrooveGeometry GEOMETRY = GrooveGeometry.compact(512, 1 << 20);

  /** One thread. Its entries tell whose they are and when they were put. */
  private static final class Actor {
    private final Depot depot;
    private final int number;
    private final List<Long> put = new ArrayList<>();
    private final List<Long> taken = new ArrayList<>();

    Actor(Depot depot, int number) {
      this.depot = depot;
      this.number = number;
    }

    void run(String operations) {
      for (int i = 0; i < operations.length(); i++) {
        char operation = operations.charAt(i);
        if (operation == 'p') {
          put(100L * number + put.size());
        } else {
          take(operation == 't' ? 1 : 2);
        }
      }
    }

    void put(long first) {
      if (depot.put(0, new long[] {first, first + 1}, 0, 2, ObjectHeader.CACHED | number)) {
        put.addAll(List.of(first, first + 1));
      }
    }

    boolean take(int want) {
      long[] entries = new long[2];
      long batch = depot.take(0, want, entries, 0);
      assertTrue(Depot.count(batch) <= want);
      for (int i = 0; i < Depot.count(batch); i++) {
        assertEquals(ObjectHeader.CACHED | entries[i] / 100, Depot.mark(batch));
        taken.add(entries[i]);
      }
      return batch != 0;
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"pTt tpT", "ptp TTT", "ppp ttt", "tt pp TT", "pT pt Tt"})
  void everythingComesOutOnce(String program) {
    Interleavings.Explored explored =
        Interleavings.of(
                plan -> {
                  MemorySegment memory = plan.memory(Depot.size(GEOMETRY));
                  Depot depot = new Depot(memory);
                  List<Actor> actors = new ArrayList<>();
                  actors.add(new Actor(depot, 0));
                  actors.getFirst().put(0);
                  actors.getFirst().put(2);
                  for (String operations : program.split(" ", -1)) {
                    Actor actor = new Actor(depot, actors.size());
                    actors.add(actor);
                    plan.thread(() -> actor.run(operations));
                  }
                  plan.atEnd(
                      () -> {
                        while (actors.getFirst().take(2)) {
                          // All that is left.
                        }
                        List<Long> in = new ArrayList<>();
                        List<Long> out = new ArrayList<>();
                        for (Actor actor : actors) {
                          in.addAll(actor.put);
                          out.addAll(actor.taken);
                        }
                        Collections.sort(in);
                        Collections.sort(out);
                        assertEquals(in, out);
                      });
                })
            .explore();
    assertTrue(explored.schedules() > 10);
  }
}
