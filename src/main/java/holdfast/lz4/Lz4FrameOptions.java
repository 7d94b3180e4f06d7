package holdfast.lz4;

import holdfast.internal.Check;

/**
 * How a frame is written. Immutable; start from {@link #DEFAULT} or {@link #LEGACY}.
 *
 * <pre>{@code
 * var options = Lz4FrameOptions.DEFAULT
 *     .withLevel(Lz4Level.hc(9))
 *     .withBlockSize(Lz4BlockSize.KB_64)
 *     .withLinked(true);
 * }</pre>
 *
 * @param level how hard to compress
 * @param blockSize most plain bytes of a block, as the header says it; a reader needs about twice
 *     that much memory
 * @param blockCut where blocks are really cut: 1 to the block size
 * @param linked whether blocks refer to the 64 KiB before them: smaller, the more so the smaller
 *     the blocks; such blocks can only be read in order
 * @param blockChecksum whether each block has a checksum, so that damage is noticed before the
 *     block is decoded
 * @param contentChecksum whether a checksum of all plain bytes ends the frame
 * @param contentSize plain bytes that the header announces, {@link #UNKNOWN} for none; writing
 *     another number of bytes is an error. A size of 0 is checked but not written, because readers
 *     take it for "unknown"
 * @param dictionary what both sides know beforehand, or {@code null}: every independent block, or
 *     the first linked one, may refer to it
 * @param dictionaryId the number that the header gives for the dictionary, up to 2^32 - 1; 0 for
 *     none
 * @param autoFlush whether every write ends with a block, so that nothing waits in a buffer
 * @param legacy whether to write the old format without header and checksums, as some boot loaders
 *     want it: independent blocks of 8 MiB, the last one of what is left. No other option but the
 *     level applies, and a flush ends no block
 */
