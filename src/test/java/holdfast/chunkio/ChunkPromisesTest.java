package holdfast.chunkio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.internal.Disk;
import holdfast.internal.Mem;
import holdfast.testkit.PowerCuts;
import holdfast.testkit.SimDisk;
import holdfast.testkit.SimFaults.Effect;
import holdfast.testkit.SimFaults.Op;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a store promises about bytes that others left, and after operations that failed. */
class ChunkPromisesTest {
  private static final String FILE = "root/s/a";
  private static final String TEXT = ChunkModel.text(1, 900);

  private static ChunkStoreOptions options(SyncLevel level) {
    return Chunks.QUIETLY.withSync(level);
  }

  private static void write(SimDisk disk, SyncLevel level) throws IOException {
    try (ChunkStore store = ChunkModel.open(disk, options(level))) {
      assertTrue(store.stream("s").open("a").append(ChunkModel.bytes(TEXT)));
    }
  }

  /** After the acknowledgement the text is there, wherever the power goes. */
  private static void requirePromised(SimDisk disk) {
    PowerCuts.check(
        disk.states(2000),
        state -> {
          if (!state.acknowledged().isEmpty()) {
            try (ChunkStore store = ChunkModel.open(state.disk(), options(SyncLevel.FULL))) {
              store.load();
              assertEquals(Map.of("a", "|" + TEXT), ChunkModel.content(store));
            }
          }
        });
  }

  /** They are in the file, but nobody ever forced them. */
  @ParameterizedTest
  @EnumSource(
      value = SyncLevel.class,
      names = {"NONE", "FULL"})
  void bytesThatAnotherStoreLeftAreForcedBeforeTheyArePromised(SyncLevel level) throws IOException {
    SimDisk disk = new SimDisk();
    write(disk, SyncLevel.NONE);
    try (ChunkStore store = ChunkModel.open(disk, options(level))) {
      store.load();
      store.stream("s").chunk("a").sync(SyncLevel.FULL);
      disk.ack(1);
    }
    requirePromised(disk);
  }

  /** A file that was there may have been durable for years, whoever made it. */
  @Test
  void whatIsFoundIsReplacedDurably() throws IOException {
    SimDisk disk = new SimDisk();
    write(disk, SyncLevel.FULL);
    try (Disk.File file = disk.open(Path.of(FILE), Disk.Mode.WRITE)) {
      file.write(MemorySegment.ofArray(new byte[Long.BYTES]), ChunkLayout.ANCHOR_SIZE_OFFSET);
      file.force(true);
    }
    disk.ack(1);
    try (ChunkStore store = ChunkModel.open(disk, options(SyncLevel.NONE))) {
      store.load();
      store.stream("s").chunk("a").setMetadata(ChunkModel.bytes("tag"));
    }
    PowerCuts.check(
        disk.states(2000),
        state -> {
          if (!state.acknowledged().isEmpty()) {
            try (ChunkStore store = ChunkModel.open(state.disk(), options(SyncLevel.FULL))) {
              store.load();
              String found = ChunkModel.content(store).get("a");
              assertTrue(List.of("|" + TEXT, "tag|" + TEXT).contains(found), found);
            }
          }
        });
  }

  /** Without a checksum there is no anchor that would tell of the promise. */
  @Test
  void whatWasPromisedIsReplacedDurably() throws IOException {
    SimDisk disk = new SimDisk();
    ChunkStoreOptions options = options(SyncLevel.NONE).withChecksum(ChecksumMode.OFF);
    try (ChunkStore store = ChunkModel.open(disk, options)) {
      Chunk chunk = store.stream("s").open("a");
      assertTrue(chunk.append(ChunkModel.bytes(TEXT)));
      chunk.sync(SyncLevel.FULL);
      disk.ack(1);
      assertTrue(chunk.append(new byte[] {'x'}));
      chunk.setMetadata(ChunkModel.bytes("tag"));
    }
    PowerCuts.check(
        disk.states(2000),
        state -> {
          if (!state.acknowledged().isEmpty()) {
            try (ChunkStore store = ChunkModel.open(state.disk(), options)) {
              store.load();
              String found = ChunkModel.content(store).get("a");
              assertTrue(found != null && found.contains("|" + TEXT), found);
            }
          }
        });
  }

