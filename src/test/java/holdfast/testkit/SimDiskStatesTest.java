package holdfast.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.internal.Disk;
import holdfast.internal.Disk.Mode;
import holdfast.testkit.SimFaults.Effect;
import holdfast.testkit.SimFaults.Op;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The rules of loss, one by one, and how states are enumerated. */
class SimDiskStatesTest {
  private static final Path A = Path.of("a");
  private static final Path B = Path.of("b");
  private static final Path ROOT = Path.of("/");

  private final SimDisk disk = new SimDisk();

  private static MemorySegment bytes(int size, int value) {
    byte[] bytes = new byte[size];
    Arrays.fill(bytes, (byte) value);
    return MemorySegment.ofArray(bytes);
  }

  /** A durable file. */
  private void durable(Path path, int size, int value) throws IOException {
    try (Disk.File file = disk.open(path, Mode.CREATE_NEW)) {
      file.write(bytes(size, value), 0);
      file.force(true);
    }
    disk.forceDirectory(ROOT);
  }

  /** Each sector as its first byte, a partial one with its size: {@code 1 1 0:100}. */
  private static String show(byte[] content) {
    StringBuilder text = new StringBuilder();
    for (int at = 0; at < content.length; at += 512) {
      int size = Math.min(512, content.length - at);
      text.append(text.isEmpty() ? "" : " ").append(content[at]);
      boolean even = true;
      for (int i = 1; i < size; i++) {
        even &= content[at + i] == content[at];
      }
      text.append(even ? "" : "~" + content[at + size - 1]).append(size < 512 ? ":" + size : "");
    }
    return text.toString();
  }

  private static String show(SimDisk disk) {
    return disk.content().entrySet().stream()
        .map(
            it ->
                it.getValue() == null
                    ? it.getKey()
                    : it.getKey() + "=[" + show(it.getValue()) + "]")
        .collect(Collectors.joining(" "));
  }

  /** What the disk can show after a cut right now. */
  private Set<String> now() {
    int end = disk.length();
    return statesAt(end);
  }

