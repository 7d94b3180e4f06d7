package holdfast.snapshot;

/** How large the stored frame of a batch can become: arithmetic of LZ4 frames in checkpoints. */
final class FrameBound {
  /** Plain bytes of a block, at most. */
  static final int CHUNK = 1 << 16;

  /** No block of LZ4 grows to more than so many times its size. */
  static final int EXPANSION_MAX = 255;

  private FrameBound() {}

  /** Most stored bytes of a frame with a batch head and {@code plain - 32} bytes of data. */
  static long of(long plain) {
    long data = plain - BatchHead.SIZE;
    long blocks = 1 + (data + CHUNK - 1) / CHUNK;
    // Each block: its plain bytes, 1/255 of them, 16, and 3 of its size.
    return plain + plain / 255 + blocks * 19 + blocks;
  }
}
