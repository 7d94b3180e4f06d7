package holdfast.groove;

import holdfast.CorruptDataException;
import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;

/**
 * The superblocks of a class that have free objects and no group that allocates from them: a
 * lock-free stack, linked through the info words.
 *
 * <pre>{@code
 * word   bits                    field
 *        0 .. log2(block)-1      version, low part   (9 bits for blocks of 512 bytes)
 *        .. 38 + log2(block)     offset of the top superblock, 0 for none
 *        the rest                version, high part  (16 bits for blocks of 512 bytes)
 * }</pre>
 *
 * <p>The version grows by one with each push and pop and has 25 bits in all. A popper that was
 * suspended between its read of the top's link and its compare-and-set must not succeed after
 * others took the top, gave it another link and put it back. The original has the low part alone;
 * there 512 operations suffice to fool it, which happens within seconds where threads are
 * preempted. The high part is ours as long as one process owns the state; {@link #normalise}
 * removes it at the end, and what is left is what the original would have written.
 */
final class InactiveStack {
  private InactiveStack() {}

  /** The top superblock in a stack word. */
  static long top(GrooveGeometry g, long word) {
    return word & ((1L << (39 + g.blockShift)) - 1) & -(long) g.blockSize();
  }

  /** The word after an operation that makes {@code top} the top. */
  static long next(GrooveGeometry g, long word, long top) {
    int low = g.blockShift;
    int high = 39 + g.blockShift;
    long version = ((word >>> high) << low) | (word & ((1L << low) - 1));
    version = (version + 1) & g.versionMask;
    return top | (version & ((1L << low) - 1)) | ((version >>> low) << high);
  }

  /** Puts a superblock on the stack at {@code stack}. The caller owns it and loses it. */
  static void push(Groove groove, long stack, long superblock) {
    MemorySegment state = groove.state;
    GrooveGeometry g = groove.geometry;
    MemorySegment volumes = groove.view.volumes;
    while (true) {
      long word = Mem.getLongAcquire(state, stack);
      ObjectHeader.info(volumes, superblock, top(g, word));
      // Publishes the link written above, and what this thread did to the superblock; pairs with
      // the acquire of pop.
      if (Mem.casLong(state, stack, word, next(g, word, superblock))) {
        return;
      }
    }
  }

  /**
   * Takes the top superblock; 0 when there is none. The caller owns it.
   *
   * @throws CorruptDataException when the stack leads outside the volumes; nothing changed
   */
  static long pop(Groove groove, long stack) {
    MemorySegment state = groove.state;
    GrooveGeometry g = groove.geometry;
    while (true) {
      long word = Mem.getLongAcquire(state, stack);
      long top = top(g, word);
      if (top == 0) {
        return 0;
      }
      // Read after the word: a superblock that is on the stack lies in a volume that is listed.
      View view = groove.view;
      if (!view.has(g, top)) {
        throw new CorruptDataException(
            "groove state", stack, "a superblock in one of the volumes", Groove.hex(top));
      }
      // Somebody may have popped it meanwhile and write there: then the CAS fails.
      long link = ObjectHeader.info(view.volumes, top);
      if (link != 0 && (!g.isBlock(link) || link >>> (39 + g.blockShift) != 0)) {
        if (Mem.getLongAcquire(state, stack) == word) {
          throw new CorruptDataException(
              "groove volume",
              top + ObjectHeader.INFO_OFFSET,
              "the offset of a superblock",
              Groove.hex(link));
        }
        continue;
      }
      // Acquires what the pusher did to the superblock.
      if (Mem.casLong(state, stack, word, next(g, word, link))) {
        return top;
      }
    }
  }

  /** What a process leaves behind that does not own the state any more. */
  static long normalise(GrooveGeometry g, long word) {
    return g.isStandard() ? word & ((1L << (39 + g.blockShift)) - 1) : word;
  }
}
