package holdfast.bench;

import holdfast.snapshot.HashKind;
import holdfast.snapshot.RecordStore;
import holdfast.snapshot.RecordStoreConfig;
import holdfast.snapshot.Txn;
import holdfast.snapshot.Xid;
import holdfast.wksp.Wksp;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;
import net.openhft.chronicle.map.ChronicleMap;
import net.openhft.chronicle.map.ChronicleMapBuilder;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.type.ByteArrayDataType;
import org.mapdb.DB;
import org.mapdb.DBMaker;
import org.mapdb.HTreeMap;
import org.mapdb.Serializer;

/**
 * A map from keys of 32 bytes to values of 96 bytes, made by numbers: key {@code i} is four words
 * that nobody can tell from random ones, and so is a value of some version.
 */
abstract class RecordPeer implements AutoCloseable {
  static final int KEY = 32;
  static final int VALUE = 96;

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /** The contender of a name, for so many records. */
  static RecordPeer of(String contender, int records) {
    return switch (contender) {
      case "hash-map" -> new HashPeer(records);
      case "mvstore" -> new MvPeer();
      case "mapdb-direct" -> new MapDbPeer(DBMaker.memoryDirectDB().make());
      case "mapdb-tx" -> new MapDbPeer(DBMaker.memoryDirectDB().transactionEnable().make());
      case "chronicle-map" -> new ChroniclePeer(records);
      case "holdfast" -> new HoldfastPeer(records, HashKind.SUM256);
      case "holdfast-unhashed" -> new HoldfastPeer(records, HashKind.NONE);
      default -> throw new IllegalArgumentException(contender);
    };
  }

