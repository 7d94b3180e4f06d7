package holdfast.chunkio;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;

/**
 * Follows a chunk that another process appends to, until the record of a certain number is there,
 * and now and then loads the whole directory as a process that starts would.
 *
 * <p>Everything that it sees has to be whole records (of {@link ChunkKillChild}) without a gap, and
 * never fewer than before.
 */
final class ChunkReaderChild {
  /** How many looks lie between two loads. */
  private static final int LOOKS = 50;

  private ChunkReaderChild() {}

  /** Root, number of the last record. */
  public static void main(String[] arguments) throws IOException {
    Path root = Path.of(arguments[0]);
    long last = Long.parseLong(arguments[1]);
    long looks = 0;
    long loads = 0;
    try (Arena arena = Arena.ofConfined();
        ChunkReader reader = ChunkReader.open(root.resolve("s").resolve("c"))) {
      System.out.println("ready");
      System.out.flush();
      MemorySegment found = arena.allocate(1 << 16);
      MemorySegment wanted = arena.allocate(4096, 8);
      long position = 0;
      long number = 0;
      while (number <= last) {
        long before = reader.size();
        boolean grew = reader.refresh();
        require(reader.size() > before == grew, "size went from " + before);
        while (position < reader.size()) {
          MemorySegment record = ChunkKillChild.record(wanted, number);
          long size = record.byteSize();
          long count = reader.read(position, found.asSlice(0, size));
          require(count == size, "record " + number + " has only " + count + " bytes");
          require(
              MemorySegment.mismatch(found, 0, size, record, 0, size) < 0,
              "record " + number + " at " + position);
          position += size;
          number++;
        }
        if (looks++ % LOOKS == 0) {
          load(root, wanted, position);
          loads++;
        }
      }
    }
    System.out.println("looks " + looks + ", loads " + loads);
  }

  /** A read-only store beside the writer finds at least what was seen, and only whole records. */
  private static void load(Path root, MemorySegment wanted, long least) throws IOException {
    ChunkStoreOptions options = Chunks.QUIETLY.withReadOnly(true).withUpOnDemand(true);
    try (ChunkStore store = ChunkStore.open(root, options)) {
      LoadReport report = store.load();
      for (LoadReport.Problem problem : report.problems()) {
        // Between two words of the header: the checksum says how much there is.
        require(problem.info().state() == ChunkState.TORN, problem.toString());
      }
      MemorySegment content = store.stream("s").chunk("c").content();
      require(content.byteSize() >= least, content.byteSize() + " bytes, seen " + least);
      long number = 0;
      for (long at = 0; at < content.byteSize(); number++) {
        require(content.get(ValueLayout.JAVA_LONG_UNALIGNED, at + 4) == number, "record " + number);
        at += ChunkKillChild.record(wanted, number).byteSize();
        require(at <= content.byteSize(), "a part of record " + number);
      }
    }
  }

  private static void require(boolean condition, String what) {
    if (!condition) {
      throw new AssertionError(what);
    }
  }
}
