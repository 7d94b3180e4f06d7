package holdfast.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.CorruptDataException;
import holdfast.Progress;
import holdfast.UnsupportedFormatException;
import holdfast.internal.Sidecar.Policy;
import holdfast.testkit.Content;
import holdfast.testkit.SimDisk;
import holdfast.testkit.Tier;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

class SidecarTest {
  static final Path FILE = Path.of("file");
  static final Path SIDECAR = Path.of("file.hfs");

  /** The file of the exhaustive tests: 200 KiB. */
  private static final int SIZE = 200 << 10;

  private final SimDisk disk = new SimDisk();

  /** A sidecar as the description says, put together byte by byte. */
  static byte[] described(byte[] file, int blockSize) {
    int count = (file.length + blockSize - 1) / blockSize;
    ByteBuffer bytes = ByteBuffer.allocate(68 + 4 * count).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put(new byte[] {'H', 'F', 'S', 'I', 'D', 'E', 'C', '1'});
    bytes.putInt(1).putInt(blockSize).putLong(file.length).putLong(count);
    bytes.putInt(crc(file, 0, file.length)).position(60);
    bytes.putInt(crc(bytes.array(), 0, 60));
    for (int i = 0; i < count; i++) {
      bytes.putInt(crc(file, i * blockSize, Math.min(file.length, (i + 1) * blockSize)));
    }
    bytes.putInt(crc(bytes.array(), 0, 64 + 4 * count));
    return bytes.array();
  }

