package holdfast.chunkio;

import holdfast.chunkio.ChunkLimits.Decision;
import java.io.IOException;

/**
 * Counts what the files of a store take, and keeps them inside the limits. Numbers are guarded by
 * the lock of the store; the policy is asked without it.
 */
final class Quota {
  /** How often room is looked for before a policy that always says "again" is not believed. */
  private static final int TRIES_MAX = 10_000;

  private final ChunkStore store;
  private final ChunkLimits limits;
  private long bytes;
  private long rejected;
  private long dropped;

  Quota(ChunkStore store, ChunkLimits limits) {
    this.store = store;
    this.limits = limits;
  }

  /** Room for more bytes of a chunk's file; counted already when it is granted. */
  boolean grow(Chunk chunk, long more) throws IOException {
    for (int tries = 0; tries < TRIES_MAX; tries++) {
      boolean streamFull;
      synchronized (store.lock) {
        streamFull = more > limits.streamBytesMax() - chunk.stream().bytes;
        if (!streamFull && more <= limits.storeBytesMax() - bytes && !diskFull(more)) {
          bytes += more;
          chunk.stream().bytes += more;
          return true;
        }
      }
      if (!makeRoom(chunk, more, streamFull ? chunk.stream() : null)) {
        return false;
      }
    }
    return false;
  }

  private boolean diskFull(long more) throws IOException {
    return limits.freeBytesMin() > 0 && store.usableSpace() - more < limits.freeBytesMin();
  }

  /** Whether a stream may have one more chunk. */
  boolean oneMore(Chunk chunk) throws IOException {
    for (int tries = 0; tries < TRIES_MAX; tries++) {
      if (chunk.stream().size() < limits.streamChunksMax()) {
        return true;
      }
      chunk.requireOpenable(); // nothing goes for one that cannot come
      if (!makeRoom(chunk, 0, chunk.stream())) {
        return false;
      }
    }
    return false;
  }

  private boolean makeRoom(Chunk chunk, long more, ChunkStream within) throws IOException {
    Decision decision = limits.policy().full(chunk, more);
    if (decision == Decision.RETRY) {
      return true;
    }
    if (decision == Decision.DROP_OLDEST
        && fitsAlone(chunk, more)
        && store.dropOldest(within, chunk)) {
      synchronized (store.lock) {
        dropped++;
      }
      return true;
    }
    synchronized (store.lock) {
      rejected++;
    }
    return false;
  }

  /** Whether there would be room if all others were gone; else none of them goes in vain. */
  private boolean fitsAlone(Chunk chunk, long more) {
    long its = chunk.space().counted();
    return more <= limits.streamBytesMax() - its && more <= limits.storeBytesMax() - its;
  }

  /** A file changed its size. */
  void add(Chunk chunk, long delta) {
    synchronized (store.lock) {
      bytes += delta;
      chunk.stream().bytes += delta;
    }
  }

  // Read under the lock of the store.

  long bytes() {
    return bytes;
  }

  long rejected() {
    return rejected;
  }

  long dropped() {
    return dropped;
  }
}
