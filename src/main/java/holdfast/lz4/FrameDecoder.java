package holdfast.lz4;

import static holdfast.lz4.FrameLayout.FORMAT;
import static holdfast.lz4.FrameLayout.WORD_SIZE;
import static holdfast.lz4.FrameLayout.getWord;
import static holdfast.lz4.FrameLayout.hex;

import holdfast.CorruptDataException;
import holdfast.UnsupportedFormatException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/**
 * Reads frames that arrive in pieces of any size, down to one byte, and hands out their content in
 * pieces of any size.
 *
 * <pre>{@code
 *          skippable                       legacy
 * SKIP <---------------- SKIP_SIZE <--- MAGIC ---------------> LEGACY_SIZE <--.
 *  |  all skipped                       ^   |                   |  |          |
 *  '------------------------------------'   | frame             |  v          |
 *                                       ^   v    no size: MAGIC-'  BLOCK -----'
 *                                       |  HEADER
 *                                       |   | checked
 *                                       |   v        word
 *                                       |  WORD ----------------> BLOCK -----.
 *                                       |   | ^                              |
 *                                       |   | '------------------------------'
 *            [no content checksum]      |   v end mark
 *            '--------------------------+- CONTENT_CHECKSUM
 *
 * DONE instead of MAGIC after a frame when only the first is wanted. Any damage leads to FAILED,
 * where every call throws what was found.
 * }</pre>
 *
 * <p>The caller moves bytes in and out:
 *
 * <pre>{@code
 * input    [ used up | not yet used | room for wanted() bytes ]
 *          0         lo             hi = end()
 * window   [ history, if linked | handed out | ready ]
 *                                            outLo   outHi
 * }</pre>
 *
 * <p>A state acts when all bytes that it needs lie in the input, so nothing is kept anywhere else.
 * A block is decoded from there straight into the caller's array if that is large enough for
 * whatever the block may hold, else into the window. Linked blocks always go through the window,
 * which keeps the history. Both arrays grow with the bytes that really came: the input at most
 * doubles, the window is at most 255 times the size of a block. Neither grows beyond what the
 * header's block size justifies, and a frame whose block size justifies more than the memory limit
 * is refused.
 */
final class FrameDecoder {
  /** Is told what stands where. Offsets are those of the stream. */
  interface Observer {
    void frame(long offset, FrameHeader header, byte headerChecksum);

    void legacyFrame(long offset);

    void skippableFrame(long offset, int magic, long size);

    /** {@code plainSize} is -1 in a scan, unless the block is stored. */
    void block(long offset, int word, int checksumSize, int plainSize);

    void endMark(long offset);

    void contentChecksum(long offset, int checksum);

    /** The frame begun last ends before this offset. */
    void endFrame(long offset);
  }

  private enum State {
    MAGIC,
    HEADER,
    WORD,
    BLOCK,
    CONTENT_CHECKSUM,
    SKIP_SIZE,
    SKIP,
    LEGACY_SIZE,
    DONE
  }

  private static final int INPUT_MIN = 16 << 10;

  /** What is read at least when reading ahead does no harm. */
  private static final int READ_AHEAD = 8 << 10;

  /** No byte of a block stands for more plain bytes. */
  private static final long EXPANSION_MAX = 255;

  private static final byte[] NOTHING = {};

  private final Lz4FrameReadOptions options;

  /** Null when nobody looks. */
  private final Observer observer;

  /** Whether blocks are only walked over. */
  private final boolean isScan;

  private final XxHash32 contentHash = new XxHash32();
  private final Lz4Decompressor blocks = Lz4Decompressor.create();
  private final Lz4Decompressor blocksAfterDictionary;
  private State state = State.MAGIC;
  private RuntimeException failure;

  private byte[] input;
  private int lo;
  private int hi;

  /** Offset of input[0] in the stream. */
  private long base;

  /** Bytes that the state needs before it can act. */
  private int need = WORD_SIZE;

  private byte[] window = NOTHING;
  private int historyLo;
  private int outLo;
  private int outHi;

  /** The frame being read; null for a legacy frame. */
  private FrameHeader header;

  private int blockMax;
  private int blockWord;
  private long skipLeft;
  private State afterSkip;
  private long frames;

