package holdfast.bench;

/** A contender of the frame benchmark, with one content and its frame in the memory it works on. */
interface FrameCodec {
  /** Bytes handed over or asked for in one call. */
  int CALL_SIZE = 1 << 16;

  /** Takes the content and makes its frame. */
  void load(byte[] bytes);

  /** Writes the frame; gives its size. */
  long write();

  /** Reads the frame; gives the size of the content. */
  long read();

  /** Room for a frame of blocks of 64 KiB that do not compress. */
  static int packedMax(int size) {
    return size + (size >> 8) + (1 << 20);
  }
}
