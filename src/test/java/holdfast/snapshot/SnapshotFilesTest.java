package holdfast.snapshot;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.CorruptDataException;
import holdfast.Limits;
import holdfast.Progress;
import holdfast.Structure;
import holdfast.checkpt.FrameStyle;
import holdfast.testkit.Content;
import holdfast.testkit.SimDisk;
import holdfast.testkit.Tier;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** Files are merged, compared and shown without a store. */
class SnapshotFilesTest {
  private static final Path FULL = Path.of("full.snap");
  private static final Path INCR = Path.of("incr.snap");
  private static final Path OUT = Path.of("out.snap");

  @TempDir Path directory;

  /** Random changes of a store, with values around the size of a batch now and then. */
  private static void change(ModelStore store, SplittableRandom random, int count) {
    for (int i = 0; i < count; i++) {
      store.seq++;
      long key = random.nextInt(80);
      if (random.nextInt(3) == 0) {
        store.remove(key);
      } else {
        int size = random.nextInt(20) == 0 ? 65_536 + random.nextInt(9) : random.nextInt(200);
        store.put(key, Content.of(3, store.seq, size));
      }
    }
  }

  private static SnapshotInfo merge(SimDisk disk, long memoryMax, int threads) throws IOException {
    return SnapshotFiles.merge(
        disk,
        FULL,
        INCR,
        OUT,
        Limits.DEFAULT.withMemoryMax(memoryMax),
        threads,
        Progress.NONE,
        new UUID(3, 4),
        77);
  }

  @Test
  void aMergedFileIsWhatAFullSnapshotWouldHaveBeen() throws IOException {
    for (long seed = 1; seed <= Tier.of(20, 300); seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      ModelStore store = new ModelStore(8, HashKind.of((int) (seed % 3)));
      change(store, random, 100);
      FrameStyle style = seed % 2 == 0 ? FrameStyle.RAW : FrameStyle.LZ4;
      SnapHeader base = store.full(style, SnapHeader.BATCH_MIN);
      SimDisk disk = new SimDisk();
      store.write(disk, FULL, base, 1);
      store.removed.clear();
      change(store, random, (int) (seed * 7 % 90));
      if (store.seq == base.seq()) {
        store.seq++;
      }
      store.write(disk, INCR, store.incremental(base), 1);
      merge(disk, 1 << 24, 1 + (int) seed % 6);

      // Moved to the end when changed, so the order of changes is the same.
      SnapHeader own = store.full(style, SnapHeader.BATCH_MIN);
      SnapHeader expected =
          new SnapHeader(
              own.kind(),
              own.seq(),
              0,
              new UUID(3, 4),
              SnapId.NONE,
              own.storeId(),
              own.keySize(),
              own.style(),
              own.hashKind(),
              own.batchBytes(),
              77);
      assertArrayEquals(
          Crafted.bytes(store, expected), disk.content().get(OUT.toString()), "seed " + seed);
      assertThrows(FileAlreadyExistsException.class, () -> merge(disk, 1 << 24, 1));
      assertEquals(List.of(), disk.openFiles());
    }
  }

  @Test
  void onlyWhatBelongsTogetherIsMerged() throws IOException {
    ModelStore store = Crafted.small(HashKind.SUM256);
    SnapHeader base = store.full(FrameStyle.RAW, SnapHeader.BATCH_MIN);
    SimDisk disk = new SimDisk();
    store.write(disk, FULL, base, 1);
    store.write(disk, INCR, base, 1);
    assertThrows(IllegalArgumentException.class, () -> merge(disk, 1 << 24, 1));
    store.seq = 20;
    store.put(5, new byte[5]);
    SnapHeader later = store.incremental(base);
    store.write(disk, INCR, later, 1);
    assertThrows(CorruptDataException.class, () -> merge(disk, 100, 1));
    assertFalse(disk.exists(OUT));

    store.write(disk, FULL, store.full(FrameStyle.RAW, SnapHeader.BATCH_MIN), 1);
    assertEquals(
        Reason.NO_BASE,
        assertThrows(SnapshotException.class, () -> merge(disk, 1 << 24, 1)).reason());
    ModelStore other = Crafted.small(HashKind.SUM256);
    other.storeId = new UUID(1, 1);
    other.write(disk, FULL, other.full(FrameStyle.RAW, SnapHeader.BATCH_MIN), 1);
    assertEquals(
        Reason.WRONG_STORE,
        assertThrows(SnapshotException.class, () -> merge(disk, 1 << 24, 1)).reason());
    assertFalse(disk.exists(OUT));
  }

