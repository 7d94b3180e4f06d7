package holdfast.groove;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.CorruptDataException;
import holdfast.internal.Mem;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Damage with all checksums right, met by the operation that would believe it. */
class GrooveRefusalsTest {
  private static final GrooveGeometry G = Bytes.SMALL;

  private static void refusedAt(long offset, Runnable call) {
    var e = assertThrows(CorruptDataException.class, call::run);
    assertEquals(offset, e.offset(), e::getMessage);
  }

  @ParameterizedTest
  @CsvSource({"48, 0, 48", "48, -1, 48", "48, 5121, 48", "56, 1, 56", "4088, 1, 4088"})
  void aRegionHeaderIsLookedAtBehindItsChecksum(long offset, int value, long expected) {
    MemorySegment page = MemorySegment.ofArray(new byte[(int) RegionHeader.SIZE]);
    new RegionHeader(G, 7).write(page);
    assertEquals(7, RegionHeader.read(page).volumeMax());
    assertEquals(5120, RegionHeader.VOLUMES_LIMIT);
    Mem.putInt(page, offset, value);
    CRC32C crc = new CRC32C();
    crc.update(page.asSlice(0, RegionHeader.CHECKSUM_OFFSET).asByteBuffer());
    Mem.putInt(page, RegionHeader.CHECKSUM_OFFSET, (int) crc.getValue());
    refusedAt(expected, () -> RegionHeader.read(page));
  }

  @Test
  void aMapHasRoomForItsLocks() {
    MemorySegment elements = MemorySegment.ofArray(new long[256 * (int) MapElement.FOOTPRINT / 8]);
    MemorySegment map = MemorySegment.ofArray(new long[1024]);
    MapLayout.format(map, 256, 256, 8, 1);
    MapLayout.check(map.asSlice(0, MapLayout.footprint(256)), elements);
    MemorySegment shorter = map.asSlice(0, MapLayout.footprint(256) - 1);
    refusedAt(MapLayout.LOCK_COUNT_OFFSET, () -> MapLayout.check(shorter, elements));
  }

  @Test
  void aStackThatLeadsOutOfTheVolumesIsRefused() {
    long stack = StateLayout.inactiveStack(0);
    try (Bytes bytes = new Bytes(G, 3, 2)) {
      for (long top : new long[] {2 * G.volumeSize() + 1024, 7 * G.volumeSize()}) {
        Mem.putLong(bytes.state, stack, top);
        refusedAt(stack, () -> InactiveStack.pop(bytes.groove, stack));
      }
      Mem.putLong(bytes.state, stack, 0);
    }
  }

  @Test
  void aLinkOfAStackIsTheOffsetOfABlock() {
    long stack = StateLayout.inactiveStack(0);
    long top = 1024;
    try (Bytes bytes = new Bytes(G, 1)) {
      for (long link : new long[] {12_345, 1L << 60, -1}) {
        Mem.putLong(bytes.state, stack, top);
        ObjectHeader.info(bytes.volumes, top, link);
        refusedAt(top + ObjectHeader.INFO_OFFSET, () -> InactiveStack.pop(bytes.groove, stack));
      }
      Mem.putLong(bytes.state, stack, 0);
    }
  }

  @Test
  void recoveryRefusesFreeBitsOfNoObjectUnlessItIsForced() {
    try (Bytes bytes = new Bytes(G, 1);
        Arena arena = Arena.ofConfined()) {
      long object = bytes.groove.handle(0, 0).alloc(8000);
      long at = bytes.groove.find(object).superblock() + ObjectHeader.FREE_OFFSET;
      MemorySegment state = arena.allocate(bytes.state.byteSize(), 128).copyFrom(bytes.state);
      MemorySegment volumes =
          arena.allocate(bytes.volumes.byteSize(), 4096).copyFrom(bytes.volumes);
      Mem.putLong(volumes, at, Mem.getLong(volumes, at) | Long.MIN_VALUE);
      refusedAt(at, () -> Groove.recover(G, state, volumes, null, false));
      try (Groove forced = Groove.recover(G, state, volumes, null, true)) {
        assertEquals(1, forced.recovered().objects());
        forced.verify();
      }
    }
  }

  @Test
  void recoveryGivesBackWhatIsInCaches() {
    try (Bytes bytes = new Bytes(G, 1);
        Arena arena = Arena.ofConfined()) {
      GrooveHandle handle = bytes.groove.handle(0, 4096);
      long kept = handle.alloc(16, 40, 7);
      assertTrue(handle.free(handle.alloc(16, 40, 7)));
      MemorySegment state = arena.allocate(bytes.state.byteSize(), 128).copyFrom(bytes.state);
      MemorySegment volumes =
          arena.allocate(bytes.volumes.byteSize(), 4096).copyFrom(bytes.volumes);
      try (Groove recovered = Groove.recover(G, state, volumes, null, false)) {
        assertEquals(1, recovered.recovered().objects());
        assertTrue(recovered.recovered().cached() > 0);
        assertEquals(1, recovered.usage().held());
        assertEquals(7, recovered.find(kept).tag());
        recovered.verify();
      }
    }
  }
}
