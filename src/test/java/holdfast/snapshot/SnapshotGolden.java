package holdfast.snapshot;

import holdfast.checkpt.FrameStyle;
import holdfast.testkit.Content;
import holdfast.testkit.Golden;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;

/**
 * The snapshot files that are kept for ever, and how they were made: a small store with fixed ids
 * and a fixed clock, one file for each kind, style and kind of hash.
 *
 * <p>{@code main} writes those that are not there.
 */
final class SnapshotGolden {
  /**
   * One of the files.
   *
   * @param base what is beneath it; null for a full one
   */
  record Case(String name, SnapHeader header, ModelStore store, ModelStore base) {
    Path path() {
      return Golden.path("snapshot", name);
    }

    byte[] bytes() throws IOException {
      return Crafted.bytes(store, header);
    }
  }

  private SnapshotGolden() {}

  static List<Case> cases() {
    List<Case> cases = new ArrayList<>();
    for (FrameStyle style : FrameStyle.values()) {
      for (HashKind hash : HashKind.values()) {
        ModelStore base = base(style, hash);
        SnapHeader full = base.full(style, SnapHeader.BATCH_MIN);
        ModelStore later = later(base);
        String suffix = (style + "-" + hash + ".snap").toLowerCase(Locale.ROOT);
        cases.add(new Case("full-" + suffix, full, base, null));
        cases.add(new Case("incr-" + suffix, later.incremental(full), later, base));
      }
    }
    return cases;
  }

  /** Keys of 8, 32 and 48 bytes; values of odd sizes; in one case several batches, a large one. */
  private static ModelStore base(FrameStyle style, HashKind hash) {
    int[] keySizes = {8, 32, 48};
    ModelStore store = new ModelStore(keySizes[hash.code()], hash);
    store.storeId = UUID.fromString("484f4c44-4641-5354-2053-544f52452031");
    int[] sizes = {0, 1, 7, 8, 31, 64, 100, 250};
    for (int i = 0; i < 12; i++) {
      store.seq = 1L + i / 2;
      store.put(i, Content.of(i % Content.KINDS, i, sizes[i % sizes.length]));
    }
    if (style == FrameStyle.LZ4 && hash == HashKind.SUM256) {
      store.seq++;
      store.put(20, Content.of(0, 1, 40_000));
      store.put(21, Content.of(2, 31, 40_000));
      store.put(22, Content.of(2, 31, 70_001));
    }
    store.seq++;
    return store;
  }

  private static ModelStore later(ModelStore base) {
    ModelStore store = base.copy();
    for (int i = 0; i < 5; i++) {
      store.seq++;
      store.put(i * 3L, Content.of(3, 100 + i, 10 * i + 3));
      store.remove(i * 3L + 1);
    }
    return store;
  }

  /** Writes what is missing. */
  public static void main(String[] args) throws IOException {
    for (Case golden : cases()) {
      if (!Files.exists(golden.path())) {
        Files.createDirectories(golden.path().getParent());
        Files.write(golden.path(), golden.bytes());
      }
    }
  }
}
