package holdfast.groove;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.CorruptDataException;
import holdfast.testkit.Tier;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecoveryTest {
  @TempDir Path dir;

  /** What a file is whose owner died at this moment. */
  private Path died(Path file) throws IOException {
    return Files.copy(file, dir.resolve("died"));
  }

  private Path diedWithTwoObjects() throws IOException {
    Path path = dir.resolve("region");
    try (Groove groove = Groove.createFile(path, Bytes.SMALL, 4);
        GrooveHandle handle = groove.handle(0, 0)) {
      assertNull(groove.recovered());
      assertTrue(groove.grow(2, new byte[0], false));
      assertEquals(720, handle.alloc(5));
      assertTrue(handle.alloc(16, 700, 77) > 0);
      return died(path);
    }
  }

  @Test
  void aFileWhoseOwnerDiedIsRebuiltWhenItIsOpened() throws IOException {
    Path path = diedWithTwoObjects();
    byte[] bytes = Files.readAllBytes(path);
    try (Groove looked = Groove.openFileReadOnly(path)) {
      assertTrue(looked.isUnclean());
      assertNull(looked.recovered());
      assertThrows(CorruptDataException.class, looked::verify);
    }
    assertEquals(-1, Arrays.mismatch(bytes, Files.readAllBytes(path)));
    try (Groove groove = Groove.openFile(path);
        GrooveHandle handle = groove.handle()) {
      assertEquals(new GrooveRecovery(2, 0, 0, 0, 0, 0), groove.recovered());
      assertFalse(groove.isUnclean());
      groove.verify();
      assertEquals(5, handle.size(720));
    }
    try (Groove groove = Groove.openFile(path)) {
      assertNull(groove.recovered());
      groove.verify();
    }
  }

  @Test
  void alsoOneThatWasClosedMayBeRebuilt() throws IOException {
    Path path = dir.resolve("region");
    try (Groove groove = Groove.createFile(path, Bytes.SMALL, 4)) {
      assertTrue(groove.grow(2, new byte[0], false));
      assertTrue(groove.handle().free(groove.handle().alloc(10)));
    }
    try (Groove groove = Groove.recoverFile(path, false)) {
      // The superblocks of the object and around it, and the volume around these.
      assertEquals(new GrooveRecovery(0, 0, 0, 2, 1, 0), groove.recovered());
      groove.verify();
      assertEquals(2, groove.usage().emptyVolumes());
      assertEquals(0, groove.removeVolume());
      assertEquals(1, groove.removeVolume());
    }
  }

  @Test
  void theOriginalsImagesMayBeRebuilt() {
    for (String name : List.of("g02_volumes", "g04_mix", "g06_drained")) {
      GoldenImage golden = GoldenImage.load(name);
      try (Arena arena = Arena.ofShared();
          Groove groove =
              Groove.recover(
                  GrooveGeometry.STANDARD,
                  golden.state(arena),
                  golden.volumes(arena),
                  null,
                  false)) {
        groove.verify();
        assertEquals(
            GoldenImage.lines(name, "live.csv").size() - 1, groove.recovered().objects(), name);
      }
    }
  }

  @Test
  void damageIsRefusedUnlessItIsForced() throws IOException {
    Path path = diedWithTwoObjects();
    byte[] bytes = Files.readAllBytes(path);
    bytes[65536 + 704] ^= 1; // the type of the first object
    Files.write(path, bytes);
    CorruptDataException e = assertThrows(CorruptDataException.class, () -> Groove.openFile(path));
    assertEquals(704, e.offset());
    assertEquals(-1, Arrays.mismatch(bytes, Files.readAllBytes(path)));
    assertThrows(CorruptDataException.class, () -> Groove.recoverFile(path, false));
    try (Groove groove = Groove.recoverFile(path, true)) {
      // Its superblock was a superblock with nothing else in it.
      assertEquals(new GrooveRecovery(1, 0, 0, 1, 0, 1), groove.recovered());
      groove.verify();
    }
  }

  @Test
  void aMarkThatNobodyWritesIsRefused() throws IOException {
    Path path = diedWithTwoObjects();
    byte[] bytes = Files.readAllBytes(path);
    bytes[4096 + 8] = 2;
    Files.write(path, bytes);
    assertEquals(8, assertThrows(CorruptDataException.class, () -> Groove.openFile(path)).offset());
    assertThrows(CorruptDataException.class, () -> Groove.recoverFile(path, true));
  }

  /** Whatever the words are: refused, and then nothing changed, or sound afterwards. */
  @Test
  void hostileWordsAreRefusedOrRebuilt() {
    long seed = Tier.seed(136);
    System.out.println("RecoveryTest seed " + seed);
    SplittableRandom random = new SplittableRandom(seed);
    int refused = 0;
    int rounds = Tier.of(300, 10_000);
    for (int round = 0; round < rounds; round++) {
      try (Bytes b = new Bytes(Bytes.SMALL, 1)) {
        List<Long> words = new ArrayList<>();
        GrooveHandle handle = b.groove.handle();
        for (int i = 0; i < 30; i++) {
          long offset = handle.alloc(random.nextInt(3000));
          words.add(offset - 16);
        }
        Walk.all(
            b.groove,
            new Walk.Visitor() {
              @Override
              public void superblock(long offset, int sizeClass, long free) {
                words.add(offset);
                words.add(offset + 16);
              }

              @Override
              public void object(long header, long word, long superblock) {
                words.add(header);
              }
            });
        b.groove.close();
        for (int i = random.nextInt(3); i >= 0; i--) {
          long at = words.get(random.nextInt(words.size()));
          long from = words.get(random.nextInt(words.size()));
          long value =
              switch (random.nextInt(4)) {
                case 0 -> 0;
                case 1 -> b.volumes.get(ValueLayout.JAVA_LONG, from);
                case 2 -> b.volumes.get(ValueLayout.JAVA_LONG, at) ^ 1L << random.nextInt(64);
                default -> random.nextLong();
              };
          b.volumes.set(ValueLayout.JAVA_LONG, at, value);
        }
        for (int i = 0; i < 20; i++) {
          b.state.set(ValueLayout.JAVA_LONG, 128 + 8L * random.nextInt(2112), random.nextLong());
        }
        b.remember();
        try {
          b.groove = Groove.recover(Bytes.SMALL, b.state, b.volumes, null, random.nextBoolean());
          b.groove.verify();
          long objects = b.groove.recovered().objects();
          b.groove.close();
          b.groove = Groove.recover(Bytes.SMALL, b.state, b.volumes, null, false);
          assertEquals(new GrooveRecovery(objects, 0, 0, 0, 0, 0), b.groove.recovered());
          b.groove.verify();
        } catch (CorruptDataException e) {
          refused++;
          assertTrue(b.unchanged(), e::toString);
        }
      }
    }
    assertTrue(refused > rounds / 10 && refused < rounds, refused + " refused");
  }
}