  /** After a load into a store with another hash the next incremental one has that hash. */
  @Test
  void aBaseOfAnotherHashIsMerged() throws IOException {
    for (HashKind old : HashKind.values()) {
      for (HashKind now : HashKind.values()) {
        ModelStore first = Crafted.small(old);
        SnapHeader base = first.full(FrameStyle.LZ4, SnapHeader.BATCH_MIN);
        SimDisk disk = new SimDisk();
        first.write(disk, FULL, base, 1);
        ModelStore second = new ModelStore(first.keySize, now);
        second.storeId = first.storeId;
        second.live.putAll(first.live);
        second.seq = 20;
        second.put(5, new byte[5]);
        second.write(disk, INCR, second.incremental(base), 1);
        merge(disk, 1 << 24, 1);
        try (var reader = SnapshotFileReader.open(disk, OUT, 1 << 24)) {
          assertEquals(second.hash(), reader.footer().hash());
          reader.verifyContent(1, Progress.NONE);
        }
        disk.delete(OUT);
        if (now != HashKind.NONE) {
          ModelStore forged = first.copy(); // other bytes under the id of the base
          forged.put(3, Content.of(1, 2, 33));
          forged.write(disk, FULL, base, 1);
          assertEquals(
              Reason.HASH_MISMATCH,
              assertThrows(SnapshotException.class, () -> merge(disk, 1 << 24, 1)).reason());
        }
      }
    }
  }

  @Test
  void aMergeThatGivesAnotherStoreIsRefused() throws IOException {
    for (boolean sameCount : new boolean[] {false, true}) {
      ModelStore store = Crafted.small(HashKind.SUM256);
      SnapHeader base = store.full(FrameStyle.RAW, SnapHeader.BATCH_MIN);
      SimDisk disk = new SimDisk();
      ModelStore forged = store.copy(); // another full one with the id of the base
      forged.put(sameCount ? 3 : 99, Content.of(1, 2, 33));
      forged.write(disk, FULL, base, 1);
      store.seq = 20;
      store.put(5, new byte[5]);
      store.write(disk, INCR, store.incremental(base), 1);
      Reason reason = assertThrows(SnapshotException.class, () -> merge(disk, 1 << 24, 1)).reason();
      assertEquals(sameCount ? Reason.HASH_MISMATCH : Reason.COUNT_MISMATCH, reason);
      assertFalse(disk.exists(OUT));
      assertEquals(List.of(), disk.openFiles());
    }
  }

  @Test
  void aMergeCanBeCancelled() throws IOException {
    ModelStore store = Crafted.small(HashKind.SUM256);
    SnapHeader base = store.full(FrameStyle.RAW, SnapHeader.BATCH_MIN);
    SimDisk disk = new SimDisk();
    store.write(disk, FULL, base, 1);
    store.seq = 20;
    store.put(5, new byte[5]);
    store.write(disk, INCR, store.incremental(base), 1);
    assertThrows(
        CancellationException.class,
        () ->
            SnapshotFiles.merge(
                disk, FULL, INCR, OUT, Limits.DEFAULT, 2, (d, t) -> false, new UUID(1, 2), 0));
    assertEquals(2, disk.content().size());
  }

  @Test
  void differencesAreThoseOfTheModels() throws IOException {
    for (long seed = 1; seed <= Tier.of(20, 300); seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      ModelStore a = new ModelStore(8, HashKind.NONE);
      change(a, random, 60);
      ModelStore b = a.copy();
      change(b, random, (int) (seed % 20));
      b.seq++;
      Path first = directory.resolve("a" + seed);
      Path second = directory.resolve("b" + seed);
      Files.write(first, Crafted.bytes(a, a.full(FrameStyle.LZ4, SnapHeader.BATCH_MIN)));
      Files.write(second, Crafted.bytes(b, b.full(FrameStyle.RAW, SnapHeader.BATCH_MIN)));
      Map<String, SnapshotDifference.Kind> expected = new HashMap<>();
      a.live.forEach(
          (key, entry) -> {
            ModelStore.Entry other = b.live.get(key);
            if (other == null) {
              expected.put(key, SnapshotDifference.Kind.ONLY_FIRST);
            } else if (!Arrays.equals(other.value(), entry.value())) {
              expected.put(key, SnapshotDifference.Kind.CHANGED);
            }
          });
      b.live.forEach(
          (key, entry) -> {
            if (!a.live.containsKey(key)) {
              expected.put(key, SnapshotDifference.Kind.ONLY_SECOND);
            }
          });
      Map<String, SnapshotDifference.Kind> found = new HashMap<>();
      long count =
          SnapshotFiles.diff(
              first,
              second,
              (kind, key) ->
                  found.put(HexFormat.of().formatHex(key.toArray(ValueLayout.JAVA_BYTE)), kind),
              Limits.DEFAULT,
              2,
              Progress.NONE);
      assertEquals(expected, found);
      assertEquals(expected.size(), count);
    }
  }

