package holdfast.chunkio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.lz4.Lz4FrameOptions;
import holdfast.testkit.SimDisk;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * A store on a simulated disk, and beside it strings that say what each chunk has to hold.
 *
 * <p>Every operation is done to both; whether it is refused, what it returns and what is there
 * afterwards is compared. The strings know nothing of files: that is the whole specification.
 */
final class ChunkWorld {
  /** How the store works until it is opened anew. */
  record Setup(
      Engine engine,
      ChecksumMode checksum,
      SyncLevel sync,
      Trim trim,
      int upMax,
      boolean onDemand,
      boolean validate,
      int loadThreads) {
    ChunkStoreOptions options() {
      return Chunks.QUIETLY
          .withEngine(engine)
          .withStagedSize(4096)
          .withChecksum(checksum)
          .withSync(sync)
          .withTrim(trim)
          .withUpMax(upMax)
          .withUpOnDemand(onDemand)
          .withValidate(validate)
          .withLoadThreads(loadThreads);
    }
  }

  private static final int FILES = 4;
  private static final Lz4FrameOptions FRAME = Lz4FrameOptions.DEFAULT;

  /** One chunk of the model. */
  private static final class Twin {
    final String stream;
    final String name;

    /** Null while it is not open. */
    Chunk chunk;

    /** Whether there is a file. */
    boolean exists;

    /**
     * Whether the store knows its size: a chunk that is opened without a place is not looked at.
     */
    boolean counted;

    String content = "";
    String metadata = "";
    boolean sealed;
    boolean locked;

    /** What a rollback goes back to; null outside of a transaction. */
    String contentBefore;

    String metadataBefore;

    /** Content bytes that a kill leaves, whatever the engine. */
    int safe;

    Twin(String stream, String name) {
      this.stream = stream;
      this.name = name;
    }

    boolean isFile() {
      return !stream.equals("memory");
    }

    /** It is up, or was for a call. */
    void wasUp() {
      exists |= isFile();
      counted = true;
    }

    boolean inTransaction() {
      return contentBefore != null;
    }

    /** What others see. */
    String lasting() {
      return inTransaction() ? contentBefore : content;
    }

    void safeNow() {
      if (!inTransaction()) {
        safe = content.length();
      }
    }

    void goBack() {
      if (inTransaction()) {
        content = contentBefore;
        metadata = metadataBefore;
        contentBefore = null;
      }
    }

    void vanish() {
      goBack();
      chunk = null;
      exists = false;
      content = "";
      metadata = "";
      sealed = false;
      locked = false;
      safe = 0;
    }
  }

  private final SimDisk disk = new SimDisk();
  private final List<Twin> twins = new ArrayList<>();
  private final long chunkBytesMax;
  private Setup setup;
  private ChunkStore store;
  private int texts;

  ChunkWorld(Setup setup, long chunkBytesMax) throws IOException {
    this.chunkBytesMax = chunkBytesMax;
    for (int i = 0; i < FILES; i++) {
      twins.add(new Twin(i % 2 == 0 ? "even" : "odd", "c" + i));
    }
    twins.add(new Twin("memory", "m"));
    start(setup);
  }

  /** How many chunks there are to choose from. */
  int size() {
    return twins.size();
  }

  private void start(Setup setup) throws IOException {
    this.setup = setup;
    ChunkLimits limits = ChunkLimits.NONE.withChunkBytesMax(chunkBytesMax);
    store = ChunkModel.open(disk, setup.options().withLimits(limits));
  }

  private static byte[] bytes(String text) {
    return ChunkModel.bytes(text);
  }

  private String text(int size) {
    return ChunkModel.text(texts++, size);
  }

  private boolean fits(long size) {
    return size <= chunkBytesMax;
  }

  private int filesUp() {
    return store.statistics().filesUp();
  }

  /** Whether a call that needs the content works; else it is refused. */
  private boolean usable(Twin twin) {
    return !twin.isFile() || twin.chunk.isUp() || setup.onDemand;
  }

  /** A call that needs the content; true when it was refused as it should be. */
  private boolean refused(Twin twin, boolean allowed, Call call) {
    if (usable(twin)) {
      twin.wasUp();
      if (allowed) {
        return false;
      }
    }
    assertThrows(IllegalStateException.class, call::run);
    return true;
  }

