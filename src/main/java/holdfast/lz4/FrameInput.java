package holdfast.lz4;

/**
 * Input on its way to a decoder.
 *
 * <pre>{@code
 * [ used up | not yet used | room ]
 * 0         lo             hi
 * |
 * offset "base" of the stream
 * }</pre>
 *
 * <p>The array doubles only when half of it is full: how much is to come is no more than a claim.
 */
final class FrameInput {
  private static final int SIZE_MIN = 16 << 10;
  private static final byte[] NOTHING = {};

  private byte[] bytes;
  private int lo;
  private int hi;
  private long base;

  /** No input yet. */
  FrameInput() {
    this(NOTHING, 0, 0);
  }

  /** All input, at offsets that begin with 0; never written to as long as no room is made. */
  FrameInput(byte[] whole, int offset, int size) {
    bytes = whole;
    lo = offset;
    hi = offset + size;
    base = -offset;
  }

  byte[] bytes() {
    return bytes;
  }

  /** Where the next byte lies in the array. */
  int lo() {
    return lo;
  }

  /** Where the room begins. */
  int hi() {
    return hi;
  }

  int have() {
    return hi - lo;
  }

  /** Offset of the next byte in the stream. */
  long offset() {
    return base + lo;
  }

  /** Offset behind the last byte. */
  long endOffset() {
    return base + hi;
  }

  /** A word of the input, {@code at} bytes behind the next one. */
  int word(int at) {
    return FrameLayout.getWord(bytes, lo + at);
  }

  void use(int size) {
    lo += size;
  }

  /** Takes note of bytes that were put where the room begins. */
  void added(int size) {
    hi += size;
  }

  /** Takes note of bytes of the stream that never came here, when nothing else is here. */
  void skipped(long size) {
    base += size;
  }

  /** Makes room for as many bytes as wanted, or fewer, but one at least; says for how many. */
  int room(int wanted) {
    if (lo == hi || hi + wanted > bytes.length) {
      moveToStart(wanted);
    }
    return Math.min(wanted, bytes.length - hi);
  }

  private void moveToStart(int wanted) {
    int have = hi - lo;
    byte[] from = bytes;
    if (have + wanted > bytes.length && have >= bytes.length / 2) {
      bytes = new byte[Math.max(SIZE_MIN, Math.min(have + wanted, 2 * bytes.length))];
    }
    System.arraycopy(from, lo, bytes, 0, have);
    base += lo;
    lo = 0;
    hi = have;
  }
}