  /** Its size follows from that of the file, which grows before there is more content. */
  @ParameterizedTest
  @EnumSource(Engine.class)
  void aFileOfAnOldVersionGrowsWithoutGhosts(Engine engine) throws IOException {
    byte[] old = new byte[ChunkLayout.HEADER + 20];
    Arrays.fill(old, ChunkLayout.HEADER, old.length, (byte) 'a');
    MemorySegment bytes = MemorySegment.ofArray(old);
    Mem.putIntBe(bytes, 0, ChunkLayout.MAGIC << 16);
    for (boolean inTransaction : new boolean[] {true, false}) {
      SimDisk disk = new SimDisk();
      write(disk, SyncLevel.NONE);
      try (Disk.File file = disk.open(Path.of(FILE), Disk.Mode.WRITE)) {
        file.truncate(0);
        file.write(bytes, 0);
      }
      ChunkStoreOptions options = options(SyncLevel.NONE).withEngine(engine).withStagedSize(4096);
      try (ChunkStore store = ChunkModel.open(disk, options)) {
        store.load();
        Chunk chunk = store.stream("s").chunk("a");
        assertEquals(20, chunk.contentSize());
        if (inTransaction) {
          assertTrue(chunk.begin());
        }
        assertTrue(chunk.append(new byte[10_000]));
        // As a kill would leave it.
        OriginalVerdict killed;
        try (Disk.File file = disk.open(Path.of(FILE), Disk.Mode.READ)) {
          killed = OriginalVerdict.of(file, false);
        }
        long appended = engine == Engine.MAPPED && !inTransaction ? 10_020 : 20;
        assertEquals(appended, killed.contentSize());
      }
    }
  }

  @Test
  void namesWhoseForceFailedAreMadeAnewOnce() throws IOException {
    SimDisk disk = new SimDisk();
    EnumSet<Op> names = EnumSet.of(Op.FORCE_DIRECTORY);
    try (ChunkStore store = ChunkModel.open(disk, options(SyncLevel.FULL))) {
      Chunk chunk = store.stream("s").open("a");
      assertTrue(chunk.append(ChunkModel.bytes(TEXT)));
      disk.faults().fail(1, names, "s", Effect.IO_ERROR);
      assertThrows(IOException.class, chunk::sync);
      chunk.down();
      assertTrue(chunk.up());
      int before = disk.faults().count(names);
      chunk.sync();
      assertEquals(before + 2, disk.faults().count(names), "for the mark and for the name");
      chunk.sync();
      assertEquals(before + 2, disk.faults().count(names));
    }
  }

  /** An anchor that proves nothing must not stand beside new content as if it did. */
  @Test
  void anAnchorThatIsWrongIsNotHandedOn() throws IOException {
    SimDisk disk = new SimDisk();
    try (ChunkStore store = ChunkModel.open(disk, options(SyncLevel.NONE))) {
      store.stream("s").open("a");
    }
    try (Disk.File file = disk.open(Path.of(FILE), Disk.Mode.WRITE)) {
      MemorySegment anchor = MemorySegment.ofArray(new byte[Long.BYTES]);
      Mem.putLongBe(anchor, 0, ChunkLayout.anchor(20, 77));
      file.write(anchor, ChunkLayout.ANCHOR_SIZE_OFFSET);
    }
    try (ChunkStore store = ChunkModel.open(disk, options(SyncLevel.NONE))) {
      store.load();
      assertTrue(store.stream("s").chunk("a").append(new byte[] {1}));
    }
    MemorySegment bytes = MemorySegment.ofArray(disk.content().get(FILE));
    assertEquals(0, ChunkLayout.anchor(bytes));
  }

  @Test
  void aGrowthThatFoundNoRoomIsTakenBack() throws IOException {
    SimDisk disk = new SimDisk();
    try (ChunkStore store = ChunkModel.open(disk, options(SyncLevel.NONE))) {
      Chunk chunk = store.stream("s").open("a");
      assertTrue(chunk.append(ChunkModel.bytes(TEXT)));
      int size = disk.content().get(FILE).length;
      disk.faults().fail(1, EnumSet.of(Op.PREALLOCATE), "*", Effect.NO_SPACE);
      assertThrows(IOException.class, () -> chunk.append(new byte[3 * size]));
      assertEquals(size, disk.content().get(FILE).length);
      assertEquals(size, store.statistics().diskBytes());
    }
  }

  @Test
  void whatWasPutAsideStaysThere() throws IOException {
    SimDisk disk = new SimDisk();
    write(disk, SyncLevel.FULL);
    byte[] damaged = disk.content().get(FILE);
    Arrays.fill(damaged, 24, 200, (byte) 7);
    Path path = Path.of(FILE);
    try (Disk.File file = disk.open(path, Disk.Mode.WRITE)) {
      file.write(MemorySegment.ofArray(damaged), 0);
      file.force(true);
      disk.forceDirectory(path.getParent());
    }
    ChunkStoreOptions options =
        options(SyncLevel.FULL).withDamaged(DamagePolicy.QUARANTINE).withUpMax(1);
    int before = disk.length();
    try (ChunkStore store = ChunkModel.open(disk, options)) {
      LoadReport report = store.load();
      assertEquals(LoadReport.Action.QUARANTINED, report.problems().getFirst().action());
      disk.ack(1);
    }
    String aside = "root/.quarantine/s/a.bad_checksum";
    PowerCuts.check(
        disk.states(2000).filter(state -> state.position() >= before),
        state -> {
          Map<String, byte[]> files = state.disk().content();
          byte[] there = files.getOrDefault(aside, files.get(FILE));
          assertArrayEquals(damaged, there);
          if (!state.acknowledged().isEmpty()) {
            assertEquals(null, files.get(FILE), "still in its old place");
          }
        });
  }
}
