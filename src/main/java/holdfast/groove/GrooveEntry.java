package holdfast.groove;

import holdfast.internal.Check;
import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * What goes into a {@link GrooveMap} and comes out of it: a key of 32 bytes and the description of
 * a value that lies elsewhere.
 *
 * <p>A thread makes one and uses it again for each operation, which makes no garbage that way. It
 * belongs to one operation of one thread at a time; the map keeps no reference to it.
 */
public final class GrooveEntry {
  /** Bytes of a key. */
  public static final int KEY_SIZE = 32;

  /** The largest value, and the most that can be reserved for one: 16 MiB less one byte. */
  public static final int VALUE_SIZE_MAX = MapElement.SIZE_MAX;

  long k0;
  long k1;
  long k2;
  long k3;
  long bits = MapElement.USED;
  long valueOffset;

  /** The locks of the operation that uses this entry. */
  final MapLocks locks = new MapLocks();

  /** Makes an entry with a key of zeros and an empty value. */
  public GrooveEntry() {}

  /**
   * Sets the key.
   *
   * @param segment where it is
   * @param offset bytes from its start; the next 32 are the key
   * @return this
   */
  public GrooveEntry key(MemorySegment segment, long offset) {
    return key(
        Mem.getLong(segment, offset),
        Mem.getLong(segment, offset + 8),
        Mem.getLong(segment, offset + 16),
        Mem.getLong(segment, offset + 24));
  }

  /**
   * Sets the key as four little-endian words.
   *
   * @param word0 bytes 0 to 7
   * @param word1 bytes 8 to 15
   * @param word2 bytes 16 to 23
   * @param word3 bytes 24 to 31
   * @return this
   */
  public GrooveEntry key(long word0, long word1, long word2, long word3) {
    k0 = word0;
    k1 = word1;
    k2 = word2;
    k3 = word3;
    return this;
  }

  /**
   * Sets the key to up to 32 bytes. What is longer is cut, what is shorter filled with zeros, as
   * the original does; makes a little garbage.
   *
   * @param bytes the key
   * @return this
   */
  public GrooveEntry key(byte[] bytes) {
    return key(MemorySegment.ofArray(Arrays.copyOf(bytes, KEY_SIZE)), 0);
  }

  /**
   * Copies the key.
   *
   * @param target where to
   * @param offset bytes from its start; the next 32 are written
   */
  public void getKey(MemorySegment target, long offset) {
    Mem.putLong(target, offset, k0);
    Mem.putLong(target, offset + 8, k1);
    Mem.putLong(target, offset + 16, k2);
    Mem.putLong(target, offset + 24, k3);
  }

  /**
   * A word of the key, little-endian.
   *
   * @param index 0 to 3
   * @return eight bytes of it
   */
  public long keyWord(int index) {
    return switch (index) {
      case 0 -> k0;
      case 1 -> k1;
      case 2 -> k2;
      case 3 -> k3;
      default -> throw new IndexOutOfBoundsException(index);
    };
  }

  /**
   * Describes the value. The marks {@link #cold} and {@link #hot} are taken away.
   *
   * @param offset where it is, at least 0; the map does not look there
   * @param size its bytes, at most {@link #VALUE_SIZE_MAX}
   * @param capacity bytes reserved for it, at least {@code size}, at most {@link #VALUE_SIZE_MAX}
   * @return this
   */
  public GrooveEntry value(long offset, int size, int capacity) {
    Check.range(offset, 0, Long.MAX_VALUE, "offset");
    Check.range(capacity, 0, VALUE_SIZE_MAX, "capacity");
    Check.range(size, 0, capacity, "size");
    valueOffset = offset;
    bits = MapElement.pack(size, capacity, false, false);
    return this;
  }

  /**
   * Marks the value; what the marks mean is the user's affair.
   *
   * @param cold whether it is in the cold store
   * @param hot whether it is in the hot one
   * @return this
   */
  public GrooveEntry marks(boolean cold, boolean hot) {
    bits =
        (bits & ~(MapElement.COLD | MapElement.HOT))
            | (cold ? MapElement.COLD : 0)
            | (hot ? MapElement.HOT : 0);
    return this;
  }

  /**
   * Where the value is.
   *
   * @return as given to {@link #value}
   */
  public long valueOffset() {
    return valueOffset;
  }

  /**
   * The size of the value.
   *
   * @return bytes, from 0 to {@link #valueCapacity}
   */
  public int valueSize() {
    return MapElement.size(bits);
  }

  /**
   * What is reserved for the value.
   *
   * @return bytes, from 0 to {@link #VALUE_SIZE_MAX}
   */
  public int valueCapacity() {
    return MapElement.capacity(bits);
  }

  /**
   * The mark "cold".
   *
   * @return whether it is set
   */
  public boolean cold() {
    return (bits & MapElement.COLD) != 0;
  }

  /**
   * The mark "hot".
   *
   * @return whether it is set
   */
  public boolean hot() {
    return (bits & MapElement.HOT) != 0;
  }

  /** Everything but the used bit as the original stores it, for scripts that give whole words. */
  GrooveEntry raw(long word, long offset) {
    bits = word;
    valueOffset = offset;
    return this;
  }

  long hash(long seed) {
    return KeyHash.hash(k0, k1, k2, k3, seed);
  }
}
