package holdfast.snapshot;

import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;

/**
 * The name of a set of records: equal sets have equal names, whatever order and history they came
 * by. Tombstones and sequence numbers are not part of it.
 *
 * <p>Immutable. The bytes are the sum, little-endian, for {@link HashKind#SUM256}; the checksum of
 * the sums for {@link HashKind#LATTICE16}; zeros for {@link HashKind#NONE}.
 */
public final class ContentHash {
  /** Bytes of a hash. */
  public static final int SIZE = 32;

  private final HashKind kind;
  private final byte[] bytes;

  /**
   * A hash that comes from elsewhere, to be compared with one of a store.
   *
   * @param kind how it was computed
   * @param bytes 32 of them; copied
   * @throws IllegalArgumentException when there are not 32
   */
  public ContentHash(HashKind kind, byte[] bytes) {
    this.kind = Objects.requireNonNull(kind, "kind");
    if (bytes.length != SIZE) {
      throw new IllegalArgumentException("bytes must be " + SIZE + ": " + bytes.length);
    }
    this.bytes = bytes.clone();
  }

  /** Reads one. */
  static ContentHash read(HashKind kind, MemorySegment memory, long at) {
    byte[] bytes = new byte[SIZE];
    Mem.getBytes(memory, at, bytes, 0, SIZE);
    return new ContentHash(kind, bytes);
  }

  /** Writes its bytes. */
  void write(MemorySegment memory, long at) {
    Mem.putBytes(memory, at, bytes, 0, SIZE);
  }

  /**
   * How it was computed.
   *
   * @return the kind of the store
   */
  public HashKind kind() {
    return kind;
  }

  /**
   * Its bytes.
   *
   * @return a copy of the 32
   */
  public byte[] bytes() {
    return bytes.clone();
  }

  /** Whether kinds and bytes are equal. */
  @Override
  public boolean equals(Object other) {
    return other instanceof ContentHash that
        && kind == that.kind
        && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return 31 * kind.code() + Arrays.hashCode(bytes);
  }

  /** For messages: {@code SUM256:} and 64 hexadecimal digits. */
  @Override
  public String toString() {
    return kind + ":" + HexFormat.of().formatHex(bytes);
  }
}
