package holdfast.wksp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.testkit.Golden;
import java.lang.foreign.MemorySegment;
import java.util.function.LongFunction;

/** Replays the operations that the original was given. */
final class GoldenOps {
  private GoldenOps() {}

  /** The workspace of a case, in memory of the given kind; each result is compared. */
  static Wksp replay(String name, LongFunction<MemorySegment> memory) {
    Wksp wksp = null;
    int line = 0;
    for (String[] op : Golden.rows(Golden.path("wksp", name + ".ops.tsv"))) {
      line++;
      String where = name + " operation " + line;
      switch (op[0]) {
        case "new" -> {
          int seed = Integer.parseUnsignedInt(op[2]);
          long partMax = Long.parseLong(op[3]);
          long dataMax = Long.parseLong(op[4]);
          MemorySegment region = memory.apply(Wksp.footprint(partMax, dataMax));
          wksp = Wksp.create(region, op[1], seed, partMax, dataMax);
        }
        case "alloc" -> {
          long gaddr =
              wksp.alloc(
                  Long.parseLong(op[2]), Long.parseLong(op[3]), Long.parseUnsignedLong(op[4]));
          assertEquals(Long.parseLong(op[5]), gaddr, where);
        }
        case "free" -> assertTrue(wksp.free(Long.parseLong(op[2])), where);
        default -> throw new AssertionError(where + ": " + op[0]);
      }
    }
    return wksp;
  }
}
