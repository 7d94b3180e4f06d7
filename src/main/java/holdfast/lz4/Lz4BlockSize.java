package holdfast.lz4;

/** The four block sizes that a frame header can name: the most plain bytes that one block holds. */
public enum Lz4BlockSize {
  /** 65,536 bytes. */
  KB_64(4),
  /** 262,144 bytes. */
  KB_256(5),
  /** 1,048,576 bytes. */
  MB_1(6),
  /** 4,194,304 bytes. */
  MB_4(7);

  private static final Lz4BlockSize[] ALL = values();

  private final int id;

  Lz4BlockSize(int id) {
    this.id = id;
  }

  /**
   * The number that stands for it in the header and in the tool's option {@code -B}.
   *
   * @return 4 to 7
   */
  public int id() {
    return id;
  }

  /**
   * The size itself.
   *
   * @return bytes
   */
  public int bytes() {
    return 1 << (8 + 2 * id);
  }

  /**
   * The block size of an id.
   *
   * @param id 4 to 7
   * @return the block size
   * @throws IllegalArgumentException when there is none
   */
  public static Lz4BlockSize ofId(int id) {
    if (!isId(id)) {
      throw new IllegalArgumentException("block size id must be in [4, 7]: " + id);
    }
    return ALL[id - KB_64.id];
  }

  /**
   * The smallest block size that holds so many bytes.
   *
   * @param size bytes
   * @return the block size; the largest there is when the bytes need several blocks
   */
  public static Lz4BlockSize holding(long size) {
    for (Lz4BlockSize blockSize : ALL) {
      if (size <= blockSize.bytes()) {
        return blockSize;
      }
    }
    return MB_4;
  }

  static boolean isId(int id) {
    return id >= KB_64.id && id <= MB_4.id;
  }
}