  /** Plain bytes of this frame, and of all. */
  private long frameSize;

  private long total;

  FrameDecoder(Lz4FrameReadOptions options) {
    this(options, NOTHING, 0, 0, null, false);
  }

  /** A decoder, or with {@code isScan} one that gives no output, that tells what stands where. */
  FrameDecoder(Lz4FrameReadOptions options, Observer observer, boolean isScan) {
    this(options, NOTHING, 0, 0, observer, isScan);
  }

  /** A decoder over an input that is all there; it asks for nothing and writes nothing into it. */
  FrameDecoder(Lz4FrameReadOptions options, byte[] whole, int offset, int size) {
    this(options, whole, offset, size, null, false);
  }

  private FrameDecoder(
      Lz4FrameReadOptions options,
      byte[] whole,
      int offset,
      int size,
      Observer observer,
      boolean isScan) {
    this.options = options;
    this.observer = observer;
    this.isScan = isScan;
    this.blocksAfterDictionary =
        options.dictionary() == null ? blocks : blocks.withDictionary(options.dictionary().bytes());
    this.input = whole;
    this.lo = offset;
    this.hi = offset + size;
    this.base = -offset;
  }

  /**
   * Makes room for input at {@link #end} and says how many bytes would be best; fewer, down to one,
   * are fine too. 0 when nothing more is wanted.
   */
  int wanted() {
    if (state == State.DONE || failure != null) {
      return 0;
    }
    int have = hi - lo;
    int wanted = need - have;
    if (state == State.BLOCK) {
      // Each block is followed by a word, so that one read can bring both.
      wanted += WORD_SIZE;
    }
    if (!options.firstFrameOnly()) {
      wanted = Math.max(wanted, READ_AHEAD);
    }
    if (lo == hi || hi + wanted > input.length) {
      moveToStart(have + wanted);
    }
    return Math.min(wanted, input.length - hi);
  }

  private void moveToStart(int size) {
    int have = hi - lo;
    byte[] from = input;
    if (size > input.length && have >= input.length / 2) {
      // Doubled only when half full: the size of the next block is no more than a claim.
      input = new byte[Math.max(INPUT_MIN, Math.min(size, 2 * input.length))];
    }
    System.arraycopy(from, lo, input, 0, have);
    base += lo;
    lo = 0;
    hi = have;
  }

  byte[] input() {
    return input;
  }

  int end() {
    return hi;
  }

  /** Takes note of bytes that were put into {@link #input} at {@link #end}. */
  void added(int size) {
    hi += size;
  }

  /** How many of the next input bytes nobody needs to see. */
  long skippable() {
    return state == State.SKIP && lo == hi ? skipLeft : 0;
  }

  /** Takes note of input bytes that were not brought at all. */
  void skipped(long size) {
    base += size;
    skipLeft -= size;
    endSkip();
  }

  /** Whether the last frame wanted has ended. */
  boolean isDone() {
    return state == State.DONE;
  }

  /**
   * Tells that no more input will come.
   *
   * @throws CorruptDataException unless the input ends behind a frame
   */
  void finish() {
    boolean between = (state == State.MAGIC && frames > 0) || state == State.LEGACY_SIZE;
    if (state == State.DONE || (between && lo == hi)) {
      if (state == State.LEGACY_SIZE) {
        endFrame();
      }
      return;
    }
    String found = "the end of the input";
    if (state == State.MAGIC && frames > 0) {
      fail(corrupt(offset(), "a frame or the end of the input", (hi - lo) + " bytes"));
    }
    long end = base + hi;
    fail(
        switch (state) {
          case MAGIC -> corrupt(end, "a frame", found);
          case HEADER -> corrupt(end, "the rest of a frame header", found);
          case WORD -> corrupt(end, "a block or the end mark", found);
          case BLOCK -> corrupt(end, "the rest of a block", found);
          case CONTENT_CHECKSUM -> corrupt(end, "the content checksum", found);
          case SKIP_SIZE -> corrupt(end, "the size of a skippable frame", found);
          case SKIP -> corrupt(end, skipLeft + " bytes to skip", found);
          case LEGACY_SIZE -> corrupt(end, "the size of a legacy block", found);
          case DONE -> throw new AssertionError(state);
        });
  }

