package holdfast.wksp;

import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The second frame of a checkpoint of style 2: who made it, when, where, why.
 *
 * <pre>{@code
 * byte 0      8           16      24        32     40    48      56    64      72                144
 *      +------+-----------+-------+---------+------+-----+-------+-----+-------+----- - - -------+------ - -
 *      | mode | wallclock |app_id |thread_id|host  |cpu  |group  | tid |user   | 9 sizes of texts| 9 texts
 *      +------+-----------+-------+---------+------+-----+-------+-----+-------+----- - - -------+------ - -
 *      texts end in a zero, which their sizes count: app thread host cpu group user path binfo uinfo
 * }</pre>
 *
 * <p>Two buffers: the 144 bytes, and all texts.
 */
final class CkptInfo {
  static final long MODE_OFFSET = 0;
  static final long WALLCLOCK_OFFSET = MODE_OFFSET + Long.BYTES;
  static final long IDS_OFFSET = WALLCLOCK_OFFSET + Long.BYTES;
  static final int IDS = 7;
  static final long SIZES_OFFSET = IDS_OFFSET + IDS * Long.BYTES;
  static final int TEXTS = 9;
  static final long FOOTPRINT = SIZES_OFFSET + TEXTS * Long.BYTES; // 144

  /** Largest size of a name, its zero included. */
  static final int NAME_SIZE_MAX = 40;

  static final int PATH_SIZE_MAX = 4096;

  /** Largest size of the last two texts, their zeros included. */
  static final int INFO_SIZE_MAX = 16_384;

  /** Index of the path among the texts. */
  static final int PATH = 6;

  private static final int[] SIZE_MAX = {
    NAME_SIZE_MAX,
    NAME_SIZE_MAX,
    NAME_SIZE_MAX,
    NAME_SIZE_MAX,
    NAME_SIZE_MAX,
    NAME_SIZE_MAX,
    PATH_SIZE_MAX,
    INFO_SIZE_MAX,
    INFO_SIZE_MAX
  };

  private CkptInfo() {}

  /** The texts as bytes, without zeros, in the order of the file. */
  static byte[][] texts(WkspCheckptInfo info, String path) {
    String[] texts = {
      info.app(),
      info.thread(),
      info.host(),
      info.cpu(),
      info.group(),
      info.user(),
      info.path() == null ? path : info.path(),
      info.buildInfo(),
      info.userInfo()
    };
    byte[][] bytes = new byte[TEXTS][];
    for (int i = 0; i < TEXTS; i++) {
      bytes[i] = texts[i].getBytes(StandardCharsets.UTF_8);
      if (bytes[i].length >= SIZE_MAX[i]) {
        bytes[i] = Arrays.copyOf(bytes[i], SIZE_MAX[i] - 1);
      }
    }
    return bytes;
  }

  static long[] ids(WkspCheckptInfo info) {
    return new long[] {
      info.appId(),
      info.threadId(),
      info.hostId(),
      info.cpuId(),
      info.groupId(),
      info.tid(),
      info.userId()
    };
  }

  /** Makes the first buffer. */
  static void put(MemorySegment mem, WkspCheckptInfo info, byte[][] texts) {
    Mem.putLong(mem, MODE_OFFSET, info.mode());
    Mem.putLong(mem, WALLCLOCK_OFFSET, info.wallclock());
    long[] ids = ids(info);
    for (int i = 0; i < IDS; i++) {
      Mem.putLong(mem, IDS_OFFSET + (long) i * Long.BYTES, ids[i]);
    }
    for (int i = 0; i < TEXTS; i++) {
      Mem.putLong(mem, SIZES_OFFSET + (long) i * Long.BYTES, texts[i].length + 1);
    }
  }

  /** Makes the second buffer. */
  static byte[] join(byte[][] texts) {
    int size = Arrays.stream(texts).mapToInt(text -> text.length + 1).sum();
    byte[] joined = new byte[size];
    int at = 0;
    for (byte[] text : texts) {
      System.arraycopy(text, 0, joined, at, text.length);
      at += text.length + 1;
    }
    return joined;
  }

  /**
   * Checks the first buffer; returns the size of the second.
   *
   * @param at where the frame begins, for errors
   */
  static int textsSize(MemorySegment mem, long at) {
    long sum = 0;
    for (int i = 0; i < TEXTS; i++) {
      long size = Mem.getLong(mem, SIZES_OFFSET + (long) i * Long.BYTES);
      if (size < 1 || size > SIZE_MAX[i]) {
        throw CkptHeader.corrupt(
            at, "text " + i + " of 1 to " + SIZE_MAX[i] + " bytes", Long.toUnsignedString(size));
      }
      sum += size;
    }
    return (int) sum; // at most 6 * 40 + 4096 + 2 * 16384
  }

  /** Checks the second buffer and puts both together. */
  static WkspCheckptInfo read(MemorySegment mem, byte[] joined, long at) {
    String[] texts = new String[TEXTS];
    int lo = 0;
    for (int i = 0; i < TEXTS; i++) {
      int hi = lo + (int) Mem.getLong(mem, SIZES_OFFSET + (long) i * Long.BYTES) - 1;
      for (int k = lo; k <= hi; k++) {
        if ((joined[k] == 0) != (k == hi)) {
          throw CkptHeader.corrupt(
              at, "text " + i + " of " + (hi - lo) + " bytes", "a zero elsewhere");
        }
      }
      texts[i] = text(joined, lo, hi);
      lo = hi + 1;
    }
    long[] ids = new long[IDS];
    for (int i = 0; i < IDS; i++) {
      ids[i] = Mem.getLong(mem, IDS_OFFSET + (long) i * Long.BYTES);
    }
    return make(Mem.getLong(mem, MODE_OFFSET), Mem.getLong(mem, WALLCLOCK_OFFSET), ids, texts);
  }

  /** Text of bytes: UTF-8, or, where they are not, ASCII with question marks. */
  static String text(byte[] bytes, int lo, int hi) {
    String text = new String(bytes, lo, hi - lo, StandardCharsets.UTF_8);
    // What is no UTF-8 grows when it is decoded; a question mark for each byte above 127 does not.
    return text.getBytes(StandardCharsets.UTF_8).length == hi - lo
        ? text
        : new String(bytes, lo, hi - lo, StandardCharsets.US_ASCII).replace('\uFFFD', '?');
  }

  static WkspCheckptInfo make(long mode, long wallclock, long[] ids, String[] texts) {
    return new WkspCheckptInfo(
        mode, wallclock, ids[0], ids[1], ids[2], ids[3], ids[4], ids[5], ids[6], texts[0], texts[1],
        texts[2], texts[3], texts[4], texts[5], texts[6], texts[7], texts[8]);
  }
}