  /** Word {@code k} of what belongs to a number. */
  static long word(long number, int k) {
    long z = number * 0x9E3779B97F4A7C15L + k * 0xD1342543DE82EF95L + 1;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  static void fill(byte[] bytes, long number) {
    for (int i = 0; i < bytes.length; i += Long.BYTES) {
      LONG.set(bytes, i, word(number, i));
    }
  }

  /** Puts a value of some version. */
  abstract void put(int key, long version);

  /** Reads a value; its first word, 0 when there is none. */
  abstract long get(int key);

  /** Makes what was put since the last time one visible unit, where there is such a thing. */
  abstract void publish();

  @Override
  public abstract void close();

  /** What serves maps of arrays. */
  private abstract static class OfArrays extends RecordPeer {
    final byte[] wanted = new byte[KEY];

    static byte[] key(int key) {
      byte[] bytes = new byte[KEY];
      fill(bytes, key);
      return bytes;
    }

    static byte[] value(int key, long version) {
      byte[] bytes = new byte[VALUE];
      fill(bytes, key + (version << 32));
      return bytes;
    }

    byte[] wanted(int key) {
      fill(wanted, key);
      return wanted;
    }

    static long first(byte[] value) {
      return value == null ? 0 : (long) LONG.get(value, 0);
    }
  }

  /** The JDK's own, on the heap: what a program without any library would take. */
  private static final class HashPeer extends OfArrays {
    private record Key(byte[] bytes) {
      @Override
      public boolean equals(Object other) {
        return other instanceof Key that && Arrays.equals(bytes, that.bytes);
      }

      @Override
      public int hashCode() {
        return Arrays.hashCode(bytes);
      }
    }

    private final ConcurrentHashMap<Key, byte[]> map;

    HashPeer(int records) {
      map = new ConcurrentHashMap<>(2 * records);
    }

    @Override
    void put(int key, long version) {
      map.put(new Key(key(key)), value(key, version));
    }

    @Override
    long get(int key) {
      byte[] value = map.get(new Key(wanted(key)));
      return value == null ? 0 : first(value.clone());
    }

    @Override
    void publish() {}

    @Override
    public void close() {
      map.clear();
    }
  }

  /** H2's MVStore without a file. */
  private static final class MvPeer extends OfArrays {
    private final MVStore store = new MVStore.Builder().autoCommitDisabled().open();
    private final MVMap<byte[], byte[]> map =
        store.openMap(
            "records",
            new MVMap.Builder<byte[], byte[]>()
                .keyType(ByteArrayDataType.INSTANCE)
                .valueType(ByteArrayDataType.INSTANCE));

    @Override
    void put(int key, long version) {
      map.put(key(key), value(key, version));
    }

    @Override
    long get(int key) {
      return first(map.get(wanted(key)));
    }

    @Override
    void publish() {
      store.commit();
    }

    @Override
    public void close() {
      store.close();
    }
  }

  /** MapDB's hash map in direct memory. */
  private static final class MapDbPeer extends OfArrays {
    private final DB db;
    private final HTreeMap<byte[], byte[]> map;

    MapDbPeer(DB db) {
      this.db = db;
      map = db.hashMap("records", Serializer.BYTE_ARRAY, Serializer.BYTE_ARRAY).create();
    }

    @Override
    void put(int key, long version) {
      map.put(key(key), value(key, version));
    }

    @Override
    long get(int key) {
      return first(map.get(wanted(key)));
    }

    @Override
    void publish() {
      db.commit();
    }

    @Override
    public void close() {
      db.close();
    }
  }

  /** Chronicle Map outside of the heap, with keys and values of constant size. */
  private static final class ChroniclePeer extends OfArrays {
    private final ChronicleMap<byte[], byte[]> map;
    private final byte[] found = new byte[VALUE];

    ChroniclePeer(int records) {
      map =
          ChronicleMapBuilder.of(byte[].class, byte[].class)
              .entries(records)
              .constantKeySizeBySample(new byte[KEY])
              .constantValueSizeBySample(new byte[VALUE])
              .putReturnsNull(true)
              .create();
    }

    @Override
    void put(int key, long version) {
      byte[] value = found;
      fill(value, key + (version << 32));
      map.put(wanted(key), value);
    }

    @Override
    long get(int key) {
      return first(map.getUsing(wanted(key), found));
    }

    @Override
    void publish() {}

    @Override
    public void close() {
      map.close();
    }
  }

  /** A record store in native memory; what is put before a publication is one transaction. */
  private static final class HoldfastPeer extends RecordPeer {
    private static final int PART_MAX = 1 << 16;

    private final Arena arena = Arena.ofShared();
    private final RecordStore store;
    private final MemorySegment key = arena.allocate(KEY, Long.BYTES);
    private final MemorySegment value = arena.allocate(VALUE, Long.BYTES);
    private final MemorySegment found = arena.allocate(VALUE, Long.BYTES);
    private Txn txn;
    private long seq;

    HoldfastPeer(int records, HashKind hash) {
      long recMax = records + (1L << 17);
      long dataMax = 420L * recMax + (64L << 20);
      MemorySegment region = arena.allocate(Wksp.footprint(PART_MAX, dataMax), 1 << 21);
      Wksp wksp = Wksp.create(region, "bench", 1, PART_MAX, dataMax);
      store = RecordStore.create(wksp, RecordStoreConfig.builder(recMax).hash(hash).build());
    }

    private static void fill(MemorySegment memory, long number) {
      for (int i = 0; i < memory.byteSize(); i += Long.BYTES) {
        memory.set(ValueLayout.JAVA_LONG, i, word(number, i));
      }
    }

    @Override
    void put(int number, long version) {
      if (txn == null) {
        txn = store.prepare(null, new Xid(1, seq + 1));
      }
      fill(key, number);
      fill(value, number + (version << 32));
      store.put(txn, key, value);
    }

    @Override
    long get(int number) {
      fill(key, number);
      return store.get(null, key, found) < 0 ? 0 : found.get(ValueLayout.JAVA_LONG, 0);
    }

    @Override
    void publish() {
      seq++;
      store.publish(txn, seq);
      txn = null;
    }

    @Override
    public void close() {
      store.close();
      arena.close();
    }
  }
}
