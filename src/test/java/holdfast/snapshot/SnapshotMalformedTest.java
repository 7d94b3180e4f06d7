package holdfast.snapshot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.CorruptDataException;
import holdfast.UnsupportedFormatException;
import holdfast.checkpt.FrameStyle;
import holdfast.internal.Mem;
import holdfast.testkit.Tier;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Damage, and files that somebody made up: nothing wrong is ever taken for right. */
class SnapshotMalformedTest {
  private static List<byte[]> files() throws IOException {
    List<byte[]> files = new ArrayList<>();
    for (FrameStyle style : FrameStyle.values()) {
      files.add(Crafted.full(style, HashKind.SUM256));
      files.add(Crafted.incremental(style, HashKind.SUM256));
    }
    return files;
  }

  private static void assertRefused(byte[] bytes, VerifyLevel level, String what)
      throws IOException {
    SnapshotException e = new Crafted(bytes).refusal(level);
    assertNotNull(e, what);
    assertTrue(e.reason().isDamage(), what);
    assertTrue(
        e.getCause() instanceof CorruptDataException
            || e.getCause() instanceof UnsupportedFormatException,
        what);
  }

  @Test
  void everyChangedByteIsFound() throws IOException {
    for (byte[] file : files()) {
      assertNull(new Crafted(file).refusal(VerifyLevel.FULL));
      for (int i = 0; i < file.length; i++) {
        for (int bit = 0; bit < 8; bit += Tier.of(3, 1)) {
          byte[] changed = file.clone();
          changed[i] ^= (byte) (1 << bit);
          // Every byte is under a checksum of stored bytes.
          assertRefused(changed, VerifyLevel.CRC, "byte " + i + ", bit " + bit);
          assertRefused(changed, VerifyLevel.FULL, "byte " + i + ", bit " + bit);
        }
      }
    }
  }

  @Test
  void everyCutAndEveryTailIsFound() throws IOException {
    for (byte[] file : files()) {
      for (int size = 0; size < file.length; size++) {
        assertRefused(Arrays.copyOf(file, size), VerifyLevel.STRUCTURE, "cut to " + size);
        byte[] zeros = file.clone();
        Arrays.fill(zeros, size, file.length, (byte) 0);
        assertRefused(zeros, VerifyLevel.STRUCTURE, "zeros from " + size);
      }
      for (int more : new int[] {1, 48, 256, 512}) {
        assertRefused(Arrays.copyOf(file, file.length + more), VerifyLevel.STRUCTURE, "+" + more);
      }
    }
  }

  @Test
  void randomDamageIsFound() throws IOException {
    long seed = Tier.seed(11);
    System.out.println("random damage: seed " + seed);
    SplittableRandom random = new SplittableRandom(seed);
    List<byte[]> files = files();
    for (int round = 0; round < Tier.of(2_000, 50_000); round++) {
      byte[] file = files.get(random.nextInt(files.size()));
      byte[] changed = file.clone();
      for (int i = 1 + random.nextInt(8); i > 0; i--) {
        int at = random.nextInt(changed.length);
        switch (random.nextInt(3)) {
          case 0 -> changed[at] = (byte) random.nextInt();
          case 1 -> Arrays.fill(changed, at, Math.min(changed.length, at + 64), (byte) 0);
          default ->
              System.arraycopy(
                  file,
                  random.nextInt(file.length / 2),
                  changed,
                  at / 2,
                  Math.min(file.length / 2, 1 + random.nextInt(48)));
        }
      }
      if (!Arrays.equals(file, changed)) {
        assertRefused(changed, VerifyLevel.FULL, "round " + round);
      }
    }
  }

  /** What somebody does to a file before all checksums are made right. */
  private interface Edit {
    void on(Crafted file);
  }

  private static DynamicTest row(String name, Reason reason, byte[] file, Edit edit) {
    return DynamicTest.dynamicTest(
        name,
        () -> {
          Crafted crafted = new Crafted(file);
          edit.on(crafted);
          SnapshotException e = crafted.resealBatches().reseal().refusal(VerifyLevel.FULL);
          assertNotNull(e, "accepted");
          assertEquals(reason, e.reason(), e.getMessage());
        });
  }

  private static Edit header(long offset, int value) {
    return f -> Mem.putInt(f.mem, offset, value);
  }

  private static Edit headerLong(long offset, long value) {
    return f -> Mem.putLong(f.mem, offset, value);
  }