  /** An operation that may throw. */
  @FunctionalInterface
  private interface Call {
    void run() throws IOException;
  }

  // ------------------------------------------------------------------------- operations

  void open(int which) throws IOException {
    Twin twin = twins.get(which);
    ChunkStream known = store.findStream(twin.stream);
    ChunkStream stream =
        known != null
            ? known
            : twin.isFile()
                ? store.createStream(twin.stream)
                : store.createMemoryStream(twin.stream);
    if (twin.chunk != null) {
      assertThrows(IllegalStateException.class, () -> stream.open(twin.name));
      return;
    }
    boolean place = filesUp() < setup.upMax;
    twin.chunk = stream.open(twin.name);
    twin.counted = false;
    if (twin.chunk.isUp()) {
      twin.wasUp();
    }
    if (twin.isFile() && !setup.onDemand) {
      assertEquals(place, twin.chunk.isUp());
    }
  }

  void append(int which, int size) throws IOException {
    Twin twin = twins.get(which);
    String text = text(size);
    if (twin.chunk == null || refused(twin, !twin.sealed, () -> twin.chunk.append(bytes(text)))) {
      return;
    }
    boolean fits = fits(twin.content.length() + (long) size);
    assertEquals(fits, twin.chunk.append(bytes(text)));
    if (fits) {
      twin.content += text;
    }
  }

  void writeAt(int which, int size, int at) throws IOException {
    Twin twin = twins.get(which);
    MemorySegment source = MemorySegment.ofArray(bytes(text(size)));
    int offset = at % (twin.content.length() + 2);
    if (twin.chunk == null
        || refused(twin, !twin.sealed, () -> twin.chunk.writeAt(offset, source))) {
      return;
    }
    if (offset > twin.content.length()) {
      assertThrows(IndexOutOfBoundsException.class, () -> twin.chunk.writeAt(offset, source));
      return;
    }
    boolean fits = fits(offset + (long) size);
    boolean cuts = offset < twin.content.length();
    assertEquals(fits, twin.chunk.writeAt(offset, source));
    if (fits) {
      byte[] added = source.toArray(ValueLayout.JAVA_BYTE);
      twin.content = twin.content.substring(0, offset) + ChunkModel.string(added);
      if (cuts) {
        twin.safeNow();
      }
    }
  }

  void setMetadata(int which, int size) throws IOException {
    Twin twin = twins.get(which);
    String text = text(size);
    if (twin.chunk == null || refused(twin, true, () -> twin.chunk.setMetadata(bytes(text)))) {
      return;
    }
    twin.chunk.setMetadata(bytes(text));
    twin.metadata = text;
  }

  void begin(int which) throws IOException {
    Twin twin = twins.get(which);
    if (twin.chunk == null) {
      return;
    }
    if (twin.locked) {
      assertFalse(twin.chunk.begin());
    } else if (!refused(twin, true, twin.chunk::begin)) {
      assertTrue(twin.chunk.begin());
      if (!twin.inTransaction()) {
        twin.safeNow();
        twin.contentBefore = twin.content;
        twin.metadataBefore = twin.metadata;
      }
    }
  }

  void commit(int which) throws IOException {
    Twin twin = twins.get(which);
    if (twin.chunk == null || refused(twin, true, twin.chunk::commit)) {
      return;
    }
    twin.chunk.commit();
    twin.contentBefore = null;
    twin.safeNow();
  }

  void rollback(int which) throws IOException {
    Twin twin = twins.get(which);
    if (twin.chunk != null) {
      assertEquals(twin.inTransaction(), twin.chunk.rollback());
      twin.goBack();
    }
  }

  void sync(int which) throws IOException {
    Twin twin = twins.get(which);
    if (twin.chunk != null) {
      twin.chunk.sync();
      twin.safeNow();
    }
  }

  void down(int which) throws IOException {
    Twin twin = twins.get(which);
    if (twin.chunk == null) {
      return;
    }
    if (twin.isFile() && twin.inTransaction()) {
      assertThrows(IllegalStateException.class, twin.chunk::down);
    } else {
      boolean was = twin.chunk.isUp();
      assertEquals(was, twin.chunk.down());
      assertEquals(!twin.isFile(), twin.chunk.isUp());
      twin.safeNow();
    }
  }

