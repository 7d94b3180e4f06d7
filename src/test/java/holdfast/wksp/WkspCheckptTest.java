package holdfast.wksp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.CorruptDataException;
import holdfast.Limits;
import holdfast.internal.Disk;
import holdfast.testkit.Content;
import holdfast.testkit.SimDisk;
import holdfast.testkit.SimFaults;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.Channels;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;

/** What the two public classes promise, beside the bytes. */
class WkspCheckptTest {
  private static final Path FILE = Path.of("file");

  private final SimDisk disk = new SimDisk();

  private static Wksp workspace(long partMax, long dataMax) {
    long[] memory = new long[(int) (Wksp.footprint(partMax, dataMax) / 8)];
    return Wksp.create(MemorySegment.ofArray(memory), "test", 3, partMax, dataMax);
  }

  /** Twenty allocations with tags 1 to 4, some freed, each with content of its own. */
  private static Wksp sample() {
    Wksp wksp = workspace(100, 1 << 20);
    for (int i = 0; i < 20; i++) {
      long gaddr = wksp.alloc(1 << (i % 8), 1000L + 100L * i, 1 + i % 4);
      if (i % 5 == 4) {
        wksp.free(gaddr);
      }
    }
    for (Partition p : wksp.partitions()) {
      if (!p.isFree()) {
        wksp.segment(p.gaddrLo()).copyFrom(content(p));
      }
    }
    return wksp;
  }

  private static MemorySegment content(Partition p) {
    return MemorySegment.ofArray(Content.of(3, p.gaddrLo(), (int) p.size()));
  }

  private static List<Partition> used(Wksp wksp) {
    return wksp.partitions().stream().filter(p -> !p.isFree()).toList();
  }

  private static void checkContent(Wksp wksp) {
    wksp.verify();
    for (Partition p : used(wksp)) {
      assertEquals(-1, wksp.segment(p.gaddrLo()).mismatch(content(p)), p.toString());
    }
  }

  private byte[] write(Wksp wksp, WkspCheckptOptions options) throws IOException {
    WkspCheckpt.write(disk, wksp, FILE, options.withReplace(true));
    return disk.content().get("file");
  }

  @Test
  void theExampleHolds() throws IOException {
    Wksp wksp = sample();
    WkspCheckptInfo info = WkspCheckptInfo.ofProcess(() -> Instant.EPOCH.plusNanos(7), "my-app");
    WkspCheckptOptions options =
        WkspCheckptOptions.DEFAULT.withThreads(2).withInfo(info).withSidecar(true);
    WkspCheckptReport written = WkspCheckpt.write(disk, wksp, FILE, options);
    assertEquals(16, written.allocCount());
    assertEquals(1, written.groupCount());
    assertEquals(Set.of("file", "file.hfs"), disk.content().keySet());
    assertEquals(written.fileSize(), disk.content().get("file").length);
    Wksp target = workspace(100, 1 << 20);
    WkspRestoreReport report =
        WkspRestore.restore(disk, target, FILE, WkspRestoreOptions.DEFAULT.withThreads(2));
    assertTrue(report.sidecar());
    assertEquals("my-app", report.info().app());
    assertEquals(7, report.info().wallclock());
    assertEquals("file", report.info().path());
    assertEquals(used(wksp), used(target));
    assertEquals(3, target.seed());
    checkContent(target);
  }

  @Test
  void aSubsetOfTagsIsWrittenAndASubsetIsRestored() throws IOException {
    Wksp wksp = sample();
    for (WkspCheckptStyle style : WkspCheckptStyle.values()) {
      write(wksp, WkspCheckptOptions.DEFAULT.withStyle(style).withTags(List.of(1L, 3L)));
      Wksp target = workspace(100, 1 << 20);
      WkspRestore.restore(disk, target, FILE, WkspRestoreOptions.DEFAULT);
      assertEquals(
          used(wksp).stream().filter(p -> p.tag() == 1 || p.tag() == 3).toList(), used(target));
      checkContent(target);
      byte[] file = write(wksp, WkspCheckptOptions.DEFAULT.withStyle(style));
      WkspRestoreOptions two = WkspRestoreOptions.DEFAULT.withTags(List.of(2L));
      long middle = used(wksp).get(8).gaddrLo();
      WkspRestoreOptions upper = WkspRestoreOptions.DEFAULT.withRange(middle, Long.MAX_VALUE);
      for (int way = 0; way < 2; way++) {
        restore(target, file, two, way == 1);
        assertEquals(used(wksp).stream().filter(p -> p.tag() == 2).toList(), used(target));
        checkContent(target);
        WkspRestoreReport report = restore(target, file, upper, way == 1);
        assertEquals(used(wksp).subList(8, 16), used(target));
        assertEquals(8, report.skippedCount());
        checkContent(target);
      }
    }
  }

