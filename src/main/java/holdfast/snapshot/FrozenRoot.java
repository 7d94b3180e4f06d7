package holdfast.snapshot;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What was published when it was made, unchanged for as long as it is open, while the store goes
 * on.
 *
 * <pre>{@code
 * try (FrozenRoot frozen = store.tryFreeze().orElseThrow()) {
 *   frozen.forEachLive((key, value, modSeq) -> out.add(key, value));
 * }
 * }</pre>
 *
 * <p>What is published meanwhile is kept apart, and moves into the root after {@link #close}. When
 * that becomes too much, or takes too long, the store takes the frozen root back: its methods throw
 * {@link FreezeRevokedException} from then on. There is one at a time. May be used by any number of
 * threads; the memory that visitors see belongs to the store.
 */
public final class FrozenRoot implements AutoCloseable {
  /** Records that a visitor sees before a revocation gets its turn. */
  private static final int BATCH = 256;

  /** Looks of a publisher whether all have left: about a second, far more than batches take. */
  private static final int LOOKS = 1_000;

  /** Sign of {@link #inside}: nobody gets in any more. */
  private static final int SHUT = Integer.MIN_VALUE;

  private final RecordStore store;
  private final StoreMemory parts;
  private final RootLists roots;
  private final int digestSize;
  private final long seq;
  private final long liveCount;
  private final long tombstoneCount;
  private final long valueBytes;
  private final ContentHash contentHash;

  /** When it was made, by {@link System#nanoTime}. */
  final long since = System.nanoTime();

  /** How many batches are being read, and whether that is over. */
  private final AtomicInteger inside = new AtomicInteger();

  /** Why there is nothing to read any more; written before the sign of {@link #inside}. */
  private volatile String over;

  private volatile boolean closed;

  /** Whether there is nothing left to do for {@link #close}. */
  private volatile boolean thawed;

  FrozenRoot(
      RecordStore store,
      StoreMemory parts,
      RootLists roots,
      int digestSize,
      long seq,
      ContentHash contentHash) {
    this.store = store;
    this.parts = parts;
    this.roots = roots;
    this.digestSize = digestSize;
    this.seq = seq;
    this.liveCount = roots.liveCount();
    this.tombstoneCount = roots.tombstoneCount();
    this.valueBytes = roots.valueBytes();
    this.contentHash = contentHash;
  }

  // What it is.

  /**
   * The sequence number of the last publication in it.
   *
   * @return 0 if there was none
   */
  public long seq() {
    return seq;
  }

  /**
   * How many records it has.
   *
   * @return without tombstones
   */
  public long liveCount() {
    return liveCount;
  }

  /**
   * How many tombstones it has.
   *
   * @return only those kept for snapshots, see {@link RecordStore#retainTombstonesSince}
   */
  public long tombstoneCount() {
    return tombstoneCount;
  }

  /**
   * How large its values are together.
   *
   * @return bytes
   */
  public long valueBytes() {
    return valueBytes;
  }

  /**
   * The name of its content.
   *
   * @return equal for equal content
   */
  public ContentHash contentHash() {
    return contentHash;
  }

  /** The store's identity, two words. */
  MemorySegment storeId() {
    return parts.mem.asSlice(parts.header + StoreHeader.STORE_ID_OFFSET, 2 * Long.BYTES);
  }

  int keySize() {
    return parts.keySize;
  }

  HashKind hashKind() {
    return parts.hash;
  }

  // Reading.

  /**
   * Looks a key up, without a lock and without garbage.
   *
   * @param key of the size of the store's keys
   * @param target takes as much of the value as it has room for; may have been written to also when
   *     there is no such key
   * @return size of the value in bytes, or -1 when there is no such key
   * @throws FreezeRevokedException when the store took the root back
   */
  public long get(MemorySegment key, MemorySegment target) {
    requireOpen();
    long size = store.getFrozen(key, target);
    // What was read after a revocation may be newer than the root. The lookup ends with a fence.
    requireOpen();
    return size;
  }

  /**
   * Shows all records, in the order in which they were published last.
   *
   * @param visitor must not call the store
   * @throws FreezeRevokedException when the store took the root back, also in the middle
   */
  public void forEachLive(RecordVisitor visitor) {
    forEach(live(), visitor);
  }

  /**
   * Shows the records that were published after some time, in that order.
   *
   * @param seq their sequence numbers are larger
   * @param visitor must not call the store
   * @throws FreezeRevokedException when the store took the root back, also in the middle
   */
  public void forEachLiveSince(long seq, RecordVisitor visitor) {
    forEach(liveSince(seq), visitor);
  }

  /**
   * Shows the keys that were removed after some time, in that order, as far as they are kept.
   *
   * @param seq their sequence numbers are larger
   * @param visitor gets empty values; must not call the store
   * @throws FreezeRevokedException when the store took the root back, also in the middle
   */
  public void forEachTombstoneSince(long seq, RecordVisitor visitor) {
    forEach(tombstonesSince(seq), visitor);
  }

  private void forEach(RootCursor cursor, RecordVisitor visitor) {
    for (boolean more = true; more; ) {
      enterBatch();
      try {
        for (int i = 0; i < BATCH && more; i++) {
          more = cursor.next();
          if (more) {
            cursor.show(visitor);
          }
        }
      } finally {
        exitBatch();
      }
    }
  }

  // For those who write files.

  /** A walk over all records; to be used inside of batches only. */
  RootCursor live() {
    return new Walk(roots.firstLive());
  }

  /** A walk over the records published after some time. Not to be called inside of a batch. */
  RootCursor liveSince(long seq) {
    return walk(live(seq));
  }

  /** A walk over the tombstones published after some time. Not to be called inside of a batch. */
  RootCursor tombstonesSince(long seq) {
    return walk(tombstones(seq));
  }

  /**
   * What was published after some time: two walks, to be used inside of batches only.
   *
   * @param count how many records and tombstones they show together
   */
  record Changes(RootCursor live, RootCursor tombstones, long count) {}

  /** What was published after some time. Not to be called inside of a batch. */
  Changes changesSince(long seq) {
    Trail live = live(seq);
    Trail tombstones = tombstones(seq);
    return new Changes(walk(live), walk(tombstones), live.count() + tombstones.count());
  }

  private Trail live(long seq) {
    return back(roots.lastLive(), roots.liveCount(), roots.liveMarks, seq);
  }

  private Trail tombstones(long seq) {
    return back(roots.lastTombstone(), roots.tombstoneCount(), roots.tombstoneMarks, seq);
  }

  private RootCursor walk(Trail trail) {
    return new TrailCursor(this, parts, digestSize, trail);
  }

  /** All records, as often as they are wanted. */
  RecordTable table() {
    return new RecordTable() {
      @Override
      public int keySize() {
        return parts.keySize;
      }

      @Override
      public long count() {
        return liveCount;
      }

      @Override
      public RecordCursor walk() {
        return live();
      }
    };
  }

  /** A walk whose stretches are batches. */
  private final class Walk extends RootCursor {
    Walk(int first) {
      super(FrozenRoot.this.parts, FrozenRoot.this.digestSize, first);
    }

    @Override
    public void enter() {
      enterBatch();
    }

    @Override
    public void exit() {
      exitBatch();
    }
  }

  /** The records of a list whose numbers are larger, found from its end. */
  private Trail back(int last, long size, RootMarks marks, long seq) {
    Trail trail = new Trail();
    BackWalk walk = new BackWalk(parts, marks, seq, trail);
    for (int at = last; at != StoreMemory.NONE; ) {
      enterBatch();
      try {
        at = walk.stretch(at, size);
      } finally {
        exitBatch();
      }
    }
    return trail;
  }

  /**
   * Begins to read a batch: until {@link #exitBatch} the root stays as it is, and a revocation
   * waits.
   *
   * @throws FreezeRevokedException when it is over
   */
  void enterBatch() {
    // Acquires nothing: the lock of the tree published the root. Whoever revokes sees us inside.
    if (inside.incrementAndGet() <= 0) {
      inside.decrementAndGet();
      requireOpen();
    }
  }

  /** Ends the batch. */
  void exitBatch() {
    // Our reads come before what a revoker does when it sees us gone.
    inside.decrementAndGet();
  }

  private void requireOpen() {
    String why = over;
    if (closed) {
      throw new IllegalStateException("the frozen root is closed");
    }
    if (why != null) {
      throw new FreezeRevokedException(why);
    }
  }

  /**
   * Lets nobody in any more, and waits for those inside.
   *
   * @throws IllegalStateException when one of them stays; may be called again
   */
  void shut(String why) {
    bar(why);
    for (int round = 0; inside.get() != SHUT; round++) {
      Patience.pause(round, "the frozen root");
    }
  }

  /**
   * The same for a publisher: waits only a little, and only the first time.
   *
   * @return false when one of those inside stays; then the root stays frozen for them
   */
  boolean tryShut(String why) {
    int looks = isRevoked() ? 1 : LOOKS;
    bar(why);
    for (int round = 0; inside.get() != SHUT; round++) {
      if (round == looks) {
        return false;
      }
      Patience.pause(round, "the frozen root");
    }
    return true;
  }

  private void bar(String why) {
    if (over == null) {
      over = why;
    }
    inside.accumulateAndGet(SHUT, (count, sign) -> count | sign);
  }

  /** Whether the store took it back. */
  boolean isRevoked() {
    return over != null;
  }

  /**
   * Waits for those who read a batch, and lets the store move on: what was published meanwhile goes
   * into the root, a part with each of the next publications. Has no effect the second time, nor
   * after a revocation.
   *
   * @throws IllegalStateException when somebody is in the middle of a batch for ten seconds, the
   *     caller for example; the root has to be closed again then
   */
  @Override
  public void close() {
    if (!thawed) {
      closed = true;
      shut("it is closed");
      store.thaw(this);
      thawed = true;
    }
  }

  /** For messages. */
  @Override
  public String toString() {
    return "frozen root at " + seq + " with " + liveCount + " records";
  }
}
