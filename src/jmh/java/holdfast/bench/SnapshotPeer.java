package holdfast.bench;

import holdfast.checkpt.FrameStyle;
import holdfast.snapshot.FrozenRoot;
import holdfast.snapshot.HashKind;
import holdfast.snapshot.LoadOptions;
import holdfast.snapshot.RecordStore;
import holdfast.snapshot.RecordStoreConfig;
import holdfast.snapshot.SnapshotKind;
import holdfast.snapshot.SnapshotLoader;
import holdfast.snapshot.SnapshotService;
import holdfast.wksp.Wksp;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import net.openhft.chronicle.map.ChronicleMap;
import net.openhft.chronicle.map.ChronicleMapBuilder;
import org.eclipse.store.storage.embedded.types.EmbeddedStorage;
import org.eclipse.store.storage.embedded.types.EmbeddedStorageManager;
import org.h2.mvstore.Cursor;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.type.ByteArrayDataType;
import org.mapdb.BTreeMap;
import org.mapdb.DB;
import org.mapdb.DBMaker;
import org.mapdb.Serializer;

/**
 * A store in memory with a {@link SnapshotSet}, all of which it writes to files, durably, and has
 * back in two ways.
 *
 * <pre>{@code
 * restore   the store in memory as it was, all records in it, whatever becomes of the file
 * reopen    the file is the store, and each record is looked at once
 * }</pre>
 */
abstract class SnapshotPeer implements AutoCloseable {
  final SnapshotSet set;

  SnapshotPeer(SnapshotSet set) {
    this.set = set;
  }

  /** The contender of a name. */
  static SnapshotPeer of(String contender, SnapshotSet set) throws IOException {
    return switch (contender) {
      case "holdfast-lz4" -> new HoldfastPeer(set, FrameStyle.LZ4, HashKind.SUM256);
      case "holdfast-raw" -> new HoldfastPeer(set, FrameStyle.RAW, HashKind.SUM256);
      case "holdfast-lz4-unhashed" -> new HoldfastPeer(set, FrameStyle.LZ4, HashKind.NONE);
      case "holdfast-raw-unhashed" -> new HoldfastPeer(set, FrameStyle.RAW, HashKind.NONE);
      case "holdfast-mapped" -> new MappedPeer(set);
      case "mvstore" -> new MvPeer(set, false);
      case "mvstore-lzf" -> new MvPeer(set, true);
      case "mapdb" -> new MapDbPeer(set);
      case "chronicle-map" -> new ChroniclePeer(set);
      case "eclipse-store" -> new EclipsePeer(set);
      default -> throw new IllegalArgumentException(contender);
    };
  }

  /** Writes all records to an empty directory; they are durable when it returns. */
  abstract void write(Path directory) throws IOException;

  /** Forgets what the last {@link #restore} left. */
  void forget() throws IOException {}

  /** Has everything of a directory in memory, as it was before; the number of records. */
  abstract long restore(Path directory) throws IOException;

  /** Uses the file as it is; the number of records. */
  long reopen(Path directory) throws IOException {
    throw new UnsupportedOperationException("its files are read, not used");
  }

  @Override
  public abstract void close() throws IOException;

  final long all(long count) {
    if (count != set.records) {
      throw new IllegalStateException(count + " records came back of " + set.records);
    }
    return count;
  }

  /** A snapshot as it is by default: by two threads, checked before it becomes visible. */
  private static final class HoldfastPeer extends SnapshotPeer {
    private final FrameStyle style;
    private final HashKind hash;
    private SnapshotRig source;
    private SnapshotRig target;

    HoldfastPeer(SnapshotSet set, FrameStyle style, HashKind hash) {
      super(set);
      this.style = style;
      this.hash = hash;
      source = new SnapshotRig(set, hash);
      source.fill();
    }

    @Override
    void write(Path directory) throws IOException {
      try (SnapshotService service = source.service(directory, style, 2, true)) {
        SnapshotRig.write(service, SnapshotKind.FULL);
      }
    }

    @Override
    void forget() {
      if (source != null) {
        source.close(); // the store may be open once
        source = null;
        target = new SnapshotRig(set, hash);
      }
      target.renew();
    }

    @Override
    long restore(Path directory) throws IOException {
      SnapshotLoader.load(directory, target.store(), LoadOptions.DEFAULT);
      return set.records;
    }

    @Override
    public void close() {
      if (source != null) {
        source.close();
      }
      if (target != null) {
        target.close();
      }
    }
  }

  /** A store in a mapped workspace, which is opened again, and checked by that. */
  private static final class MappedPeer extends SnapshotPeer {
    private static final String FILE = "records.wksp";

