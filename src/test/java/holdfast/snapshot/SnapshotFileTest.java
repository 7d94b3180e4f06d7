package holdfast.snapshot;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.CorruptDataException;
import holdfast.Progress;
import holdfast.checkpt.FrameStyle;
import holdfast.checkpt.Restore;
import holdfast.internal.Disk;
import holdfast.testkit.Allocations;
import holdfast.testkit.Content;
import holdfast.testkit.SimDisk;
import holdfast.testkit.Tier;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is written comes back, whatever the sizes, the style and the number of threads. */
class SnapshotFileTest {
  private static final Path FILE = Path.of("a.snap");
  private static final int BATCH = SnapHeader.BATCH_MIN;

  /** Largest value that still fits into a batch with nothing else. */
  private static final int FITS = BATCH - ModelStore.KEY_SIZE - RecordHead.SIZE;

  static ModelStore random(long seed, int count, HashKind hash) {
    SplittableRandom random = new SplittableRandom(seed);
    ModelStore store = new ModelStore(ModelStore.KEY_SIZE, hash);
    store.seq = 1; // nothing is published at 0
    int[] sizes = {0, 1, 7, 8, 31, 100, 3000, FITS - 1, FITS, FITS + 1, BATCH, 3 * BATCH + 5};
    for (int i = 0; i < count; i++) {
      if (random.nextInt(4) == 0) {
        store.seq += 1 + random.nextInt(3);
      }
      int size = random.nextInt(8) == 0 ? sizes[random.nextInt(sizes.length)] : random.nextInt(300);
      store.put(random.nextInt(count), Content.of(random.nextInt(6), i, size));
    }
    store.seq++;
    return store;
  }

  private static byte[] bytes(ModelStore store, SnapHeader header, int threads) throws IOException {
    SimDisk disk = new SimDisk();
    store.write(disk, FILE, header, threads);
    return disk.content().get(FILE.toString());
  }

  static SimDisk disk(byte[] bytes) throws IOException {
    SimDisk disk = new SimDisk();
    try (Disk.File file = disk.open(FILE, Disk.Mode.CREATE)) {
      file.write(MemorySegment.ofArray(bytes), 0);
    }
    return disk;
  }

  private static void read(byte[] bytes, ModelStore into, int threads) throws IOException {
    try (var reader = SnapshotFileReader.open(disk(bytes), FILE, 1 << 24)) {
      reader.verifyStored(threads, Progress.NONE);
      reader.read(into.sink(), threads, Progress.NONE);
    }
  }

  private static void assertSame(ModelStore expected, ModelStore found) {
    assertEquals(new ArrayList<>(expected.live.entrySet()), new ArrayList<>(found.live.entrySet()));
  }

  @ParameterizedTest
  @EnumSource(FrameStyle.class)
  void aFullSnapshotHoldsTheStoreInItsOrder(FrameStyle style) throws IOException {
    for (long seed = 1; seed <= Tier.of(12, 200); seed++) {
      ModelStore store = random(seed, 1 + (int) (seed * 13 % 90), HashKind.SUM256);
      byte[] bytes = bytes(store, store.full(style, BATCH), 1);
      for (int threads : List.of(1, 2, 4)) {
        ModelStore again = new ModelStore();
        read(bytes, again, threads);
        assertSame(store, again);
      }
      assertArrayEquals(bytes, bytes(store, store.full(style, BATCH), 1 + (int) (seed % 5)));
    }
  }

  @ParameterizedTest
  @EnumSource(FrameStyle.class)
  void anIncrementalOneTurnsTheBaseIntoTheStore(FrameStyle style) throws IOException {
    for (long seed = 1; seed <= Tier.of(12, 200); seed++) {
      ModelStore store = random(seed, 70, HashKind.SUM256);
      SnapHeader base = store.full(style, BATCH);
      ModelStore again = store.copy();
      SplittableRandom random = new SplittableRandom(seed);
      for (int i = 0; i < 40; i++) {
        store.seq++;
        if (random.nextBoolean()) {
          store.put(random.nextInt(90), Content.of(3, i, random.nextInt(4 * BATCH / 3)));
        } else {
          store.remove(random.nextInt(90));
        }
      }
      byte[] bytes = bytes(store, store.incremental(base), 3);
      assertArrayEquals(bytes, bytes(store, store.incremental(base), 1));
      read(bytes, again, 2);
      assertSame(store, again);
    }
  }