  /** Plain bytes decoded so far, over all frames. */
  long total() {
    return total;
  }

  /** Plain bytes that can be taken without more input. */
  int ready() {
    return outHi - outLo;
  }

  /**
   * Hands out plain bytes. What lies behind them in the range may be overwritten too.
   *
   * @param size at least 1
   * @return how many; 0 when more input is wanted or everything is done
   */
  int decode(byte[] to, int offset, int size) {
    int direct = outLo < outHi ? 0 : advance(to, offset, size);
    if (direct > 0) {
      return direct;
    }
    int count = Math.min(size, outHi - outLo);
    System.arraycopy(window, outLo, to, offset, count);
    outLo += count;
    return count;
  }

  /** Hands out plain bytes to the room of a buffer. */
  int decode(ByteBuffer to) {
    if (to.hasArray()) {
      int count = decode(to.array(), to.arrayOffset() + to.position(), to.remaining());
      to.position(to.position() + count);
      return count;
    }
    if (outLo == outHi) {
      advance(NOTHING, 0, 0);
    }
    int count = Math.min(to.remaining(), outHi - outLo);
    to.put(window, outLo, count);
    outLo += count;
    return count;
  }

  /** Hands out all plain bytes of a block. */
  int decode(OutputStream to) throws IOException {
    if (outLo == outHi) {
      advance(NOTHING, 0, 0);
    }
    int count = outHi - outLo;
    to.write(window, outLo, count);
    outLo += count;
    return count;
  }

  /**
   * Goes on until there is output, or not enough input; returns what went straight to the array.
   */
  private int advance(byte[] to, int offset, int size) {
    if (failure != null) {
      throw failure;
    }
    try {
      while (hi - lo >= need) {
        switch (state) {
          case MAGIC -> magic();
          case HEADER -> header();
          case WORD -> word();
          case BLOCK -> {
            int direct = block(to, offset, size);
            if (direct > 0 || outLo < outHi) {
              return direct;
            }
          }
          case CONTENT_CHECKSUM -> contentChecksum();
          case SKIP_SIZE -> skipSize();
          case SKIP -> skip();
          case LEGACY_SIZE -> legacySize();
          case DONE -> {
            return 0;
          }
        }
      }
      return 0;
    } catch (CorruptDataException | UnsupportedFormatException e) {
      failure = e;
      throw e;
    }
  }

  private void magic() {
    int magic = getWord(input, lo);
    // The magic stays: the header is read as a whole.
    if (magic == FrameLayout.MAGIC) {
      next(State.HEADER, FrameHeader.SIZE_MIN);
    } else if (FrameLayout.isSkippable(magic)) {
      next(State.SKIP_SIZE, 2 * WORD_SIZE);
    } else if (magic == FrameLayout.LEGACY_MAGIC) {
      beginLegacy();
    } else if (frames == 0) {
      throw corrupt(offset(), "the magic of an LZ4 frame, 0x184d2204", hex(magic));
    } else {
      throw corrupt(offset(), "another frame or the end of the input", hex(magic));
    }
  }

  private void header() {
    int flg = input[lo + FrameHeader.FLG_OFFSET];
    FrameHeader.checkFlg(flg, offset() + FrameHeader.FLG_OFFSET);
    int size = FrameHeader.size(flg);
    if (hi - lo < size) {
      need = size;
      return;
    }
    header = FrameHeader.read(input, lo, offset());
    if (observer != null) {
      observer.frame(offset(), header, input[lo + size - 1]);
    }
    requireDictionary();
    begin(header.blockSize().bytes(), header.linked() ? 2 * Lz4Block.HISTORY : 0);
    if (header.linked() && options.dictionary() != null && !isScan) {
      byte[] dictionary = options.dictionary().bytes();
      windowRoom(dictionary.length);
      System.arraycopy(dictionary, 0, window, 0, dictionary.length);
      outLo = dictionary.length;
      outHi = dictionary.length;
    }
    lo += size;
    next(State.WORD, WORD_SIZE);
  }

