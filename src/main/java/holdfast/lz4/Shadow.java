package holdfast.lz4;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Arrays in which the plain bytes of a stream lie to each other as they do in the caller's memory.
 *
 * <p>An engine that works on arrays takes a block as the continuation of its history when it
 * follows it in the same array. For memory that it cannot reach, this keeps copies with the same
 * relation:
 *
 * <pre>{@code
 * caller       [ block 1 ][ block 2 ]      [ block 3 ]     3 does not follow 2
 * one array    [ block 1 ][ block 2 ]
 * other array                              [ block 3 ]
 * }</pre>
 *
 * <p>When an array is full, its last 64 KiB move to its start and go on being history.
 */
final class Shadow {
  private byte[] array = {};
  private byte[] other = {};
  private int end;

  /** Where the caller's copy of {@code array[end]} would be; meaningful while {@code active}. */
  private long callerEnd;

  private long callerSize;
  private boolean active;

  /** Where the run before the latest is in the caller's memory; engines may still refer to it. */
  private long externalStart;

  private long externalEnd;

  /** The array with the latest block. */
  byte[] array() {
    return array;
  }

  /** End of the latest block in {@link #array}. */
  int end() {
    return end;
  }

  /** The history is somewhere else from now on, or there is none. */
  void clear() {
    active = false;
    externalStart = externalEnd = 0;
  }

  /**
   * Copies a block to where it belongs.
   *
   * @return its offset in {@link #array}
   */
  int place(MemorySegment block, StreamEngine engine) {
    int size = (int) block.byteSize();
    boolean follows = active && block.address() == callerEnd && block.isNative();
    if (follows) {
      if (size > array.length - end) {
        byte[] target = larger(other, Lz4Block.HISTORY + size);
        end = engine.save(target, 0, Lz4Block.HISTORY);
        swap(target);
      }
      callerSize += size;
      forgetOverwritten(block.address(), size, engine);
    } else {
      externalStart = externalEnd = 0;
      if (active) {
        dropOverwritten(block.address() + size, engine);
        externalStart = callerEnd - end;
        externalEnd = callerEnd;
      }
      swap(larger(other, Lz4Block.HISTORY + size));
      end = 0;
      callerSize = size;
    }
    int at = end;
    MemorySegment.copy(block, ValueLayout.JAVA_BYTE, 0, array, at, size);
    end = at + size;
    callerEnd = block.address() + size;
    active = block.isNative();
    return at;
  }

  /**
   * Moves the history as {@link StreamEngine#save} does, into an array that stands for a segment.
   */
  int save(MemorySegment target, int max, StreamEngine engine) {
    byte[] to = larger(other, Lz4Block.HISTORY);
    end = engine.save(to, 0, max);
    swap(to);
    callerEnd = target.address() + end;
    callerSize = end;
    active = target.isNative();
    return end;
  }

  /** What a block overwrites in the caller's memory must not be referred to here either. */
  private void dropOverwritten(long blockEnd, StreamEngine engine) {
    if (blockEnd > callerEnd - callerSize && blockEnd < callerEnd) {
      long left = Math.min(callerEnd - blockEnd, Lz4Block.HISTORY);
      byte[] to = larger(other, Lz4Block.HISTORY);
      end = engine.save(to, 0, left < Lz4Block.MATCH_MIN ? 0 : (int) left);
      swap(to);
    }
  }

  /** The same for the run before the latest, when the latest grows upon it. */
  private void forgetOverwritten(long start, int size, StreamEngine engine) {
    if (start < externalEnd && start + size > externalStart) {
      long overwritten = Math.min(start + size, externalEnd) - externalStart;
      engine.forgetExternal((int) overwritten);
      externalStart += overwritten;
    }
  }

  private void swap(byte[] next) {
    other = array;
    array = next;
  }

  /** The same array when it is large enough, else a new one with room for more blocks. */
  private static byte[] larger(byte[] array, int size) {
    return array.length >= size ? array : new byte[Math.max(size, 4 * Lz4Block.HISTORY)];
  }
}