  private WkspRestoreReport restore(
      Wksp target, byte[] file, WkspRestoreOptions options, boolean stream) throws IOException {
    return stream
        ? WkspRestore.restore(target, Channels.newChannel(new ByteArrayInputStream(file)), options)
        : WkspRestore.restore(disk, target, FILE, options);
  }

  @Test
  void largeAllocationsAreReadInPiecesByAllThreads() throws IOException {
    try (Arena arena = Arena.ofShared()) {
      for (WkspCheckptStyle style : WkspCheckptStyle.values()) {
        Wksp wksp = nativeWorkspace(arena);
        for (int i = 0; i < 3; i++) {
          long gaddr = wksp.alloc(64, (9L << 20) + i, 1);
          MemorySegment segment = wksp.segment(gaddr);
          for (long at = 0; at < segment.byteSize(); at += 4096) {
            segment.set(ValueLayout.JAVA_BYTE, at, (byte) Content.r(i, at));
          }
          wksp.alloc(1, 100, 2);
        }
        WkspCheckptOptions options =
            WkspCheckptOptions.DEFAULT.withStyle(style).withReplace(true).withThreads(2);
        Path file = Path.of(System.getProperty("java.io.tmpdir"), "large-" + style + ".ckpt");
        WkspCheckpt.write(wksp, file, options);
        for (int threads = 1; threads <= 3; threads++) {
          Wksp target = nativeWorkspace(arena);
          List<Long> seen = new ArrayList<>();
          WkspRestore.restore(
              target,
              file,
              WkspRestoreOptions.DEFAULT
                  .withThreads(threads)
                  .withProgress((done, total) -> seen.add(done) && total == (27L << 20) + 303));
          target.verify();
          assertEquals(used(wksp), used(target));
          for (Partition p : used(wksp)) {
            long at = p.gaddrLo();
            assertEquals(-1, wksp.segment(at).mismatch(target.segment(at)));
          }
          assertEquals(seen.stream().sorted().toList(), seen);
          assertEquals((27L << 20) + 303, seen.getLast());
        }
        Files.delete(file);
      }
    }
  }

  /** Runs beyond the buffer, with allocations of another tag between them. */
  @Test
  void manyAllocationsSideBySideComeBackByTag() throws IOException {
    try (Arena arena = Arena.ofShared()) {
      long size = Wksp.footprint(500, 10 << 20);
      Wksp wksp = Wksp.create(arena.allocate(size, 4096), "runs", 1, 500, 10 << 20);
      for (int i = 0; i < 200; i++) {
        long gaddr = wksp.alloc(1, 40_000 + i, i % 23 == 22 || i == 50 ? 2 : 1);
        wksp.segment(gaddr).copyFrom(MemorySegment.ofArray(Content.of(3, gaddr, 40_000 + i)));
      }
      for (WkspCheckptStyle style : WkspCheckptStyle.values()) {
        write(wksp, WkspCheckptOptions.DEFAULT.withStyle(style));
        for (List<Long> tags : List.of(List.of(1L), List.of(2L), List.of(1L, 2L))) {
          Wksp target = Wksp.create(arena.allocate(size, 4096), "runs", 1, 500, 10 << 20);
          WkspRestore.restore(disk, target, FILE, WkspRestoreOptions.DEFAULT.withTags(tags));
          assertEquals(
              used(wksp).stream().filter(p -> tags.contains(p.tag())).toList(), used(target));
          checkContent(target);
        }
      }
    }
  }

