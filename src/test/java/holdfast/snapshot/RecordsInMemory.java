package holdfast.snapshot;

import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** A table over arrays, which watches how it is used. */
final class RecordsInMemory implements RecordTable {
  private static final long GAP = 3; // nothing is aligned

  private final MemorySegment memory;
  private final int keySize;
  private final int count;
  private final long[] keyAt;
  private final long[] valueAt;
  private final int[] valueSize;
  int walks;
  int stretches;
  private int inside;

  /** Stretches until the records are taken away. */
  int revokedAfter = Integer.MAX_VALUE;

  RecordsInMemory(int keySize, List<byte[]> keys, List<byte[]> values) {
    this.keySize = keySize;
    count = keys.size();
    keyAt = new long[count];
    valueAt = new long[count];
    valueSize = new int[count];
    long size = 0;
    for (int i = 0; i < count; i++) {
      size += GAP + keySize + values.get(i).length;
    }
    memory = MemorySegment.ofArray(new byte[(int) size]);
    long at = 0;
    for (int i = 0; i < count; i++) {
      keyAt[i] = at + GAP;
      valueAt[i] = keyAt[i] + keySize;
      valueSize[i] = values.get(i).length;
      Mem.putBytes(memory, keyAt[i], keys.get(i), 0, keySize);
      Mem.putBytes(memory, valueAt[i], values.get(i), 0, valueSize[i]);
      at = valueAt[i] + valueSize[i];
    }
  }

  /** Whether each stretch was ended. */
  boolean isLeft() {
    return inside == 0;
  }

  @Override
  public int keySize() {
    return keySize;
  }

  @Override
  public long count() {
    return count;
  }

  @Override
  public RecordCursor walk() {
    walks++;
    return new RecordCursor() {
      private int next;
      private int present = -1;
      private boolean entered;

      @Override
      public void enter() {
        if (stretches++ >= revokedAfter) {
          throw new IllegalStateException("revoked");
        }
        entered = true;
        inside++;
      }

      @Override
      public void exit() {
        entered = false;
        inside--;
      }

      private int present() {
        if (!entered) {
          throw new AssertionError("read outside a stretch");
        }
        return present;
      }

      @Override
      public boolean next() {
        present = next++;
        return present() < count;
      }

      @Override
      public int index() {
        return ~present();
      }

      @Override
      public void moveTo(int index) {
        present = ~index;
      }

      @Override
      public MemorySegment memory() {
        return memory;
      }

      @Override
      public long keyAt() {
        return keyAt[present()];
      }

      @Override
      public long valueAt() {
        return valueAt[present()];
      }

      @Override
      public int valueSize() {
        return valueSize[present()];
      }

      @Override
      public long modSeq() {
        return 1;
      }

      @Override
      public boolean isTombstone() {
        return false;
      }
    };
  }
}
