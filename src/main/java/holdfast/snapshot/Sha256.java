package holdfast.snapshot;

import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;
import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * SHA-256 over memory: the JDK's digest behind a buffer. What is put in is gathered there, so that
 * the digest sees few and large pieces. For one thread at a time, reused, without garbage.
 */
final class Sha256 {
  /** Bytes of a hash. */
  static final int SIZE = 32;

  /** A few pages; a multiple of the 64 bytes that SHA-256 takes at a time. */
  private static final int BUFFER_SIZE = 8192;

  private final MessageDigest digest = make();
  private final byte[] buffer = new byte[BUFFER_SIZE];
  private final MemorySegment window = MemorySegment.ofArray(buffer);
  private int filled;

  private static MessageDigest make() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  /** Adds bytes to the input. */
  void update(MemorySegment source, long offset, long size) {
    long at = offset;
    long rest = size;
    while (rest > 0) {
      if (filled == BUFFER_SIZE) {
        flush();
      }
      int part = (int) Math.min(BUFFER_SIZE - filled, rest);
      Mem.getBytes(source, at, buffer, filled, part);
      filled += part;
      at += part;
      rest -= part;
    }
  }

  /** Adds eight bytes, little-endian, to the input. */
  void update(long number) {
    if (filled > BUFFER_SIZE - Long.BYTES) {
      flush();
    }
    Mem.putLong(window, filled, number);
    filled += Long.BYTES;
  }

  private void flush() {
    digest.update(buffer, 0, filled);
    filled = 0;
  }

  /** Writes the hash of the input, and forgets the input. */
  void finish(MemorySegment target, long offset) {
    finish();
    Mem.putBytes(target, offset, buffer, 0, SIZE);
  }

  /** Leaves the hash of the input in the buffer, to be read as words, and forgets the input. */
  void finish() {
    flush();
    try {
      digest.digest(buffer, 0, SIZE);
    } catch (DigestException e) {
      throw new AssertionError("the buffer has room for a hash", e);
    }
  }

  /** Bytes of the hash that {@link #finish()} left, little-endian. */
  MemorySegment hash() {
    return window;
  }
}
