package holdfast.lz4;

/**
 * Compresses the blocks of one frame, in the way of the frame's mode.
 *
 * <p>Each mode has the bytes of the original: independent blocks are compressed alone, blocks with
 * a dictionary and linked blocks as streams.
 */
sealed interface BlockCoder {
  /** A coder for one frame. */
  static BlockCoder of(Lz4Level level, boolean linked, Lz4Dictionary dictionary) {
    if (!linked) {
      return dictionary == null
          ? new Independent(Lz4Compressor.of(level))
          : new AfterDictionary(StreamEngine.of(level), dictionary);
    }
    StreamEngine engine = StreamEngine.of(level);
    if (dictionary != null) {
      engine.attach(dictionary);
    }
    return new Linked(engine);
  }

  /**
   * Compresses the next block.
   *
   * @return its size, or 0 when it does not fit; later blocks may follow all the same
   */
  int compress(byte[] src, int srcOffset, int srcSize, byte[] dst, int dstOffset, int dstSize);

  /** Blocks that stand alone. */
  record Independent(Lz4Compressor compressor) implements BlockCoder {
    @Override
    public int compress(
        byte[] src, int srcOffset, int srcSize, byte[] dst, int dstOffset, int dstSize) {
      return compressor.compress(src, srcOffset, srcSize, dst, dstOffset, dstSize);
    }
  }

  /** Blocks of which each begins anew with the dictionary. */
  record AfterDictionary(StreamEngine engine, Lz4Dictionary dictionary) implements BlockCoder {
    @Override
    public int compress(
        byte[] src, int srcOffset, int srcSize, byte[] dst, int dstOffset, int dstSize) {
      engine.attach(dictionary);
      return engine.compress(src, srcOffset, srcSize, dst, dstOffset, dstSize);
    }
  }

  /**
   * Blocks that follow one another in one array, the first of them a dictionary if there is one. A
   * block that does not fit is stored, and is history like the others.
   */
  record Linked(StreamEngine engine) implements BlockCoder {
    @Override
    public int compress(
        byte[] src, int srcOffset, int srcSize, byte[] dst, int dstOffset, int dstSize) {
      return engine.compress(src, srcOffset, srcSize, dst, dstOffset, dstSize);
    }

    /**
     * Moves the history to the start of an array, where the next block is to follow it.
     *
     * @return its size
     */
    int moveHistory(byte[] target) {
      return engine.save(target, 0, Lz4Block.HISTORY);
    }
  }
}