  private Set<String> statesAt(int position) {
    // States of earlier positions hide equal ones of later positions, unless something was
    // promised.
    disk.ack("now");
    return disk.states()
        .filter(state -> state.position() == position)
        .map(state -> show(state.disk()))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void theNumberOfStatesOfEachClassIsAsCountedByHand() throws IOException {
    for (boolean hostile : List.of(true, false)) {
      SimDisk small = new SimDisk();
      small.hostileNames(hostile);
      try (Disk.File file = small.open(A, Mode.CREATE)) {
        file.write(bytes(1024, 1), 0);
        file.force(true);
        small.forceDirectory(ROOT);
        file.write(bytes(1536, 2), 0);
      }
      small.open(B, Mode.CREATE).close();
      small.open(Path.of("c"), Mode.CREATE).close();
      assertEquals(7, small.length());
      TreeMap<Integer, Long> counts =
          small
              .states()
              .collect(Collectors.groupingBy(CutState::type, TreeMap::new, Collectors.counting()));
      // Class 1: the empty disk, a without content, a, a written again, with b, with c.
      // Class 2: 2 + 7 + 5 + 6 after events 2, 5, 6, 7; without hostile names 4 instead of 6.
      // Class 3: only the first of three sectors, alone, with b, with b and c.
      // Class 4: the other ones of 8 (after event 2) or 12 different contents: 1 + 2 + 5 + 6.
      // Class 5: 12 contents with c but without b, 2 of which are in class 2; hostile only.
      assertEquals(
          hostile ? "{1=6, 2=20, 3=3, 4=14, 5=10}" : "{1=6, 2=18, 3=3, 4=14}", counts.toString());
    }
  }

  @Test
  void everyStateComesBackFromItsIdAlone() throws IOException {
    SimDisk first = busyDisk();
    SimDisk second = busyDisk();
    Set<String> ids = new HashSet<>();
    Set<String> contents = new HashSet<>();
    first
        .states()
        .forEach(
            state -> {
              assertTrue(ids.add(state.id()), state.id());
              String content = state.acknowledged() + state.disk().fingerprint();
              assertTrue(contents.add(content), "again: " + state.id());
              CutState again = second.state(state.id());
              assertEquals(state.id(), again.id());
              assertEquals(state.disk().fingerprint(), again.disk().fingerprint(), state.id());
              assertEquals(state.acknowledged(), again.acknowledged());
            });
    assertTrue(ids.size() > 500, ids.size() + " states");
    assertTrue(ids.stream().anyMatch(id -> id.contains("kept={")));
    assertTrue(ids.stream().anyMatch(id -> id.contains("names={")));
    assertThrows(IllegalArgumentException.class, () -> first.state("k=1 lost=everything"));
    assertThrows(
        IllegalArgumentException.class, () -> first.state("k=1 lost={9.9} names=0 seed=1"));
  }

  /** Many units of every kind. */
  private static SimDisk busyDisk() throws IOException {
    SimDisk busy = new SimDisk();
    busy.createDirectory(Path.of("d"));
    busy.ack("directory");
    try (Disk.File file = busy.open(A, Mode.CREATE);
        Arena arena = Arena.ofConfined()) {
      file.preallocate(0, 6000);
      file.force(false);
      MemorySegment map = file.map(MapMode.READ_WRITE, 0, 6000, arena);
      map.set(ValueLayout.JAVA_BYTE, 1, (byte) 1);
      map.set(ValueLayout.JAVA_BYTE, 5000, (byte) 2);
      busy.rename(A, Path.of("d/a"));
      map.set(ValueLayout.JAVA_BYTE, 1, (byte) 3);
      file.truncate(700);
      busy.forceDirectory(ROOT);
      file.write(bytes(5000, 4), 100);
      busy.ack("written");
    }
    busy.open(B, Mode.CREATE).close();
    busy.delete(Path.of("d/a"));
    return busy;
  }

  @Test
  void statesAreMadeOneByOne() throws IOException {
    try (Disk.File file = disk.open(A, Mode.CREATE)) {
      for (int i = 0; i < 300; i++) {
        file.write(bytes(20_000, i), 0);
      }
    }
    assertEquals(50, disk.states().limit(50).count(), "millions of them would take minutes");
  }

  @Test
  void aLimitKeepsTheFirstThreeClassesAndSamplesTheRest() throws IOException {
    SimDisk busy = busyDisk();
    List<CutState> all = busy.states().toList();
    Set<String> small =
        all.stream().filter(it -> it.type() <= 3).map(CutState::id).collect(Collectors.toSet());
    List<CutState> some = busy.states(small.size() + 100).toList();
    Set<String> ids = some.stream().map(CutState::id).collect(Collectors.toSet());
    assertTrue(ids.containsAll(small));
    assertTrue(ids.size() > small.size() && ids.size() <= small.size() + 100, ids.size() + "");
    assertTrue(all.stream().map(CutState::id).collect(Collectors.toSet()).size() == all.size());
    assertEquals(
        ids,
        busy.states(small.size() + 100).map(CutState::id).collect(Collectors.toSet()),
        "the sample depends on the seed alone");
    busy.seed(2);
    assertFalse(
        ids.equals(busy.states(small.size() + 100).map(CutState::id).collect(Collectors.toSet())));
  }

  @Test
  void equalStatesAreLeftOutUnlessMoreWasPromised() throws IOException {
    disk.open(A, Mode.CREATE).close();
    assertEquals(List.of("", "a=[]"), disk.states().map(it -> show(it.disk())).toList());
    disk.delete(A);
    assertEquals(2, disk.states().count());
    disk.ack("deleted");
    assertEquals(
        List.of(List.of(), List.of(), List.of("deleted"), List.of("deleted")),
        disk.states().map(CutState::acknowledged).toList());
  }

  @Test
  void nothingPendingMeansOneState() throws IOException {
    durable(A, 1000, 1);
    assertEquals(Set.of("a=[1 1:488]"), now());
    SimDisk fresh = disk.states().toList().getLast().disk();
    assertEquals(0, fresh.length());
    assertEquals(1, fresh.states().count());
  }

  @Test
  void everySectorOfAWriteIsKeptOrLostByItself() throws IOException {
    durable(A, 1536, 1);
    try (Disk.File file = disk.open(A, Mode.WRITE)) {
      file.write(bytes(1000, 2), 300);
    }
    assertEquals(8, now().size());
    assertTrue(now().contains("a=[1~2 1 2~1]"), "the middle one is lost: " + now());
  }

  @Test
  void aSizeWithoutItsSectorsShowsZerosAndSectorsWithoutSizeAreGone() throws IOException {
    durable(A, 512, 1);
    try (Disk.File file = disk.open(A, Mode.WRITE)) {
      file.write(bytes(512, 2), 512);
    }
    assertEquals(Set.of("a=[1]", "a=[1 0]", "a=[1 2]"), now());
  }

  @Test
  void aTruncationThatIsFollowedByGrowthShowsZerosNeverTheCutBytes() throws IOException {
    durable(A, 1536, 1);
    try (Disk.File file = disk.open(A, Mode.WRITE)) {
      file.truncate(700);
      file.truncate(1536);
    }
    assertEquals(Set.of("a=[1 1 1]", "a=[1 1:188]", "a=[1 1~0 0]"), now());
    try (Disk.File file = disk.open(A, Mode.WRITE)) {
      file.force(false);
    }
    assertEquals(Set.of("a=[1 1~0 0]"), now());
  }

  @Test
  void aForcedTruncationCutsWhatWasPendingBefore() throws IOException {
    durable(A, 512, 1);
    try (Disk.File file = disk.open(A, Mode.WRITE)) {
      file.write(bytes(512, 2), 512);
      file.truncate(512);
      file.force(false);
      file.write(bytes(512, 3), 1024);
    }
    assertEquals(Set.of("a=[1]", "a=[1 0 0]", "a=[1 0 3]"), now());
  }

  @Test
  void aForcedFileKeepsItsContentButNotItsName() throws IOException {
    try (Disk.File file = disk.open(A, Mode.CREATE)) {
      file.write(bytes(512, 1), 0);
      file.force(true);
    }
    assertEquals(Set.of("", "a=[1]"), now());
  }

  @Test
  void aForcedDirectoryKeepsItsNamesButNotTheirContents() throws IOException {
    disk.createDirectory(Path.of("d"));
    try (Disk.File file = disk.open(Path.of("d/a"), Mode.CREATE)) {
      file.write(bytes(512, 1), 0);
    }
    disk.forceDirectory(ROOT);
    assertEquals(Set.of("d/", "d/ d/a=[]", "d/ d/a=[0]", "d/ d/a=[1]"), now());
    disk.forceDirectory(Path.of("d"));
    assertEquals(Set.of("d/ d/a=[]", "d/ d/a=[0]", "d/ d/a=[1]"), now());
  }

  @Test
  void aDeletedFileMayBeBackWithItsDurableContent() throws IOException {
    durable(A, 512, 1);
    try (Disk.File file = disk.open(A, Mode.WRITE)) {
      file.write(bytes(512, 2), 0);
      disk.delete(A);
    }
    assertEquals(Set.of("", "a=[1]", "a=[2]"), now());
    disk.forceDirectory(ROOT);
    assertEquals(Set.of(""), now());
  }

  @Test
  void aRenameMovesBothNamesOrNone() throws IOException {
    durable(A, 512, 1);
    durable(B, 512, 2);
    disk.rename(A, B);
    assertEquals(Set.of("a=[1] b=[2]", "b=[1]"), now());
  }

  @Test
  void aRenameAcrossDirectoriesMayShowBothNamesButNeverNone() throws IOException {
    durable(A, 512, 1);
    disk.createDirectory(Path.of("d"));
    disk.forceDirectory(ROOT);
    disk.rename(A, Path.of("d/a"));
    assertEquals(Set.of("a=[1] d/", "a=[1] d/ d/a=[1]", "d/ d/a=[1]"), now());
    disk.forceDirectory(Path.of("d"));
    assertEquals(Set.of("a=[1] d/ d/a=[1]", "d/ d/a=[1]"), now());
    disk.forceDirectory(ROOT);
    assertEquals(Set.of("d/ d/a=[1]"), now());
  }

  @Test
  void theEndOfAnOldNameIsNotDurableBeforeTheNewOne() throws IOException {
    durable(A, 512, 1);
    disk.createDirectory(Path.of("d"));
    disk.forceDirectory(ROOT);
    disk.rename(A, Path.of("d/a"));
    disk.forceDirectory(ROOT);
    assertEquals(Set.of("d/ d/a=[1]"), now());
  }

  @Test
  void orderedNamesKeepAPrefixAndHostileOnesAnyThatMakeSense() throws IOException {
    disk.open(A, Mode.CREATE).close();
    disk.open(B, Mode.CREATE).close();
    disk.rename(A, Path.of("c"));
    Set<String> ordered = Set.of("", "a=[]", "a=[] b=[]", "b=[] c=[]");
    Set<String> hostile = new TreeSet<>(ordered);
    hostile.addAll(Set.of("b=[]", "c=[]")); // but never the rename of a file never created
    assertEquals(hostile, now());
    disk.hostileNames(false);
    assertEquals(ordered, now());
  }

  @Test
  void moreThanSixNamesAreOrderedAlways() throws IOException {
    for (char name = 'a'; name < 'h'; name++) {
      disk.open(Path.of(name + ""), Mode.CREATE).close();
    }
    assertEquals(8, now().size());
  }

  @Test
  void aMappedSectorShowsAnyVersionSinceTheLastForce() throws IOException {
    durable(A, 8192, 1);
    try (Disk.File file = disk.open(A, Mode.WRITE);
        Arena arena = Arena.ofConfined()) {
      MemorySegment map = file.map(MapMode.READ_WRITE, 0, 8192, arena);
      map.asSlice(0, 512).fill((byte) 2);
      disk.observe();
      map.asSlice(0, 512).fill((byte) 3);
      disk.observe();
      map.asSlice(0, 512).fill((byte) 3);
      map.asSlice(5000, 1).fill((byte) 4);
      Set<String> first = new TreeSet<>();
      for (String state : now()) {
        first.add(state.substring(3, 4));
      }
      assertEquals(Set.of("1", "2", "3"), first);
      assertEquals(6, now().size());

      file.forceMapped(4096, 8192);
      assertEquals(3, now().size(), "only the second page is forced");
      file.forceMapped(100, 101);
      assertEquals(1, now().size(), "a byte stands for its page");
      map.asSlice(0, 512).fill((byte) 5);
    }
    assertEquals(2, now().size(), "the end of a map forces nothing");
    try (Disk.File file = disk.open(A, Mode.WRITE)) {
      file.force(false);
    }
    assertEquals(1, now().size(), "a force of the file covers stores through maps");
  }

  @Test
  void aForcedRangeOfAMapMakesNeitherWritesNorSizesDurable() throws IOException {
    durable(A, 512, 1);
    try (Disk.File file = disk.open(A, Mode.WRITE);
        Arena arena = Arena.ofConfined()) {
      file.preallocate(512, 1024);
      MemorySegment map = file.map(MapMode.READ_WRITE, 0, 1024, arena);
      map.asSlice(512, 512).fill((byte) 2);
      file.write(bytes(512, 3), 0);
      file.forceMapped(0, 1024);
      assertEquals(Set.of("a=[1]", "a=[3]", "a=[1 2]", "a=[3 2]"), now());
    }
  }

  @Test
  void aStoreIntoAHoleIsReported() throws IOException {
    try (Disk.File file = disk.open(A, Mode.CREATE);
        Arena arena = Arena.ofConfined()) {
      file.truncate(4096);
      MemorySegment map = file.map(MapMode.READ_WRITE, 0, 4096, arena);
      map.set(ValueLayout.JAVA_BYTE, 1000, (byte) 1);
      AssertionError error = assertThrows(AssertionError.class, disk::observe);
      assertTrue(error.getMessage().contains("hole at byte 1000"), error.getMessage());
      map.set(ValueLayout.JAVA_BYTE, 1000, (byte) 0);
    }
  }

  @Test
  void aStoreBehindTheEndIsReported() throws IOException {
    durable(A, 4096, 1);
    try (Disk.File file = disk.open(A, Mode.WRITE);
        Arena arena = Arena.ofConfined()) {
      MemorySegment map = file.map(MapMode.READ_WRITE, 0, 4096, arena);
      file.truncate(100);
      map.set(ValueLayout.JAVA_BYTE, 1000, (byte) 1);
      AssertionError error = assertThrows(AssertionError.class, disk::observe);
      assertTrue(error.getMessage().contains("file ends at 100"), error.getMessage());
      map.set(ValueLayout.JAVA_BYTE, 1000, (byte) 0);
    }
  }

  @Test
  void whatAFailedForceCoveredStaysPendingUntilItIsWrittenAgain() throws IOException {
    durable(A, 1024, 1);
    try (Disk.File file = disk.open(A, Mode.WRITE)) {
      file.write(bytes(1536, 2), 0);
      disk.faults().fail(1, EnumSet.of(Op.FORCE), "a", Effect.IO_ERROR);
      assertThrows(IOException.class, () -> file.force(true));
      int before = now().size();
      assertEquals(12, before);
      file.force(true);
      assertEquals(before, now().size(), "a later success proves nothing");
      file.write(bytes(512, 2), 0);
      file.force(true);
      assertEquals(6, now().size(), "the first sector is durable now: " + now());
      file.write(bytes(1024, 2), 512);
      file.force(true);
      assertEquals(Set.of("a=[2 2 2]"), now(), "and the rest with the size");
    }
  }

  private void failToForceNames() {
    disk.faults().fail(1, EnumSet.of(Op.FORCE_DIRECTORY), "*", Effect.IO_ERROR);
    assertThrows(IOException.class, () -> disk.forceDirectory(ROOT));
  }

  @Test
  void namesOfAFailedForceStayPendingUntilTheyAreMadeAgain() throws IOException {
    disk.open(A, Mode.CREATE).close();
    failToForceNames();
    disk.forceDirectory(ROOT);
    assertEquals(Set.of("", "a=[]"), now());
    disk.open(B, Mode.CREATE).close();
    disk.forceDirectory(ROOT);
    assertEquals(Set.of("b=[]", "a=[] b=[]"), now(), "others do not take it along");
    disk.rename(A, Path.of("c"));
    assertEquals(Set.of("b=[]", "a=[] b=[]", "b=[] c=[]"), now());
    disk.rename(Path.of("c"), A);
    disk.forceDirectory(ROOT);
    assertEquals(Set.of("a=[] b=[]"), now());
  }

  @Test
  void aFileThatWasReplacedBeforeAFailedForceMayBeBack() throws IOException {
    durable(A, 512, 1);
    durable(B, 512, 2);
    disk.rename(B, A);
    failToForceNames();
    disk.forceDirectory(ROOT);
    assertEquals(Set.of("a=[1] b=[2]", "a=[2]"), now());
    disk.rename(A, Path.of("c"));
    disk.forceDirectory(ROOT);
    assertEquals(
        Set.of("c=[2]", "b=[2] c=[2]"), now(), "the end of the old name is not made again");
    disk.rename(Path.of("c"), B);
    disk.delete(B);
    disk.forceDirectory(ROOT);
    assertEquals(Set.of(""), now());
  }

  @Test
  void aFileDeletedBeforeAFailedForceMayBeBack() throws IOException {
    durable(A, 512, 1);
    disk.delete(A);
    failToForceNames();
    disk.forceDirectory(ROOT);
    assertEquals(Set.of("", "a=[1]"), now());
    disk.open(A, Mode.CREATE).close();
    disk.forceDirectory(ROOT);
    assertEquals(Set.of("a=[]"), now());
  }

  @Test
  void aKillKeepsThePageCacheAndEndsFilesAndLocks() throws IOException {
    durable(A, 4096, 1);
    Disk.File file = disk.open(A, Mode.WRITE);
    try (Arena arena = Arena.ofConfined()) {
      file.tryLock(false);
      file.write(bytes(512, 2), 0);
      file.map(MapMode.READ_WRITE, 0, 4096, arena).asSlice(512, 512).fill((byte) 3);
      disk.kill();
    }
    assertThrows(ClosedChannelException.class, file::size);
    assertEquals(List.of(), disk.openFiles());
    assertEquals("a=[2 3 1 1 1 1 1 1]", show(disk));
    assertEquals(4, now().size(), "nothing became durable");
    try (Disk.File again = disk.open(A, Mode.WRITE)) {
      assertTrue(again.tryLock(false) != null);
    }
  }

  @Test
  void aStateIsADiskOfItsOwn() throws IOException {
    durable(A, 512, 1);
    disk.createDirectory(Path.of("d"));
    disk.forceDirectory(ROOT);
    List<CutState> states = disk.states().toList();
    CutState last = states.getLast();
    SimDisk first = last.disk();
    try (Disk.File file = first.open(A, Mode.WRITE);
        Arena arena = Arena.ofConfined()) {
      file.map(MapMode.READ_WRITE, 0, 512, arena).fill((byte) 9);
      first.open(Path.of("d/x"), Mode.CREATE).close();
    }
    assertEquals("a=[9] d/ d/x=[]", show(first));
    assertEquals("a=[1] d/", show(last.disk()));
    assertEquals("a=[1] d/", show(disk));
    List<String> deeper = new ArrayList<>();
    first.states().forEach(state -> deeper.add(state.id()));
    assertTrue(deeper.getLast().startsWith(last.id() + " / k="), deeper.getLast());
    assertEquals(deeper.getLast(), first.state(deeper.getLast()).id());
  }

  @Test
  void aFileThatLostItsNameIsGoneButAnOpenOneGoesOn() throws IOException {
    durable(A, 512, 1);
    try (Disk.File file = disk.open(A, Mode.WRITE)) {
      disk.delete(A);
      disk.forceDirectory(ROOT);
      file.write(bytes(512, 2), 0);
      file.force(true);
      byte[] one = new byte[1];
      file.read(MemorySegment.ofArray(one), 0);
      assertArrayEquals(new byte[] {2}, one);
    }
    assertEquals(Set.of(""), now());
  }
}
