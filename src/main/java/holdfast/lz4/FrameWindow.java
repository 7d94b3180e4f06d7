package holdfast.lz4;

/**
 * Plain bytes that a decoder keeps: those that nobody has taken yet, and for linked blocks the
 * history before them.
 *
 * <pre>{@code
 * [ history | taken | ready | room ]
 *   historyLo       outLo   outHi
 * }</pre>
 *
 * <p>Grows with what blocks really can hold, and then stays.
 */
final class FrameWindow {
  /** History fits twice, so that it is not moved for every block. */
  static final int LINKED_EXTRA = 2 * Lz4Block.HISTORY;

  private byte[] bytes = {};
  private int historyLo;
  private int outLo;
  private int outHi;
  private boolean isLinked;
  private int sizeMax;

  /** Starts a frame without history. */
  void begin(boolean linked, int blockMax) {
    isLinked = linked;
    sizeMax = blockMax + (linked ? LINKED_EXTRA : 0);
    historyLo = 0;
    outLo = 0;
    outHi = 0;
  }

  /** Starts the history of linked blocks. */
  void addHistory(byte[] history) {
    makeRoom(history.length);
    System.arraycopy(history, 0, bytes, outHi, history.length);
    outHi += history.length;
    outLo = outHi;
  }

  byte[] bytes() {
    return bytes;
  }

  /** Where the room begins. */
  int hi() {
    return outHi;
  }

  /** Bytes before the room that a block may refer to. */
  int history() {
    return isLinked ? Math.min(outHi - historyLo, Lz4Block.HISTORY) : 0;
  }

  /** Makes room for a block, when everything is taken. */
  void makeRoom(int size) {
    if (isLinked && outHi + size <= bytes.length) {
      return;
    }
    int history = history();
    byte[] from = bytes;
    if (history + size > bytes.length) {
      bytes = new byte[Math.min(sizeMax, Math.max(history + size, 2 * bytes.length))];
    }
    System.arraycopy(from, outHi - history, bytes, 0, history);
    historyLo = 0;
    outLo = history;
    outHi = history;
  }

  /** Takes note of plain bytes that were put into the room. */
  void added(int size) {
    outHi += size;
  }

  int lo() {
    return outLo;
  }

  int ready() {
    return outHi - outLo;
  }

  void take(int size) {
    outLo += size;
  }
}