  private void requireDictionary() {
    long id = header.dictionaryId();
    if (id == FrameHeader.ABSENT || isScan) {
      return;
    }
    long at = offset() + header.size() - 1 - WORD_SIZE;
    if (options.dictionary() == null) {
      throw new UnsupportedFormatException(
          FORMAT, at, "needs the dictionary " + hex((int) id) + ": give it in the read options");
    }
    if (options.dictionaryId() != 0 && options.dictionaryId() != id) {
      throw new UnsupportedFormatException(
          FORMAT,
          at,
          "needs the dictionary %s, but got %s"
              .formatted(hex((int) id), hex((int) options.dictionaryId())));
    }
  }

  private void beginLegacy() {
    header = null;
    begin(FrameLayout.LEGACY_BLOCK_MAX, 0);
    if (observer != null) {
      observer.legacyFrame(offset());
    }
    lo += WORD_SIZE;
    next(State.LEGACY_SIZE, WORD_SIZE);
  }

  /** Starts a frame; its block size is a claim that the limits must allow. */
  private void begin(int max, int history) {
    long memory = (header == null ? FrameLayout.LEGACY_SIZE_MAX : max) + (long) max + history;
    if (memory > options.limits().memoryMax() && !isScan) {
      throw corrupt(
          offset(),
          "a frame that needs at most " + options.limits().memoryMax() + " bytes of memory",
          "one that needs " + memory);
    }
    frames++;
    blockMax = max;
    frameSize = 0;
    contentHash.reset();
    historyLo = 0;
    outLo = 0;
    outHi = 0;
  }

  private void word() {
    blockWord = getWord(input, lo);
    if (blockWord == FrameLayout.END_MARK) {
      endMark();
      return;
    }
    int size = FrameLayout.dataSize(blockWord);
    if (size > blockMax) {
      throw corrupt(offset(), "a block of at most " + blockMax + " bytes", size + " bytes");
    }
    beginBlock(size, header.blockChecksumSize());
  }

  private void beginBlock(int size, int checksumSize) {
    if (isScan) {
      if (observer != null) {
        observer.block(
            offset(), blockWord, checksumSize, FrameLayout.isStored(blockWord) ? size : -1);
      }
      lo += WORD_SIZE;
      beginSkip(size + checksumSize, header == null ? State.LEGACY_SIZE : State.WORD);
    } else {
      lo += WORD_SIZE;
      next(State.BLOCK, size + checksumSize);
    }
  }

  private void endMark() {
    if (header.knowsContentSize() && frameSize != header.contentSize() && !isScan) {
      throw corrupt(
          offset(), "a content of " + header.contentSize() + " bytes", frameSize + " bytes");
    }
    if (observer != null) {
      observer.endMark(offset());
    }
    lo += WORD_SIZE;
    if (header.contentChecksum()) {
      next(State.CONTENT_CHECKSUM, WORD_SIZE);
    } else {
      endFrame();
    }
  }

  private void contentChecksum() {
    int found = getWord(input, lo);
    int expected = (int) contentHash.getValue();
    if (options.verifyChecksums() && found != expected && !isScan) {
      throw corrupt(offset(), "content checksum " + hex(expected), hex(found));
    }
    if (observer != null) {
      observer.contentChecksum(offset(), found);
    }
    lo += WORD_SIZE;
    endFrame();
  }

  private void endFrame() {
    if (observer != null) {
      observer.endFrame(offset());
    }
    next(options.firstFrameOnly() ? State.DONE : State.MAGIC, WORD_SIZE);
  }

  private void legacySize() {
    blockWord = getWord(input, lo);
    if (FrameLayout.endsLegacy(blockWord)) {
      endFrame();
      return;
    }
    if (blockWord == 0) {
      throw corrupt(offset(), "a legacy block of at least 1 byte", "0 bytes");
    }
    beginBlock(blockWord, 0);
  }

  private void skipSize() {
    long size = Integer.toUnsignedLong(getWord(input, lo + WORD_SIZE));
    if (observer != null) {
      observer.skippableFrame(offset(), getWord(input, lo), size);
    }
    frames++;
    lo += 2 * WORD_SIZE;
    beginSkip(size, State.MAGIC);
  }

  private void skip() {
    int count = (int) Math.min(hi - lo, skipLeft);
    lo += count;
    skipLeft -= count;
    endSkip();
  }

  private void beginSkip(long size, State after) {
    skipLeft = size;
    afterSkip = after;
    next(State.SKIP, 1);
    endSkip();
  }

