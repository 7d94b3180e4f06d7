package holdfast.checkpt;

/**
 * Tells whether a frame is encoded in the first state of the original or in a later one.
 *
 * <p>The original never clears its table between frames. It numbers all plain bytes of a writer and
 * leaves a gap of 64 KiB at each frame, so that what is in the table is out of reach:
 *
 * <pre>{@code
 * H = 0            when the writer begins, and at a frame behind more than 1 GiB
 * H += 65536       at each other LZ4 frame, unless H = 0
 * H += size        for each block
 *
 * frame opened at H = 0: first state    an empty slot of the table means the frame's first byte
 * frame opened at H > 0: later state    an empty slot means nothing
 * }</pre>
 *
 * <p>So the same frame may have other bytes as the first one. Only sizes matter, which is why the
 * state of frames that are encoded at the same time can be told before.
 */
final class History {
  /** A table with more behind it is cleared when a frame is opened. */
  static final long CLEARED_ABOVE = 1L << 30;

  /** Farther than a match reaches. */
  static final long GAP = 1L << 16;

  /** Before a block would end beyond, the original counts anew from {@link #GAP}. */
  static final long MAX = 1L << 31;

  private long position;

  /** Opens an LZ4 frame; whether it is in the first state. */
  boolean open() {
    if (position > CLEARED_ABOVE) {
      position = 0;
    }
    if (position != 0) {
      position += GAP;
    }
    return position == 0;
  }

  /** A block of so many plain bytes. */
  void add(int plain) {
    if (position + plain > MAX) {
      position = GAP;
    }
    position += plain;
  }

  /** All blocks of a buffer. */
  void addBuffer(long size) {
    long rest = size;
    for (; rest >= Block.PLAIN_MAX; rest -= Block.PLAIN_MAX) {
      add(Block.PLAIN_MAX);
    }
    if (rest > 0) {
      add((int) rest);
    }
  }

  void set(History other) {
    position = other.position;
  }

  /** For tests: goes on as if so many bytes had been counted. */
  void skipTo(long newPosition) {
    position = newPosition;
  }
}
