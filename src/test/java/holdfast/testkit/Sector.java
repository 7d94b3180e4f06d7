package holdfast.testkit;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** 512 bytes that a disk writes as a whole. Immutable, so that images share them. */
final class Sector {
  static final int SIZE = 512;
  static final Sector ZERO = new Sector(new byte[SIZE]);

  private final byte[] bytes;

  /** Of the content; 0 for a sector of zeros. */
  final long digest;

  /** Takes the array over. */
  private Sector(byte[] bytes) {
    this.bytes = bytes;
    this.digest = digest(bytes);
  }

  /** A sector with the given content; takes the array over. */
  static Sector of(byte[] bytes) {
    Sector sector = new Sector(bytes);
    return sector.digest == 0 ? ZERO : sector;
  }

  /** A copy with other bytes in one place. */
  Sector with(int offset, MemorySegment source, long sourceOffset, int size) {
    byte[] copy = bytes.clone();
    MemorySegment.copy(source, sourceOffset, MemorySegment.ofArray(copy), offset, size);
    return of(copy);
  }

  /** A copy with zeros from an offset on; itself when that is behind the end. */
  Sector cutAt(long offset) {
    if (offset >= SIZE || digest == 0) {
      return this;
    }
    byte[] copy = new byte[SIZE];
    System.arraycopy(bytes, 0, copy, 0, (int) Math.max(0, offset));
    return of(copy);
  }

  /** How many bytes there are up to the last that is not zero. */
  int used() {
    int used = SIZE;
    while (used > 0 && bytes[used - 1] == 0) {
      used--;
    }
    return used;
  }

  /** The content, not to be changed. */
  MemorySegment segment() {
    return MemorySegment.ofArray(bytes).asReadOnly();
  }

  private static long digest(byte[] bytes) {
    MemorySegment segment = MemorySegment.ofArray(bytes);
    long digest = 0;
    for (int i = 0; i < SIZE; i += Long.BYTES) {
      digest += mix(segment.get(ValueLayout.JAVA_LONG_UNALIGNED, i), i + 1);
    }
    return digest;
  }

  /** Spreads a value at a place over 64 bits; zero stays zero, so that holes equal zeros. */
  static long mix(long value, long place) {
    long x = value * (2 * place + 0x9E3779B97F4A7C15L);
    x ^= x >>> 32;
    x *= 0xD6E8FEB86659FD93L;
    x ^= x >>> 29;
    return x * 0xC2B2AE3D27D4EB4FL;
  }
}
