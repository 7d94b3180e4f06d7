package holdfast.lz4;

import static holdfast.lz4.FrameLayout.FORMAT;
import static holdfast.lz4.FrameLayout.WORD_SIZE;
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
 * where every call throws what was found. A scan goes to SKIP in place of BLOCK.
 * }</pre>
 *
 * <p>The caller brings input, {@link #room} bytes or fewer at a time, and takes output with {@link
 * #decode}, which gives 0 when more input is wanted. A state acts when all bytes that it needs lie
 * in the input, so they are kept nowhere else. A block is decoded from there straight into the
 * caller's array if that is large enough for whatever the block may hold, else into the window;
 * linked blocks always go through the window, which keeps the history.
 *
 * <p>Both arrays grow with the bytes that really came: the input at most doubles, the window is at
 * most 255 times the size of a block. Neither grows beyond what the header's block size justifies,
 * and a frame whose block size justifies more than the memory limit is refused.
 */
final class FrameDecoder {
  /** Is told what stands where. Offsets are those of the stream. */
  interface Observer {
    default void frame(long offset, FrameHeader header, byte headerChecksum) {}

    default void legacyFrame(long offset) {}

    default void skippableFrame(long offset, int magic, long size) {}

    /** {@code plainSize} is -1 in a scan, unless the block is stored. */
    default void block(long offset, int word, int checksumSize, int plainSize) {}

    default void endMark(long offset) {}

    default void contentChecksum(long offset, int checksum) {}

    /** The frame begun last ends before this offset. */
    default void endFrame(long offset) {}
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

  private static final Observer NOBODY = new Observer() {};

  /** What is read at least when reading ahead does no harm. */
  private static final int READ_AHEAD = 8 << 10;

  /** No byte of a block stands for more plain bytes. */
  private static final long EXPANSION_MAX = 255;

  private static final byte[] NOTHING = {};

  private final Lz4FrameReadOptions options;
  private final Observer observer;

  /** Whether blocks are only walked over. */
  private final boolean isScan;

  private final boolean verifies;
  private final XxHash32 contentHash = new XxHash32();
  private final Lz4Decompressor blocks;
  private final Lz4Decompressor blocksAfterDictionary;
  private final FrameInput input;
  private final FrameWindow window = new FrameWindow();
  private State state = State.MAGIC;
  private RuntimeException failure;

  /** Bytes that the state needs before it can act. */
  private int need = WORD_SIZE;

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
    this(options, new FrameInput(), NOBODY, false);
  }

  /** A decoder over an input that is all there. */
  FrameDecoder(Lz4FrameReadOptions options, byte[] whole, int offset, int size) {
    this(options, new FrameInput(whole, offset, size), NOBODY, false);
  }

  /** A decoder, or with {@code isScan} one that gives no output, that tells what stands where. */
  FrameDecoder(Lz4FrameReadOptions options, Observer observer, boolean isScan) {
    this(options, new FrameInput(), observer, isScan);
  }

  private FrameDecoder(
      Lz4FrameReadOptions options, FrameInput input, Observer observer, boolean isScan) {
    this.options = options;
    this.input = input;
    this.observer = observer;
    this.isScan = isScan;
    this.verifies = options.verifyChecksums() && !isScan;
    this.blocks = Lz4Decompressor.within(options.limits());
    this.blocksAfterDictionary =
        options.dictionary() == null ? blocks : blocks.withDictionary(options.dictionary().bytes());
  }

  /** Where the caller puts input, and what was put there so far. */
  FrameInput input() {
    return input;
  }

  /**
   * Makes room in the input and says how many bytes would be best next; fewer, down to one, are
   * fine too. 0 when nothing more is wanted.
   */
  int room() {
    if (state == State.DONE || failure != null) {
      return 0;
    }
    int wanted = need - input.have();
    if (state == State.BLOCK) {
      // Each block is followed by a word, so that one read can bring both.
      wanted += WORD_SIZE;
    }
    return input.room(options.firstFrameOnly() ? wanted : Math.max(wanted, READ_AHEAD));
  }

  /** How many of the next input bytes nobody needs to see. */
  long skippable() {
    return state == State.SKIP && input.have() == 0 ? skipLeft : 0;
  }

  /** Takes note of input bytes that were not brought at all. */
  void skipped(long size) {
    input.skipped(size);
    skipLeft -= size;
    endSkip();
  }

  /**
   * Tells that no more input will come.
   *
   * @throws CorruptDataException unless the input ends behind a frame
   */
  void finish() {
    if (failure != null || state == State.DONE) {
      return;
    }
    if (state == State.LEGACY_SIZE && input.have() == 0) {
      endFrame();
    }
    if (state != State.MAGIC || frames == 0) {
      failure = corrupt(input.endOffset(), missing(), "the end of the input");
    } else if (input.have() != 0) {
      failure = corrupt(offset(), "a frame or the end of the input", input.have() + " bytes");
    }
    if (failure != null) {
      throw failure;
    }
  }

  private String missing() {
    return switch (state) {
      case MAGIC -> "a frame";
      case HEADER -> "the rest of a frame header";
      case WORD -> "a block or the end mark";
      case BLOCK -> "the rest of a block";
      case CONTENT_CHECKSUM -> "the content checksum";
      case SKIP_SIZE -> "the size of a skippable frame";
      case SKIP -> skipLeft + " bytes to skip";
      case LEGACY_SIZE -> "the size of a legacy block";
      case DONE -> throw new AssertionError(state);
    };
  }

  /** Plain bytes decoded so far, over all frames. */
  long total() {
    return total;
  }

  /** Plain bytes that can be taken without more input. */
  int ready() {
    return window.ready();
  }

  /**
   * Hands out plain bytes. What lies behind them in the range may be overwritten too.
   *
   * @param size at least 1
   * @return how many; 0 when more input is wanted or everything is done
   */
  int decode(byte[] to, int offset, int size) {
    int direct = window.ready() > 0 ? 0 : advance(to, offset, size);
    if (direct > 0) {
      return direct;
    }
    int count = Math.min(size, window.ready());
    System.arraycopy(window.bytes(), window.lo(), to, offset, count);
    window.take(count);
    return count;
  }

  /** Hands out plain bytes to the room of a buffer. */
  int decode(ByteBuffer to) {
    if (to.hasArray()) {
      int count = decode(to.array(), to.arrayOffset() + to.position(), to.remaining());
      to.position(to.position() + count);
      return count;
    }
    if (window.ready() == 0) {
      advance(NOTHING, 0, 0);
    }
    int count = Math.min(to.remaining(), window.ready());
    to.put(window.bytes(), window.lo(), count);
    window.take(count);
    return count;
  }

  /** Hands out all plain bytes of a block. */
  int decode(OutputStream to) throws IOException {
    if (window.ready() == 0) {
      advance(NOTHING, 0, 0);
    }
    int count = window.ready();
    to.write(window.bytes(), window.lo(), count);
    window.take(count);
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
      int direct = 0;
      while (direct == 0 && window.ready() == 0 && input.have() >= need && state != State.DONE) {
        switch (state) {
          case MAGIC -> magic();
          case HEADER -> header();
          case WORD -> word();
          case BLOCK -> direct = block(to, offset, size);
          case CONTENT_CHECKSUM -> contentChecksum();
          case SKIP_SIZE -> skipSize();
          case SKIP -> skip();
          case LEGACY_SIZE -> legacySize();
          case DONE -> throw new AssertionError(state);
        }
      }
      return direct;
    } catch (CorruptDataException | UnsupportedFormatException e) {
      failure = e;
      throw e;
    }
  }

  private void magic() {
    int magic = input.word(0);
    // The magic stays: header and size are read together with it.
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
    int flg = input.bytes()[input.lo() + FrameHeader.FLG_OFFSET];
    FrameHeader.checkFlg(flg, offset() + FrameHeader.FLG_OFFSET);
    int size = FrameHeader.size(flg);
    if (input.have() < size) {
      need = size;
      return;
    }
    header = FrameHeader.read(input.bytes(), input.lo(), offset());
    observer.frame(offset(), header, input.bytes()[input.lo() + size - 1]);
    if (!isScan) {
      requireDictionary();
    }
    begin(header.blockSize().bytes(), header.blockSize().bytes(), header.linked());
    if (header.linked() && options.dictionary() != null) {
      window.addHistory(options.dictionary().bytes());
    }
    input.use(size);
    next(State.WORD, WORD_SIZE);
  }

  private void requireDictionary() {
    long id = header.dictionaryId();
    if (id == FrameHeader.ABSENT) {
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
    begin(FrameLayout.LEGACY_BLOCK_MAX, FrameLayout.LEGACY_SIZE_MAX, false);
    observer.legacyFrame(offset());
    input.use(WORD_SIZE);
    next(State.LEGACY_SIZE, WORD_SIZE);
  }

  /** Starts a frame; its block size is a claim that the limits must allow. */
  private void begin(int plainMax, int dataMax, boolean isLinked) {
    long memory = (long) plainMax + dataMax + (isLinked ? FrameWindow.LINKED_EXTRA : 0);
    if (memory > options.limits().memoryMax() && !isScan) {
      throw corrupt(
          offset(),
          "a frame that needs at most " + options.limits().memoryMax() + " bytes of memory",
          "one that needs " + memory);
    }
    frames++;
    blockMax = plainMax;
    frameSize = 0;
    contentHash.reset();
    window.begin(isLinked, plainMax);
  }

  private void word() {
    blockWord = input.word(0);
    if (blockWord == FrameLayout.END_MARK) {
      endMark();
      return;
    }
    int size = FrameLayout.dataSize(blockWord);
    if (size > blockMax) {
      throw corrupt(offset(), "a block of at most " + blockMax + " bytes", size + " bytes");
    }
    beginBlock(size, header.blockChecksumSize(), State.WORD);
  }

  private void legacySize() {
    blockWord = input.word(0);
    if (FrameLayout.endsLegacy(blockWord)) {
      endFrame();
    } else if (blockWord == 0) {
      throw corrupt(offset(), "a legacy block of at least 1 byte", "0 bytes");
    } else {
      beginBlock(blockWord, 0, State.LEGACY_SIZE);
    }
  }

  private void beginBlock(int size, int checksumSize, State after) {
    if (isScan) {
      int plainSize = FrameLayout.isStored(blockWord) ? size : -1;
      observer.block(offset(), blockWord, checksumSize, plainSize);
      input.use(WORD_SIZE);
      beginSkip(size + checksumSize, after);
    } else {
      input.use(WORD_SIZE);
      next(State.BLOCK, size + checksumSize);
    }
  }

  private void endMark() {
    boolean isWrong = header.knowsContentSize() && frameSize != header.contentSize();
    if (isWrong && !isScan) {
      throw corrupt(
          offset(), "a content of " + header.contentSize() + " bytes", frameSize + " bytes");
    }
    observer.endMark(offset());
    input.use(WORD_SIZE);
    if (header.contentChecksum()) {
      next(State.CONTENT_CHECKSUM, WORD_SIZE);
    } else {
      endFrame();
    }
  }

  private void contentChecksum() {
    int found = input.word(0);
    int expected = (int) contentHash.getValue();
    if (verifies && found != expected) {
      throw corrupt(offset(), "content checksum " + hex(expected), hex(found));
    }
    observer.contentChecksum(offset(), found);
    input.use(WORD_SIZE);
    endFrame();
  }

  private void endFrame() {
    observer.endFrame(offset());
    next(options.firstFrameOnly() ? State.DONE : State.MAGIC, WORD_SIZE);
  }

  private void skipSize() {
    long size = Integer.toUnsignedLong(input.word(WORD_SIZE));
    observer.skippableFrame(offset(), input.word(0), size);
    frames++;
    input.use(2 * WORD_SIZE);
    beginSkip(size, State.MAGIC);
  }

  private void beginSkip(long size, State after) {
    skipLeft = size;
    afterSkip = after;
    next(State.SKIP, 1);
    endSkip();
  }

  private void skip() {
    int count = (int) Math.min(input.have(), skipLeft);
    input.use(count);
    skipLeft -= count;
    endSkip();
  }

  private void endSkip() {
    if (skipLeft == 0) {
      if (afterSkip == State.MAGIC) {
        observer.endFrame(offset());
      }
      next(afterSkip, WORD_SIZE);
    }
  }

  /** Decodes a block; returns what went straight to the array, the rest is in the window. */
  private int block(byte[] to, int offset, int room) {
    int size = FrameLayout.dataSize(blockWord);
    boolean isStored = FrameLayout.isStored(blockWord);
    boolean isLinked = header != null && header.linked();
    if (verifies && need > size) {
      blockChecksum(size);
    }
    int sizeMax = isStored ? size : (int) Math.min(blockMax, EXPANSION_MAX * size);
    boolean isDirect = !isLinked && sizeMax <= room && room > 0;
    if (!isDirect) {
      window.makeRoom(sizeMax);
    }
    byte[] target = isDirect ? to : window.bytes();
    int at = isDirect ? offset : window.hi();
    int produced = isStored ? copy(size, target, at) : decompress(size, target, at, sizeMax);
    count(produced);
    if (verifies && header != null && header.contentChecksum()) {
      contentHash.update(target, at, produced);
    }
    observer.block(offset() - WORD_SIZE, blockWord, need - size, produced);
    input.use(need);
    next(header == null ? State.LEGACY_SIZE : State.WORD, WORD_SIZE);
    if (isDirect) {
      return produced;
    }
    window.added(produced);
    return 0;
  }

  private void blockChecksum(int size) {
    int expected = XxHash32.hash(input.bytes(), input.lo(), size, 0);
    int found = input.word(size);
    if (expected != found) {
      throw corrupt(offset() + size, "block checksum " + hex(expected), hex(found));
    }
  }

  private int copy(int size, byte[] to, int at) {
    System.arraycopy(input.bytes(), input.lo(), to, at, size);
    return size;
  }

  private int decompress(int size, byte[] to, int at, int room) {
    boolean isAlone = header != null && !header.linked();
    try {
      return (isAlone ? blocksAfterDictionary : blocks)
          .decompressAfter(input.bytes(), input.lo(), size, to, at, room, window.history());
    } catch (CorruptDataException e) {
      throw corrupt(offset() + e.offset(), e.expected(), e.found());
    }
  }

  /** Counts the plain bytes of a block before anybody gets to see them. */
  private void count(int produced) {
    long word = offset() - WORD_SIZE;
    if (header != null
        && header.knowsContentSize()
        && produced > header.contentSize() - frameSize) {
      throw corrupt(
          word,
          "a content of " + header.contentSize() + " bytes",
          "at least " + (frameSize + produced));
    }
    if (produced > options.limits().outputMax() - total) {
      throw corrupt(
          word,
          "at most " + options.limits().outputMax() + " plain bytes, as the limits allow",
          "more");
    }
    frameSize += produced;
    total += produced;
  }

  private void next(State newState, int newNeed) {
    state = newState;
    need = newNeed;
  }

  /** Offset of the next input byte in the stream. */
  private long offset() {
    return input.offset();
  }

  private static CorruptDataException corrupt(long offset, String expected, String found) {
    return new CorruptDataException(FORMAT, offset, expected, found);
  }
}