  @Test
  void threadsAreAllThatWorkSoThereIsOneAtLeast() throws IOException {
    Path file = directory.resolve("one");
    Files.write(file, Crafted.incremental(FrameStyle.LZ4, HashKind.SUM256));
    Limits limits = Limits.DEFAULT;
    for (int threads : new int[] {0, -1, 1025}) {
      List<Executable> calls =
          List.of(
              () -> SnapshotPolicy.builder().workers(threads).build(),
              () -> LoadOptions.DEFAULT.withThreads(threads),
              () -> SnapshotLoader.verify(file, VerifyLevel.CRC, limits, threads, Progress.NONE),
              () -> SnapshotFiles.dump(file, (k, v, seq) -> {}, limits, threads, Progress.NONE),
              () -> SnapshotFiles.diff(file, file, (k, key) -> {}, limits, threads, Progress.NONE),
              () -> SnapshotFiles.merge(file, file, OUT, limits, threads, Progress.NONE));
      for (Executable call : calls) {
        String said = assertThrows(IllegalArgumentException.class, call).getMessage();
        assertTrue(said.contains("[1, 1024]") && said.contains("" + threads), said);
      }
    }
    SnapshotLoader.verify(file, VerifyLevel.CRC, limits, 1, Progress.NONE);
  }

  @Test
  void aDumpShowsEveryRecord() throws IOException {
    Path file = directory.resolve("incr");
    Files.write(file, Crafted.incremental(FrameStyle.LZ4, HashKind.SUM256));
    List<String> lines = new ArrayList<>();
    SnapshotInfo info =
        SnapshotFiles.dump(
            file,
            (key, value, modSeq) ->
                lines.add(
                    modSeq
                        + " "
                        + key.get(ValueLayout.JAVA_BYTE, 0)
                        + " "
                        + (value == null ? "removed" : value.byteSize())),
            Limits.DEFAULT,
            2,
            Progress.NONE);
    assertEquals(List.of("9 2 13", "10 7 8", "10 8 0", "9 1 removed", "10 3 removed"), lines);
    assertEquals(3, info.records());
    assertEquals(2, info.tombstones());
    assertEquals(3, info.storeRecords());
  }

  @Test
  void theStructureCoversTheFile() throws IOException {
    Path file = directory.resolve("incr");
    byte[] bytes = Crafted.incremental(FrameStyle.LZ4, HashKind.SUM256);
    Files.write(file, bytes);
    Structure structure = SnapshotFiles.structure(file);
    assertEquals(bytes.length, structure.size());
    long at = 0;
    for (Structure part : structure.parts()) {
      assertEquals(at, part.offset(), part.name());
      at += part.size();
    }
    assertEquals(bytes.length, at);
    assertTrue(SnapshotFiles.isSnapshot(bytes));
    assertFalse(SnapshotFiles.isSnapshot(new byte[] {1, 2, 3}));
  }

  @Test
  void aTableOfKeysKnowsItsKeys() {
    try (Arena arena = Arena.ofConfined()) {
      int count = 10_000;
      KeyTable table = new KeyTable(arena, count, 16, 8, 5, 1 << 24);
      MemorySegment key = MemorySegment.ofArray(new byte[24]);
      for (int i = 0; i < count; i++) {
        key.set(ValueLayout.JAVA_LONG_UNALIGNED, 8, i * 3L);
        assertEquals(-1, table.find(key, 8));
        long at = table.add(key, 8);
        assertEquals(at, table.find(key, 8));
        table.memory().set(ValueLayout.JAVA_LONG_UNALIGNED, at, i);
      }
      for (int i = 0; i < count; i++) {
        key.set(ValueLayout.JAVA_LONG_UNALIGNED, 8, i * 3L);
        long at = table.find(key, 8);
        assertEquals(i, table.memory().get(ValueLayout.JAVA_LONG_UNALIGNED, at));
        key.set(ValueLayout.JAVA_LONG_UNALIGNED, 8, i * 3L + 1);
        assertEquals(-1, table.find(key, 8));
      }
      assertThrows(IllegalStateException.class, () -> table.add(key, 8));
      assertThrows(CorruptDataException.class, () -> new KeyTable(arena, count, 16, 8, 5, 320_000));
      new KeyTable(arena, 0, 16, 0, 5, 1 << 10).find(key, 8);
    }
  }
}
