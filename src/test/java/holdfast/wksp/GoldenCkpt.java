package holdfast.wksp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import holdfast.internal.Mem;
import holdfast.testkit.Content;
import holdfast.testkit.Golden;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;

/** The allocations and contents behind the checkpoints of the original. */
final class GoldenCkpt {
  /** An allocation and what is in it. */
  record Row(Partition partition, long seed, int kind) {}

  private GoldenCkpt() {}

  static Path file(String name) {
    return Golden.path("wksp", name + ".ckpt");
  }

  static List<Row> rows(String name) {
    return Golden.rows(Golden.path("wksp", name + ".manifest.tsv")).stream()
        .map(
            row ->
                new Row(
                    new Partition(
                        Long.parseLong(row[0]),
                        Long.parseLong(row[1]),
                        Long.parseUnsignedLong(row[2])),
                    Long.parseUnsignedLong(row[3]),
                    Integer.parseInt(row[4])))
        .toList();
  }

  /** Puts the contents into a workspace that was made by replaying the operations. */
  static void fill(Wksp wksp, String name) {
    for (Row row : rows(name)) {
      MemorySegment target = wksp.segment(row.partition().gaddrLo());
      Mem.copy(MemorySegment.ofArray(content(row)), 0, target, 0, target.byteSize());
    }
  }

  private static byte[] content(Row row) {
    return Content.of(row.kind(), row.seed(), (int) row.partition().size());
  }

  /** Requires that a workspace holds what it has to, and nothing else, and is sound. */
  static void check(Wksp wksp, String name) {
    wksp.verify();
    assertEquals(
        rows(name).stream().map(Row::partition).toList(),
        wksp.partitions().stream().filter(p -> !p.isFree()).toList());
    for (Row row : rows(name)) {
      assertEquals(
          -1,
          wksp.segment(row.partition().gaddrLo()).mismatch(MemorySegment.ofArray(content(row))),
          () -> name + " " + row.partition());
    }
  }

  /** Part_max and data_max of a case. */
  static long[] geometry(String name) {
    String[] row = Golden.rows(Golden.path("wksp", name + ".ops.tsv")).getFirst();
    return new long[] {Long.parseLong(row[3]), Long.parseLong(row[4])};
  }

  /** A workspace of a size that holds one allocation, as the original had it. */
  static Wksp target(long partMax, long dataMax) {
    long[] memory = new long[(int) (Wksp.footprint(partMax, dataMax) / 8)];
    Wksp wksp = Wksp.create(MemorySegment.ofArray(memory), "restore-target", 7, partMax, dataMax);
    wksp.memset(wksp.alloc(1, Math.min(100, dataMax), 99), (byte) 0x55);
    return wksp;
  }
}
