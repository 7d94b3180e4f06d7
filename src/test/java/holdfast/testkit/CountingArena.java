package holdfast.testkit;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * An arena that counts what it hands out, and that can run out of memory at the n-th allocation.
 *
 * <p>For showing that a piece keeps inside the memory it was allowed, gives everything back, and
 * survives an {@link OutOfMemoryError} at every place where it allocates.
 */
public final class CountingArena implements Arena {
  private final Arena memory = Arena.ofShared();
  private final long fatal;
  private long count;
  private long bytes;

  /** Never fails by itself. */
  public CountingArena() {
    this(Long.MAX_VALUE);
  }

  /**
   * Fails.
   *
   * @param n the allocation that fails, from 1; later ones succeed again
   */
  public CountingArena(long n) {
    this.fatal = n;
  }

  @Override
  public synchronized MemorySegment allocate(long byteSize, long byteAlignment) {
    if (++count == fatal) {
      throw new OutOfMemoryError("injected at allocation " + fatal + " of " + byteSize + " bytes");
    }
    MemorySegment segment = memory.allocate(byteSize, byteAlignment);
    bytes += byteSize;
    return segment;
  }

  /** Allocations so far, the failed one included. */
  public synchronized long count() {
    return count;
  }

  /** Bytes handed out so far. */
  public synchronized long bytes() {
    return bytes;
  }

  @Override
  public MemorySegment.Scope scope() {
    return memory.scope();
  }

  @Override
  public void close() {
    memory.close();
  }
}