  @Test
  void aStoreWithoutRecordsIsAFileOfHeaderAndFooter() throws IOException {
    ModelStore store = new ModelStore();
    store.seq = 5;
    byte[] bytes = bytes(store, store.full(FrameStyle.LZ4, BATCH), 2);
    assertEquals(128 + 256, bytes.length);
    ModelStore again = new ModelStore();
    read(bytes, again, 2);
    assertTrue(again.live.isEmpty());
  }

  @ParameterizedTest
  @EnumSource(FrameStyle.class)
  void theBodyIsAnOrdinarySequenceOfFrames(FrameStyle style) throws IOException {
    ModelStore store = random(4, 200, HashKind.SUM256);
    byte[] bytes = bytes(store, store.full(style, BATCH), 3);
    SimDisk disk = disk(bytes);
    int jumbos = 0;
    try (var reader = SnapshotFileReader.open(disk, FILE, 1 << 24);
        Restore in = Restore.from(MemorySegment.ofArray(bytes))) {
      in.seek(SnapHeader.SIZE);
      DirectoryReader directory = reader.directory();
      while (directory.next()) {
        assertEquals(directory.offset, in.openFrame(style));
        MemorySegment head = MemorySegment.ofArray(new byte[BatchHead.SIZE]);
        in.meta(head);
        BatchHead.check(head, directory);
        if (directory.isJumbo()) {
          jumbos++;
          in.skip(ModelStore.KEY_SIZE + RecordHead.SIZE);
          in.skip(directory.plain - BatchHead.SIZE - ModelStore.KEY_SIZE - RecordHead.SIZE);
        } else {
          in.skip(directory.plain - BatchHead.SIZE);
        }
        assertEquals(directory.offset + directory.stored, in.closeFrame());
      }
      assertEquals(reader.footer().directoryOffset(), in.offset());
    }
    assertTrue(jumbos > 2, jumbos + " batches of one record");
  }

  @Test
  void batchesAreFilledAsFarAsRecordsFit() throws IOException {
    ModelStore store = new ModelStore();
    store.seq = 1;
    int half = BATCH / 2 - ModelStore.KEY_SIZE - RecordHead.SIZE;
    for (int size : new int[] {half, half, half, half + 1, half, FITS + 1, 0, FITS, FITS - 6}) {
      store.put(store.live.size(), new byte[size]);
    }
    byte[] bytes = bytes(store, store.full(FrameStyle.RAW, BATCH), 1);
    List<String> batches = new ArrayList<>();
    try (var reader = SnapshotFileReader.open(disk(bytes), FILE, 1 << 24)) {
      DirectoryReader directory = reader.directory();
      while (directory.next()) {
        batches.add(directory.records + (directory.isJumbo() ? "J" : ""));
      }
    }
    assertEquals(List.of("2", "1", "1", "1", "1J", "1", "1", "1"), batches);
  }

  @Test
  void littleMemoryMeansFewerThreadsAndThenARefusal() throws IOException {
    ModelStore store = new ModelStore();
    store.seq = 1;
    for (int i = 0; i < 1000; i++) {
      store.put(i, new byte[1000]);
    }
    byte[] bytes = bytes(store, store.full(FrameStyle.RAW, BATCH), 1);
    SimDisk disk = disk(bytes);
    try (var reader = SnapshotFileReader.open(disk, FILE, BATCH + BatchHead.SIZE)) {
      ModelStore again = new ModelStore();
      reader.read(again.sink(), 9, Progress.NONE);
      assertSame(store, again);
    }
    try (var reader = SnapshotFileReader.open(disk, FILE, BATCH / 2)) {
      RecordSink sink = new ModelStore().sink();
      assertThrows(CorruptDataException.class, () -> reader.read(sink, 2, Progress.NONE));
    }
  }

  @Test
  void cancellingEndsTheWork() throws IOException {
    ModelStore store = random(3, 2000, HashKind.SUM256);
    SnapHeader header = store.full(FrameStyle.LZ4, BATCH);
    for (int threads : new int[] {1, 3}) {
      SimDisk disk = new SimDisk();
      try (Disk.File file = disk.open(FILE, Disk.Mode.CREATE)) {
        var writer =
            new SnapshotFileWriter(header, threads, 0, -1, (done, total) -> done < 5 * BATCH);
        assertThrows(CancellationException.class, () -> store.write(file, header, writer));
        var other = new SnapshotFileWriter(header, threads, 0, -1, Progress.NONE);
        other.cancel();
        assertThrows(CancellationException.class, () -> store.write(file, header, other));
      }
      assertTrue(disk.content().get(FILE.toString()).length < 12 * BATCH);
      assertNoThreads();
    }
    byte[] bytes = bytes(store, header, 2);
    try (var reader = SnapshotFileReader.open(disk(bytes), FILE, 1 << 24)) {
      RecordSink sink = new ModelStore().sink();
      Progress soon = (done, total) -> done < 5 * BATCH;
      assertThrows(CancellationException.class, () -> reader.read(sink, 3, soon));
      assertThrows(CancellationException.class, () -> reader.verifyStored(3, soon));
    }
    assertNoThreads();
  }