  private static Edit footer(long offset, long value) {
    return f -> Mem.putLong(f.mem, f.footer() + offset, value);
  }

  private static Edit entry(int i, long offset, long value) {
    return f -> Mem.putLong(f.mem, f.entry(i) + offset, value);
  }

  private static Edit entryInt(int i, long offset, int value) {
    return f -> Mem.putInt(f.mem, f.entry(i) + offset, value);
  }

  private static Edit head(int i, long offset, int value) {
    return f -> Mem.putInt(f.mem, f.batch(i) + offset, value);
  }

  /** A field of the first record of a batch. */
  private static Edit record(int i, long offset, int value) {
    return f -> Mem.putInt(f.mem, first(f, i) + offset, value);
  }

  private static long first(Crafted f, int i) {
    return f.batch(i) + BatchHead.SIZE + ModelStore.KEY_SIZE;
  }

  @TestFactory
  Stream<DynamicTest> headersThatSomebodyMadeUp() throws IOException {
    byte[] full = Crafted.full(FrameStyle.RAW, HashKind.SUM256);
    byte[] incr = Crafted.incremental(FrameStyle.RAW, HashKind.SUM256);
    Reason bad = Reason.BAD_HEADER;
    return Stream.of(
        row("version 2", Reason.BAD_VERSION, full, header(SnapHeader.VERSION_OFFSET, 2)),
        row("magic", Reason.BAD_MAGIC, full, header(0, 0)),
        row("kind 3", bad, full, header(SnapHeader.KIND_OFFSET, 3)),
        row("kind 2 in a full one", bad, full, header(SnapHeader.KIND_OFFSET, 2)),
        row("kind 1 in an incremental one", bad, incr, header(SnapHeader.KIND_OFFSET, 1)),
        row("seq 0", bad, full, headerLong(SnapHeader.SEQ_OFFSET, 0)),
        row("seq -1", bad, full, headerLong(SnapHeader.SEQ_OFFSET, -1)),
        row("seq 2^62", bad, full, headerLong(SnapHeader.SEQ_OFFSET, 1L << 62)),
        row("seq", Reason.HEADER_FOOTER_MISMATCH, full, headerLong(SnapHeader.SEQ_OFFSET, 7)),
        row("base of a full one", bad, full, headerLong(SnapHeader.BASE_SEQ_OFFSET, 1)),
        row("base id of a full one", bad, full, headerLong(SnapHeader.BASE_ID_OFFSET, 1)),
        row("base above", bad, incr, headerLong(SnapHeader.BASE_SEQ_OFFSET, 10)),
        row("no base", bad, incr, headerLong(SnapHeader.BASE_SEQ_OFFSET, 0)),
        row("other id", Reason.HEADER_FOOTER_MISMATCH, full, headerLong(SnapHeader.ID_OFFSET, 5)),
        row(
            "other store",
            Reason.HEADER_FOOTER_MISMATCH,
            full,
            headerLong(SnapHeader.STORE_ID_OFFSET, 5)),
        row("key of 12", bad, full, header(SnapHeader.KEY_SIZE_OFFSET, 12)),
        row("key of 0", bad, full, header(SnapHeader.KEY_SIZE_OFFSET, 0)),
        row("key of 56", bad, full, header(SnapHeader.KEY_SIZE_OFFSET, 56)),
        row("key of 8", Reason.COUNT_MISMATCH, full, header(SnapHeader.KEY_SIZE_OFFSET, 8)),
        row("style 0", bad, full, header(SnapHeader.STYLE_OFFSET, 0)),
        row("style 3", bad, full, header(SnapHeader.STYLE_OFFSET, 3)),
        row("style 2 over raw bytes", Reason.BAD_FRAME, full, header(SnapHeader.STYLE_OFFSET, 2)),
        row("hash 3", bad, full, header(SnapHeader.HASH_OFFSET, 3)),
        row("hash 2", Reason.HASH_MISMATCH, full, header(SnapHeader.HASH_OFFSET, 2)),
        row("hash 0", Reason.BAD_FOOTER, full, header(SnapHeader.HASH_OFFSET, 0)),
        row("batch of 65535", bad, full, header(SnapHeader.BATCH_OFFSET, 65_535)),
        row("batch of 64 MiB + 1", bad, full, header(SnapHeader.BATCH_OFFSET, (64 << 20) + 1)),
        row("reserved", bad, full, header(SnapHeader.ZERO_OFFSET + 16, 1)));
  }

