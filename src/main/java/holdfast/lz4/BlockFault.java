package holdfast.lz4;

import static holdfast.lz4.Lz4Block.LAST_LITERALS;
import static holdfast.lz4.Lz4Block.LENGTH_MASK;
import static holdfast.lz4.Lz4Block.MATCH_MIN;
import static holdfast.lz4.Lz4Block.MATCH_START_MARGIN;

import holdfast.CorruptDataException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Tells what is wrong with a block that a decoder refused.
 *
 * <p>Decoders only say that they refuse, so that their loops stay small. This walks the same
 * sequences once more, without output, and stops at the first broken rule.
 */
final class BlockFault {
  private static final String FORMAT = "lz4 block";

  private final MemorySegment block;
  private final long size;
  private long position;

  private BlockFault(MemorySegment block) {
    this.block = block;
    this.size = block.byteSize();
  }

  /**
   * Finds the broken rule.
   *
   * @param block the refused block
   * @param capacity room for plain bytes
   * @param history plain bytes before the block that matches may reach
   * @param partial whether it was decoded in part
   * @return what to throw
   */
  static CorruptDataException explain(
      MemorySegment block, long capacity, long history, boolean partial) {
    return new BlockFault(block).walk(capacity, history, partial);
  }

  private CorruptDataException walk(long capacity, long history, boolean partial) {
    if (size == 0) {
      return fault(0, "a token", "the end of the block");
    }
    if (capacity == 0) {
      return fault(0, "the one byte 0 of an empty block", "a block of " + size + " bytes");
    }
    long produced = 0;
    while (position < size) {
      long start = position;
      int token = next();
      long literals = (long) token >>> 4;
      if (literals == LENGTH_MASK) {
        literals = length(literals, size - LENGTH_MASK);
        if (literals < 0) {
          return fault(position, "a literal length that ends inside the block", "its end");
        }
      }
      boolean last =
          literals > capacity - produced - MATCH_START_MARGIN
              || literals > size - position - (2 + 1 + LAST_LITERALS);
      if (last && !partial) {
        if (literals > size - position) {
          return fault(start, literals + " literals", (size - position) + " bytes");
        }
        if (literals > capacity - produced) {
          return fault(start, room(capacity, produced), literals + " literals");
        }
        return fault(
            position + literals,
            "the end of the block, or more than 8 bytes and room for 12",
            (size - position - literals)
                + " bytes and room for "
                + (capacity - produced - literals));
      }
      produced += literals;
      position += literals;
      if (position + 2 > size) {
        break;
      }
      long offsetAt = position;
      int offset = next() | next() << 8;
      long match = token & LENGTH_MASK;
      if (match == LENGTH_MASK) {
        match = length(match, size - LAST_LITERALS + 1);
        if (match < 0) {
          return fault(position, "a match length that ends before the last literals", "the end");
        }
      }
      match += MATCH_MIN;
      if (offset == 0 || offset > produced + history) {
        return fault(
            offsetAt, "an offset from 1 to " + (produced + history), String.valueOf(offset));
      }
      if (!partial && match > capacity - produced - LAST_LITERALS) {
        return fault(
            start, room(capacity, produced) + " and 5 last literals", "a match of " + match);
      }
      produced += match;
    }
    return fault(size, "a token", "the end of the block");
  }

  private static String room(long capacity, long produced) {
    return "at most " + (capacity - produced) + " bytes more";
  }

  private int next() {
    return block.get(ValueLayout.JAVA_BYTE, position++) & 0xff;
  }

  /** The length whose extension starts here; -1 when it runs into {@code limit}. */
  private long length(long start, long limit) {
    long length = start;
    int b;
    do {
      if (position >= limit) {
        return -1;
      }
      b = next();
      length += b;
    } while (b == 255);
    return length > Integer.MAX_VALUE - MATCH_MIN ? -1 : length;
  }

  private static CorruptDataException fault(long offset, String expected, String found) {
    return new CorruptDataException(FORMAT, offset, expected, found);
  }
}
