package holdfast.wksp;

import holdfast.CorruptDataException;
import holdfast.UnsupportedFormatException;
import holdfast.checkpt.FrameStyle;
import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The beginning of a checkpoint of style 1: numbers as {@link Svw} writes them, then texts, each a
 * number that tells its size and the bytes.
 *
 * <pre>{@code
 * magic style seed part_max data_max wallclock app_id thread_id host_id cpu_id group_id tid user_id
 * name app thread host cpu group user binfo uinfo
 *
 * then for each allocation, ascending:  tag gaddr_lo size  bytes    and a tag of 0 at the end
 * }</pre>
 */
final class V1Header {
  static final int STYLE = 1;

  /** Numbers before the texts. */
  static final int NUMBERS = 13;

  static final int WALLCLOCK = 5;
  static final int IDS = 6;

  /** Texts, the name first. */
  static final int TEXTS = 9;

  /** What every file of this style begins with: the magic in nine bytes, and 1. */
  private static final byte[] BEGINNING = beginning();

  private V1Header() {}

  private static byte[] beginning() {
    byte[] bytes = new byte[Svw.SIZE_MAX + 1];
    Svw.put(bytes, 0, WkspHeader.MAGIC);
    Svw.put(bytes, Svw.SIZE_MAX, STYLE);
    return bytes;
  }

  static String format() {
    return CkptMeta.format(STYLE);
  }

  static int textMax(int i) {
    return i < TEXTS - 2 ? CkptInfo.NAME_SIZE_MAX - 1 : CkptInfo.INFO_SIZE_MAX - 1;
  }

  /** Whether a file that begins so claims to be of this format; the style may be another. */
  static boolean matches(MemorySegment head) {
    if (head.byteSize() <= Svw.SIZE_MAX) {
      return false;
    }
    for (int i = 0; i < Svw.SIZE_MAX; i++) {
      if (Mem.getByte(head, i) != BEGINNING[i]) {
        return false;
      }
    }
    return true;
  }

  /** Reads what the file is a checkpoint of from its beginning. */
  static CkptMeta read(MemorySegment head) {
    byte[] bytes = head.toArray(ValueLayout.JAVA_BYTE);
    long[] numbers = new long[NUMBERS + 1];
    int at = 0;
    for (int i = 0; i <= NUMBERS; i++) {
      if (at >= bytes.length || bytes.length - at < Svw.width(bytes[at])) {
        throw new CorruptDataException(format(), bytes.length, "a header", "the end of the file");
      }
      numbers[i] = Svw.get(bytes, at, format(), at);
      at += Svw.width(bytes[at]);
      check(numbers, i, at);
    }
    int length = (int) numbers[NUMBERS];
    if (bytes.length - at < length) {
      throw new CorruptDataException(format(), bytes.length, "a name", "the end of the file");
    }
    return meta(numbers, name(bytes, at, length));
  }

  /** Checks a number when it has been read. */
  static void check(long[] numbers, int i, long end) {
    if (i == 1 && numbers[i] != STYLE) {
      throw new UnsupportedFormatException(
          format(), Svw.SIZE_MAX, "style " + Long.toUnsignedString(numbers[i]) + " is not known");
    } else if (i == 2 && numbers[i] >>> Integer.SIZE != 0) {
      throw new CorruptDataException(
          format(), end, "a seed of 32 bits", Long.toUnsignedString(numbers[i]));
    } else if (i == 4) {
      CkptHeader.requireGeometry(format(), end, numbers[3], numbers[4]);
    } else if (i == NUMBERS && (numbers[i] < 1 || numbers[i] > WkspName.LENGTH_MAX)) {
      throw new CorruptDataException(
          format(), end, "a name of 1 to 39 bytes", Long.toUnsignedString(numbers[i]));
    }
  }

  static String name(byte[] bytes, int at, int length) {
    String name = new String(bytes, at, length, StandardCharsets.ISO_8859_1);
    if (!WkspName.isValid(name)) {
      throw new CorruptDataException(format(), at, "a name of 1 to 39 allowed characters", name);
    }
    return name;
  }

  static CkptMeta meta(long[] numbers, String name) {
    return new CkptMeta(STYLE, FrameStyle.RAW, (int) numbers[2], numbers[3], numbers[4], name);
  }

  /** Makes the header. */
  static byte[] make(CkptMeta meta, WkspCheckptInfo info) {
    long[] numbers = new long[NUMBERS];
    numbers[0] = WkspHeader.MAGIC;
    numbers[1] = STYLE;
    numbers[2] = Integer.toUnsignedLong(meta.seed());
    numbers[3] = meta.partMax();
    numbers[4] = meta.dataMax();
    numbers[WALLCLOCK] = info.wallclock();
    System.arraycopy(CkptInfo.ids(info), 0, numbers, IDS, CkptInfo.IDS);
    byte[][] texts = CkptInfo.texts(info, "");
    byte[] name = meta.name().getBytes(StandardCharsets.ISO_8859_1);
    int max = NUMBERS * Svw.SIZE_MAX + Svw.SIZE_MAX + name.length;
    for (byte[] text : texts) {
      max += Svw.SIZE_MAX + text.length;
    }
    byte[] bytes = new byte[max];
    int at = 0;
    for (long number : numbers) {
      at = Svw.put(bytes, at, number);
    }
    at = putText(bytes, at, name);
    for (int i = 0; i < texts.length; i++) {
      at = i == CkptInfo.PATH ? at : putText(bytes, at, texts[i]);
    }
    return Arrays.copyOf(bytes, at);
  }

  private static int putText(byte[] bytes, int at, byte[] text) {
    int begin = Svw.put(bytes, at, text.length);
    System.arraycopy(text, 0, bytes, begin, text.length);
    return begin + text.length;
  }
}