  /** Of two damaged groups the first is told, however many threads look for their ends. */
  @Test
  void theFirstDamageIsFoundByAnyNumberOfThreads() throws IOException {
    Wksp wksp = workspace(6000, 1 << 20);
    for (int i = 0; i < 5000; i++) {
      wksp.alloc(1, 100, 1);
    }
    byte[] file = write(wksp, WkspCheckptOptions.DEFAULT);
    CkptFile sound = scan(1);
    assertTrue(sound.groupCount > 100, "groups=" + sound.groupCount);
    for (int threads = 2; threads <= 4; threads++) {
      assertArrayEquals(sound.groupEnd, scan(threads).groupEnd, "threads=" + threads);
    }
    int second = sound.groupCount - 3;
    for (int first : new int[] {0, 50, second - 1}) {
      byte[] damaged = file.clone();
      for (int g : new int[] {first, second}) {
        damaged[(int) sound.groupData[g] + 2] = 1; // a block of more than 64 KiB
      }
      put(damaged);
      for (int threads = 1; threads <= 4; threads++) {
        int n = threads;
        CorruptDataException e = assertThrows(CorruptDataException.class, () -> scan(n));
        assertEquals(sound.groupData[first], e.offset(), "threads=" + threads);
      }
    }
  }

  private CkptFile scan(int threads) throws IOException {
    try (Disk.File file = disk.open(FILE, Disk.Mode.READ)) {
      return CkptFile.scan(file, Limits.DEFAULT, threads);
    }
  }

  private static Wksp nativeWorkspace(Arena arena) {
    MemorySegment memory = arena.allocate(Wksp.footprint(10, 30 << 20), 4096);
    return Wksp.create(memory, "large", 1, 10, 30 << 20);
  }

  @Test
  void anotherGeometryIsFineWhenEverythingFits() throws IOException {
    Wksp wksp = workspace(100, 1 << 20);
    long gaddr = wksp.alloc(4096, 10_000, 5);
    wksp.segment(gaddr).copyFrom(content(wksp.find(gaddr)));
    byte[] file = write(wksp, WkspCheckptOptions.DEFAULT);
    for (int way = 0; way < 2; way++) {
      boolean stream = way == 1;
      Wksp smaller = workspace(3, 30_000);
      restore(smaller, file, WkspRestoreOptions.DEFAULT, stream);
      checkContent(smaller);
      assertEquals(used(wksp), used(smaller));
      for (long[] geometry : new long[][] {{2, 30_000}, {150, 30_000}, {50, 10_000}}) {
        Wksp target = workspace(geometry[0], geometry[1]);
        target.alloc(1, 7, 99);
        IllegalArgumentException e =
            assertThrows(
                IllegalArgumentException.class,
                () -> restore(target, file, WkspRestoreOptions.DEFAULT, stream));
        assertTrue(e.getMessage().contains("does not fit"), e.getMessage());
        target.verify();
        assertEquals(WkspRestore.wasReset(e) ? 0 : 7, target.usage(99).taggedSize());
        assertTrue(stream || !WkspRestore.wasReset(e));
      }
    }
  }

  @Test
  void participantsAreStoppedInOrderAndResumedInReverse() throws IOException {
    Wksp wksp = sample();
    List<String> events = new ArrayList<>();
    for (String name : List.of("a", "b")) {
      wksp.register(participant(name, events));
    }
    write(wksp, WkspCheckptOptions.DEFAULT);
    assertEquals(List.of("quiesce a", "quiesce b", "resume b", "resume a"), events);
    events.clear();
    WkspParticipant refuses =
        new WkspParticipant() {
          @Override
          public void quiesce() throws IOException {
            throw new IOException("not now");
          }

          @Override
          public void resume() {
            throw new AssertionError();
          }
        };
    wksp.register(refuses);
    disk.delete(FILE);
    assertThrows(IOException.class, () -> write(wksp, WkspCheckptOptions.DEFAULT));
    assertEquals(List.of("quiesce a", "quiesce b", "resume b", "resume a"), events);
    assertEquals(Set.of(), disk.content().keySet());
    wksp.unregister(refuses);
    events.clear();
    disk.faults().fail(2, EnumSet.of(SimFaults.Op.WRITE), "*", SimFaults.Effect.IO_ERROR);
    disk.faults().fail(1, EnumSet.of(SimFaults.Op.WRITE), "*", SimFaults.Effect.IO_ERROR);
    assertThrows(IOException.class, () -> write(wksp, WkspCheckptOptions.DEFAULT));
    assertEquals(List.of("quiesce a", "quiesce b", "resume b", "resume a"), events);
    wksp.verify();
  }