  @TestFactory
  Stream<DynamicTest> footersThatSomebodyMadeUp() throws IOException {
    byte[] full = Crafted.full(FrameStyle.RAW, HashKind.SUM256);
    byte[] incr = Crafted.incremental(FrameStyle.RAW, HashKind.SUM256);
    Reason bad = Reason.BAD_FOOTER;
    return Stream.of(
        row("magic", bad, full, footer(0, 0)),
        row(
            "version",
            Reason.HEADER_FOOTER_MISMATCH,
            full,
            footer(SnapFooter.VERSION_OFFSET, 2L | 1L << 32)),
        row("seq", Reason.HEADER_FOOTER_MISMATCH, full, footer(SnapFooter.SEQ_OFFSET, 7)),
        row("store", Reason.HEADER_FOOTER_MISMATCH, full, footer(SnapFooter.STORE_ID_OFFSET, 7)),
        row("file size", Reason.SIZE_MISMATCH, full, footer(SnapFooter.FILE_SIZE_OFFSET, 7)),
        row("frames 2^60", bad, full, footer(SnapFooter.FRAMES_OFFSET, 1L << 60)),
        row("frames -1", bad, full, footer(SnapFooter.FRAMES_OFFSET, -1)),
        row("frames 0", bad, full, footer(SnapFooter.FRAMES_OFFSET, 0)),
        row("frames 2", bad, full, footer(SnapFooter.FRAMES_OFFSET, 2)),
        row("directory", bad, full, footer(SnapFooter.DIRECTORY_OFFSET_OFFSET, -1)),
        row("directory size", bad, full, footer(SnapFooter.DIRECTORY_BYTES_OFFSET, -1)),
        row("records -1", bad, full, footer(SnapFooter.RECORDS_OFFSET, -1)),
        row("records", bad, full, footer(SnapFooter.RECORDS_OFFSET, 4)),
        row("removed keys of a full one", bad, full, footer(SnapFooter.TOMBSTONES_OFFSET, 1)),
        row("records of the store", bad, full, footer(SnapFooter.STORE_RECORDS_OFFSET, 4)),
        row("bytes of the store", bad, full, footer(SnapFooter.STORE_VALUE_BYTES_OFFSET, 1 << 20)),
        row(
            "one more record",
            Reason.COUNT_MISMATCH,
            full,
            f -> {
              footer(SnapFooter.RECORDS_OFFSET, 4).on(f);
              footer(SnapFooter.STORE_RECORDS_OFFSET, 4).on(f);
            }),
        row(
            "one more byte",
            Reason.COUNT_MISMATCH,
            full,
            f -> {
              footer(SnapFooter.VALUE_BYTES_OFFSET, 67).on(f);
              footer(SnapFooter.STORE_VALUE_BYTES_OFFSET, 67).on(f);
            }),
        row(
            "far more bytes",
            Reason.COUNT_MISMATCH,
            full,
            f -> {
              footer(SnapFooter.VALUE_BYTES_OFFSET, 1L << 50).on(f);
              footer(SnapFooter.STORE_VALUE_BYTES_OFFSET, 1L << 50).on(f);
            }),
        row(
            "no removed keys",
            Reason.COUNT_MISMATCH,
            incr,
            footer(SnapFooter.TOMBSTONES_OFFSET, 0)),
        row("hash", Reason.HASH_MISMATCH, full, footer(SnapFooter.HASH_OFFSET, 7)),
        row("reserved", bad, full, footer(SnapFooter.ZERO_OFFSET + 52, 1L << 24)));
  }

