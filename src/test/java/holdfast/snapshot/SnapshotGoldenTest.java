package holdfast.snapshot;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.Limits;
import holdfast.Progress;
import holdfast.internal.OsDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Files of version 1 load for ever, and are still written byte for byte. */
class SnapshotGoldenTest {
  static List<SnapshotGolden.Case> cases() {
    return SnapshotGolden.cases();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void aKeptFileLoads(SnapshotGolden.Case golden) throws IOException {
    ModelStore store = golden.store();
    ModelStore found =
        golden.base() == null
            ? new ModelStore(store.keySize, store.hashKind)
            : golden.base().copy();
    SnapshotInfo info =
        SnapshotLoader.verify(golden.path(), VerifyLevel.FULL, Limits.DEFAULT, 2, Progress.NONE);
    assertEquals(store.hash(), info.hash());
    assertEquals(store.storeId, info.storeId());
    assertEquals(store.seq, info.seq());
    try (var reader = SnapshotFileReader.open(OsDisk.INSTANCE, golden.path(), 1 << 20)) {
      reader.read(found.sink(), 2, Progress.NONE);
    }
    assertEquals(new ArrayList<>(store.live.entrySet()), new ArrayList<>(found.live.entrySet()));
    assertEquals(store.removed.keySet(), found.removed.keySet());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void theSameBytesAreWrittenToday(SnapshotGolden.Case golden) throws IOException {
    assertArrayEquals(Files.readAllBytes(golden.path()), golden.bytes());
  }

  @Test
  void allKindsStylesAndHashesAreKept() throws IOException {
    Set<String> kinds = new HashSet<>();
    long large = 0;
    for (SnapshotGolden.Case golden : cases()) {
      SnapHeader header = golden.header();
      kinds.add(header.kind() + " " + header.style() + " " + header.hashKind());
      assertTrue(Files.size(golden.path()) < 20_000, golden.name());
      try (var reader = SnapshotFileReader.open(OsDisk.INSTANCE, golden.path(), 0)) {
        DirectoryReader directory = reader.directory();
        while (directory.next()) {
          large += directory.isJumbo() ? 1 : 0;
        }
      }
    }
    assertEquals(12, kinds.size());
    assertEquals(1, large);
  }
}
