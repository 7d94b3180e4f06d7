package holdfast.snapshot;

import static holdfast.snapshot.SnapshotKind.FULL;
import static holdfast.snapshot.SnapshotKind.INCREMENTAL;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import holdfast.internal.OsDisk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Somebody takes the directory of a running service away. What is due then fails, as an event;
 * publishing goes on; when the directory is back, so is the service.
 */
@Timeout(120)
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "no directory with open files can be moved")
class SnapshotServiceDiskTest {
  @TempDir Path temp;

  private Path dir;
  private Path aside;
  private ServiceRig rig;
  private SnapshotService service;

  @BeforeEach
  void startWithAFullOneAndAnIncrementalOne() throws IOException {
    dir = temp.resolve("snapshots");
    aside = temp.resolve("aside");
    rig = new ServiceRig(OsDisk.INSTANCE, dir);
    service = rig.start(ServiceRig.policy(0, 5).promoteRatio(1).workers(2));
    rig.changeSettled(1, 10);
    assertEquals(List.of("FULL 5", "INCREMENTAL 10"), rig.completed());
  }

  @AfterEach
  void nothingIsLeft() {
    rig.close();
  }

  /**
   * A listener that was interrupted keeps the mark, as it should: it costs one snapshot at most.
   */
  @Test
  void anInterruptEndsOneSnapshotAtMost() throws Exception {
    AtomicBoolean done = new AtomicBoolean();
    rig.also =
        event -> {
          if (event instanceof SnapshotEvent.Started && !done.getAndSet(true)) {
            Thread.currentThread().interrupt();
          }
        };
    rig.change(11);
    Throwable failure = ServiceRig.cause(service.trigger(FULL));
    assertInstanceOf(ClosedByInterruptException.class, failure);
    assertRecovers(INCREMENTAL);
  }

