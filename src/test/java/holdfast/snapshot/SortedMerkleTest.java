package holdfast.snapshot;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.Progress;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.NavigableMap;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SortedMerkleTest {
  private static final long LARGE = 1 << 24;

  private static byte[] sha256(byte[]... parts) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (byte[] part : parts) {
        digest.update(part);
      }
      return digest.digest();
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  /** The definition, level by level. */
  private static byte[] expected(NavigableMap<byte[], byte[]> records) {
    List<byte[]> level = new ArrayList<>();
    records.forEach(
        (key, value) -> {
          ByteBuffer size = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
          level.add(sha256(size.putLong(value.length).array(), key, value));
        });
    return expected(level);
  }

  private static byte[] expected(List<byte[]> leaves) {
    List<byte[]> level = leaves;
    do {
      List<byte[]> above = new ArrayList<>();
      for (int i = 0; i < level.size() || (i == 0 && level.isEmpty()); i += 16) {
        ByteArrayOutputStream group = new ByteArrayOutputStream();
        level.subList(i, Math.min(i + 16, level.size())).forEach(group::writeBytes);
        above.add(sha256(group.toByteArray()));
      }
      level = above;
    } while (level.size() > 1);
    return level.get(0);
  }

  private static NavigableMap<byte[], byte[]> empty() {
    return new TreeMap<>(Arrays::compareUnsigned);
  }

  private static NavigableMap<byte[], byte[]> random(
      int count, int keySize, int varying, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    NavigableMap<byte[], byte[]> records = empty();
    byte[] front = new byte[keySize];
    random.nextBytes(front);
    while (records.size() < count) {
      byte[] key = front.clone();
      byte[] back = new byte[varying];
      random.nextBytes(back);
      System.arraycopy(back, 0, key, keySize - varying, varying);
      byte[] value = new byte[random.nextInt(40)];
      random.nextBytes(value);
      records.put(key, value);
    }
    return records;
  }

  /** In an order that has nothing to do with the keys. */
  private static RecordsInMemory table(NavigableMap<byte[], byte[]> records, int keySize) {
    List<byte[]> keys = new ArrayList<>(records.keySet());
    Collections.shuffle(keys, new Random(7));
    return new RecordsInMemory(keySize, keys, keys.stream().map(records::get).toList());
  }

  private static byte[] root(RecordsInMemory table, long budget) {
    byte[] root = SortedMerkle.root(table, SortedMerkle.records(), budget, Progress.NONE);
    assertTrue(table.isLeft());
    return root;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 15, 16, 17, 255, 256, 257, 4097})
  void theRootIsThatOfTheDefinition(int count) {
    NavigableMap<byte[], byte[]> records = random(count, 32, 32, count);
    assertArrayEquals(expected(records), root(table(records, 32), LARGE));
  }

  @Test
  void twoRootsAreKnown() {
    assertEquals(
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        HexFormat.of().formatHex(root(table(empty(), 8), LARGE)),
        "SHA-256 of nothing");
    NavigableMap<byte[], byte[]> one = random(1, 8, 8, 3);
    byte[] key = one.firstKey();
    byte[] value = one.get(key);
    byte[] leaf = sha256(new byte[] {(byte) value.length, 0, 0, 0, 0, 0, 0, 0}, key, value);
    assertArrayEquals(sha256(leaf), root(table(one, 8), LARGE));
  }

  /** Words in common at the front, so that the next word decides, or the one after it. */
  @ParameterizedTest
  @CsvSource({"8, 2", "8, 8", "16, 4", "24, 8", "24, 9", "32, 17", "40, 3", "48, 2", "48, 8"})
  void keysThatDifferLateAreOrdered(int keySize, int varying) {
    NavigableMap<byte[], byte[]> records = random(3000, keySize, varying, keySize);
    RecordsInMemory table = table(records, keySize);
    assertArrayEquals(expected(records), root(table, LARGE));
    assertEquals(2, table.walks, "one to gather, one to look at");
  }

  /** With room for 4096 entries. */
  @ParameterizedTest
  @CsvSource({"8, 8", "8, 3", "16, 2", "32, 32", "32, 4", "40, 14", "48, 3"})
  void smallMemoryTakesMoreWalksAndGivesTheSameRoot(int keySize, int varying) {
    NavigableMap<byte[], byte[]> records = random(14_000, keySize, varying, keySize + varying);
    RecordsInMemory table = table(records, keySize);
    byte[] root = root(table, SortedMerkle.BUDGET_MIN);
    assertArrayEquals(expected(records), root);
    // Ranges of neighbours: any two of them together do not fit, so at most 2 x 14000 / 4096.
    int counts = 1 + (keySize - varying) / 2 + 1;
    assertTrue(table.walks <= 1 + counts + 7, table.walks + " walks");
    assertTrue(table.walks > 4, table.walks + " walks");
  }

  /** Many small groups with much in common, and one large one. */
  @Test
  void unevenKeysAreSplitWhereTheyAreMany() {
    NavigableMap<byte[], byte[]> records = random(9000, 24, 6, 1);
    records.putAll(random(6000, 24, 24, 2));
    for (int i = 0; i < 3000; i++) {
      records.put(ByteBuffer.allocate(24).putInt(i % 3).putLong(12, i).array(), new byte[i % 5]);
    }
    assertArrayEquals(expected(records), root(table(records, 24), SortedMerkle.BUDGET_MIN));
  }

  @Test
  void theLeafIsTheCallersChoice() {
    NavigableMap<byte[], byte[]> records = random(100, 16, 16, 5);
    List<byte[]> leaves = new ArrayList<>();
    records.forEach((key, value) -> leaves.add(sha256(value)));
    byte[] root =
        SortedMerkle.root(
            table(records, 16),
            (memory, keyAt, keySize, valueAt, valueSize, leaf) -> {
              byte[] value = memory.asSlice(valueAt, valueSize).toArray(ValueLayout.JAVA_BYTE);
              leaf.copyFrom(MemorySegment.ofArray(sha256(value)));
            },
            LARGE,
            Progress.NONE);
    assertArrayEquals(expected(leaves), root);
  }

  @Test
  void theDigestInFrontOfAValueIsALeaf() {
    NavigableMap<byte[], byte[]> records = empty();
    List<byte[]> leaves = new ArrayList<>();
    // The key ends where the value begins, so here the last 32 bytes of the key are the digest.
    random(50, 48, 48, 6)
        .forEach(
            (key, value) -> {
              records.put(key, value);
              leaves.add(Arrays.copyOfRange(key, 16, 48));
            });
    assertArrayEquals(
        expected(leaves),
        SortedMerkle.root(table(records, 48), SortedMerkle.stored(), LARGE, Progress.NONE));
  }

  @Test
  void recordsThatAreTakenAwayEndIt() {
    NavigableMap<byte[], byte[]> records = random(5000, 16, 3, 8);
    RecordsInMemory whole = table(records, 16);
    root(whole, SortedMerkle.BUDGET_MIN);
    for (int stretch = 0; stretch < whole.stretches; stretch++) {
      RecordsInMemory table = table(records, 16);
      table.revokedAfter = stretch;
      assertThrows(IllegalStateException.class, () -> root(table, SortedMerkle.BUDGET_MIN));
      assertTrue(table.isLeft(), "stretch " + stretch);
    }
  }

  @Test
  void itTellsHowFarItIsAndCanBeCancelled() {
    RecordsInMemory table = table(random(5000, 16, 16, 9), 16);
    List<Long> told = new ArrayList<>();
    Progress progress =
        (done, total) -> {
          assertEquals(5000, total);
          told.add(done);
          return true;
        };
    SortedMerkle.root(table, SortedMerkle.records(), LARGE, progress);
    assertEquals(5000, told.getLast());
    assertEquals(told.stream().sorted().toList(), told);
    for (int tells = 0; tells < told.size(); tells++) {
      int[] left = {tells};
      Progress impatient = (done, total) -> left[0]-- > 0;
      assertThrows(
          CancellationException.class,
          () -> SortedMerkle.root(table, SortedMerkle.records(), LARGE, impatient));
      assertTrue(table.isLeft());
    }
  }

  @Test
  void equalKeysThatDoNotFitAreRefused() {
    List<byte[]> keys = new ArrayList<>();
    for (int i = 0; i < 5000; i++) {
      keys.add(new byte[8]);
    }
    RecordsInMemory table = new RecordsInMemory(8, keys, keys);
    assertThrows(IllegalStateException.class, () -> root(table, SortedMerkle.BUDGET_MIN));
    assertThrows(IllegalArgumentException.class, () -> root(table, SortedMerkle.BUDGET_MIN - 1));
  }
}