  static void assertNoThreads() {
    assertFalse(
        Thread.getAllStackTraces().keySet().stream()
            .anyMatch(thread -> thread.getName().startsWith("holdfast-snapshot")));
  }

  @Test
  void progressGetsToItsTotal() throws IOException {
    ModelStore store = random(3, 300, HashKind.SUM256);
    SnapHeader header = store.full(FrameStyle.LZ4, BATCH);
    long total =
        SnapshotFileWriter.payload(ModelStore.KEY_SIZE, store.live.size(), store.valueBytes());
    List<Long> told = new ArrayList<>();
    Progress progress =
        (done, all) -> {
          assertEquals(total, all);
          told.add(done);
          return true;
        };
    SimDisk disk = new SimDisk();
    try (Disk.File file = disk.open(FILE, Disk.Mode.CREATE)) {
      store.write(file, header, new SnapshotFileWriter(header, 2, 0, total, progress));
    }
    assertEquals(total, told.getLast());
    assertEquals(told.stream().sorted().toList(), told);
  }

  @Test
  void aSourceThatBreaksItsRulesMakesNoFile() throws IOException {
    ModelStore store = random(3, 30, HashKind.SUM256);
    ModelStore.Entry late = new ModelStore.Entry(new byte[1], store.seq + 1);
    ModelStore wrong = store.copy();
    wrong.live.put(store.key(77_777), late);
    SnapHeader header = store.full(FrameStyle.RAW, BATCH);
    assertThrows(IllegalStateException.class, () -> bytes(wrong, header, 2));
    ModelStore unordered = store.copy();
    unordered.live.put(store.key(77_777), new ModelStore.Entry(new byte[1], 0));
    assertThrows(IllegalStateException.class, () -> bytes(unordered, header, 2));
    SimDisk disk = new SimDisk();
    try (Disk.File file = disk.open(FILE, Disk.Mode.CREATE)) {
      var writer = new SnapshotFileWriter(header, 1, 0, -1, Progress.NONE);
      RecordSource source = ModelStore.source(store.live, -1);
      ContentHash hash = store.hash();
      long count = store.live.size() + 1L;
      assertThrows(
          IllegalStateException.class,
          () -> writer.write(file, source, null, count, store.valueBytes(), hash));
    }
  }

  @Test
  void aSourceThatIsTakenAwayEndsTheWork() throws IOException {
    ModelStore store = random(3, 300, HashKind.SUM256);
    SnapHeader header = store.full(FrameStyle.LZ4, BATCH);
    for (int enters = 1; ; enters++) {
      var source = new Revoked(ModelStore.source(store.live, -1), enters);
      SimDisk disk = new SimDisk();
      try (Disk.File file = disk.open(FILE, Disk.Mode.CREATE)) {
        var writer = new SnapshotFileWriter(header, 1 + enters % 3, 0, -1, Progress.NONE);
        ContentHash hash = store.hash();
        long count = store.live.size();
        long bytes = store.valueBytes();
        try {
          writer.write(file, source, null, count, bytes, hash);
          assertTrue(enters > 20, enters + " stretches");
          return;
        } catch (IllegalStateException e) {
          assertEquals("revoked", e.getMessage());
          assertEquals(0, source.inside);
        }
      }
    }
  }

  /** Takes bytes and keeps none of them. */
  private static final class Sink implements Disk.File {
    private volatile long size; // written by the writer only; another thread may force
    private final List<Long> forces = Collections.synchronizedList(new ArrayList<>());

    @Override
    public Path path() {
      return FILE;
    }

    @Override
    public Object key() {
      return this;
    }

    @Override
    public long read(MemorySegment target, long position) {
      throw new AssertionError();
    }

    @Override
    public void write(MemorySegment source, long position) {
      assertEquals(size, position, "one after the other");
      size = position + source.byteSize();
    }

    @Override
    public void preallocate(long lo, long hi) {
      throw new AssertionError();
    }

    @Override
    public void truncate(long newSize) {
      throw new AssertionError();
    }

    @Override
    public long size() {
      return size;
    }

    @Override
    public MemorySegment map(FileChannel.MapMode mode, long lo, long length, Arena arena) {
      throw new AssertionError();
    }