  private static void deleteAll(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.toList().reversed()) {
        Files.delete(file);
      }
    }
  }

  /** The snapshot that is due next fails, and the service lives. */
  private void assertFails(long seq) {
    int before = rig.events(SnapshotEvent.Failed.class).size();
    rig.changeSettled(rig.store().publishedSeq() + 1, seq);
    List<SnapshotEvent.Failed> failed = rig.events(SnapshotEvent.Failed.class);
    assertEquals(before + 1, failed.size(), failed.toString());
    assertEquals(Reason.IO, failed.getLast().reason(), failed.toString());
    assertEquals(seq, failed.getLast().seq());
    assertInstanceOf(IOException.class, failed.getLast().cause());
    assertInstanceOf(IOException.class, ServiceRig.cause(service.trigger(FULL)));
  }

  /** The next snapshot is made, and it is what was published. */
  private void assertRecovers(SnapshotKind kind) throws Exception {
    assertTrue(service.status().failures() > 0);
    SnapshotInfo info = service.trigger(INCREMENTAL).get();
    assertEquals(kind, info.kind());
    assertEquals(rig.store().publishedSeq(), info.seq());
    assertEquals(0, service.status().failures());
    rig.assertLoads(info.seq());
    assertNoTemporaries(dir);
    // Its own lock: a second service is kept out again.
    try (StoreRig other = StoreRig.small()) {
      SnapshotException e = assertInstanceOf(SnapshotException.class, startFails(other.store, dir));
      assertEquals(Reason.LOCKED, e.reason());
      other.store.close();
    }
  }

  private static Exception startFails(RecordStore store, Path where) {
    try (var other =
        SnapshotService.start(store, where, SnapshotPolicy.DEFAULT, SnapshotListener.NONE)) {
      throw new AssertionError("there are two services: " + other.status());
    } catch (IOException | SnapshotException e) {
      return e;
    }
  }

  /** What was half written when the directory went is removed when it is back. */
  private static void assertNoTemporaries(Path where) throws IOException {
    try (Stream<Path> files = Files.list(where)) {
      List<Path> left = files.filter(file -> file.toString().endsWith(".tmp")).toList();
      assertEquals(List.of(), left);
    }
  }

  @Test
  void itIsDeletedAndMadeAgain() throws Exception {
    deleteAll(dir);
    assertFails(15);
    Files.createDirectory(dir);
    assertRecovers(FULL); // the base is gone for good
  }

  @Test
  void itIsMovedAwayAndComesBack() throws Exception {
    Files.move(dir, aside);
    assertFails(15);
    Files.move(aside, dir);
    assertRecovers(INCREMENTAL);
  }

  @Test
  void aFileTakesItsPlace() throws Exception {
    Files.move(dir, aside);
    Files.writeString(dir, "not a directory");
    assertFails(15);
    assertEquals("not a directory", Files.readString(dir));
    Files.delete(dir);
    Files.move(aside, dir);
    assertRecovers(INCREMENTAL);
  }

  @Test
  void aLinkToNowhereTakesItsPlace() throws Exception {
    Files.move(dir, aside);
    Files.createSymbolicLink(dir, temp.resolve("nowhere"));
    assertFails(15);
    Files.delete(dir);
    Files.move(aside, dir);
    assertRecovers(INCREMENTAL);
  }

  /** A place that refuses new files from anybody. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void aLinkToAPlaceThatTakesNoFilesTakesItsPlace() throws Exception {
    Path refusing = Path.of("/proc/self");
    assumeTrue(Files.isDirectory(refusing), "no /proc here");
    Files.move(dir, aside);
    Files.createSymbolicLink(dir, refusing);
    rig.changeSettled(11, 15);
    // The system says either that there is no room or that no file can be made.
    assertEquals(1, rig.events(SnapshotEvent.Failed.class).size());
    Files.delete(dir);
    Files.move(aside, dir);
    assertRecovers(INCREMENTAL);
  }

  /** To follow a link to where the directory went is what whoever made the link wants. */
  @Test
  void aLinkToWhereItWentIsFollowed() throws Exception {
    Files.move(dir, aside);
    Files.createSymbolicLink(dir, aside);
    rig.changeSettled(11, 15);
    assertEquals(List.of("FULL 5", "INCREMENTAL 10", "INCREMENTAL 15"), rig.completed());
    rig.assertLoads(15);
  }

  /** A link into the directory of another service: that one keeps it. */
  @Test
  void aLinkToTheDirectoryOfAnotherServiceTakesItsPlace() throws Exception {
    Path foreign = temp.resolve("foreign");
    try (ServiceRig other = new ServiceRig(OsDisk.INSTANCE, foreign)) {
      // The listing of threads at the end is for one service at a time.
      SnapshotService theirs = other.start(ServiceRig.policy(0, 0).workers(1));
      other.put(1, 1, 2, 3);
      theirs.trigger(FULL).get();
      Files.move(dir, aside);
      Files.createSymbolicLink(dir, foreign);
      rig.changeSettled(11, 15);
      assertEquals(
          List.of(Reason.LOCKED),
          rig.events(SnapshotEvent.Failed.class).stream()
              .map(SnapshotEvent.Failed::reason)
              .toList());
      Files.delete(dir);
      Files.move(aside, dir);
      assertRecovers(INCREMENTAL);
      assertNoTemporaries(foreign);
      other.assertLoads(1);
      service.close();
    }
  }

  @Test
  void itIsMadeReadOnly() throws Exception {
    Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("r-xr-xr-x"));
    try {
      assumeFalse(Files.isWritable(dir), "permissions do not bind the user who runs this");
      assertFails(15);
    } finally {
      Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    assertRecovers(INCREMENTAL);
  }

  /** It goes while a file is being written into it. */
  @Test
  void itGoesInTheMiddleOfASnapshot() throws Exception {
    for (Class<?> point : List.of(SnapshotEvent.Started.class, SnapshotEvent.Progressed.class)) {
      boolean[] gone = new boolean[1];
      rig.also =
          event -> {
            if (point.isInstance(event) && !gone[0]) {
              gone[0] = true;
              try {
                Files.move(dir, aside);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            }
          };
      long seq = rig.store().publishedSeq() + 1;
      rig.change(seq);
      Throwable cause = ServiceRig.cause(service.trigger(FULL));
      assertTrue(gone[0], point.toString());
      assertInstanceOf(NoSuchFileException.class, cause, point.toString());
      Files.move(aside, dir);
      assertRecovers(INCREMENTAL);
    }
  }

  /** A directory has the name of the next temporary file. */
  @Test
  void theNameOfTheNextFileIsTaken() throws Exception {
    Path name = dir.resolve(".incr-%020d-%020d.snap.tmp".formatted(5, 15));
    Files.createDirectories(name.resolve("sub"));
    rig.changeSettled(11, 15);
    assertEquals(1, rig.events(SnapshotEvent.Failed.class).size());
    deleteAll(name);
    assertRecovers(INCREMENTAL);
  }
}
