package holdfast.lz4;

/**
 * The stream engine of levels 2 to 12: blocks in arrays that refer to those before them.
 *
 * <pre>{@code
 * a block that follows the one before in its array     history grows as a prefix
 * a block anywhere else                                the prefix becomes external, and what was
 *                                                      external before is forgotten
 * a block upon external history, as in a ring          what it overwrites is forgotten
 * }</pre>
 *
 * <p>The output depends on the parameters and on the calls since the last {@link #reset}, {@link
 * #load} or {@link #attach}, on nothing else. Two rules of the original that give blocks which
 * decode to something else are not followed: a dictionary does not stay attached when a part of the
 * history is saved, and there is no filling of a destination in a stream.
 *
 * <p>Needs 256 KiB, at levels 10 and 11 304 KiB, at level 12 496 KiB, allocated by the constructor;
 * calls make no garbage. Used by one thread. Arguments are ranges that the caller has checked,
 * sizes of input are at most {@link Lz4Block#PLAIN_MAX}.
 */
final class HcStream implements StreamEngine {
  /** Above index 2^31, which the bias makes 0, history is indexed anew: an index has 32 bits. */
  private static final int INDEX_MAX = 0;

  /** For larger first blocks an attached dictionary's tables are copied instead of shared. */
  private static final int ATTACHED_LOOKUP_MAX = 4096;

  /** Not private: tests move its indexes. */
  final HcState state;

  private final HcParser parser;
  private final boolean favorDecompressionSpeed;

  /** To be attached when the stream begins. */
  private HcState dictionary;

  private boolean begun;

  /**
   * Makes an engine without history.
   *
   * @param level 2 to 12
   * @param favorDecompressionSpeed whether levels 10 to 12 prefer what decodes faster
   */
  HcStream(int level, boolean favorDecompressionSpeed) {
    HcLevel meaning = HcLevel.of(level);
    state = new HcState(meaning);
    parser = new HcParser(meaning);
    this.favorDecompressionSpeed = favorDecompressionSpeed;
  }

  @Override
  public void reset() {
    state.forget();
    dictionary = null;
    begun = false;
  }

  @Override
  public void restart() {
    reset();
  }

  /**
   * Starts a stream that follows the last 64 KiB of a dictionary.
   *
   * @param bytes kept by reference
   * @return bytes of it that count
   */
  @Override
  public int load(byte[] bytes, int offset, int size) {
    reset();
    int kept = state.load(bytes, offset, size);
    state.favorDecompressionSpeed = favorDecompressionSpeed;
    begun = true;
    return kept;
  }

  @Override
  public void attach(Lz4Dictionary ready) {
    attach(ready.chains());
  }

  /**
   * Starts a stream that follows a dictionary whose tables are ready.
   *
   * <p>It is looked into as long as the stream holds less than 64 KiB of its own history and its
   * blocks follow each other.
   */
  void attach(HcDictionary ready) {
    reset();
    dictionary = ready.state();
  }

  /**
   * Compresses the next block.
   *
   * @return its size; 0 if it does not fit, only a new start may follow then
   */
  @Override
  public int compress(
      byte[] src, int srcOffset, int srcSize, byte[] dst, int dstOffset, int dstSize) {
    if (!begun) {
      begin(src, srcOffset);
    }
    if (state.end > INDEX_MAX) {
      // From here on decompression speed is not preferred: so it is in the original.
      int kept = Math.min(state.prefixSize(), Lz4Block.HISTORY);
      state.load(state.prefix, state.end - kept + state.prefixShift, kept);
    }
    if (!state.continuesAt(src, srcOffset)) {
      state.makeExternal(src, srcOffset);
    }
    state.dropOverwritten(srcOffset, srcSize);
    if (state.dictionary != null) {
      settleDictionary(src, srcOffset, srcSize);
    }
    return parser.compress(state, srcSize, dst, dstOffset, dstSize, false);
  }

  private void begin(byte[] src, int srcOffset) {
    state.begin(src, srcOffset);
    // Around the end of an external segment a search may meet distances that were never set. They
    // are to be those of a new engine.
    state.clearChain();
    state.favorDecompressionSpeed = favorDecompressionSpeed;
    state.dictionary = dictionary;
    begun = true;
  }

  /** Drops the attached dictionary when it is out of reach, or takes it over when that pays. */
  private void settleDictionary(byte[] src, int srcOffset, int srcSize) {
    int held = state.prefixSize() + state.extSize();
    HcState attached = state.dictionary;
    if (held >= Lz4Block.HISTORY) {
      state.dictionary = null;
    } else if (held == 0 && srcSize > ATTACHED_LOOKUP_MAX && attached.mid == state.mid) {
      state.copyOf(attached);
      state.makeExternal(src, srcOffset);
    }
  }

  /**
   * Moves the last bytes of history into an array and refers to them there from now on.
   *
   * @param max how many bytes at most; under 4 none are kept
   * @return how many there are, at most 64 KiB
   */
  @Override
  public int save(byte[] target, int offset, int max) {
    if (!begun) {
      return 0;
    }
    int wanted = max < Lz4Block.MATCH_MIN ? 0 : Math.min(max, Lz4Block.HISTORY);
    int kept = Math.min(wanted, state.prefixSize());
    state.moveTo(target, offset, kept);
    return kept;
  }

  @Override
  public void forgetExternal(int bytes) {
    state.dropExternal(bytes);
  }
}