  private void endSkip() {
    if (skipLeft == 0) {
      if (afterSkip == State.MAGIC && observer != null) {
        observer.endFrame(offset());
      }
      next(afterSkip, WORD_SIZE);
    }
  }

  /** Decodes a block; returns what went straight to the array, the rest is in the window. */
  private int block(byte[] to, int offset, int room) {
    int size = FrameLayout.dataSize(blockWord);
    boolean isStored = FrameLayout.isStored(blockWord);
    int sizeMax = isStored ? size : (int) Math.min(blockMax, EXPANSION_MAX * size);
    if (header != null && header.blockChecksum() && options.verifyChecksums()) {
      blockChecksum(size);
    }
    boolean isLinked = isLinked();
    boolean direct = !isLinked && sizeMax <= room && room > 0;
    byte[] target = direct ? to : windowRoom(sizeMax);
    int at = direct ? offset : outHi;
    int history = history();
    int produced = isStored ? size : decompress(size, target, at, sizeMax, history);
    if (isStored) {
      System.arraycopy(input, lo, target, at, size);
    }
    count(produced);
    if (header != null && header.contentChecksum() && options.verifyChecksums()) {
      contentHash.update(target, at, produced);
    }
    if (observer != null) {
      observer.block(offset() - WORD_SIZE, blockWord, need - size, produced);
    }
    lo += need;
    next(header == null ? State.LEGACY_SIZE : State.WORD, WORD_SIZE);
    if (direct) {
      return produced;
    }
    outLo = at;
    outHi = at + produced;
    return 0;
  }

  private void blockChecksum(int size) {
    int expected = XxHash32.hash(input, lo, size, 0);
    int found = getWord(input, lo + size);
    if (expected != found) {
      throw corrupt(offset() + size, "block checksum " + hex(expected), hex(found));
    }
  }

  private int decompress(int size, byte[] to, int at, int room, int history) {
    boolean isAlone = header != null && !header.linked();
    try {
      return (isAlone ? blocksAfterDictionary : blocks)
          .decompressAfter(input, lo, size, to, at, room, history);
    } catch (CorruptDataException e) {
      throw corrupt(offset() + e.offset(), e.expected(), e.found());
    }
  }

  /** Counts the plain bytes of a block before anybody gets to see them. */
  private void count(int produced) {
    if (header != null
        && header.knowsContentSize()
        && produced > header.contentSize() - frameSize) {
      throw corrupt(
          offset() - WORD_SIZE,
          "a content of " + header.contentSize() + " bytes",
          "at least " + (frameSize + produced));
    }
    if (produced > options.limits().outputMax() - total) {
      throw corrupt(
          offset() - WORD_SIZE,
          "at most " + options.limits().outputMax() + " plain bytes, as the limits allow",
          "more");
    }
    frameSize += produced;
    total += produced;
  }

  /** The window, with room for so many bytes behind {@code outHi}; everything is handed out. */
  private byte[] windowRoom(int room) {
    boolean isLinked = isLinked();
    int history = history();
    if (!isLinked || outHi + room > window.length) {
      byte[] from = window;
      if (history + room > window.length) {
        int sizeMax = blockMax + (isLinked ? 2 * Lz4Block.HISTORY : 0);
        window = new byte[Math.min(sizeMax, Math.max(history + room, 2 * window.length))];
      }
      System.arraycopy(from, outHi - history, window, 0, history);
      historyLo = 0;
      outLo = history;
      outHi = history;
    }
    return window;
  }

  private boolean isLinked() {
    return header != null && header.linked();
  }

  /** Plain bytes before {@code outHi} that a block may refer to. */
  private int history() {
    return isLinked() ? Math.min(outHi - historyLo, Lz4Block.HISTORY) : 0;
  }

  private void next(State newState, int newNeed) {
    state = newState;
    need = newNeed;
  }

  /** Offset of the next input byte in the stream. */
  private long offset() {
    return base + lo;
  }

  private void fail(CorruptDataException e) {
    failure = e;
    throw e;
  }

  private static CorruptDataException corrupt(long offset, String expected, String found) {
    return new CorruptDataException(FORMAT, offset, expected, found);
  }
}
