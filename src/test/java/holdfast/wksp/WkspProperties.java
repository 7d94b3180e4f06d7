package holdfast.wksp;

import holdfast.testkit.Tier;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Random operations against a map, with a verify after each. */
class WkspProperties {
  private static final long[] TAGS = {1, 2, -1, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 32};

  @Property(tries = 60)
  void behavesLikeAMapOfRanges(@ForAll long seed) {
    var random = new SplittableRandom(seed);
    long partMax = 1L + random.nextInt(random.nextBoolean() ? 8 : 200);
    long dataMax = 1L + random.nextInt(1 << random.nextInt(1, 17));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment region = arena.allocate(Wksp.footprint(partMax, dataMax), 4096);
      Wksp wksp = Wksp.create(region, "model", random.nextInt(), partMax, dataMax);
      Model model = new Model(wksp);
      for (int step = 0; step < Tier.of(150, 1500); step++) {
        one(random, wksp, model, dataMax);
        model.check("seed " + seed + " step " + step);
      }
    }
  }

  private static void one(SplittableRandom random, Wksp wksp, Model model, long dataMax) {
    long tag = TAGS[random.nextInt(TAGS.length)];
    switch (random.nextInt(20)) {
      case 0 -> wksp.rebuild(random.nextInt());
      case 1 -> model.tagFree(tag, 0, TAGS[random.nextInt(TAGS.length)]);
      case 2 -> {
        if (random.nextInt(5) == 0) {
          wksp.reset(random.nextInt());
          model.used.clear();
        }
      }
      case 3 -> model.alloc(1L << random.nextInt(64), random.nextLong(1L << 50), tag);
      case 4, 5, 6, 7, 8, 9 -> model.free(model.anyGaddr(random));
      default -> {
        // Few sizes, so that free partitions of one size meet in lists.
        long size =
            random.nextBoolean() ? random.nextInt(4) * 8L : random.nextLong(dataMax / 4 + 2);
        model.alloc(random.nextInt(9) == 0 ? 0 : 1L << random.nextInt(8), size, tag);
      }
    }
  }
}
