package holdfast.wksp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.testkit.Content;
import holdfast.testkit.SimDisk;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** What a checkpoint brings back is what a map of address to tag and bytes says. */
class WkspCheckptProperties {
  private static final Path FILE = Path.of("file");
  private static final long PART_MAX = 400;
  private static final long DATA_MAX = 1 << 20;

  /** The specification: an allocation is a tag and bytes at an address. */
  private record Owned(long tag, int kind, long seed, int size) {
    byte[] bytes() {
      return Content.of(kind, seed, size);
    }
  }

  private static Wksp workspace() {
    long[] memory = new long[(int) (Wksp.footprint(PART_MAX, DATA_MAX) / 8)];
    return Wksp.create(MemorySegment.ofArray(memory), "model", 1, PART_MAX, DATA_MAX);
  }

  @Property(tries = 60)
  void aCheckpointBringsBackWhatTheModelHolds(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 3) int threads) throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    Map<Long, Owned> model = new TreeMap<>();
    Wksp wksp = workspace();
    SimDisk disk = new SimDisk();
    for (int step = 0; step < 4; step++) {
      change(random, model, wksp);
      WkspCheckptStyle style = WkspCheckptStyle.of(1 + random.nextInt(3));
      WkspCheckptOptions options =
          WkspCheckptOptions.DEFAULT.withStyle(style).withReplace(true).withThreads(threads);
      WkspCheckpt.write(disk, wksp, FILE, options.withSidecar(random.nextBoolean()));
      byte[] file = disk.content().get("file");
      Wksp next = workspace();
      next.alloc(1, 1 + random.nextInt(50_000), 77);
      WkspRestoreOptions how = WkspRestoreOptions.DEFAULT.withThreads(threads).withSeed(step);
      if (random.nextBoolean()) {
        WkspRestore.restore(disk, next, FILE, how);
      } else {
        WkspRestore.restore(next, Channels.newChannel(new ByteArrayInputStream(file)), how);
      }
      check(model, next);
      WkspCheckpt.write(disk, wksp, FILE, options.withThreads(1));
      assertArrayEquals(file, disk.content().get("file"), "the same bytes again");
      wksp = next;
    }
  }

  private static void change(SplittableRandom random, Map<Long, Owned> model, Wksp wksp) {
    for (int i = random.nextInt(120); i > 0; i--) {
      if (random.nextInt(3) > 0) {
        int size = 1 + random.nextInt(random.nextBoolean() ? 100 : 9000);
        long tag = random.nextInt(5) == 0 ? random.nextLong() | 1 : 1 + random.nextInt(4);
        long gaddr = wksp.alloc(1 << random.nextInt(9), size, tag);
        if (gaddr != Wksp.GADDR_NULL) {
          Owned owned = new Owned(tag, random.nextInt(Content.KINDS), random.nextLong(), size);
          wksp.segment(gaddr).copyFrom(MemorySegment.ofArray(owned.bytes()));
          model.put(gaddr, owned);
        }
      } else if (!model.isEmpty()) {
        long gaddr = model.keySet().stream().skip(random.nextInt(model.size())).findFirst().get();
        model.remove(gaddr);
        assertTrue(wksp.free(gaddr));
      }
    }
  }

  private static void check(Map<Long, Owned> model, Wksp wksp) {
    wksp.verify();
    assertEquals(model.size(), wksp.partitions().stream().filter(p -> !p.isFree()).count());
    model.forEach(
        (gaddr, owned) -> {
          Partition found = wksp.find(gaddr);
          assertEquals(owned.size(), found.size());
          assertEquals(owned.tag(), found.tag());
          assertEquals(gaddr, found.gaddrLo());
          assertArrayEquals(owned.bytes(), wksp.segment(gaddr).toArray(ValueLayout.JAVA_BYTE));
        });
  }
}
