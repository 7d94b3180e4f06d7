package holdfast.wksp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.CorruptDataException;
import holdfast.testkit.PatchedMem;
import holdfast.testkit.Stores;
import holdfast.testkit.Tier;
import java.lang.foreign.MemorySegment;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** A process that dies before any store of any operation, and of the recovery after it. */
class WkspCrashTest {
  @Test
  void everyStoreOfEveryOperation() throws Throwable {
    PatchedMem.run(Operations.class);
  }

  @Test
  void everyStoreOfCreate() throws Throwable {
    PatchedMem.run(Create.class);
  }

  /** Runs inside the loader. */
  public static final class Operations implements Runnable {
    private static final int PART_MAX = 14;
    private static final int DATA_MAX = 256;

    private final SplittableRandom random = new SplittableRandom(Tier.seed(5));
    private int kills;
    private int rebuilt;

    /** For the loader. */
    public Operations() {}

    @Override
    public void run() {
      Stores.dieAt(Long.MAX_VALUE);
      MemorySegment mem = memory();
      Wksp.create(mem, "crash", 1, PART_MAX, DATA_MAX);
      for (int step = 0; step < Tier.of(60, 1000); step++) {
        Consumer<Wksp> op = operation(Wksp.join(mem));
        everyStore(mem, op, step % 10 == 0, "step " + step);
        op.accept(Wksp.join(mem));
      }
      assertTrue(kills > 1000 && rebuilt > kills / 2, kills + " kills, " + rebuilt + " rebuilt");
    }

    private static MemorySegment memory() {
      return MemorySegment.ofArray(new long[(int) Wksp.footprint(PART_MAX, DATA_MAX) / 8]);
    }

    private static MemorySegment copy(MemorySegment mem) {
      MemorySegment copy = memory();
      copy.copyFrom(mem);
      return copy;
    }

    private Consumer<Wksp> operation(Wksp wksp) {
      List<Partition> used = used(wksp);
      long align = 1L << random.nextInt(4);
      long size = 1 + 8L * random.nextInt(3);
      long tag = 1L + random.nextInt(3);
      int seed = random.nextInt();
      return switch (random.nextInt(12)) {
        case 0 -> w -> w.tagFree(tag, tag + 1);
        case 1 -> random.nextInt(4) == 0 ? w -> w.reset(seed) : w -> w.rebuild(seed);
        case 2 -> w -> w.memset(w.gaddrLo(), (byte) 1);
        case 3, 4, 5 -> {
          long gaddr = used.isEmpty() ? 0 : used.get(random.nextInt(used.size())).gaddrLo();
          yield w -> w.free(gaddr);
        }
        default -> w -> w.alloc(align, size, tag);
      };
    }

    private void everyStore(
        MemorySegment mem, Consumer<Wksp> op, boolean recoveryToo, String step) {
      Set<Partition> before = new HashSet<>(used(Wksp.join(mem)));
      MemorySegment whole = copy(mem);
      op.accept(Wksp.join(whole));
      Set<Partition> after = new HashSet<>(used(Wksp.join(whole)));
      for (long n = 1; ; n++) {
        MemorySegment killed = copy(mem);
        if (!dies(n, killed, op)) {
          return;
        }
        kills++;
        String when = step + ", killed before store " + n;
        if (recoveryToo) {
          for (long m = 1; ; m += 3) {
            MemorySegment again = copy(killed);
            if (!recoveryDies(m, again)) {
              break;
            }
            check(again, before, after, when + ", recovery before store " + m);
          }
        }
        check(killed, before, after, when);
      }
    }

    private static boolean dies(long n, MemorySegment mem, Consumer<Wksp> op) {
      Wksp wksp = Wksp.join(mem);
      Stores.dieAt(n);
      try {
        op.accept(wksp);
        return false;
      } catch (Stores.Killed e) {
        return true;
      } finally {
        Stores.dieAt(Long.MAX_VALUE);
      }
    }

    private static boolean recoveryDies(long n, MemorySegment mem) {
      Stores.dieAt(n);
      try {
        Wksp.join(mem);
        return false;
      } catch (Stores.Killed e) {
        return true;
      } finally {
        Stores.dieAt(Long.MAX_VALUE);
      }
    }

    /** Everything before or after the operation, or in the middle of one that frees several. */
    private void check(
        MemorySegment mem, Set<Partition> before, Set<Partition> after, String when) {
      Wksp wksp = Wksp.join(mem);
      try {
        wksp.verify();
      } catch (CorruptDataException e) {
        throw new AssertionError(when, e);
      }
      rebuilt += (int) wksp.recoveries().stream().filter(WkspRecovery::wasRebuilt).count();
      Set<Partition> now = new HashSet<>(used(wksp));
      boolean between = before.containsAll(now) && now.containsAll(after);
      assertTrue(now.equals(after) || now.equals(before) || between, () -> when + ": " + now);
      assertTrue(wksp.lockOwner() == WkspHeader.UNLOCKED, when);
    }

    private static List<Partition> used(Wksp wksp) {
      return wksp.partitions().stream().filter(p -> !p.isFree()).toList();
    }
  }

  /** Runs inside the loader. */
  public static final class Create implements Runnable {
    /** For the loader. */
    public Create() {}

    @Override
    public void run() {
      int none = 0;
      for (long n = 1; ; n++) {
        MemorySegment mem = Operations.memory();
        mem.fill((byte) 0x5A); // as if something else had been there
        Stores.dieAt(n);
        boolean killed = true;
        try {
          Wksp.create(mem, "crash", 1, Operations.PART_MAX, Operations.DATA_MAX);
          killed = false;
        } catch (Stores.Killed e) {
          none++;
        }
        Stores.dieAt(Long.MAX_VALUE);
        boolean joined = true;
        try {
          Wksp.join(mem).verify();
        } catch (CorruptDataException e) {
          joined = false;
          assertEquals(0, e.offset());
        }
        assertEquals(!killed, joined, "store " + n);
        Wksp again = Wksp.create(mem, "again", 2, Operations.PART_MAX, Operations.DATA_MAX);
        again.verify();
        assertFalse(again.isReadOnly());
        if (!killed) {
          assertTrue(none > 100);
          return;
        }
      }
    }
  }
}
