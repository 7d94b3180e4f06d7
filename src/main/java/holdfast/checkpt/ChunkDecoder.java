package holdfast.checkpt;

import holdfast.CorruptDataException;
import holdfast.internal.GlobalMemory;
import holdfast.internal.Mem;
import holdfast.lz4.Lz4Decompressor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Decodes the blocks of LZ4 frames.
 *
 * <p>A block refers to the 64 KiB of plain bytes before it, which have to lie just before the place
 * where it is decoded. Small buffers are decoded into a window and copied out; in a large one, each
 * chunk but the first finds its history in the buffer itself:
 *
 * <pre>{@code
 * window   [ older | history, 64 KiB | next chunk | ... ]     at the end the history moves to 0
 *
 * buffer   [ chunk 0: by way of the window ][ chunk 1 ][ chunk 2 ]...     straight to its place
 * }</pre>
 *
 * <p>When a buffer is done its last 64 KiB are copied into the window, so nothing of the caller's
 * is needed after the call. The window is wider than what any block of the original refers to, as
 * its own decoder's is: both accept the same blocks, but for blocks of another plain size than
 * asked for, which are refused here and shown with stale bytes there.
 *
 * <p>Where the codec reaches native memory the window is native, else it is an array.
 */
final class ChunkDecoder {
  private static final int HISTORY = 65_536;

  /** History, and three chunks before it has to move again. */
  private static final int WINDOW_SIZE = HISTORY + 3 * Block.PLAIN_MAX;

  private final Lz4Decompressor decompressor = Lz4Decompressor.create();

  /** The window as an array; null where it is native. */
  private final byte[] windowArray = GlobalMemory.AVAILABLE ? null : new byte[WINDOW_SIZE];

  private final MemorySegment window =
      windowArray == null ? memory(WINDOW_SIZE) : MemorySegment.ofArray(windowArray);

  /** A copy of a block that the codec cannot reach; null until there is one. */
  private MemorySegment staged;

  /** The same where the window is an array. */
  private byte[] stagedArray;

  /** End of the plain bytes in the window. */
  private int cursor;

  private static MemorySegment memory(int size) {
    return Arena.ofAuto().allocate(size, Long.BYTES);
  }

  /** Begins a frame. */
  void open() {
    cursor = 0;
  }

  /**
   * Decodes the blocks of one buffer.
   *
   * @throws CorruptDataException when they are damaged, of another size, or end before; the buffer
   *     then holds rubbish
   */
  void read(Input in, MemorySegment target, long size) throws IOException {
    byte[] array = null;
    boolean straight = false;
    if (size > Block.PLAIN_MAX) {
      array = GlobalMemory.AVAILABLE ? null : Input.arrayOf(target);
      straight = array != null || GlobalMemory.reaches(target);
    }
    long lo = 0;
    while (lo < size) {
      int chunk = (int) Math.min(Block.PLAIN_MAX, size - lo);
      if (straight && (lo > 0 || cursor == 0)) {
        decode(in, target, array, lo, chunk, lo > 0 ? HISTORY : 0);
      } else {
        int at = room(chunk);
        decode(in, window, windowArray, at, chunk, Math.min(at, HISTORY));
        Mem.copy(window, at, target, lo, chunk);
      }
      lo += chunk;
    }
    if (straight) {
      Mem.copy(target, size - HISTORY, window, 0, HISTORY);
      cursor = HISTORY;
    }
  }

  /** Decodes the blocks of one buffer and drops what they hold. */
  void skip(Input in, long size) throws IOException {
    for (long lo = 0; lo < size; lo += Block.PLAIN_MAX) {
      int chunk = (int) Math.min(Block.PLAIN_MAX, size - lo);
      int at = room(chunk);
      decode(in, window, windowArray, at, chunk, Math.min(at, HISTORY));
    }
  }

  /** Gets room behind the history in the window. */
  private int room(int chunk) {
    if (chunk > WINDOW_SIZE - cursor) {
      Mem.copy(window, cursor - HISTORY, window, 0, HISTORY);
      cursor = HISTORY;
    }
    int at = cursor;
    cursor += chunk;
    return at;
  }

  /**
   * Decodes a block into a segment, or into the array behind it when there is one. Too long to be
   * inlined, and that is as well: a copy of it in each caller costs compiling and gains nothing.
   */
  private void decode(
      Input in, MemorySegment to, byte[] toArray, long toOffset, int plain, int history)
      throws IOException {
    long start = in.offset();
    int ready = in.peek(Block.STORED_MIN);
    if (ready < Block.STORED_MIN) {
      throw Input.ended(start + ready, Block.STORED_MIN - ready);
    }
    int packed = Block.size(in.memory(), in.position());
    int stored = Block.DATA_OFFSET + packed;
    if (stored < Block.STORED_MIN || stored > Block.storedMax(plain)) {
      throw new CorruptDataException(
          Input.FORMAT,
          start,
          "a block of 1 to " + (Block.storedMax(plain) - Block.DATA_OFFSET) + " bytes",
          String.valueOf(packed));
    }
    ready = in.peek(stored);
    if (ready < stored) {
      throw Input.ended(start + ready, stored - ready);
    }
    int produced;
    try {
      if (toArray != null) {
        int at = (int) (to.address() + toOffset);
        produced = decode(in, packed, toArray, at, plain, history);
      } else {
        MemorySegment from = in.memory();
        long fromOffset = in.position() + Block.DATA_OFFSET;
        if (!GlobalMemory.reaches(from)) {
          if (staged == null) {
            staged = memory(Block.STORED_MAX);
          }
          Mem.copy(from, fromOffset, staged, 0, packed);
          from = staged;
          fromOffset = 0;
        }
        produced =
            decompressor.decompressAfter(from, fromOffset, packed, to, toOffset, plain, history);
      }
    } catch (CorruptDataException e) {
      throw new CorruptDataException(
          Input.FORMAT, start + Block.DATA_OFFSET + e.offset(), e.expected(), e.found());
    }
    if (produced != plain) {
      throw new CorruptDataException(
          Input.FORMAT, start, "a block of " + plain + " plain bytes", "one of " + produced);
    }
    in.take(stored);
  }

  private int decode(Input in, int packed, byte[] to, int toOffset, int plain, int history) {
    byte[] from = in.array();
    long fromOffset = in.memory().address() + in.position() + Block.DATA_OFFSET;
    if (from == null) {
      if (stagedArray == null) {
        stagedArray = new byte[Block.STORED_MAX];
      }
      from = stagedArray;
      Mem.getBytes(in.memory(), in.position() + Block.DATA_OFFSET, from, 0, packed);
      fromOffset = 0;
    }
    return decompressor.decompressAfter(
        from, (int) fromOffset, packed, to, toOffset, plain, history);
  }
}
