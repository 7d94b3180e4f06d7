package holdfast.groove;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * How many bytes of whole volumes stand behind each byte that was asked for, after every object was
 * replaced twenty times, handles flushed; sizes are log-uniform.
 */
class GrooveSpaceTest {
  @ParameterizedTest
  @CsvSource({
    "64, 1048576, 200000, 64, 64, 0, 2.3",
    "64, 1048576, 200000, 64, 64, -1, 2.3",
    "64, 1048576, 50000, 16, 4096, 0, 1.35",
    "64, 1048576, 50000, 16, 4096, -1, 1.35",
  })
  void volumesHeldForBytesRequested(
      int block, long volume, int objects, int min, int max, long cacheMax, double goal) {
    GrooveGeometry g = GrooveGeometry.compact(block, volume);
    SplittableRandom random = new SplittableRandom(7);
    try (Arena arena = Arena.ofShared();
        Groove groove = Groove.inMemory(g, (int) Math.max(4, (100L << 20) / volume), arena)) {
      try (GrooveHandle handle = cacheMax < 0 ? groove.handle(0) : groove.handle(0, cacheMax)) {
        long[] live = new long[objects];
        for (int i = 0; i < 21 * objects; i++) {
          int at = i < objects ? i : random.nextInt(objects);
          assertTrue(i < objects || handle.free(live[at]));
          double size = min * Math.exp(random.nextDouble() * Math.log((double) max / min));
          live[at] = handle.alloc((long) Math.min(max, Math.max(min, size)));
          assertTrue(live[at] > 0, "operation " + i);
        }
      }
      groove.compact();
      GrooveUsage usage = groove.usage();
      assertEquals(objects, usage.held());
      double held = (usage.volumes() - usage.emptyVolumes()) * (double) g.volumeSize();
      double ratio = held / usage.requested();
      System.out.printf(
          "GrooveSpaceTest: %d objects of %d to %d bytes, %s, caches %s: %.3f%n",
          objects, min, max, g, cacheMax == 0 ? "off" : "on", ratio);
      assertTrue(ratio <= goal, ratio + " bytes for each byte");
    }
  }
}
