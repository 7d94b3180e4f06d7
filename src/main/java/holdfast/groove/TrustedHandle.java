package holdfast.groove;

/**
 * A handle that believes who frees, see {@link Groove#trustedHandle(int)}: a free looks at the
 * header of the object alone, as long as the cache has room.
 */
final class TrustedHandle extends GrooveHandle {
  /** Reads and writes headers by their addresses. */
  private final boolean direct;

  TrustedHandle(Groove groove, int group, ObjectCache cache, GroupSlots slots) {
    super(groove, group, cache, slots);
    direct = DirectHeader.AVAILABLE && volumes.isNative();
  }

  @Override
  boolean isCachedHere(long header) {
    return true;
  }

  @Override
  void handOut(long header, long word, long tag) {
    if (DirectHeader.AVAILABLE && direct) {
      // In this order, as there.
      DirectHeader.word(address, header, word);
      DirectHeader.infoRelease(address, header, tag);
    } else {
      super.handOut(header, word, tag);
    }
  }

  @Override
  public boolean free(long offset) {
    long header = header(offset);
    if (Long.compareUnsigned(header, cache.head) >= 0) {
      return super.free(offset);
    }
    boolean direct = DirectHeader.AVAILABLE && this.direct;
    long word =
        direct ? DirectHeader.word(address, header) : ObjectHeader.wordPlain(volumes, header);
    long info = direct ? DirectHeader.info(address, header) : ObjectHeader.info(volumes, header);
    long[] words = this.words;
    int row = ObjectCache.row(ObjectHeader.sizeClass(word));
    int top = (int) words[row + ObjectCache.TOP];
    if (top >= (int) words[row + ObjectCache.END]
        || ObjectHeader.type(word) != ObjectHeader.HELD
        || ObjectHeader.isMark(info)) {
      return super.free(offset);
    }
    if (direct) {
      DirectHeader.info(address, header, mark);
    } else {
      ObjectHeader.info(volumes, header, mark);
    }
    words[top] = ObjectCache.entry(header, ObjectHeader.index(word));
    words[row + ObjectCache.TOP] = top + 1L;
    return true;
  }
}