    MappedPeer(SnapshotSet set) {
      super(set);
    }

    @Override
    void write(Path directory) throws IOException {
      Path file = directory.resolve(FILE);
      try (SnapshotRig rig = new SnapshotRig(set, HashKind.SUM256, file)) {
        rig.fill();
      }
      SnapshotSet.force(file);
    }

    @Override
    long restore(Path directory) {
      throw new UnsupportedOperationException("its file is the store");
    }

    @Override
    long reopen(Path directory) throws IOException {
      long[] count = {0};
      try (Wksp wksp = Wksp.open(directory.resolve(FILE));
          RecordStore store = RecordStore.open(wksp, RecordStoreConfig.BASE_TAG);
          FrozenRoot root = store.tryFreeze().orElseThrow()) {
        root.forEachLive(
            (key, value, seq) -> count[0] += value.byteSize() == set.valueSize ? 1 : 0);
      }
      return all(count[0]);
    }

    @Override
    public void close() {}
  }

  /** H2's MVStore: a map in memory; its pages are copied into a new file, chunk by chunk. */
  private static final class MvPeer extends SnapshotPeer {
    private static final int COMMIT = 1 << 16;

    private final boolean compressed;
    private final MVStore store = new MVStore.Builder().autoCommitDisabled().open();
    private final MVMap<byte[], byte[]> map = map(store);
    private MVStore restored;

    MvPeer(SnapshotSet set, boolean compressed) {
      super(set);
      this.compressed = compressed;
      for (int i = 0; i < set.records; i++) {
        map.put(set.key(i), set.value(i));
      }
      store.commit();
    }

    private static MVMap<byte[], byte[]> map(MVStore store) {
      return store.openMap(
          "records",
          new MVMap.Builder<byte[], byte[]>()
              .keyType(ByteArrayDataType.INSTANCE)
              .valueType(ByteArrayDataType.INSTANCE));
    }

    private MVStore.Builder file(Path directory) {
      var builder =
          new MVStore.Builder()
              .fileName(directory.resolve("records.mv").toString())
              .autoCommitDisabled();
      return compressed ? builder.compress() : builder;
    }

    @Override
    void write(Path directory) {
      try (MVStore target = file(directory).open()) {
        MVMap<byte[], byte[]> copy = map(target);
        Cursor<byte[], byte[]> all = map.cursor(null);
        for (int i = 1; all.hasNext(); i++) {
          copy.append(all.next(), all.getValue());
          if (i % COMMIT == 0) {
            target.commit();
          }
        }
        target.commit();
        target.sync();
      }
    }

    @Override
    void forget() {
      if (restored != null) {
        restored.close();
      }
    }

    @Override
    long restore(Path directory) {
      restored = new MVStore.Builder().autoCommitDisabled().open();
      MVMap<byte[], byte[]> copy = map(restored);
      try (MVStore source = file(directory).readOnly().open()) {
        Cursor<byte[], byte[]> all = map(source).cursor(null);
        while (all.hasNext()) {
          copy.append(all.next(), all.getValue());
        }
        restored.commit();
      }
      return all(copy.sizeAsLong());
    }

    @Override
    long reopen(Path directory) {
      try (MVStore target = file(directory).readOnly().open()) {
        Cursor<byte[], byte[]> all = map(target).cursor(null);
        long count = 0;
        while (all.hasNext()) {
          all.next();
          count += all.getValue().length == set.valueSize ? 1 : 0;
        }
        return all(count);
      }
    }

    @Override
    public void close() {
      forget();
      store.close();
    }
  }

  /** MapDB: a tree in direct memory, pumped in order into a tree in a mapped file, and back. */
  private static final class MapDbPeer extends SnapshotPeer {
    private final DB db = DBMaker.memoryDirectDB().make();
    private final BTreeMap<byte[], byte[]> map;
    private DB restored;

    MapDbPeer(SnapshotSet set) {
      super(set);
      map = tree(db).createOrOpen();
      for (int i = 0; i < set.records; i++) {
        map.put(set.key(i), set.value(i));
      }
    }

    private static DB.TreeMapMaker<byte[], byte[]> tree(DB db) {
      return db.treeMap("records", Serializer.BYTE_ARRAY, Serializer.BYTE_ARRAY)
          .valuesOutsideNodesEnable();
    }

    private static DBMaker.Maker file(Path directory) {
      return DBMaker.fileDB(directory.resolve("records.mapdb").toFile())
          .fileMmapEnable()
          .fileMmapPreclearDisable();
    }