  void up(int which, boolean forced) throws IOException {
    Twin twin = twins.get(which);
    if (twin.chunk == null) {
      return;
    }
    boolean was = twin.chunk.isUp();
    boolean place = filesUp() < setup.upMax;
    boolean done = forced ? twin.chunk.upForced() : twin.chunk.up();
    if (done) {
      twin.wasUp();
    }
    if (!twin.isFile()) {
      assertTrue(done);
    } else if (was || forced || !setup.onDemand) {
      assertEquals(!was && (forced || place), done);
      assertEquals(was || done, twin.chunk.isUp());
    }
  }

  void lock(int which) throws IOException {
    Twin twin = twins.get(which);
    if (twin.chunk != null) {
      assertEquals(!twin.locked, twin.chunk.lock());
      if (!twin.locked) {
        twin.safeNow();
      }
      twin.locked = true;
    }
  }

  void unlock(int which) {
    Twin twin = twins.get(which);
    if (twin.chunk != null) {
      assertEquals(twin.locked, twin.chunk.unlock());
      twin.locked = false;
    }
  }

  void pin(int which, boolean value) {
    Twin twin = twins.get(which);
    if (twin.chunk != null) {
      twin.chunk.pin(value);
    }
  }

  void seal(int which) throws IOException {
    Twin twin = twins.get(which);
    if (twin.chunk == null
        || refused(twin, !twin.sealed && !twin.inTransaction(), () -> twin.chunk.seal(FRAME))) {
      return;
    }
    twin.sealed = twin.chunk.seal(FRAME);
    assertTrue(twin.sealed || chunkBytesMax < ChunkLayout.SIZE_MAX);
    twin.safeNow();
  }

  void trim(int which) throws IOException {
    Twin twin = twins.get(which);
    if (twin.chunk != null && !refused(twin, true, twin.chunk::trim)) {
      twin.chunk.trim();
    }
  }

  void close(int which) throws IOException {
    Twin twin = twins.get(which);
    if (twin.chunk != null) {
      Chunk chunk = twin.chunk;
      chunk.close();
      assertTrue(chunk.isClosed());
      assertThrows(IllegalStateException.class, () -> chunk.append(new byte[1]));
      left(twin);
    }
  }

  /** The chunk is not open any more; its file stays. */
  private static void left(Twin twin) {
    twin.goBack();
    twin.safeNow();
    twin.chunk = null;
    twin.locked = false;
    if (!twin.isFile()) {
      twin.vanish();
    }
  }

  void delete(int which) throws IOException {
    Twin twin = twins.get(which);
    if (twin.chunk != null) {
      twin.chunk.delete();
      twin.vanish();
    }
  }

  /** Finds the files of chunks that were closed. */
  void load() throws IOException {
    LoadReport report = store.load();
    assertTrue(report.isClean(), report::toString);
    for (Twin twin : twins) {
      if (twin.isFile() && twin.exists && twin.chunk == null) {
        twin.chunk = store.findStream(twin.stream).chunk(twin.name);
        twin.counted = true;
      }
    }
  }

  /** Closes the store, looks at it as a reader, and opens it in another way. */
  void reopen(Setup next) throws IOException {
    store.close();
    twins.forEach(ChunkWorld::left);
    String bytes = disk.fingerprint();
    Setup reading = new Setup(next.engine, next.checksum, next.sync, next.trim, 2, true, true, 1);
    try (ChunkStore reader = ChunkModel.open(disk, reading.options().withReadOnly(true))) {
      assertTrue(reader.load().isClean());
      for (Twin twin : twins) {
        if (twin.exists) {
          Chunk chunk = reader.findStream(twin.stream).chunk(twin.name);
          assertEquals(twin.content, ChunkModel.string(chunk.contentCopy()));
          assertEquals(twin.metadata, ChunkModel.string(chunk.metadata()));
        }
      }
    }
    assertEquals(bytes, disk.fingerprint(), "a read-only store changed something");
    start(next);
    load();
  }

  /** The process ends without a word. */
  void kill(Setup next) throws IOException {
    disk.kill();
    for (Twin twin : twins) {
      boolean staged = setup.engine == Engine.STAGED && twin.exists && !twin.sealed;
      twin.goBack();
      twin.chunk = null;
      twin.locked = false;
      if (!twin.isFile()) {
        twin.vanish();
      } else if (staged) {
        adopt(twin);
      }
    }
    start(next);
    load();
    checkAll();
  }