public record Lz4FrameOptions(
    Lz4Level level,
    Lz4BlockSize blockSize,
    int blockCut,
    boolean linked,
    boolean blockChecksum,
    boolean contentChecksum,
    long contentSize,
    Lz4Dictionary dictionary,
    long dictionaryId,
    boolean autoFlush,
    boolean legacy) {
  /** The content size that says nothing. */
  public static final long UNKNOWN = -1;

  /**
   * What the {@code lz4} tool does: fast, independent blocks of 4 MiB, a content checksum and
   * nothing else. Costs the writer up to 8 MiB for the blocks; {@link Lz4BlockSize#KB_64} needs a
   * sixty-fourth of that for a slightly larger result.
   */
  public static final Lz4FrameOptions DEFAULT =
      new Lz4FrameOptions(
          Lz4Level.FAST,
          Lz4BlockSize.MB_4,
          Lz4BlockSize.MB_4.bytes(),
          false,
          false,
          true,
          UNKNOWN,
          null,
          0,
          false,
          false);

  /** The legacy format, fast. */
  public static final Lz4FrameOptions LEGACY = legacyDefault();

  /** Checks the values. */
  public Lz4FrameOptions {
    if (level == null || blockSize == null) {
      throw new NullPointerException(level == null ? "level" : "blockSize");
    }
    Check.range(blockCut, 1, blockSize.bytes(), "blockCut");
    Check.range(dictionaryId, 0, 0xFFFF_FFFFL, "dictionaryId");
    Check.range(contentSize, UNKNOWN, Long.MAX_VALUE, "contentSize");
    boolean plain =
        !linked
            && !blockChecksum
            && !contentChecksum
            && contentSize == UNKNOWN
            && dictionary == null
            && dictionaryId == 0
            && !autoFlush;
    if (legacy && !plain) {
      throw new IllegalArgumentException(
          "the legacy format has no linked or short blocks, checksums, content size or dictionary");
    }
  }

  /**
   * The same options at another level.
   *
   * @param level how hard to compress
   * @return a copy
   */
  public Lz4FrameOptions withLevel(Lz4Level level) {
    var draft = new Draft(this);
    draft.level = level;
    return draft.done();
  }

  /**
   * The same options with another block size, and blocks cut there.
   *
   * @param blockSize most plain bytes of a block
   * @return a copy
   */
  public Lz4FrameOptions withBlockSize(Lz4BlockSize blockSize) {
    return withBlocks(blockSize, blockSize.bytes());
  }

  /**
   * The same options with blocks of any size, under the smallest block size that holds them.
   *
   * @param blockCut plain bytes of each block but the last: 1 to 4,194,304
   * @return a copy
   */
  public Lz4FrameOptions withBlockCut(int blockCut) {
    return withBlocks(Lz4BlockSize.holding(blockCut), blockCut);
  }

  private static Lz4FrameOptions legacyDefault() {
    var draft = new Draft(DEFAULT);
    draft.contentChecksum = false;
    draft.legacy = true;
    return draft.done();
  }

  private Lz4FrameOptions withBlocks(Lz4BlockSize size, int cut) {
    var draft = new Draft(this);
    draft.blockSize = size;
    draft.blockCut = cut;
    return draft.done();
  }

  /**
   * The same options with or without linked blocks.
   *
   * @param linked whether blocks refer to those before them
   * @return a copy
   */
  public Lz4FrameOptions withLinked(boolean linked) {
    var draft = new Draft(this);
    draft.linked = linked;
    return draft.done();
  }

  /**
   * The same options with or without block checksums.
   *
   * @param blockChecksum whether each block has one
   * @return a copy
   */
  public Lz4FrameOptions withBlockChecksum(boolean blockChecksum) {
    var draft = new Draft(this);
    draft.blockChecksum = blockChecksum;
    return draft.done();
  }

  /**
   * The same options with or without a content checksum.
   *
   * @param contentChecksum whether the frame ends with one
   * @return a copy
   */
  public Lz4FrameOptions withContentChecksum(boolean contentChecksum) {
    var draft = new Draft(this);
    draft.contentChecksum = contentChecksum;
    return draft.done();
  }

  /**
   * The same options with an announced content size.
   *
   * @param contentSize plain bytes, or {@link #UNKNOWN}
   * @return a copy
   */
  public Lz4FrameOptions withContentSize(long contentSize) {
    var draft = new Draft(this);
    draft.contentSize = contentSize;
    return draft.done();
  }

  /**
   * The same options with a dictionary.
   *
   * @param dictionary what both sides know, or {@code null}
   * @param dictionaryId the number that names it in the header; 0 for none
   * @return a copy
   */
  public Lz4FrameOptions withDictionary(Lz4Dictionary dictionary, long dictionaryId) {
    var draft = new Draft(this);
    draft.dictionary = dictionary;
    draft.dictionaryId = dictionaryId;
    return draft.done();
  }

  /**
   * The same options with or without a block for every write.
   *
   * @param autoFlush whether every write ends with a block
   * @return a copy
   */
  public Lz4FrameOptions withAutoFlush(boolean autoFlush) {
    var draft = new Draft(this);
    draft.autoFlush = autoFlush;
    return draft.done();
  }

  /** Most plain bytes of a block that is written. */
  int cut() {
    return legacy ? FrameLayout.LEGACY_BLOCK_MAX : blockCut;
  }

  /** The header of a frame with these options. */
  FrameHeader header() {
    return new FrameHeader(
        blockSize,
        linked,
        blockChecksum,
        contentChecksum,
        contentSize > 0 ? contentSize : FrameHeader.ABSENT,
        dictionaryId != 0 ? dictionaryId : FrameHeader.ABSENT);
  }

  /**
   * The header of a frame whose whole content is known before its first block is full: the smallest
   * block size that holds it, and no links, as the original does when it is given all at once.
   */
  FrameHeader fittedHeader(int size) {
    Lz4BlockSize fitted = Lz4BlockSize.holding(size);
    return new FrameHeader(
        fitted.compareTo(blockSize) < 0 ? fitted : blockSize,
        false,
        blockChecksum,
        contentChecksum,
        contentSize > 0 ? contentSize : FrameHeader.ABSENT,
        dictionaryId != 0 ? dictionaryId : FrameHeader.ABSENT);
  }

  /** A copy in the making, so that each wither names only what it changes. */
  private static final class Draft {
    Lz4Level level;
    Lz4BlockSize blockSize;
    int blockCut;
    boolean linked;
    boolean blockChecksum;
    boolean contentChecksum;
    long contentSize;
    Lz4Dictionary dictionary;
    long dictionaryId;
    boolean autoFlush;
    boolean legacy;

    Draft(Lz4FrameOptions of) {
      level = of.level;
      blockSize = of.blockSize;
      blockCut = of.blockCut;
      linked = of.linked;
      blockChecksum = of.blockChecksum;
      contentChecksum = of.contentChecksum;
      contentSize = of.contentSize;
      dictionary = of.dictionary;
      dictionaryId = of.dictionaryId;
      autoFlush = of.autoFlush;
      legacy = of.legacy;
    }

    Lz4FrameOptions done() {
      return new Lz4FrameOptions(
          level,
          blockSize,
          blockCut,
          linked,
          blockChecksum,
          contentChecksum,
          contentSize,
          dictionary,
          dictionaryId,
          autoFlush,
          legacy);
    }
  }
}