    @Override
    public void force(boolean metadata) {
      assertFalse(metadata);
      forces.add(size);
    }

    @Override
    public void forceMapped(long lo, long hi) {
      throw new AssertionError();
    }

    @Override
    public Disk.Lock tryLock(boolean shared) {
      throw new AssertionError();
    }

    @Override
    public void close() {}
  }

  /** The same record again and again, from native memory, without garbage. */
  private static final class Same implements RecordSource {
    private final MemorySegment memory;
    private final int valueSize;
    private long left;

    Same(MemorySegment memory, long count) {
      this.memory = memory;
      this.valueSize = (int) memory.byteSize() - ModelStore.KEY_SIZE;
      this.left = count;
    }

    @Override
    public boolean next() {
      return left-- > 0;
    }

    @Override
    public MemorySegment memory() {
      return memory;
    }

    @Override
    public long keyAt() {
      return 0;
    }

    @Override
    public long valueAt() {
      return ModelStore.KEY_SIZE;
    }

    @Override
    public int valueSize() {
      return valueSize;
    }

    @Override
    public long modSeq() {
      return 1;
    }

    @Override
    public boolean isTombstone() {
      return false;
    }
  }

  private static Sink writeSame(FrameStyle style, long valueSize, long count, int threads)
      throws IOException {
    ModelStore store = new ModelStore(ModelStore.KEY_SIZE, HashKind.NONE);
    store.seq = 1;
    SnapHeader header = store.full(style, BATCH);
    Sink sink = new Sink();
    try (Arena arena = Arena.ofShared()) {
      MemorySegment record = arena.allocate(ModelStore.KEY_SIZE + valueSize, 8);
      new SnapshotFileWriter(header, threads, 0, -1, Progress.NONE)
          .write(sink, new Same(record, count), null, count, count * valueSize, store.hash());
    }
    return sink;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void longFilesGoToTheDiskOnTheWay(int threads) throws IOException {
    Sink sink = writeSame(FrameStyle.RAW, 1 << 20, 200, threads);
    assertEquals(3, sink.forces.size());
    for (int i = 0; i < 3; i++) {
      // Another thread begins later, but the writer waits for it one step later.
      long least = (i + 1) * (64L << 20);
      long most = (i + threads) * (66L << 20);
      long at = sink.forces.get(i);
      assertTrue(at >= least && at < most, () -> at + " bytes, not " + least + " to " + most);
    }
  }

  @Test
  void noGarbageIsMadePerRecord() throws IOException {
    for (FrameStyle style : FrameStyle.values()) {
      writeSame(style, 100, 200_000, 1); // warm
      long few = garbage(style, 100_000);
      long many = garbage(style, 500_000);
      // A few objects for each batch of 500 records.
      assertTrue(many - few < 400_000 * 4, style + ": " + few + " and " + many + " bytes");
    }
  }

  private static long garbage(FrameStyle style, long count) {
    return Allocations.of(
        () -> {
          try {
            writeSame(style, 100, count, 1);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  @Test
  void memoryIsTheStatedBound() throws IOException {
    ModelStore store = new ModelStore();
    store.seq = 1;
    SnapHeader lz4 = store.full(FrameStyle.LZ4, 4 << 20);
    long slot = 2L * (4 << 20) + (4 << 20) / 255;
    for (int threads : new int[] {1, 2, 3, 9}) {
      long slots = threads == 1 ? 1 : threads + 2;
      long bound = SnapshotFileWriter.memory(lz4, threads);
      assertTrue(bound <= slots * (slot + (400 << 10)) + (1 << 20), threads + ": " + bound);
    }
  }

  /** Throws at the n-th stretch. */
  private static final class Revoked implements RecordSource {
    private final RecordSource source;
    private int left;
    private int inside;

    Revoked(RecordSource source, int enters) {
      this.source = source;
      this.left = enters;
    }

    @Override
    public void enter() {
      if (--left == 0) {
        throw new IllegalStateException("revoked");
      }
      inside++;
    }

    @Override
    public void exit() {
      inside--;
    }

    private RecordSource inside() {
      assertEquals(1, inside, "a stretch");
      return source;
    }

    @Override
    public boolean next() {
      return inside().next();
    }

    @Override
    public MemorySegment memory() {
      return inside().memory();
    }

    @Override
    public long keyAt() {
      return inside().keyAt();
    }

    @Override
    public long valueAt() {
      return inside().valueAt();
    }

    @Override
    public int valueSize() {
      return source.valueSize();
    }

    @Override
    public long modSeq() {
      return source.modSeq();
    }

    @Override
    public boolean isTombstone() {
      return source.isTombstone();
    }
  }
}