  /** What was in a buffer is gone: a prefix is left. */
  private void adopt(Twin twin) throws IOException {
    ChunkStoreOptions reading = Chunks.QUIETLY.withReadOnly(true).withUpOnDemand(true);
    try (ChunkStore reader = ChunkModel.open(disk, reading)) {
      reader.load();
      Chunk chunk = reader.findStream(twin.stream).chunk(twin.name);
      twin.content = prefix(twin, ChunkModel.string(chunk.contentCopy()));
      twin.safe = twin.content.length();
    }
  }

  private static String prefix(Twin twin, String found) {
    assertTrue(twin.lasting().startsWith(found), () -> twin.name + " holds " + found);
    assertTrue(found.length() >= twin.safe, () -> found.length() + " of safe " + twin.safe);
    return found;
  }

  // ------------------------------------------------------------------------- comparing

  /** After every operation: what costs little. */
  void check() throws IOException {
    int open = 0;
    int files = 0;
    int up = 0;
    long bytes = 0;
    for (Twin twin : twins) {
      if (twin.chunk != null) {
        open++;
        if (twin.isFile()) {
          files++;
          up += twin.chunk.isUp() ? 1 : 0;
          bytes += twin.counted ? twin.chunk.realSize() : 0;
        }
        assertEquals(twin.inTransaction(), twin.chunk.inTransaction());
        assertEquals(twin.locked, twin.chunk.isLocked());
        assertEquals(twin.metadata.length(), twin.chunk.metadataSize());
        if (twin.chunk.isUp()) {
          assertEquals(twin.sealed, twin.chunk.isSealed());
        }
        if (twin.chunk.isUp() || !twin.sealed) {
          assertEquals(twin.content.length(), twin.chunk.contentSize());
        }
      }
    }
    ChunkStatistics statistics = store.statistics();
    assertEquals(open, statistics.chunks());
    assertEquals(files, statistics.fileChunks());
    assertEquals(up, statistics.filesUp());
    if (twins.stream().noneMatch(Twin::inTransaction)) {
      assertEquals(bytes, statistics.diskBytes()); // a replacement counts once it is in its place
    }
  }

  /** All bytes, by every way to get at them, and the store's own look at its files. */
  void checkAll() throws IOException {
    check();
    for (Twin twin : twins) {
      if (twin.chunk != null) {
        checkContent(twin);
      }
    }
    store.verify();
  }

  private void checkContent(Twin twin) throws IOException {
    Chunk chunk = twin.chunk;
    assertEquals(twin.content, ChunkModel.string(chunk.contentCopy()));
    twin.wasUp();
    if (!usable(twin)) {
      return;
    }
    assertEquals(twin.metadata, ChunkModel.string(chunk.metadata()));
    byte[] all = chunk.content().toArray(ValueLayout.JAVA_BYTE);
    assertEquals(twin.content, ChunkModel.string(all));
    byte[] part = new byte[20];
    int from = twin.content.length() / 3;
    int count = (int) chunk.read(from, MemorySegment.ofArray(part));
    assertEquals(Math.min(20, twin.content.length() - from), count);
    assertEquals(
        twin.content.substring(from, from + count), ChunkModel.string(part).substring(0, count));
    try (InputStream stream = chunk.inputStream()) {
      assertEquals(twin.content, ChunkModel.string(stream.readAllBytes()));
    }
    if (twin.isFile() && !twin.sealed) {
      checkReader(twin);
    }
  }

  /** Somebody who reads beside the writer sees what counts. */
  private void checkReader(Twin twin) throws IOException {
    try (ChunkReader reader = twin.chunk.reader()) {
      String found = ChunkModel.string(Chunks.content(reader));
      if (setup.engine == Engine.STAGED) {
        prefix(twin, found);
      } else {
        assertEquals(twin.lasting(), found);
      }
      String metadata = twin.inTransaction() ? twin.metadataBefore : twin.metadata;
      assertEquals(metadata, ChunkModel.string(reader.metadata()));
    }
  }

  /** The last look, as a process that starts anew. */
  void end() throws IOException {
    checkAll();
    reopen(setup);
    checkAll();
    store.close();
    assertEquals(List.of(), disk.openFiles());
  }
}
