package holdfast.cli;

import holdfast.wksp.Partition;
import holdfast.wksp.Wksp;
import holdfast.wksp.WkspCheckpt;
import holdfast.wksp.WkspCheckptOptions;
import holdfast.wksp.WkspRestore;
import holdfast.wksp.WkspRestoreOptions;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A checkpoint of a workspace with its sidecar, restored into another workspace. */
final class SelftestCheckpt implements SelftestSubject {
  private static final long PART_MAX = 32;
  private static final long DATA_MAX = 16 << 10;
  private static final int PARTS = 5;
  private static final int PART = 700;

  private final Arena arena = Arena.ofShared();
  private final Path file;
  private final byte[] sound;
  private final byte[] plain = SampleText.of(PARTS * PART);
  private final Wksp target;

  SelftestCheckpt(Path folder) throws IOException {
    file = folder.resolve("selftest.ckpt");
    Wksp source = create("source", 1);
    for (int i = 0; i < PARTS; i++) {
      long gaddr = source.alloc(16, PART, i + 1L);
      MemorySegment.copy(
          MemorySegment.ofArray(plain), (long) i * PART, source.slice(gaddr, PART), 0, PART);
    }
    WkspCheckpt.write(source, file, WkspCheckptOptions.DEFAULT.withSidecar(true));
    sound = Files.readAllBytes(file);
    target = create("target", 2);
  }

  private Wksp create(String name, int seed) {
    MemorySegment region = arena.allocate(Wksp.footprint(PART_MAX, DATA_MAX), Wksp.ALIGN_DEFAULT);
    return Wksp.create(region, name, seed, PART_MAX, DATA_MAX);
  }

  @Override
  public String title() {
    return "checkpoint";
  }

  @Override
  public String promise() {
    return "no other byte";
  }

  @Override
  public byte[] sound() {
    return sound.clone();
  }

  @Override
  public Answer read(byte[] damaged) throws Wrong, IOException {
    Files.write(file, damaged);
    try {
      WkspRestore.restore(target, file, WkspRestoreOptions.DEFAULT);
    } finally {
      target.verify();
    }
    for (int i = 0; i < PARTS; i++) {
      List<Partition> found = target.tagQuery(2, i + 1L);
      if (found.size() != 1 || !isPart(found.getFirst(), i)) {
        throw new Wrong("other bytes, and no word about it");
      }
    }
    return Answer.INTACT;
  }

  private boolean isPart(Partition partition, int number) {
    MemorySegment part = MemorySegment.ofArray(plain).asSlice((long) number * PART, PART);
    return target.slice(partition.gaddrLo(), PART).mismatch(part) < 0;
  }

  @Override
  public void close() {
    arena.close();
  }
}
