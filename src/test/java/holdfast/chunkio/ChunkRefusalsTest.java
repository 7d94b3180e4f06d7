package holdfast.chunkio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.CorruptDataException;
import holdfast.internal.Disk;
import holdfast.internal.Mem;
import holdfast.internal.OsDisk;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files and appends that are refused, each for one reason. */
class ChunkRefusalsTest {
  private static final String TEXT = ChunkModel.text(1, 100);

  @TempDir Path dir;

  /** A chunk without metadata that was never forced, cut to its content. */
  private byte[] sealed;

  private Path path;

  @BeforeEach
  void make() throws IOException {
    ChunkStoreOptions options = Chunks.QUIETLY.withSync(SyncLevel.NONE);
    try (ChunkStore store = ChunkStore.open(dir, options)) {
      assertTrue(store.stream("s").open("a").append(ChunkModel.bytes(TEXT)));
    }
    path = dir.resolve("s").resolve("a");
    byte[] all = Files.readAllBytes(path);
    sealed = Arrays.copyOf(all, ChunkLayout.HEADER + TEXT.length());
  }

  private void put(byte[] bytes) throws IOException {
    Files.write(path, bytes);
  }

  @Test
  void verifyTakesSealedFilesOnly() throws IOException {
    put(sealed);
    assertEquals(TEXT.length(), ChunkFiles.verify(path));
    byte[] torn = sealed.clone();
    Mem.putIntBe(MemorySegment.ofArray(torn), ChunkLayout.SIZE_OFFSET, TEXT.length() - 1);
    put(torn);
    var e = assertThrows(CorruptDataException.class, () -> ChunkFiles.verify(path));
    assertEquals(ChunkLayout.CRC_OFFSET, e.offset());
    byte[] corrupt = sealed.clone();
    corrupt[ChunkLayout.HEADER] ^= 1;
    put(corrupt);
    assertThrows(CorruptDataException.class, () -> ChunkFiles.verify(path));
  }

  @Test
  void verifyOfAStoreSaysWhere() throws IOException {
    put(Arrays.copyOf(sealed, sealed.length - 1));
    try (ChunkStore store = ChunkStore.open(dir, Chunks.QUIETLY)) {
      var e = assertThrows(CorruptDataException.class, store::verify);
      assertEquals(sealed.length - 1, e.offset());
      assertTrue(e.getMessage().contains("s/a"), e.getMessage());
    }
  }

  @Test
  void aLockOfAFileThatWasCutIsAnError() throws IOException {
    ChunkStoreOptions options = Chunks.QUIETLY.withSync(SyncLevel.DATA);
    try (ChunkStore store = ChunkStore.open(dir.resolve("other"), options)) {
      Chunk chunk = store.stream("s").open("a");
      assertTrue(chunk.append(new byte[10]));
      Files.write(chunk.path(), new byte[0]);
      assertThrows(IOException.class, chunk::lock);
      assertTrue(chunk.isLocked());
    }
  }

  @Test
  void aStrictStoreWantsAChecksum() throws IOException {
    byte[] unchecked = sealed.clone();
    Mem.putIntBe(MemorySegment.ofArray(unchecked), ChunkLayout.CRC_OFFSET, 0);
    put(unchecked);
    ChunkStoreOptions strict = Chunks.QUIETLY.withChecksum(ChecksumMode.STRICT);
    try (ChunkStore store = ChunkStore.open(dir, strict)) {
      var e = assertThrows(CorruptDataException.class, () -> store.stream("s").open("a"));
      assertEquals(ChunkLayout.CRC_OFFSET, e.offset());
    }
    try (ChunkStore store = ChunkStore.open(dir, Chunks.QUIETLY)) {
      assertEquals(TEXT, ChunkModel.string(store.stream("s").open("a").contentCopy()));
    }
  }

  @Test
  void anAnchorThatIsWrongProvesNothing() throws IOException {
    byte[] bytes = sealed.clone();
    bytes[ChunkLayout.HEADER + 50] ^= 1;
    MemorySegment mem = MemorySegment.ofArray(bytes);
    Mem.putLongBe(mem, ChunkLayout.ANCHOR_SIZE_OFFSET, ChunkLayout.anchor(40, 77));
    put(bytes);
    ChunkScan scan = new ChunkScan();
    try (Disk.File file = OsDisk.INSTANCE.open(path, Disk.Mode.READ)) {
      scan.scan(file, true);
    }
    assertEquals(ChunkState.CORRUPT, scan.state);
    assertFalse(scan.anchorValid);
  }

  /** Somebody was told a size, and then the file was cut. */
  @Test
  void aFileThatWasCutMeanwhileIsNoticed() throws IOException {
    byte[] bytes = sealed.clone();
    bytes[ChunkLayout.HEADER + 50] ^= 1; // so that all of the file is looked at
    put(bytes);
    try (Disk.File file = OsDisk.INSTANCE.open(path, Disk.Mode.READ)) {
      ChunkScan scan = new ChunkScan();
      var e =
          assertThrows(
              CorruptDataException.class, () -> scan.scan(file, true, bytes.length + 1000));
      assertEquals(bytes.length, e.offset());
    }
  }

  @Test
  void aFileThatIsPutAsideReplacesNoOther() throws IOException {
    byte[] corrupt = sealed.clone();
    for (int i = 0; i < 3; i++) {
      corrupt[ChunkLayout.HEADER] = (byte) i;
      put(corrupt);
      try (ChunkStore store = ChunkStore.open(dir, Chunks.QUIETLY)) {
        assertEquals(1, store.load().problems().size());
      }
    }
    Path aside = dir.resolve(".quarantine").resolve("s");
    assertEquals(0, Files.readAllBytes(aside.resolve("a.bad_checksum"))[ChunkLayout.HEADER]);
    assertEquals(1, Files.readAllBytes(aside.resolve("a.bad_checksum.1"))[ChunkLayout.HEADER]);
    assertEquals(2, Files.readAllBytes(aside.resolve("a.bad_checksum.2"))[ChunkLayout.HEADER]);
  }

  @Test
  void bytesOfAStreamAreLimited() throws IOException {
    ChunkLimits limits = ChunkLimits.NONE.withStreamBytesMax(100_000);
    byte[] data = new byte[30_000];
    try (ChunkStore store =
        ChunkStore.open(dir.resolve("other"), Chunks.QUIETLY.withLimits(limits))) {
      assertTrue(store.stream("s").open("a").append(data));
      Chunk second = store.stream("s").open("b");
      int stored = 0;
      while (stored < 10 && second.append(data)) {
        stored++;
      }
      assertTrue(stored < 3, stored + " appends");
      assertTrue(store.stream("t").open("a").append(data));
    }
  }
}
