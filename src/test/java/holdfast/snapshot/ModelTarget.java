package holdfast.snapshot;

import java.lang.foreign.MemorySegment;

/** A store to load into: {@link ModelStore} behind the face that the loader knows. */
final class ModelTarget implements LoadTarget {
  private final int keySize;
  private final HashKind hashKind;
  private ModelStore root;
  private ModelStore child;

  /** How many records fit; more are refused. */
  int room = Integer.MAX_VALUE;

  /** How often it was emptied. */
  int clears;

  ModelTarget(int keySize, HashKind hashKind) {
    this.keySize = keySize;
    this.hashKind = hashKind;
    root = new ModelStore(keySize, hashKind);
  }

  ModelTarget() {
    this(ModelStore.KEY_SIZE, HashKind.SUM256);
  }

  /** What is published. */
  ModelStore published() {
    return root;
  }

  boolean isEmpty() {
    return root.live.isEmpty() && root.seq == 0 && child == null;
  }

  @Override
  public int keySize() {
    return keySize;
  }

  @Override
  public RecordSink full(SnapHeader header) {
    if (!isEmpty()) {
      throw new IllegalStateException("not empty");
    }
    child = root.copy();
    child.storeId = header.storeId();
    return limited();
  }

  @Override
  public RecordSink incremental(SnapHeader header) {
    if (root.seq != header.baseSeq()) {
      throw new IllegalStateException("not the base");
    }
    child = root.copy();
    return limited();
  }

  private RecordSink limited() {
    ModelStore into = child;
    RecordSink sink = into.sink();
    return new RecordSink() {
      @Override
      public void put(
          MemorySegment key,
          long keyAt,
          MemorySegment value,
          long valueAt,
          int valueSize,
          long modSeq) {
        if (into.live.size() >= room) {
          throw new OutOfRoom();
        }
        sink.put(key, keyAt, value, valueAt, valueSize, modSeq);
      }

      @Override
      public void remove(MemorySegment key, long keyAt, long modSeq) {
        sink.remove(key, keyAt, modSeq);
      }
    };
  }

  /** As the store's. */
  static final class OutOfRoom extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  private ModelStore top() {
    return child == null ? root : child;
  }

  @Override
  public long records() {
    return top().live.size();
  }

  @Override
  public ContentHash contentHash(HashKind kind) {
    return ModelStore.hash(top().live, kind);
  }

  @Override
  public void publish(SnapHeader header) {
    root = child;
    root.seq = header.seq();
    child = null;
  }

  @Override
  public void cancel() {
    child = null;
  }

  @Override
  public void clear() {
    clears++;
    root = new ModelStore(keySize, hashKind);
    child = null;
  }
}
