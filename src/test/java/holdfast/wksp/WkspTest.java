package holdfast.wksp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.CorruptDataException;
import holdfast.internal.Mem;
import holdfast.testkit.Allocated;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WkspTest {
  private static final WkspOptions HURRIED =
      WkspOptions.DEFAULT.withLockTimeout(Duration.ofMillis(20));

  /** Above any id that Linux gives out. */
  private static final long NOBODY = 1L << 23;

  private final Arena arena = Arena.ofConfined();

  @AfterEach
  void close() {
    arena.close();
  }

  private MemorySegment region(long partMax, long dataMax) {
    return arena.allocate(Wksp.footprint(partMax, dataMax), 4096);
  }

  private Wksp wksp(long partMax, long dataMax) {
    return Wksp.create(region(partMax, dataMax), "test", 7, partMax, dataMax);
  }

  @Test
  void aNewWorkspaceIsOneFreePartition() {
    Wksp wksp = wksp(10, 1000);
    assertEquals("test", wksp.name());
    assertEquals(7, wksp.seed());
    assertEquals(10, wksp.partMax());
    assertEquals(1000, wksp.dataMax());
    assertEquals(768, wksp.gaddrLo());
    assertEquals(1768, wksp.gaddrHi());
    assertEquals(List.of(new Partition(768, 1768, 0)), wksp.partitions());
    assertEquals(new WkspUsage(10, 1, 1000, 1, 1000, 0, 0), wksp.usage());
    assertEquals(new WkspUsage(10, 1, 1000, 1, 1000, 1, 1000), wksp.usage(0, 0));
    wksp.verify();
  }

  @Test
  void anAllocationIsExactlyAsLargeAsAskedFor() {
    Wksp wksp = wksp(10, 1000);
    assertEquals(768, wksp.alloc(16, 100, -1));
    assertEquals(new Partition(896, 897, 5), wksp.allocAtLeast(64, 1, 5));
    assertEquals(
        List.of(
            new Partition(768, 868, -1),
            new Partition(868, 896, 0),
            new Partition(896, 897, 5),
            new Partition(897, 1768, 0)),
        wksp.partitions());
    assertEquals(new WkspUsage(10, 4, 1000, 2, 899, 1, 100), wksp.usage(-1));
    assertEquals(-1, wksp.tag(867));
    assertEquals(0, wksp.tag(868));
    assertEquals(0, wksp.tag(0));
    assertEquals(0, wksp.tag(-1));
    assertEquals(0, wksp.tag(wksp.gaddrHi()));
    assertEquals(new Partition(768, 868, -1), wksp.find(800));
    assertNull(wksp.find(870));
    assertEquals(List.of(new Partition(768, 868, -1)), wksp.tagQuery(1, -1, 5));
    assertEquals(2, wksp.tagCount(-1, 5, -1));
    assertEquals(2, wksp.tagCount(1, 2, 3, 4, 5, 6, 7, 8, 9, -1));
  }

  @Test
  void memoryOfAnAllocationIsASliceOfTheRegion() {
    Wksp wksp = wksp(10, 1000);
    long gaddr = wksp.alloc(1, 100, 1);
    assertEquals(100, wksp.segment(gaddr + 50).byteSize());
    assertNull(wksp.segment(gaddr + 100));
    assertTrue(wksp.memset(gaddr + 99, (byte) 9));
    assertEquals(9, Mem.getByte(wksp.slice(gaddr + 99, 1), 0));
    assertEquals(0, Mem.getByte(wksp.slice(gaddr + 100, 1), 0));
    assertFalse(wksp.memset(gaddr + 100, (byte) 9));
    assertEquals(0, wksp.slice(wksp.gaddrHi(), 0).byteSize());
    assertThrows(IndexOutOfBoundsException.class, () -> wksp.slice(wksp.gaddrLo() - 1, 1));
    assertThrows(IndexOutOfBoundsException.class, () -> wksp.slice(wksp.gaddrHi(), 1));
    assertThrows(IndexOutOfBoundsException.class, () -> wksp.slice(wksp.gaddrLo(), -1));
  }

  @Test
  void freeingTheMiddlePartitionMergesBothNeighbours() {
    Wksp wksp = wksp(10, 1000);
    long a = wksp.alloc(1, 100, 1);
    long b = wksp.alloc(1, 100, 2);
    long c = wksp.alloc(1, 100, 3);
    assertTrue(wksp.free(a));
    assertTrue(wksp.free(c + 99));
    assertEquals(3, wksp.partitions().size());
    assertTrue(wksp.free(b + 50));
    assertFalse(wksp.free(b));
    assertFalse(wksp.free(0));
    assertEquals(1, wksp.partitions().size());
    wksp.verify();
  }

  @Test
  void anExactHoleThatIsAlignedButSmallerThanSizeAndAlignmentIsRefused() {
    Wksp wksp = wksp(10, 127);
    assertEquals(0, wksp.alloc(128, 1, 1));
    assertEquals(768, wksp.alloc(1, 127, 1));
  }

  @Test
  void allocFailsWithoutRoomOrRecordsAndChangesNothing() {
    Wksp wksp = wksp(2, 1000);
    assertEquals(0, wksp.alloc(1, 0, 1));
    assertEquals(0, wksp.alloc(1, 1001, 1));
    assertEquals(0, wksp.alloc(Long.MIN_VALUE, 1, 1));
    assertEquals(0, wksp.alloc(Long.MIN_VALUE, Long.MAX_VALUE, 1));
    assertEquals(0, wksp.alloc(2, Long.MAX_VALUE, 1));
    assertEquals(256, wksp.alloc(1, 10, 1));
    byte[] before = Model.meta(wksp);
    assertEquals(0, wksp.alloc(1, 10, 1));
    assertNull(wksp.allocAtLeast(1, 10, 1));
    org.junit.jupiter.api.Assertions.assertArrayEquals(before, Model.meta(wksp));
    assertEquals(266, wksp.alloc(1, 990, 1));
    wksp.verify();
  }

  @Test
  void argumentsAreChecked() {
    Wksp wksp = wksp(2, 1000);
    assertThrows(IllegalArgumentException.class, () -> wksp.alloc(3, 1, 1));
    assertThrows(IllegalArgumentException.class, () -> wksp.alloc(1, -1, 1));
    assertThrows(IllegalArgumentException.class, () -> wksp.alloc(1, 1, 0));
    MemorySegment good = region(2, 1000);
    assertThrows(IllegalArgumentException.class, () -> Wksp.create(good, "", 0, 2, 1000));
    assertThrows(IllegalArgumentException.class, () -> Wksp.create(good, "a", 0, 0, 1000));
    assertThrows(IllegalArgumentException.class, () -> Wksp.create(good, "a", 0, 2, 0));
    assertThrows(IllegalArgumentException.class, () -> Wksp.create(good, "a", 0, 9, 1000));
    MemorySegment crooked = good.asSlice(64);
    assertThrows(IllegalArgumentException.class, () -> Wksp.create(crooked, "a", 0, 1, 1));
    assertThrows(IllegalArgumentException.class, () -> Wksp.join(good.asReadOnly()));
    MemorySegment bytes = MemorySegment.ofArray(new byte[1024]);
    assertThrows(IllegalArgumentException.class, () -> Wksp.create(bytes, "a", 0, 1, 1));
  }

  private static void joinRefuses(MemorySegment region, long offset) {
    var e = assertThrows(CorruptDataException.class, () -> Wksp.join(region));
    assertEquals(offset, e.offset(), e::getMessage);
  }

  @Test
  void joinRefusesWhatIsNoWorkspace() {
    MemorySegment region = region(2, 1000);
    joinRefuses(region, WkspHeader.MAGIC_OFFSET);
    Wksp.create(region, "a", 0, 2, 1000);
    joinRefuses(region.asSlice(0, 1152), 0);
    joinRefuses(region.asSlice(0, 127), 0);
    Wksp.join(region).verify();
    // An impossible data_max is told of at part_max: together they are the geometry.
    long[][] damages = {{0, 0}, {8, 8}, {16, 8}, {24, 24}, {32, 32}, {40, 40}};
    for (long[] damage : damages) {
      long old = Mem.getLong(region, damage[0]);
      Mem.putLong(region, damage[0], old ^ 0x8000_0000_0000_00FFL);
      joinRefuses(region, damage[1]);
      Mem.putLong(region, damage[0], old);
    }
    Mem.putLong(region, WkspHeader.CYCLE_OFFSET, 3);
    joinRefuses(region, WkspHeader.CYCLE_OFFSET);
  }

  @Test
  void aLockThatIsHeldMakesOthersWaitOrGiveUp() {
    Wksp wksp = wksp(4, 1000);
    Wksp other = Wksp.join(wksp.region().mem, HURRIED);
    wksp.lock();
    assertEquals(ProcessHandle.current().pid(), other.lockOwner());
    assertThrows(WkspLockedException.class, () -> other.alloc(1, 1, 1));
    wksp.unlock();
    assertEquals(-1, other.lockOwner());
    assertEquals(wksp.gaddrLo(), other.alloc(1, 1, 1));
    assertTrue(other.recoveries().isEmpty());
  }

  @Test
  void aDeadOwnerIsFoundOutAndToldOf() {
    Wksp wksp = wksp(4, 1000);
    wksp.alloc(1, 10, 1);
    MemorySegment mem = wksp.region().mem;
    Mem.putLong(mem, WkspHeader.OWNER_OFFSET, NOBODY);
    wksp.alloc(1, 10, 2);
    assertEquals(List.of(new WkspRecovery(NOBODY, "")), wksp.recoveries());
    assertFalse(wksp.recoveries().getFirst().wasRebuilt());
    Mem.putLong(mem, WkspHeader.OWNER_OFFSET, NOBODY);
    Mem.putInt(mem, WkspHeader.IDLE_TOP_OFFSET, 77);
    Wksp joined = Wksp.join(mem);
    assertTrue(joined.recoveries().getFirst().wasRebuilt());
    joined.verify();
    assertEquals(List.of(1L, 2L, 0L), joined.partitions().stream().map(Partition::tag).toList());
  }

  @Test
  void theLivingKeepTheirLock() {
    Wksp wksp = wksp(4, 1000);
    MemorySegment mem = wksp.region().mem;
    Wksp other = Wksp.join(mem, HURRIED);
    long living = ProcessHandle.current().parent().orElseThrow().pid();
    Mem.putLong(mem, WkspHeader.OWNER_OFFSET, living);
    var e = assertThrows(WkspLockedException.class, () -> other.alloc(1, 1, 1));
    assertEquals(living, e.owner());
    assertEquals(living, wksp.lockOwner());
    assertTrue(other.recoveries().isEmpty());
  }

  @Test
  void withRecoveryOffADeadOwnerKeepsTheLock() {
    Wksp wksp = wksp(4, 1000);
    MemorySegment mem = wksp.region().mem;
    Mem.putLong(mem, WkspHeader.OWNER_OFFSET, NOBODY);
    Wksp careful = Wksp.join(mem, HURRIED.withRecovery(false));
    var e = assertThrows(WkspLockedException.class, () -> careful.alloc(1, 1, 1));
    assertEquals(NOBODY, e.owner());
    Mem.putLong(mem, WkspHeader.OWNER_OFFSET, WkspHeader.UNDER_CONSTRUCTION);
    Wksp eager = Wksp.join(mem, HURRIED);
    assertThrows(WkspLockedException.class, () -> eager.alloc(1, 1, 1));
  }

  /** In a container every main process may have the same id. */
  @Test
  void withRecoveryOffOurIdIsThatOfTheLivingToo() {
    long ours = ProcessHandle.current().pid();
    MemorySegment mem = neverJoined(wksp(4, 1000).region().mem);
    Mem.putLong(mem, WkspHeader.OWNER_OFFSET, ours);
    Wksp careful = Wksp.join(mem, HURRIED.withRecovery(false));
    var e = assertThrows(WkspLockedException.class, () -> careful.alloc(1, 1, 1));
    assertEquals(ours, e.owner());
    Mem.putLong(mem, WkspHeader.OWNER_OFFSET, WkspHeader.UNLOCKED);
    assertEquals(careful.gaddrLo(), careful.alloc(1, 1, 1));
    MemorySegment reused = neverJoined(mem);
    Mem.putLong(reused, WkspHeader.OWNER_OFFSET, ours);
    assertEquals(ours, Wksp.join(reused, HURRIED).recoveries().getFirst().owner());
  }

  /** A copy at a place where no workspace was before. */
  private static MemorySegment neverJoined(MemorySegment mem) {
    return MemorySegment.ofArray(new long[(int) mem.byteSize() / Long.BYTES]).copyFrom(mem);
  }

  /** Memory is used again, and so is the number of a file that was deleted. */
  @Test
  void anOperationCutShortIsOfNoConcernToAnotherWorkspaceAtItsPlace() {
    MemorySegment mem = region(4, 1000);
    Wksp old = Wksp.create(mem, "old", 7, 4, 1000);
    old.lock();
    assertThrows(
        StackOverflowError.class,
        () -> {
          throw old.cutShort(new StackOverflowError());
        });
    Wksp wksp = Wksp.create(mem, "new", 7, 4, 1000);
    Wksp other = Wksp.join(mem, HURRIED);
    wksp.lock();
    assertThrows(WkspLockedException.class, () -> other.alloc(1, 1, 1));
    wksp.unlock();
    assertTrue(other.recoveries().isEmpty());
  }

  @Test
  void whatTheDeadLeftBeyondRepairStaysTheirs() throws IOException {
    Wksp wksp = wksp(4, 1000);
    wksp.alloc(1, 10, 1);
    MemorySegment mem = wksp.region().mem;
    Mem.putLong(mem, WkspHeader.OWNER_OFFSET, NOBODY);
    Mem.putLong(mem, Pinfo.at(0) + Pinfo.HI_OFFSET, 1);
    Mem.putLong(mem, Pinfo.at(1) + Pinfo.HI_OFFSET, 1);
    assertThrows(CorruptDataException.class, () -> wksp.alloc(1, 1, 1));
    assertEquals(NOBODY, wksp.lockOwner());
    wksp.close();
    assertThrows(CorruptDataException.class, () -> Wksp.join(mem));
  }

  @Test
  void afterCloseNothingWorks() throws IOException {
    Wksp wksp = wksp(4, 1000);
    wksp.close();
    wksp.close();
    assertThrows(IllegalStateException.class, () -> wksp.alloc(1, 1, 1));
    assertThrows(IllegalStateException.class, wksp::name);
    assertThrows(IllegalStateException.class, wksp::verify);
    Wksp.join(wksp.region().mem).verify();
  }

  @Test
  void participantsStopInOrderAndResumeInReverse() throws IOException {
    Wksp wksp = wksp(4, 1000);
    List<String> log = new ArrayList<>();
    for (String name : new String[] {"a", "b", "c"}) {
      wksp.register(participant(name, log, false));
    }
    Wksp.resume(wksp.quiesce());
    assertEquals(List.of("a stops", "b stops", "c stops", "c runs", "b runs", "a runs"), log);
    log.clear();
    WkspParticipant bad = participant("d", log, true);
    wksp.register(bad);
    assertThrows(IOException.class, wksp::quiesce);
    assertEquals(List.of("a stops", "b stops", "c stops", "c runs", "b runs", "a runs"), log);
    assertTrue(wksp.unregister(bad));
    assertFalse(wksp.unregister(bad));
  }

  @Test
  void oneThatCannotResumeLeavesNoOtherStopped() throws IOException {
    Wksp wksp = wksp(4, 1000);
    List<String> log = new ArrayList<>();
    wksp.register(participant("a", log, false));
    wksp.register(
        new WkspParticipant() {
          @Override
          public void quiesce() {
            log.add("b stops");
          }

          @Override
          public void resume() {
            throw new IllegalStateException("b stays");
          }
        });
    wksp.register(participant("c", log, false));
    List<WkspParticipant> stopped = wksp.quiesce();
    assertThrows(IllegalStateException.class, () -> Wksp.resume(stopped));
    assertEquals(List.of("a stops", "b stops", "c stops", "c runs", "a runs"), log);
    log.clear();
    wksp.register(participant("d", log, true));
    IOException refused = assertThrows(IOException.class, wksp::quiesce);
    assertEquals("b stays", refused.getSuppressed()[0].getMessage());
    assertEquals(List.of("a stops", "b stops", "c stops", "c runs", "a runs"), log);
  }

  private static WkspParticipant participant(String name, List<String> log, boolean refuses) {
    return new WkspParticipant() {
      @Override
      public void quiesce() throws IOException {
        if (refuses) {
          throw new IOException(name + " is busy");
        }
        log.add(name + " stops");
      }

      @Override
      public void resume() {
        log.add(name + " runs");
      }
    };
  }

  @Test
  void rebuildAsksForARecordForEachGap() {
    Wksp wksp = wksp(3, 1000);
    long a = wksp.alloc(1, 10, 1);
    long b = wksp.alloc(1, 10, 2);
    wksp.free(a);
    // All three records are in use, for free, used, free. Used, gap, used, gap would need four.
    Mem.putLong(wksp.region().mem, Pinfo.at(0) + Pinfo.HI_OFFSET, a + 9);
    Mem.putLong(wksp.region().mem, Pinfo.at(0) + Pinfo.TAG_OFFSET, 9);
    assertThrows(CorruptDataException.class, () -> wksp.rebuild(1));
    wksp.reset(5);
    wksp.verify();
    assertEquals(5, wksp.seed());
    assertEquals(0, wksp.tag(b));
  }

  @Test
  void theHotPathsMakeNoGarbage() {
    Wksp wksp = wksp(100, 10_000);
    long[] tags = {1, 2};
    long sum = 0;
    long before = 0;
    for (int i = 0; i < 20_000; i++) {
      if (i == 19_000) {
        before = Allocated.isCounted() ? Allocated.byThisThread() : 0;
      }
      long gaddr = wksp.alloc(8, 24, 1);
      sum += wksp.tag(gaddr) + wksp.tagCount(tags);
      wksp.free(gaddr);
    }
    long after = Allocated.isCounted() ? Allocated.byThisThread() : 0;
    assertEquals(40_000, sum);
    assertTrue(after - before < 1000, () -> after + " - ...");
  }

  @Test
  void anOffsetInTheMemoryOfTheRegionIsAGaddr() {
    MemorySegment region = region(16, 1 << 16);
    Wksp wksp = Wksp.create(region, "whole", 1, 16, 1 << 16);
    long gaddr = wksp.alloc(64, 100, 7);
    wksp.memset(gaddr, (byte) 0x5a);
    assertEquals((byte) 0x5a, Mem.getByte(wksp.memory(), gaddr + 99));
    assertEquals(region.address(), wksp.memory().address());
  }
}
