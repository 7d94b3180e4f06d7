package holdfast.chunkio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import holdfast.testkit.Components;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Copies of options differ in what was asked for, and in nothing else. */
class ChunkStoreOptionsTest {
  private static final ChunkStoreOptions ALL_CHANGED =
      ChunkStoreOptions.DEFAULT
          .withReadOnly(true)
          .withChecksum(ChecksumMode.STRICT)
          .withSync(SyncLevel.FULL)
          .withEngine(Engine.STAGED)
          .withStagedSize(8192)
          .withTrim(Trim.NEVER)
          .withGrowStep(32_768)
          .withUpMax(7)
          .withUpOnDemand(true)
          .withDamaged(DamagePolicy.LEAVE)
          .withLoadThreads(3)
          .withValidate(false)
          .withLimits(ChunkLimits.NONE.withChunkBytesMax(5))
          .withOwner("o")
          .withGroup("g")
          .withPermissions(Set.of(PosixFilePermission.OWNER_READ))
          .withoutLogger();

  private static Set<String> changed(ChunkStoreOptions options) {
    return Components.changed(ChunkStoreOptions.DEFAULT, options);
  }

  @Test
  void eachValueIsKeptByTheCopiesAfterIt() {
    Set<String> names = new TreeSet<>();
    for (var component : ChunkStoreOptions.class.getRecordComponents()) {
      names.add(component.getName());
    }
    assertEquals(names, changed(ALL_CHANGED));
    assertEquals(8192, ALL_CHANGED.stagedSize());
    assertEquals(32_768, ALL_CHANGED.growStep());
    assertEquals(7, ALL_CHANGED.upMax());
    assertEquals(3, ALL_CHANGED.loadThreads());
    assertEquals(List.of("o", "g"), List.of(ALL_CHANGED.owner(), ALL_CHANGED.group()));
  }

  @Test
  void aCopyDiffersInOneThing() {
    ChunkStoreOptions start = ChunkStoreOptions.DEFAULT;
    assertEquals(Set.of("readOnly"), changed(start.withReadOnly(true)));
    assertEquals(Set.of("upOnDemand"), changed(start.withUpOnDemand(true)));
    assertEquals(Set.of("validate"), changed(start.withValidate(false)));
    assertEquals(Set.of("growStep"), changed(start.withGrowStep(40_000)));
    assertEquals(Set.of("loadThreads"), changed(start.withLoadThreads(2)));
    assertEquals(Set.of("group"), changed(start.withGroup("g")));
    assertSame(start.limits(), start.withUpMax(3).limits());
    assertThrows(IllegalArgumentException.class, () -> start.withLoadThreads(0));
    assertThrows(NullPointerException.class, () -> start.withSync(null));
  }

  @Test
  void limitsAreNotMixedUp() {
    ChunkLimits limits =
        ChunkLimits.NONE
            .withChunkBytesMax(1)
            .withStreamBytesMax(2)
            .withStoreBytesMax(3)
            .withStreamChunksMax(4)
            .withFreeBytesMin(5)
            .withPolicy(ChunkLimits.Policy.DROP_OLDEST);
    assertEquals(new ChunkLimits(1, 2, 3, 4, 5, ChunkLimits.Policy.DROP_OLDEST), limits);
  }

  @Test
  void withoutALoggerNothingIsLogged() {
    System.Logger logger = ALL_CHANGED.logger();
    for (System.Logger.Level level : System.Logger.Level.values()) {
      assertFalse(logger.isLoggable(level));
      logger.log(level, "unheard");
    }
  }
}