    @Override
    void write(Path directory) {
      DB target = file(directory).make();
      pump(map, target);
      target.commit();
      target.close();
      SnapshotSet.force(directory.resolve("records.mapdb"));
    }

    private static void pump(BTreeMap<byte[], byte[]> source, DB target) {
      DB.TreeMapSink<byte[], byte[]> sink = tree(target).createFromSink();
      for (Map.Entry<byte[], byte[]> entry : source.getEntries()) {
        sink.put(entry.getKey(), entry.getValue());
      }
      sink.create();
    }

    @Override
    void forget() {
      if (restored != null) {
        restored.close();
      }
    }

    @Override
    long restore(Path directory) {
      restored = DBMaker.memoryDirectDB().make();
      DB source = file(directory).readOnly().make();
      pump(tree(source).open(), restored);
      source.close();
      return all(tree(restored).open().sizeLong());
    }

    @Override
    long reopen(Path directory) {
      DB opened = file(directory).readOnly().make();
      long count = 0;
      for (byte[] value : tree(opened).open().getValues()) {
        count += value.length == set.valueSize ? 1 : 0;
      }
      opened.close();
      return all(count);
    }

    @Override
    public void close() {
      forget();
      db.close();
    }
  }

  /** Chronicle Map: a map in memory, put into one in a mapped file, which is mapped again. */
  private static final class ChroniclePeer extends SnapshotPeer {
    private final ChronicleMap<byte[], byte[]> map;
    private ChronicleMap<byte[], byte[]> restored;

    ChroniclePeer(SnapshotSet set) {
      super(set);
      map = builder().create();
      for (int i = 0; i < set.records; i++) {
        map.put(set.key(i), set.value(i));
      }
    }

    private ChronicleMapBuilder<byte[], byte[]> builder() {
      return ChronicleMapBuilder.of(byte[].class, byte[].class)
          .entries(set.records)
          .constantKeySizeBySample(new byte[SnapshotSet.KEY])
          .constantValueSizeBySample(new byte[set.valueSize])
          .putReturnsNull(true);
    }

    private static File file(Path directory) {
      return directory.resolve("records.chronicle").toFile();
    }

    @Override
    void write(Path directory) throws IOException {
      try (ChronicleMap<byte[], byte[]> target = builder().createPersistedTo(file(directory))) {
        map.forEachEntry(entry -> target.put(entry.key().get(), entry.value().get()));
      }
      SnapshotSet.force(file(directory).toPath());
    }

    @Override
    void forget() {
      if (restored != null) {
        restored.close();
      }
    }

    @Override
    long restore(Path directory) throws IOException {
      restored = builder().create();
      try (ChronicleMap<byte[], byte[]> source = builder().createPersistedTo(file(directory))) {
        source.forEachEntry(entry -> restored.put(entry.key().get(), entry.value().get()));
      }
      return all(restored.longSize());
    }

    @Override
    long reopen(Path directory) throws IOException {
      long[] count = {0};
      try (ChronicleMap<byte[], byte[]> target = builder().createPersistedTo(file(directory))) {
        target.forEachEntry(e -> count[0] += e.value().get().length == set.valueSize ? 1 : 0);
      }
      return all(count[0]);
    }

    @Override
    public void close() {
      forget();
      map.close();
    }
  }

  /** EclipseStore: objects of the heap, all stored at once; a start brings them all back. */
  private static final class EclipsePeer extends SnapshotPeer {
    /** What is stored for a record. */
    public static final class Item {
      final byte[] key;
      final byte[] value;

      Item(byte[] key, byte[] value) {
        this.key = key;
        this.value = value;
      }
    }

    private final Item[] items;

    EclipsePeer(SnapshotSet set) {
      super(set);
      items = new Item[set.records];
      for (int i = 0; i < items.length; i++) {
        items[i] = new Item(set.key(i), set.value(i));
      }
    }

    @Override
    void write(Path directory) throws IOException {
      EmbeddedStorageManager storage = EmbeddedStorage.start(items, directory);
      storage.shutdown();
      try (Stream<Path> walk = Files.walk(directory)) {
        walk.filter(Files::isRegularFile).forEach(SnapshotSet::force);
      }
    }

    @Override
    long restore(Path directory) {
      EmbeddedStorageManager storage = EmbeddedStorage.start(directory);
      long count = 0;
      for (Object item : (Object[]) storage.root()) {
        count += ((Item) item).value.length == set.valueSize ? 1 : 0;
      }
      storage.shutdown();
      return all(count);
    }

    @Override
    public void close() {}
  }
}
