package holdfast.wksp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.internal.Mem;
import holdfast.testkit.Golden;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same calls give the addresses and the metadata that the original gave. */
class WkspGoldenTest {
  @ParameterizedTest
  @ValueSource(strings = {"a", "b", "c", "d"})
  void theSameCallsGiveTheSameAddressesAndMetadata(String name) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      Wksp wksp = GoldenOps.replay(name, size -> arena.allocate(size, 128));
      wksp.verify();
      List<Partition> used = wksp.partitions().stream().filter(p -> !p.isFree()).toList();
      List<Partition> expected =
          Golden.rows(Golden.path("wksp", name + ".manifest.tsv")).stream()
              .map(
                  row ->
                      new Partition(
                          Long.parseLong(row[0]),
                          Long.parseLong(row[1]),
                          Long.parseUnsignedLong(row[2])))
              .toList();
      assertEquals(expected, used);
      if (!name.equals("d")) {
        compareMeta(name, wksp);
      }
    }
  }

  private static void compareMeta(String name, Wksp wksp) throws IOException {
    byte[] golden = Files.readAllBytes(Golden.path("wksp", name + ".meta.bin"));
    byte[] ours = new byte[Math.toIntExact(wksp.gaddrLo())];
    MemorySegment.copy(wksp.region().mem, 0, MemorySegment.ofArray(ours), 0, wksp.gaddrLo());
    assertArrayEquals(withoutScratch(golden), withoutScratch(ours));
  }

  static byte[] withoutScratch(byte[] meta) {
    MemorySegment mem = MemorySegment.ofArray(meta);
    Mem.fill(mem, WkspHeader.CYCLE_OFFSET, 8, (byte) 0);
    for (long at = WkspHeader.FOOTPRINT; at < meta.length; at += Pinfo.FOOTPRINT) {
      Mem.fill(mem, at + Pinfo.STACK_OFFSET, 12, (byte) 0);
    }
    return meta;
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "b", "c"})
  void theOriginalsMetadataIsSound(String name) throws IOException {
    byte[] golden = Files.readAllBytes(Golden.path("wksp", name + ".meta.bin"));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment mem = arena.allocate(2L << 20, 4096);
      Mem.copy(MemorySegment.ofArray(golden), 0, mem, 0, golden.length);
      try (Wksp wksp = Wksp.join(mem)) {
        assertEquals("golden-" + name, wksp.name());
        wksp.verify();
        assertTrue(wksp.recoveries().isEmpty());
        List<Partition> before = wksp.partitions();
        wksp.rebuild(wksp.seed());
        wksp.verify();
        assertEquals(before, wksp.partitions());
        for (Partition p : before) {
          if (!p.isFree()) {
            assertEquals(p.tag(), wksp.tag(p.gaddrHi() - 1));
            assertTrue(wksp.free(p.gaddrLo() + p.size() / 2));
            wksp.verify();
          }
        }
        assertEquals(1, wksp.partitions().size());
      }
    }
  }

  @Test
  void anArrayOfLongsServesAsWell() throws IOException {
    Wksp wksp = GoldenOps.replay("a", size -> MemorySegment.ofArray(new long[(int) size / 8]));
    compareMeta("a", wksp);
  }
}