  @TestFactory
  Stream<DynamicTest> directoriesThatSomebodyMadeUp() throws IOException {
    byte[] full = Crafted.full(FrameStyle.RAW, HashKind.SUM256);
    byte[] incr = Crafted.incremental(FrameStyle.RAW, HashKind.SUM256);
    byte[] packed = Crafted.full(FrameStyle.LZ4, HashKind.SUM256);
    Reason bad = Reason.BAD_DIRECTORY;
    return Stream.of(
        row("offset", bad, full, entry(0, SnapEntry.OFFSET_OFFSET, 136)),
        row("offset of the second", bad, incr, entry(1, SnapEntry.OFFSET_OFFSET, 128)),
        row("stored -1", bad, full, entry(0, SnapEntry.STORED_OFFSET, -1)),
        row("stored 0", bad, full, entry(0, SnapEntry.STORED_OFFSET, 0)),
        row("stored too far", bad, full, entry(0, SnapEntry.STORED_OFFSET, 1L << 40)),
        row("stored short", bad, packed, entry(0, SnapEntry.STORED_OFFSET, 40)),
        row("plain", bad, full, entry(0, SnapEntry.PLAIN_OFFSET, 72)),
        row("plain 2^40", bad, packed, entry(0, SnapEntry.PLAIN_OFFSET, 1L << 40)),
        row("plain -1", bad, packed, entry(0, SnapEntry.PLAIN_OFFSET, -1)),
        row("plain 65536", bad, packed, entry(0, SnapEntry.PLAIN_OFFSET, 65_536)),
        row("records 0", bad, full, entryInt(0, SnapEntry.RECORDS_OFFSET, 0)),
        row("records 2^32 - 1", bad, full, entryInt(0, SnapEntry.RECORDS_OFFSET, -1)),
        row("records", Reason.COUNT_MISMATCH, full, entryInt(0, SnapEntry.RECORDS_OFFSET, 2)),
        row("unknown flag", bad, full, entryInt(0, SnapEntry.FLAGS_OFFSET, 4)),
        row("both flags", bad, full, entryInt(0, SnapEntry.FLAGS_OFFSET, 3)),
        row("removed in a full one", bad, full, entryInt(0, SnapEntry.FLAGS_OFFSET, 2)),
        row("large, with three records", bad, full, entryInt(0, SnapEntry.FLAGS_OFFSET, 1)),
        row("live behind removed", bad, incr, entryInt(0, SnapEntry.FLAGS_OFFSET, 2)),
        row("seq above", bad, full, entry(0, SnapEntry.FIRST_SEQ_OFFSET, 7)),
        row("seq 0", bad, full, entry(0, SnapEntry.FIRST_SEQ_OFFSET, 0)),
        row("seq not above the base", bad, incr, entry(0, SnapEntry.FIRST_SEQ_OFFSET, 6)),
        row("first seq", Reason.BAD_RECORD, full, entry(0, SnapEntry.FIRST_SEQ_OFFSET, 1)));
  }

  /** Refused where it stands, before the sums over all entries show it. */
  @Test
  void aBatchEndsBeforeTheDirectory() throws IOException {
    byte[] packed = Crafted.full(FrameStyle.LZ4, HashKind.SUM256);
    for (long stored : new long[] {0, 800}) {
      Crafted crafted = new Crafted(packed);
      long at = crafted.entry(0) + SnapEntry.STORED_OFFSET;
      Mem.putLong(crafted.mem, at, stored);
      Mem.putLong(crafted.mem, crafted.entry(0) + SnapEntry.PLAIN_OFFSET, 32 + 800);
      SnapshotException e = crafted.resealBatches().reseal().refusal(VerifyLevel.STRUCTURE);
      assertNotNull(e, "accepted");
      assertEquals(Reason.BAD_DIRECTORY, e.reason(), e.getMessage());
      assertEquals(at, ((CorruptDataException) e.getCause()).offset(), e.getMessage());
      assertTrue(e.getMessage().contains("before the directory"), e.getMessage());
    }
  }

  /** Bytes that belong to no batch would be bytes that nobody checks. */
  @Test
  void thereAreNoBytesBetweenBatches() throws IOException {
    byte[] incr = Crafted.incremental(FrameStyle.RAW, HashKind.SUM256);
    Crafted before = new Crafted(incr);
    for (int batch = 0; batch < 2; batch++) {
      Crafted crafted = Crafted.withZeros(incr, before.batch(batch), 64);
      for (int later = batch; later < 2; later++) {
        long offset = crafted.entry(later) + SnapEntry.OFFSET_OFFSET;
        Mem.putLong(crafted.mem, offset, before.batch(later) + 64);
      }
      SnapshotException e = crafted.resealBatches().reseal().refusal(VerifyLevel.STRUCTURE);
      assertNotNull(e, "accepted");
      assertEquals(Reason.BAD_DIRECTORY, e.reason(), e.getMessage());
    }
  }

