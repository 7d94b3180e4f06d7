package holdfast.chunkio;

import holdfast.internal.Mem;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A chunk that was never meant to outlive the process: native memory that grows by half. */
final class MemoryBody extends Body {
  private static final long CAPACITY_MIN = 64;

  private final Space space;

  /** Shared, because a chunk may go from thread to thread. */
  private Arena arena;

  private MemorySegment memory;
  private byte[] metadata;

  /** Size at the start of the transaction; -1 when there is none. */
  private long begun = -1;

  MemoryBody(Space space, byte[] metadata, long capacity) {
    this.space = space;
    this.metadata = metadata;
    this.metadataSize = metadata.length;
    arena = Arena.ofShared();
    memory = arena.allocate(Math.max(CAPACITY_MIN, capacity));
  }

  @Override
  boolean append(MemorySegment source, long offset, long count) {
    if (count > space.contentMax() - size) {
      return false;
    }
    if (count > memory.byteSize() - size) {
      appendToLarger(source, offset, count);
    } else {
      Mem.copy(source, offset, memory, size, count);
    }
    size += count;
    return true;
  }

  /** The old memory lives until the end, because the source may be a view of it. */
  private void appendToLarger(MemorySegment source, long offset, long count) {
    Arena grown = Arena.ofShared();
    long capacity = Math.max(size + count, memory.byteSize() + (memory.byteSize() >> 1));
    MemorySegment larger = grown.allocate(capacity);
    Mem.copy(memory, 0, larger, 0, size);
    Mem.copy(source, offset, larger, size, count);
    arena.close();
    arena = grown;
    memory = larger;
  }

  @Override
  MemorySegment content() {
    return memory.asSlice(0, size).asReadOnly();
  }

  @Override
  long read(MemorySegment target, long position) {
    long count = Math.max(0, Math.min(target.byteSize(), size - position));
    Mem.copy(memory, position, target, 0, count);
    return count;
  }

  @Override
  byte[] metadata() {
    return metadata.clone();
  }

  @Override
  Body rewrite(byte[] metadata, long keep) {
    MemoryBody other = new MemoryBody(space, metadata == null ? this.metadata : metadata, keep);
    Mem.copy(memory, 0, other.memory, 0, keep);
    other.size = keep;
    other.lz4 = lz4 && keep == size;
    return other;
  }

  @Override
  void install() {}

  @Override
  void markLz4() {
    lz4 = true;
  }

  @Override
  boolean isInstalled() {
    return true;
  }

  @Override
  void discard() {
    arena.close();
  }

  @Override
  void begin() {
    begun = size;
  }

  @Override
  void commit() {
    begun = -1;
  }

  @Override
  void rollback() {
    size = begun;
    begun = -1;
  }

  @Override
  void sync(SyncLevel level) {}

  @Override
  void trim() {}

  @Override
  long realSize() {
    return size;
  }

  @Override
  boolean isDirty() {
    return false;
  }

  @Override
  void requireSound() throws IOException {}

  @Override
  void fail(Throwable cause) {}

  @Override
  void close() {
    arena.close();
  }

  @Override
  void abandon() {
    arena.close();
  }
}
