package holdfast.groove;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.CorruptDataException;
import holdfast.UnsupportedFormatException;
import holdfast.internal.Disk;
import holdfast.internal.OsDisk;
import holdfast.testkit.SimDisk;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RegionFileTest {
  private static final byte[] NO_INFO = {};

  @TempDir Path dir;

  private static List<Long> fill(Groove groove, long size) {
    List<Long> objects = new ArrayList<>();
    try (GrooveHandle handle = groove.handle()) {
      for (long object; (object = handle.alloc(size)) != GrooveHandle.FULL; ) {
        handle.segment(object).fill((byte) object);
        objects.add(object);
      }
    }
    return objects;
  }

  @Test
  void theHeaderIsWhereTheFormatSays() throws IOException {
    Path path = dir.resolve("region");
    Groove.createFile(path, GrooveGeometry.compact(128, 1 << 21), 77).close();
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(path)).order(ByteOrder.LITTLE_ENDIAN);
    assertEquals(65536, bytes.capacity());
    assertEquals("HFGRREG1", new String(bytes.array(), 0, 8, StandardCharsets.US_ASCII));
    assertEquals(1, bytes.getInt(8));
    assertEquals(1, bytes.getInt(12));
    assertEquals(7, bytes.getInt(16));
    assertEquals(21, bytes.getInt(20));
    assertEquals(4096, bytes.getLong(24));
    assertEquals(17152, bytes.getLong(32));
    assertEquals(65536, bytes.getLong(40));
    assertEquals(77, bytes.getLong(48));
    assertEquals("HFGRVST1", new String(bytes.array(), 4096, 8, StandardCharsets.US_ASCII));
    assertEquals(0, bytes.getLong(4096 + 8));
    assertEquals(24576, RegionHeader.BACKED_OFFSET);
    assertEquals(5120, RegionHeader.VOLUMES_LIMIT);
  }

  @Test
  void whatIsInAFileIsThereTheNextTime() throws IOException {
    Path path = dir.resolve("region");
    List<Long> objects;
    try (Groove groove = Groove.createFile(path, Bytes.SMALL, 8)) {
      assertEquals(GrooveHandle.FULL, groove.handle().alloc(10));
      assertTrue(groove.grow(2, new byte[] {5}, false));
      objects = fill(groove, 700);
      assertTrue(objects.size() > 2 * 1100, objects.size() + " objects");
      assertTrue(groove.grow(1, NO_INFO, true));
      objects.addAll(fill(groove, 700));
    }
    assertEquals(65536 + (3 << 20), Files.size(path));
    try (Groove looked = Groove.openFileReadOnly(path);
        Groove too = Groove.openFileReadOnly(path)) {
      looked.verify();
      assertEquals(looked.usage(), too.usage());
      assertThrows(FileSystemException.class, () -> Groove.openFile(path));
    }
    try (Groove groove = Groove.openFile(path);
        GrooveHandle handle = groove.handle()) {
      groove.verify();
      assertThrows(FileSystemException.class, () -> Groove.openFile(path));
      assertThrows(FileSystemException.class, () -> Groove.openFileReadOnly(path));
      assertEquals(objects.size(), groove.usage().held());
      for (long object : objects) {
        MemorySegment bytes = handle.segment(object);
        assertEquals((byte) object, bytes.get(ValueLayout.JAVA_BYTE, 0));
        assertEquals((byte) object, bytes.get(ValueLayout.JAVA_BYTE, 699));
        assertTrue(handle.free(object));
      }
      assertFalse(groove.grow(6, NO_INFO, false));
      groove.compact();
      groove.verify();
    }
  }

  @Test
  void removedVolumesAtTheEndAreCutOff() throws IOException {
    Path path = dir.resolve("region");
    try (Groove groove = Groove.createFile(path, Bytes.SMALL, 4)) {
      assertTrue(groove.grow(4, NO_INFO, false));
      GrooveHandle handle = groove.handle();
      long first = handle.alloc(100); // in volume 0
      for (int i = 1; i < 4; i++) {
        assertEquals(i, groove.removeVolume());
      }
      assertEquals(Groove.EMPTY, groove.removeVolume());
      // The place of a removed one is taken again.
      assertTrue(groove.grow(1, NO_INFO, false));
      assertEquals(List.of(0L, 1L), groove.volumes().stream().map(GrooveVolume::index).toList());
      fill(groove, 3000);
      groove.verify();
      for (GrooveObject o : objects(groove)) {
        assertTrue(handle.free(o.offset()));
      }
      groove.flush();
      groove.compact();
      assertEquals(2, groove.usage().emptyVolumes());
      assertTrue(groove.removeVolume() >= 0);
      assertTrue(groove.removeVolume() >= 0);
      assertFalse(handle.free(first));
      assertEquals(65536 + (4 << 20), Files.size(path));
    }
    assertEquals(65536, Files.size(path));
    try (Groove groove = Groove.openFile(path)) {
      assertTrue(groove.grow(1, NO_INFO, false));
      fill(groove, 3000);
      groove.verify();
    }
  }

  private static List<GrooveObject> objects(Groove groove) {
    List<GrooveObject> objects = new ArrayList<>();
    groove.objects(objects::add);
    return objects;
  }

  @Test
  void theOriginalsImageWorksInAFile() throws IOException {
    Path path = dir.resolve("region");
    GoldenImage golden = GoldenImage.load("g04_mix");
    try (Groove groove = Groove.createFile(path, GrooveGeometry.STANDARD, 2)) {
      assertTrue(groove.grow(2, NO_INFO, false));
    }
    // As a C program would leave it that mapped the file: storage behind its stores, no bits.
    try (Arena arena = Arena.ofShared();
        FileChannel file =
            FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      MemorySegment map = file.map(FileChannel.MapMode.READ_WRITE, 0, file.size(), arena);
      MemorySegment.copy(MemorySegment.ofArray(golden.shmem()), 0, map, 4096, 16896);
      golden.copyTo(map.asSlice(65536));
      map.asSlice(24576, 40960).fill((byte) 0);
    }
    try (Groove groove = Groove.openFile(path);
        GrooveHandle handle = groove.handle()) {
      groove.verify();
      assertEquals(GoldenImage.lines("g04_mix", "live.csv").size() - 1, groove.usage().held());
      assertTrue(handle.alloc(100_000) > 0);
      for (GrooveObject o : objects(groove)) {
        assertTrue(handle.free(o.offset()));
      }
      groove.compact();
      groove.verify();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0, 1, 0",
    "8, 2, 8",
    "12, 0, 4092",
    "16, 5, 4092",
    "100, 1, 4092",
    "4092, 1, 4092",
  })
  void aDamagedHeaderIsRefused(int offset, int value, long expected) throws IOException {
    Path path = dir.resolve("region");
    Groove.createFile(path, Bytes.SMALL, 4).close();
    byte[] bytes = Files.readAllBytes(path);
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(offset, value);
    Files.write(path, bytes);
    RuntimeException e = assertThrows(RuntimeException.class, () -> Groove.openFile(path));
    if (e instanceof CorruptDataException corrupt) {
      assertEquals(expected, corrupt.offset());
    } else {
      assertEquals(UnsupportedFormatException.class, e.getClass());
      assertEquals(8, expected);
    }
    assertThrows(RuntimeException.class, () -> Groove.openFileReadOnly(path));
  }

  /** Otherwise it would look removed: its objects gone, its place given away or cut off. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void aVolumeWithADamagedMagicIsNoRemovedOne(int volume) throws IOException {
    Path path = dir.resolve("region");
    try (Groove groove = Groove.createFile(path, Bytes.SMALL, 4)) {
      assertTrue(groove.grow(2, NO_INFO, false));
      fill(groove, 3000);
    }
    byte[] bytes = Files.readAllBytes(path);
    bytes[65536 + (volume << 20) + 3] ^= 1;
    Files.write(path, bytes);
    for (Executable open :
        List.<Executable>of(
            () -> Groove.openFile(path),
            () -> Groove.openFileReadOnly(path),
            () -> Groove.recoverFile(path, false),
            () -> Groove.recoverFile(path, true),
            () -> GrooveFiles.verify(path))) {
      CorruptDataException e = assertThrows(CorruptDataException.class, open);
      assertEquals((long) volume << 20, e.offset());
    }
    assertArrayEquals(bytes, Files.readAllBytes(path));
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 100, 65535, 65537, 65536 + 1000, 65536 + (1 << 20) - 1})
  void aFileOfAnotherLengthIsRefused(long size) throws IOException {
    Path path = dir.resolve("region");
    try (Groove groove = Groove.createFile(path, Bytes.SMALL, 4)) {
      assertTrue(groove.grow(1, NO_INFO, false));
    }
    try (FileChannel file = FileChannel.open(path, StandardOpenOption.WRITE)) {
      file.truncate(size);
      if (file.size() < size) {
        file.write(ByteBuffer.allocate(1), size - 1);
      }
    }
    assertThrows(CorruptDataException.class, () -> Groove.openFile(path));
  }

  /** A close that fails is an owner that died, but the file and its lock are given back. */
  @Test
  void aCloseThatFindsDamageLeavesTheFileToTheNextOwner() throws IOException {
    Path path = dir.resolve("region");
    Groove groove = Groove.createFile(path, Bytes.SMALL, 4);
    assertTrue(groove.grow(1, NO_INFO, false));
    GrooveHandle guarded = groove.guardedHandle(0, 4);
    GrooveHandle cached = groove.handle();
    long held = cached.alloc(300);
    assertTrue(cached.free(cached.alloc(500)));
    long object = guarded.alloc(100);
    assertTrue(guarded.free(object));
    groove.segment(object, 1).fill((byte) 1);
    assertThrows(IllegalStateException.class, groove::close);
    groove.close();
    assertThrows(IllegalStateException.class, () -> cached.alloc(500));
    assertThrows(IllegalStateException.class, groove::verify);
    try (Groove again = Groove.openFile(path)) {
      assertNotNull(again.recovered());
      again.verify();
      assertEquals(List.of(held), objects(again).stream().map(GrooveObject::offset).toList());
    }
  }

  @Test
  void anExistingFileIsNotReplaced() throws IOException {
    Path path = Files.writeString(dir.resolve("there"), "mine");
    assertThrows(FileAlreadyExistsException.class, () -> Groove.createFile(path, Bytes.SMALL, 4));
    assertEquals("mine", Files.readString(path));
  }

  /** The simulated disk reports every store into a hole; a full disk is an answer, not a fault. */
  @Test
  void aFullDiskIsFullMemoryAndNeverAStoreIntoAHole() throws IOException {
    for (long room : new long[] {100_000, 300_000, 500_000, 1_000_000, 4_000_000}) {
      SimDisk disk = new SimDisk();
      Path path = Path.of("/region");
      try (Groove groove = Groove.createFile(disk, path, Bytes.SMALL, 4)) {
        assertTrue(groove.grow(3, NO_INFO, false));
        disk.capacity(room);
        List<Long> objects = fill(groove, 500);
        groove.verify();
        objects.addAll(fill(groove, 40));
        groove.verify();
        assertEquals(objects.size(), groove.usage().held());
        disk.capacity(Long.MAX_VALUE);
        objects.addAll(fill(groove, 500));
        assertTrue(objects.size() > 3000, objects.size() + " objects");
        GrooveHandle handle = groove.handle();
        for (long object : objects) {
          assertEquals((byte) object, handle.segment(object).get(ValueLayout.JAVA_BYTE, 39));
          assertTrue(handle.free(object));
        }
        groove.compact();
        groove.verify();
      }
      try (Groove groove = Groove.openFile(disk, path)) {
        groove.verify();
      }
    }
  }

  @Test
  void growthWithoutRoomChangesNothing() throws IOException {
    SimDisk disk = new SimDisk();
    Path path = Path.of("/region");
    try (Groove groove = Groove.createFile(disk, path, Bytes.SMALL, 4)) {
      assertTrue(groove.grow(1, NO_INFO, false));
      disk.capacity(70_000);
      assertThrows(IOException.class, () -> groove.grow(1, NO_INFO, true));
      assertEquals(1, groove.volumes().size());
      groove.verify();
      disk.capacity(Long.MAX_VALUE);
      assertTrue(groove.grow(1, NO_INFO, true));
      fill(groove, 500);
      groove.verify();
    }
  }

  @Test
  void threadsGoOnWhileTheFileGrows() throws Exception {
    Disk disk = OsDisk.INSTANCE;
    try (Groove groove = Groove.createFile(disk, dir.resolve("region"), Bytes.SMALL, 40)) {
      assertTrue(groove.grow(1, NO_INFO, false));
      List<Thread> threads = new ArrayList<>();
      List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
      for (int t = 0; t < 4; t++) {
        threads.add(
            Thread.ofPlatform()
                .start(
                    () -> {
                      try (GrooveHandle handle = groove.handle()) {
                        int done = 0;
                        while (done < 5000) {
                          long object = handle.alloc(8, 1000, done);
                          if (object == GrooveHandle.FULL) {
                            Thread.onSpinWait();
                          } else {
                            assertEquals(done++, handle.tag(object));
                            handle.segment(object).fill((byte) done);
                          }
                        }
                      } catch (Throwable e) {
                        failures.add(e);
                      }
                    }));
      }
      while (threads.stream().anyMatch(Thread::isAlive) && groove.grow(1, NO_INFO, false)) {
        Thread.sleep(5);
      }
      for (Thread thread : threads) {
        thread.join();
      }
      assertEquals(List.of(), failures);
      groove.verify();
      assertEquals(20_000, groove.usage().held());
    }
  }
}