  private static WkspParticipant participant(String name, List<String> events) {
    return new WkspParticipant() {
      @Override
      public void quiesce() {
        events.add("quiesce " + name);
      }

      @Override
      public void resume() {
        events.add("resume " + name);
      }
    };
  }

  @Test
  void everyFailureOfTheDiskLeavesTheOldFileOrTheNewOneAndTheWorkspaceUnlocked()
      throws IOException {
    Wksp wksp = sample();
    WkspCheckptOptions options = WkspCheckptOptions.DEFAULT.withReplace(true).withSidecar(true);
    WkspCheckpt.write(disk, wksp, FILE, options);
    byte[] old = disk.content().get("file");
    WkspCheckptOptions again = options.withInfo(WkspCheckptInfo.NONE.withUserInfo("second"));
    for (int n = 1; ; n++) {
      disk.faults().fail(n, EnumSet.allOf(SimFaults.Op.class), "*", SimFaults.Effect.IO_ERROR);
      int fired = disk.faults().fired().size();
      boolean written = false;
      try {
        WkspCheckpt.write(disk, wksp, FILE, again);
        written = true;
      } catch (IOException e) {
        assertEquals(fired + 1, disk.faults().fired().size());
      }
      assertEquals(-1, wksp.lockOwner());
      assertEquals(List.of(), disk.openFiles());
      Wksp target = workspace(100, 1 << 20);
      boolean clean = disk.faults().fired().size() == fired;
      if (clean) {
        assertTrue(written && n > 15, n + " operations");
        return;
      }
      if (disk.exists(FILE)) {
        WkspRestore.restore(disk, target, FILE, WkspRestoreOptions.DEFAULT);
        assertEquals(used(wksp), used(target));
      }
      WkspCheckpt.write(disk, wksp, FILE, options);
      assertArrayEquals(old, disk.content().get("file"));
    }
  }

  @Test
  void everyFailureWhileReadingLeavesTheTargetAsItWasOrReset() throws IOException {
    Wksp wksp = sample();
    write(wksp, WkspCheckptOptions.DEFAULT.withSidecar(true));
    int resets = 0;
    for (int n = 1; ; n++) {
      Wksp target = workspace(100, 1 << 20);
      target.alloc(1, 7, 99);
      disk.faults().fail(n, EnumSet.allOf(SimFaults.Op.class), "*", SimFaults.Effect.IO_ERROR);
      try {
        WkspRestore.restore(disk, target, FILE, WkspRestoreOptions.DEFAULT);
        if (disk.content().isEmpty() || used(target).size() == 16) {
          assertTrue(n > 8 && resets > 0, n + " operations, " + resets + " resets");
          return;
        }
      } catch (IOException e) {
        boolean reset = WkspRestore.wasReset(e);
        resets += reset ? 1 : 0;
        target.verify();
        assertEquals(-1, target.lockOwner());
        assertEquals(reset ? 0 : 7, target.usage(99).taggedSize());
      }
      assertEquals(List.of(), disk.openFiles());
    }
  }

  @Test
  void cancelledWorkCleansUp() throws IOException {
    Wksp wksp = sample();
    byte[] file = write(wksp, WkspCheckptOptions.DEFAULT);
    disk.delete(FILE);
    for (WkspCheckptStyle style : WkspCheckptStyle.values()) {
      assertThrows(
          CancellationException.class,
          () ->
              WkspCheckpt.write(
                  disk,
                  wksp,
                  FILE,
                  WkspCheckptOptions.DEFAULT
                      .withStyle(style)
                      .withProgress((done, total) -> false)));
      assertEquals(Set.of(), disk.content().keySet());
      assertEquals(-1, wksp.lockOwner());
    }
    put(file);
    Wksp target = workspace(100, 1 << 20);
    for (int way = 0; way < 2; way++) {
      boolean stream = way == 1;
      target.alloc(1, 7, 99);
      CancellationException e =
          assertThrows(
              CancellationException.class,
              () ->
                  restore(
                      target,
                      file,
                      WkspRestoreOptions.DEFAULT.withProgress((done, total) -> false),
                      stream));
      assertTrue(WkspRestore.wasReset(e));
      target.verify();
      assertEquals(0, used(target).size());
    }
  }

