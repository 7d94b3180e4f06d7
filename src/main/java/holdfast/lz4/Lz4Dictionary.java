package holdfast.lz4;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A dictionary made ready once, for many streams and frames.
 *
 * <p>Both sides must have the same bytes. Only the last 64 KiB count. Owns a copy of them and 16
 * KiB of tables, from the first use with a level of 2 or more on 256 KiB more. Immutable, shareable
 * between threads.
 */
public final class Lz4Dictionary {
  private static final int CHAINS_LEVEL = 9;

  private final byte[] bytes;
  private final FastStream fast = new FastStream(1);

  private volatile HcDictionary chains;

  private Lz4Dictionary(byte[] bytes) {
    this.bytes = bytes;
    fast.load(bytes, 0, bytes.length, true);
  }

  /**
   * Makes a dictionary ready.
   *
   * @param bytes its content; copied
   * @return the dictionary
   */
  public static Lz4Dictionary of(byte[] bytes) {
    return of(MemorySegment.ofArray(bytes));
  }

  /**
   * Makes a dictionary ready.
   *
   * @param bytes its content; copied
   * @return the dictionary
   */
  public static Lz4Dictionary of(MemorySegment bytes) {
    return new Lz4Dictionary(tail(bytes));
  }

  /**
   * How many bytes count.
   *
   * @return 0 to 65536
   */
  public int size() {
    return bytes.length;
  }

  /** The bytes that count; not to be changed. */
  byte[] bytes() {
    return bytes;
  }

  /** The tables of level 1; not to be changed. */
  FastStream fast() {
    return fast;
  }

  /**
   * The tables of all other levels; not to be changed.
   *
   * <p>As in frames of the original, they are those of level 9, whichever level looks into them.
   */
  HcDictionary chains() {
    HcDictionary ready = chains;
    if (ready == null) {
      // Two threads may both make it; either is as good.
      ready = new HcDictionary(bytes, 0, bytes.length, CHAINS_LEVEL);
      chains = ready;
    }
    return ready;
  }

  /** A copy of the part of a dictionary that matches can reach. */
  static byte[] tail(MemorySegment bytes) {
    long size = Math.min(bytes.byteSize(), Lz4Block.HISTORY);
    return bytes.asSlice(bytes.byteSize() - size).toArray(ValueLayout.JAVA_BYTE);
  }
}