  @Test
  void aBatchEndsWithItsLastRecord() throws IOException {
    // Values without padding, so that the sizes alone leave room for eight bytes more.
    ModelStore store = new ModelStore();
    store.seq = 1;
    for (int i = 1; i <= 3; i++) {
      store.put(i, new byte[8 * i]);
    }
    byte[] full = Crafted.bytes(store, store.full(FrameStyle.RAW, SnapHeader.BATCH_MIN));
    Crafted before = new Crafted(full);
    Crafted crafted = Crafted.withZeros(full, before.entry(0), 8);
    for (long field : new long[] {SnapEntry.STORED_OFFSET, SnapEntry.PLAIN_OFFSET}) {
      long size = Mem.getLong(before.mem, before.entry(0) + field);
      Mem.putLong(crafted.mem, crafted.entry(0) + field, size + 8);
    }
    long data = crafted.batch(0) + BatchHead.DATA_BYTES_OFFSET;
    Mem.putLong(crafted.mem, data, Mem.getLong(crafted.mem, data) + 8);
    SnapshotException e = crafted.resealBatches().reseal().refusal(VerifyLevel.FULL);
    assertNotNull(e, "accepted");
    assertEquals(Reason.BAD_RECORD, e.reason(), e.getMessage());
  }

  @TestFactory
  Stream<DynamicTest> batchesThatSomebodyMadeUp() throws IOException {
    byte[] full = Crafted.full(FrameStyle.RAW, HashKind.SUM256);
    byte[] incr = Crafted.incremental(FrameStyle.RAW, HashKind.SUM256);
    Reason data = Reason.BAD_DATA;
    Reason bad = Reason.BAD_RECORD;
    int size = RecordHead.VALUE_SIZE_OFFSET;
    int flags = RecordHead.FLAGS_OFFSET;
    return Stream.of(
        row("magic", data, full, head(0, BatchHead.MAGIC_OFFSET, 1)),
        row("flags", data, full, head(0, BatchHead.FLAGS_OFFSET, 1)),
        row("records", data, full, head(0, BatchHead.RECORDS_OFFSET, 4)),
        row("data bytes", data, full, head(0, BatchHead.DATA_BYTES_OFFSET, 8)),
        row("ordinal", data, incr, head(1, BatchHead.ORDINAL_OFFSET, 0)),
        row("value of 2^32 - 1", bad, full, record(0, size, -1)),
        row("value of 2^31 - 1", bad, full, record(0, size, Integer.MAX_VALUE)),
        row("value of half", bad, full, record(0, size, 4)),
        row("value to the end", bad, full, record(0, size, 16 + 32 + 24 + 32 + 40)),
        row("unknown flag", bad, full, record(0, flags, 2)),
        row("removed among live", bad, full, record(0, flags, 1)),
        row("live among removed", bad, incr, record(1, flags, 0)),
        row("removed with a value", bad, incr, record(1, size, 8)),
        row(
            "filled up with other than zeros",
            bad,
            full,
            f -> Mem.putByte(f.mem, first(f, 0) + RecordHead.SIZE + 15, (byte) 1)),
        row(
            "seq goes back",
            bad,
            full,
            f -> Mem.putLong(f.mem, first(f, 0) + RecordHead.size(ModelStore.KEY_SIZE, 11), 1)),
        row(
            "seq too high",
            bad,
            full,
            f -> Mem.putLong(f.mem, first(f, 0) + RecordHead.size(ModelStore.KEY_SIZE, 11), 7)),
        row(
            "another value",
            Reason.HASH_MISMATCH,
            full,
            f -> Mem.putByte(f.mem, first(f, 0) + RecordHead.SIZE, (byte) 7)),
        row(
            "another key",
            Reason.HASH_MISMATCH,
            full,
            f -> Mem.putByte(f.mem, first(f, 0) - 1, (byte) 7)));
  }

  @Test
  void lz4BlocksThatClaimMoreThanTheyHaveAreRefused() throws IOException {
    byte[] packed = Crafted.full(FrameStyle.LZ4, HashKind.SUM256);
    SplittableRandom random = new SplittableRandom(5);
    int refused = 0;
    for (int i = 0; i < Tier.of(2_000, 50_000); i++) {
      Crafted f = new Crafted(packed);
      long stored = Mem.getLong(f.mem, f.entry(0) + SnapEntry.STORED_OFFSET);
      for (int n = 1 + random.nextInt(3); n > 0; n--) {
        Mem.putByte(f.mem, SnapHeader.SIZE + random.nextLong(stored), (byte) random.nextInt());
      }
      SnapshotException e = f.resealBatches().reseal().refusal(VerifyLevel.FULL);
      if (e != null) {
        refused++;
        assertTrue(List.of(Reason.BAD_FRAME, Reason.BAD_DATA).contains(e.reason()), e.getMessage());
      }
    }
    assertTrue(refused > 1_000, refused + " refused");
  }
}
