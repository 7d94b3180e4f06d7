package holdfast.chunkio;

import holdfast.CorruptDataException;
import holdfast.internal.Disk;
import holdfast.testkit.SimDisk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The body of a fuzz target: any bytes as a chunk file. A load must succeed; a chunk that it takes
 * must be one that can be appended to, and that the original takes afterwards.
 */
public final class ChunkTarget {
  private static final Path ROOT = Path.of("root");
  private static final Path FILE = Path.of("root", "s", "c");
  private static final byte[] MORE = ChunkModel.bytes("and more");

  private ChunkTarget() {}

  /** Whether the file is taken for a chunk. */
  public static boolean load(byte[] file) {
    try {
      SimDisk disk = new SimDisk();
      disk.createDirectory(ROOT);
      disk.createDirectory(ROOT.resolve("s"));
      try (Disk.File open = disk.open(FILE, Disk.Mode.CREATE)) {
        open.write(MemorySegment.ofArray(file), 0);
      }
      return load(disk, file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean load(SimDisk disk, byte[] file) throws IOException {
    byte[] content;
    try (ChunkStore store = ChunkModel.open(disk, Chunks.QUIETLY)) {
      LoadReport report = store.load();
      Chunk chunk = store.stream("s").chunk("c");
      if (chunk == null) {
        same(file, quarantined(disk), "what was put aside");
        return false;
      }
      require(report.problems().size() <= 1, report);
      content = chunk.contentCopy();
      if (chunk.isSealed()) {
        return true; // not appended to any more
      }
      require(content.length + chunk.metadataSize() <= file.length, "more than the file had");
      same(content, chunk.content().toArray(ValueLayout.JAVA_BYTE), "a view");
      require(chunk.append(MORE), "append");
    }
    byte[] all = Arrays.copyOf(content, content.length + MORE.length);
    System.arraycopy(MORE, 0, all, content.length, MORE.length);
    try (Disk.File open = disk.open(FILE, Disk.Mode.READ)) {
      OriginalVerdict verdict = OriginalVerdict.of(open, true);
      require(verdict.error() == ChunkError.NONE, verdict);
      require(verdict.contentSize() == all.length, verdict);
    }
    try (ChunkStore store = ChunkModel.open(disk, Chunks.QUIETLY)) {
      require(store.load().isClean(), "the second load");
      same(all, store.stream("s").chunk("c").contentCopy(), "what was appended to");
      store.verify();
    } catch (CorruptDataException e) {
      throw new AssertionError(e);
    }
    return true;
  }

  private static byte[] quarantined(SimDisk disk) {
    return disk.content().entrySet().stream()
        .filter(entry -> entry.getKey().startsWith("root/.quarantine/s/c."))
        .findFirst()
        .orElseThrow(() -> new AssertionError("not put aside"))
        .getValue();
  }

  private static void require(boolean condition, Object what) {
    if (!condition) {
      throw new AssertionError(what.toString());
    }
  }

  private static void same(byte[] expected, byte[] found, String what) {
    require(Arrays.equals(expected, found), what + " differs");
  }
}