  private static int crc(byte[] bytes, int lo, int hi) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, lo, hi - lo);
    return (int) crc.getValue();
  }

  static void put(SimDisk disk, Path path, byte[] bytes) throws IOException {
    try (Disk.File file = disk.open(path, Disk.Mode.CREATE)) {
      file.truncate(0);
      file.write(MemorySegment.ofArray(bytes), 0);
    }
  }

  /** A file in an array, because the simulated disk is too slow for a million checks. */
  private static Disk.File file(byte[] bytes) {
    MemorySegment all = MemorySegment.ofArray(bytes);
    return (Disk.File)
        Proxy.newProxyInstance(
            SidecarTest.class.getClassLoader(),
            new Class<?>[] {Disk.File.class},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "read" -> {
                    MemorySegment target = (MemorySegment) arguments[0];
                    long position = (Long) arguments[1];
                    long size = Math.min(target.byteSize(), bytes.length - position);
                    MemorySegment.copy(all, position, target, 0, size);
                    yield size;
                  }
                  case "size" -> (long) bytes.length;
                  default -> null;
                });
  }

  private Sidecar open(byte[] file, byte[] sidecar) throws IOException {
    put(disk, SIDECAR, sidecar);
    return Sidecar.open(disk, FILE, file.length, Policy.REQUIRED);
  }

  private CorruptDataException refused(byte[] file, byte[] sidecar) {
    return assertThrows(
        CorruptDataException.class,
        () -> {
          try (Sidecar opened = open(file, sidecar)) {
            opened.check(file(file), 1, Progress.NONE);
          }
        });
  }

  /** First bytes of the blocks that differ. */
  private static List<Long> damage(Sidecar sidecar, byte[] file, int threads) throws IOException {
    List<Long> damaged = new ArrayList<>();
    sidecar.check(file(file), threads, Progress.NONE, (lo, hi, expected, found) -> damaged.add(lo));
    return damaged;
  }

  @Test
  void theLayoutIsTheDescribedOne() {
    assertEquals(8, SidecarLayout.VERSION_OFFSET);
    assertEquals(12, SidecarLayout.BLOCK_SIZE_OFFSET);
    assertEquals(16, SidecarLayout.LENGTH_OFFSET);
    assertEquals(24, SidecarLayout.COUNT_OFFSET);
    assertEquals(32, SidecarLayout.WHOLE_OFFSET);
    assertEquals(36, SidecarLayout.ZEROS_OFFSET);
    assertEquals(60, SidecarLayout.HEADER_CRC_OFFSET);
    assertEquals(64, SidecarLayout.TABLE_OFFSET);
    assertEquals(68 + 4 * 3, new SidecarLayout.Header(4096, 8193, 0).size());
  }

  @Test
  void whatIsWrittenIsWhatIsDescribed() throws IOException {
    for (int size : new int[] {0, 1, 65_535, 65_536, 65_537, SIZE, 1 << 20}) {
      byte[] bytes = Content.of(4, size, size);
      put(disk, FILE, bytes);
      for (int threads : new int[] {1, 3}) {
        Sidecar.make(disk, FILE, threads, Progress.NONE);
        assertArrayEquals(described(bytes, 65_536), disk.content().get("file.hfs"), "" + size);
      }
      try (Sidecar sidecar = Sidecar.open(disk, FILE, size, Policy.WHEN_PRESENT)) {
        sidecar.check(file(bytes), 2, Progress.NONE);
        assertEquals(size, sidecar.length());
        assertEquals(65_536, sidecar.blockSize());
      }
    }
  }

  @Test
  void severalBatchesAreLikeOne() throws IOException {
    // One thread takes 16 MiB at a time.
    byte[] bytes = new byte[(33 << 20) + 5];
    for (int i = 0; i < bytes.length; i += 1000) {
      bytes[i] = (byte) Content.r(3, i);
    }
    byte[] sidecar = described(bytes, 1 << 16);
    List<Long> seen = new ArrayList<>();
    try (Sidecar opened = open(bytes, sidecar)) {
      for (int threads = 1; threads <= 3; threads++) {
        opened.check(file(bytes), threads, (done, total) -> seen.add(done));
      }
      bytes[(17 << 20) + 7] ^= 1;
      bytes[33 << 20] ^= 1;
      for (int threads = 1; threads <= 4; threads++) {
        assertEquals(List.of(17L << 20, 33L << 20), damage(opened, bytes, threads));
      }
      assertThrows(
          CancellationException.class, () -> opened.check(file(bytes), 1, (d, t) -> false));
    }
    long all = bytes.length;
    assertEquals(List.of(16L << 20, 32L << 20, all, 32L << 20, all, all), seen);
  }

  @Test
  void everyBlockSizeIsRead() throws IOException {
    for (int shift = 12; shift <= 24; shift++) {
      int blockSize = 1 << shift;
      for (int size : new int[] {blockSize - 1, blockSize, blockSize + 1}) {
        byte[] bytes = new byte[size];
        bytes[size / 2] = 1;
        byte[] sidecar = described(bytes, blockSize);
        try (Sidecar opened = open(bytes, sidecar)) {
          assertEquals(List.of(), damage(opened, bytes, 2));
          bytes[size - 1] ^= 1;
          long last = (size - 1) / blockSize * (long) blockSize;
          assertEquals(List.of(last), damage(opened, bytes, 1), "block size " + blockSize);
        }
      }
    }
    for (int blockSize : new int[] {2048, 4095, 6000, 1 << 25}) {
      byte[] bytes = new byte[10_000];
      assertEquals(12, refused(bytes, described(bytes, blockSize)).offset());
    }
  }

  /**
   * Blocks are judged independently of each other, so one round flips a bit in each of them and
   * expects all of them to be named: 32,768 rounds are all 1,638,400 flips.
   */
  @Test
  void everyFlippedBitOfTheFileIsFound() throws IOException {
    int blockSize = 1 << Tier.of(12, 16);
    byte[] bytes = Content.of(1, 5, SIZE);
    try (Sidecar opened = open(bytes, described(bytes, blockSize))) {
      for (int bit = 0; bit < blockSize * 8; bit++) {
        List<Long> expected = new ArrayList<>();
        for (int lo = 0; lo + bit / 8 < SIZE; lo += blockSize) {
          bytes[lo + bit / 8] ^= (byte) (1 << (bit & 7));
          expected.add((long) lo);
        }
        assertEquals(expected, damage(opened, bytes, 1), "bit " + bit);
        for (long lo : expected) {
          bytes[(int) lo + bit / 8] ^= (byte) (1 << (bit & 7));
        }
      }
      opened.check(file(bytes), 1, Progress.NONE);
    }
  }

  @Test
  void everyFlippedBitOfTheSidecarIsFound() throws IOException {
    byte[] bytes = Content.of(2, 6, SIZE);
    byte[] sidecar = described(bytes, 4096);
    for (int bit = 0; bit < sidecar.length * 8; bit++) {
      byte[] bad = sidecar.clone();
      bad[bit / 8] ^= (byte) (1 << (bit & 7));
      put(disk, SIDECAR, bad);
      CorruptDataException e =
          assertThrows(
              CorruptDataException.class,
              () -> Sidecar.open(disk, FILE, SIZE, Policy.WHEN_PRESENT),
              "bit " + bit);
      assertEquals("sidecar", e.format());
      assertNull(Sidecar.open(disk, FILE, SIZE, Policy.IGNORE));
    }
    assertEquals(List.of(), disk.openFiles());
  }

  @Test
  void everyCutAndEveryExtensionOfTheSidecarIsFound() throws IOException {
    byte[] bytes = Content.of(2, 6, SIZE);
    byte[] sidecar = described(bytes, 4096);
    for (int size = 0; size < sidecar.length + 70; size++) {
      if (size != sidecar.length) {
        CorruptDataException e = refused(bytes, Arrays.copyOf(sidecar, size));
        assertTrue(e.offset() <= sidecar.length, "size " + size + ": " + e.getMessage());
      }
    }
  }

  @Test
  void everyOtherSizeOfTheFileIsFound() throws IOException {
    byte[] sidecar = described(new byte[SIZE], 65_536);
    put(disk, SIDECAR, sidecar);
    for (long size = 0; size < SIZE + 5000; size++) {
      if (size != SIZE) {
        long other = size;
        CorruptDataException e =
            assertThrows(
                CorruptDataException.class,
                () -> Sidecar.open(disk, FILE, other, Policy.WHEN_PRESENT));
        assertEquals(Math.min(size, SIZE), e.offset());
      }
    }
  }

  @Test
  void swappedBlocksAreFound() throws IOException {
    byte[] bytes = Content.of(1, 8, SIZE);
    try (Sidecar opened = open(bytes, described(bytes, 4096))) {
      byte[] swapped = bytes.clone();
      System.arraycopy(bytes, 4096, swapped, 8192, 4096);
      System.arraycopy(bytes, 8192, swapped, 4096, 4096);
      assertEquals(List.of(4096L, 8192L), damage(opened, swapped, 2));
      CorruptDataException e =
          assertThrows(
              CorruptDataException.class, () -> opened.check(file(swapped), 1, Progress.NONE));
      assertEquals(4096, e.offset());
    }
  }

  /** All checksums of the sidecar itself are right, and each says something that cannot be. */
  @Test
  void madeUpSidecarsAreFound() throws IOException {
    byte[] bytes = Content.of(1, 9, 9000);
    byte[] good = described(bytes, 4096);
    assertEquals(0, refused(bytes, forged(good, 32, 0)).offset(), "the whole");
    assertEquals(4096, refused(bytes, forged(good, 68, 7)).offset(), "a block");
    assertEquals(24, refused(bytes, forged(good, 24, 4)).offset(), "count");
    assertEquals(24, refused(bytes, forged(good, 28, 1)).offset(), "count, high half");
    assertEquals(16, refused(bytes, forged(good, 20, 1 << 31)).offset(), "a negative length");
    assertEquals(24, refused(bytes, forged(good, 20, 1)).offset(), "length");
    assertEquals(40, refused(bytes, forged(good, 40, 1)).offset(), "zeros");
    assertEquals(56, refused(bytes, forged(good, 56, 255)).offset(), "zeros");
    assertThrows(UnsupportedFormatException.class, () -> open(bytes, forged(good, 8, 2)).close());
  }

  private static byte[] forged(byte[] good, int offset, int value) {
    ByteBuffer bytes = ByteBuffer.wrap(good.clone()).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putInt(offset, value);
    bytes.putInt(60, crc(bytes.array(), 0, 60));
    bytes.putInt(good.length - 4, crc(bytes.array(), 0, good.length - 4));
    return bytes.array();
  }

  /** The sizes agree with each other and are absurd: nothing is allocated for them. */
  @Test
  void aHugeClaimCostsNothing() throws IOException {
    byte[] head = described(new byte[0], 4096);
    ByteBuffer bytes = ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(16, Long.MAX_VALUE).putLong(24, (Long.MAX_VALUE >>> 12) + 1);
    bytes.putInt(60, crc(head, 0, 60));
    assertEquals(68, refused(new byte[10], head).offset());
  }

  @Test
  void absenceIsFineUnlessASidecarIsRequired() throws IOException {
    assertNull(Sidecar.open(disk, FILE, 10, Policy.WHEN_PRESENT));
    assertNull(Sidecar.open(disk, FILE, 10, Policy.IGNORE));
    CorruptDataException e =
        assertThrows(
            CorruptDataException.class, () -> Sidecar.open(disk, FILE, 10, Policy.REQUIRED));
    assertEquals("sidecar at byte 0: expected present, found absent", e.getMessage());
  }

  @Test
  void inspectShowsEveryPart() throws IOException {
    put(disk, SIDECAR, described(new byte[5_000_000], 4096));
    var structure = Sidecar.inspect(disk, SIDECAR);
    assertEquals(68 + 4 * 1221, structure.size());
    assertEquals(1024, structure.parts().get(8).parts().size());
    put(disk, SIDECAR, described(new byte[0], 4096));
    structure = Sidecar.inspect(disk, SIDECAR);
    long end = 0;
    for (var part : structure.parts()) {
      assertEquals(end, part.offset());
      end += part.size();
    }
    assertEquals(structure.size(), end);
    assertNotNull(structure.parts().getLast());
  }
}