  private void put(byte[] file) throws IOException {
    try (Disk.File out = disk.open(FILE, Disk.Mode.CREATE)) {
      out.truncate(0);
      out.write(MemorySegment.ofArray(file), 0);
    }
  }

  @Test
  void anExistingFileIsKeptAndTheModeIsApplied() throws IOException {
    Wksp wksp = sample();
    WkspCheckpt.write(disk, wksp, FILE, WkspCheckptOptions.DEFAULT);
    assertThrows(
        FileAlreadyExistsException.class,
        () -> WkspCheckpt.write(disk, wksp, FILE, WkspCheckptOptions.DEFAULT));
    WkspCheckptInfo info = WkspCheckptInfo.NONE.withMode(0640);
    write(wksp, WkspCheckptOptions.DEFAULT.withInfo(info));
    assertEquals(PosixFilePermissions.fromString("rw-r-----"), disk.attributes(FILE).permissions());
  }

  @Test
  void aRequiredSidecarIsRequiredAndADamagedFileIsFoundBeforeTheTargetIsTouched()
      throws IOException {
    Wksp wksp = sample();
    byte[] file =
        write(wksp, WkspCheckptOptions.DEFAULT.withStyle(WkspCheckptStyle.V2).withSidecar(true));
    file[file.length / 2] ^= 1; // inside some data, which nothing else guards
    put(file);
    Wksp target = workspace(100, 1 << 20);
    target.alloc(1, 7, 99);
    CorruptDataException e =
        assertThrows(
            CorruptDataException.class,
            () -> WkspRestore.restore(disk, target, FILE, WkspRestoreOptions.DEFAULT));
    assertEquals("sidecar", e.format());
    assertFalse(WkspRestore.wasReset(e));
    assertEquals(7, target.usage(99).taggedSize());
    WkspRestoreOptions ignore = WkspRestoreOptions.DEFAULT.withSidecar(WkspSidecar.IGNORE);
    WkspRestore.restore(disk, target, FILE, ignore);
    assertEquals(16, used(target).size());
    disk.delete(Path.of("file.hfs"));
    WkspRestoreOptions required = WkspRestoreOptions.DEFAULT.withSidecar(WkspSidecar.REQUIRED);
    assertThrows(
        CorruptDataException.class, () -> WkspRestore.restore(disk, target, FILE, required));
  }

  @Test
  void theListOfAllocationsStaysInsideTheLimit() throws IOException {
    Wksp wksp = sample();
    write(wksp, WkspCheckptOptions.DEFAULT);
    Wksp target = workspace(100, 1 << 20);
    WkspRestoreOptions options =
        WkspRestoreOptions.DEFAULT.withLimits(Limits.DEFAULT.withMemoryMax(15 * 48));
    CorruptDataException e =
        assertThrows(
            CorruptDataException.class, () -> WkspRestore.restore(disk, target, FILE, options));
    assertTrue(e.expected().contains(" that needs at most "), e.getMessage());
    WkspRestore.restore(
        disk, target, FILE, options.withLimits(Limits.DEFAULT.withMemoryMax(16 * 48)));
  }

  @Test
  void textsAreCutOrRefused() throws IOException {
    Wksp wksp = workspace(10, 1000);
    WkspCheckptInfo info = WkspCheckptInfo.NONE.withUserInfo("x".repeat(20_000));
    for (WkspCheckptStyle style : WkspCheckptStyle.values()) {
      write(wksp, WkspCheckptOptions.DEFAULT.withStyle(style).withInfo(info));
      WkspRestoreReport report = WkspRestore.restore(disk, wksp, FILE, WkspRestoreOptions.DEFAULT);
      assertEquals(16_383, report.info().userInfo().length());
    }
    assertThrows(IllegalArgumentException.class, () -> WkspCheckptInfo.NONE.withUserInfo("a\0b"));
    assertThrows(
        IllegalArgumentException.class, () -> WkspCheckptInfo.NONE.withPath("p".repeat(4096)));
    assertThrows(
        IllegalArgumentException.class,
        () -> WkspCheckptInfo.ofProcess(Instant::now, "a".repeat(40)));
    assertSame(WkspCheckptStyle.V3, WkspCheckptStyle.of(0));
  }
}
