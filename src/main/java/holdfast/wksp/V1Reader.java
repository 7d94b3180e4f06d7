package holdfast.wksp;

import holdfast.CorruptDataException;
import java.io.IOException;

/** Reads the header and the entries of a checkpoint of style 1 from wherever its bytes come. */
final class V1Reader {
  /** Where the bytes come from. */
  interface Source {
    /**
     * Takes bytes.
     *
     * @param count 1 to 16383
     * @return index of the first in {@link #bytes}
     * @throws CorruptDataException when there are fewer
     */
    int take(int count) throws IOException;

    /** Looks at the next byte without taking it. */
    byte peek() throws IOException;

    byte[] bytes();

    /** Bytes taken so far. */
    long position();
  }

  private final Source source;

  V1Reader(Source source) {
    this.source = source;
  }

  long number() throws IOException {
    long at = source.position();
    int width = Svw.width(source.peek());
    int i = source.take(width);
    return Svw.get(source.bytes(), i, V1Header.format(), at);
  }

  /** What the header says. */
  record Header(CkptMeta meta, WkspCheckptInfo info) {}

  Header header() throws IOException {
    long[] numbers = new long[V1Header.NUMBERS + 1];
    for (int i = 0; i < V1Header.NUMBERS; i++) {
      numbers[i] = number();
      if (i == 0 && numbers[i] != WkspHeader.MAGIC) {
        throw new CorruptDataException(
            V1Header.format(), 0, Region.hex(WkspHeader.MAGIC), Region.hex(numbers[i]));
      }
      V1Header.check(numbers, i, source.position());
    }
    String name = null;
    String[] texts = new String[CkptInfo.TEXTS];
    int t = 0;
    for (int i = 0; i < V1Header.TEXTS; i++) {
      long size = number();
      if (size < (i == 0 ? 1 : 0) || size > V1Header.textMax(i)) {
        throw new CorruptDataException(
            V1Header.format(),
            source.position(),
            "a text of at most " + V1Header.textMax(i) + " bytes",
            Long.toUnsignedString(size));
      }
      int at = size == 0 ? 0 : source.take((int) size);
      if (i == 0) {
        name = V1Header.name(source.bytes(), at, (int) size);
      } else {
        t += t == CkptInfo.PATH ? 1 : 0;
        // A zero inside is no text of the original's making, and shown as a blank.
        texts[t++] = CkptInfo.text(source.bytes(), at, at + (int) size).replace('\0', ' ');
      }
    }
    long[] ids = new long[CkptInfo.IDS];
    System.arraycopy(numbers, V1Header.IDS, ids, 0, CkptInfo.IDS);
    return new Header(
        V1Header.meta(numbers, name), CkptInfo.make(0, numbers[V1Header.WALLCLOCK], ids, texts));
  }

  /**
   * Reads what is before the bytes of an allocation.
   *
   * @return whether there is one; else that was the end
   */
  boolean entry(CkptMeta meta, Extents extents) throws IOException {
    long at = source.position();
    long tag = number();
    if (tag == 0) {
      return false;
    }
    long lo = number();
    long size = number();
    long hi = size < 0 || lo < 0 || lo > Long.MAX_VALUE - size ? -1 : lo + size;
    CkptFile.add(extents, meta, tag, lo, hi, at);
    return true;
  }
}
