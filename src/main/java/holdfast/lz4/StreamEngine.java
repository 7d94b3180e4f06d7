package holdfast.lz4;

/**
 * What compresses the blocks of a stream: each may refer to the 64 KiB before it.
 *
 * <p>History stays where the caller has it. A block that follows the one before in the same array
 * finds it as a prefix; any other block finds it as an external dictionary.
 */
interface StreamEngine {
  /** The engine of a level, with no history. */
  static StreamEngine of(Lz4Level level) {
    return level.isFast()
        ? new FastStream(level.acceleration())
        : new HcStream(level.level(), level.favorDecompressionSpeed());
  }

  /** Forgets all history. */
  void reset();

  /** The same, as the original does it when the engine was in use before. */
  void restart();

  /**
   * Starts a stream that follows a dictionary, which must stay as it is as long as it is history.
   *
   * @return bytes of it that count
   */
  int load(byte[] dictionary, int offset, int size);

  /** Starts a stream that follows a dictionary whose tables are ready. */
  void attach(Lz4Dictionary dictionary);

  /**
   * Compresses the next block.
   *
   * @return its size, or 0 when it does not fit
   */
  int compress(byte[] src, int srcOffset, int srcSize, byte[] dst, int dstOffset, int dstSize);

  /**
   * Moves the last bytes of history into an array and refers to them there from now on.
   *
   * @return how many there are
   */
  int save(byte[] target, int offset, int max);

  /**
   * Forgets the oldest bytes of an external dictionary that the caller has overwritten where this
   * engine cannot see it.
   */
  void forgetExternal(int bytes);
}
