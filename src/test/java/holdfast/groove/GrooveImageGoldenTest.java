package holdfast.groove;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.CorruptDataException;
import holdfast.testkit.Tier;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Images of the original open here, list the same objects, and go on working. */
class GrooveImageGoldenTest {
  private static final GrooveGeometry STANDARD = GrooveGeometry.STANDARD;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "g01_empty",
        "g02_volumes",
        "g03_classes",
        "g04_mix",
        "g05_full",
        "g06_drained",
        "g07_threads"
      })
  void anImageListsItsObjectsAndCanBeEmptied(String image) {
    GoldenImage golden = GoldenImage.load(image);
    try (Arena arena = Arena.ofShared()) {
      MemorySegment state = golden.state(arena);
      MemorySegment volumes = golden.volumes(arena);
      try (Groove looked = Groove.openReadOnly(STANDARD, state.asReadOnly(), volumes, null)) {
        looked.verify();
        assertThrows(IllegalStateException.class, looked::handle);
      }
      try (Groove groove = Groove.open(STANDARD, state, volumes);
          GrooveHandle handle = groove.handle(3)) {
        groove.verify();
        List<String> expected =
            GoldenImage.lines(image, "live.csv").stream()
                .skip(1)
                .map(fields -> String.join(",", fields))
                .toList();
        List<GrooveObject> objects = new ArrayList<>();
        groove.objects(objects::add);
        assertEquals(expected, objects.stream().map(GrooveImageGoldenTest::line).toList());
        assertEquals(expected.size(), groove.usage().held());
        long another = handle.alloc(5000);
        assertTrue(groove.volumes().isEmpty() ? another == GrooveHandle.FULL : another > 0);
        assertEquals(groove.volumes().isEmpty(), !handle.free(another));
        Collections.shuffle(objects, new Random(Tier.seed(7)));
        for (GrooveObject object : objects) {
          assertEquals(object, groove.find(object.offset()));
          assertTrue(handle.free(object.offset()));
          assertEquals(null, groove.find(object.offset()));
        }
        groove.verify();
        groove.compact();
        groove.verify();
        assertTrue(groove.volumes().stream().allMatch(GrooveVolume::empty));
      }
      // Closed: as the original would have left it.
      Groove.openReadOnly(STANDARD, state, volumes, null).verify();
    }
  }

  private static String line(GrooveObject o) {
    return "%d,%d,%d,0x%016x,%d,%d,%d,%d"
        .formatted(
            o.offset(),
            o.size(),
            o.align(),
            o.tag(),
            o.sizeClass(),
            o.index(),
            o.header(),
            o.superblock());
  }

  /** One word changed: what the verifiers of the original refuse, is refused here. */
  @ParameterizedTest
  @ValueSource(strings = {"g03_classes", "g04_mix", "g06_drained"})
  void verificationIsAtLeastAsStrictAsBothOfTheOriginal(String image) {
    GoldenImage golden = GoldenImage.load(image);
    try (Arena arena = Arena.ofShared()) {
      MemorySegment state = golden.state(arena);
      MemorySegment volumes = golden.volumes(arena);
      long[] list = list(state, volumes);
      List<String> missed = new ArrayList<>();
      int refused = 0;
      for (String[] f : GoldenImage.lines(image, "patches.csv")) {
        if (f[0].equals("region")) {
          continue;
        }
        MemorySegment region = f[0].equals("shmem") ? state : volumes;
        patch(region, f[1], f[2], f[3]);
        boolean expected = !f[4].equals("OK");
        for (long index : list) {
          expected |= f[5 + (int) index].equals("CORRUPT");
        }
        boolean sound = isSound(state, volumes, list);
        if (sound && expected) {
          missed.add(String.join(",", f));
        }
        refused += sound ? 0 : 1;
        patch(region, f[1], f[3], f[2]);
      }
      assertEquals(List.of(), missed);
      assertTrue(refused > 200, refused + " refused");
      assertTrue(isSound(state, volumes, list));
    }
  }

  /**
   * What a process leaves that dies in the middle, leaks included, which the original overlooks.
   */
  @ParameterizedTest
  @ValueSource(strings = {"g04_mix", "g06_drained"})
  void leaksAreFound(String image) {
    GoldenImage golden = GoldenImage.load(image);
    try (Arena arena = Arena.ofShared()) {
      MemorySegment state = golden.state(arena);
      MemorySegment volumes = golden.volumes(arena);
      long[] list = list(state, volumes);
      List<String[]> patches = new ArrayList<>();
      int cases = 0;
      for (String[] f : GoldenImage.lines(image, "crash.csv")) {
        if (f[0].equals("P")) {
          patches.add(f);
          patch(f[2].equals("shmem") ? state : volumes, f[3], f[4], f[5]);
        } else {
          assertTrue(!isSound(state, volumes, list), String.join(",", f));
          patches.forEach(p -> patch(p[2].equals("shmem") ? state : volumes, p[3], p[5], p[4]));
          patches.clear();
          cases++;
        }
      }
      assertTrue(cases > 10, cases + " cases");
      assertTrue(isSound(state, volumes, list));
    }
  }

  private static long[] list(MemorySegment state, MemorySegment volumes) {
    return Groove.openReadOnly(STANDARD, state, volumes, null).volumes().stream()
        .mapToLong(GrooveVolume::index)
        .toArray();
  }

  private static boolean isSound(MemorySegment state, MemorySegment volumes, long[] list) {
    try {
      Groove.openReadOnly(STANDARD, state, volumes, list).verify();
      return true;
    } catch (CorruptDataException e) {
      return false;
    }
  }

  private static void patch(MemorySegment region, String offset, String old, String value) {
    long at = Long.parseLong(offset);
    assertEquals(word(old), region.get(ValueLayout.JAVA_LONG, at));
    region.set(ValueLayout.JAVA_LONG, at, word(value));
  }

  private static long word(String hex) {
    return Long.parseUnsignedLong(hex.substring(2), 16);
  }
}
