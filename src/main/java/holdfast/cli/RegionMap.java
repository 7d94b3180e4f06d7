package holdfast.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A picture of a region of memory: what is used by whom, what is free, and how broken up that is.
 *
 * <pre>{@code
 * as text    0x0010480  AAAAAABBB..b.AAAA     a cell is a range of bytes, a letter the tag that has
 *            0x0050480  ................     most of it; small: less than half of it is used
 * as SVG     the same rows, each partition to scale in the colour of its tag
 * }</pre>
 */
final class RegionMap {
  private static final int COLUMNS = 64;
  private static final int ROWS_MAX = 16;

  /** Tags that get a letter and a colour; the others share one. */
  private static final int LETTERS = 26;

  private static final String SVG_START = "<svg";

  private static final char OTHER = '+';
  private static final char FREE = '.';

  /** Colours for the tags, in order of size; neighbours are easy to tell apart. */
  private static final String[] PALETTE = {
    "#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377", "#ee7733", "#117755"
  };

  private static final String OTHER_COLOUR = "#888888";
  private static final String FREE_COLOUR = "#eeeeee";

  /**
   * A range of bytes that is used.
   *
   * @param lo its first byte
   * @param hi one behind its last byte
   * @param tag whose it is
   */
  record Used(long lo, long hi, long tag) {}

  /** What belongs to one tag. */
  private static final class Share {
    private final long tag;
    private long count;
    private long bytes;
    private int rank;

    Share(long tag) {
      this.tag = tag;
    }

    char letter() {
      return rank < LETTERS ? (char) ('A' + rank) : OTHER;
    }

    String colour() {
      return rank < LETTERS ? PALETTE[rank % PALETTE.length] : OTHER_COLOUR;
    }
  }

  private final long lo;
  private final long hi;
  private final List<Used> used;
  private final Map<Long, Share> shares = new HashMap<>();
  private final List<Share> ranking;

  /**
   * Prepares a picture.
   *
   * @param lo first byte of the region
   * @param hi one behind its last byte
   * @param used what is used, in order of address, without overlaps
   */
  RegionMap(long lo, long hi, List<Used> used) {
    this.lo = lo;
    this.hi = hi;
    this.used = used;
    for (Used range : used) {
      Share share = shares.computeIfAbsent(range.tag(), Share::new);
      share.count++;
      share.bytes += range.hi() - range.lo();
    }
    ranking = new ArrayList<>(shares.values());
    ranking.sort(
        (a, b) ->
            a.bytes != b.bytes
                ? Long.compare(b.bytes, a.bytes)
                : Long.compareUnsigned(a.tag, b.tag));
    for (int i = 0; i < ranking.size(); i++) {
      ranking.get(i).rank = i;
    }
  }

  /** The picture as lines of text, with a legend. */
  String text() {
    StringBuilder text = new StringBuilder();
    long cell = cellSize();
    int next = 0;
    for (long row = lo; row < hi; row += cell * COLUMNS) {
      text.append(String.format(Locale.ROOT, "%#012x  ", row));
      for (long at = row; at < Math.min(hi, row + cell * COLUMNS); at += cell) {
        long end = Math.min(hi, at + cell);
        while (next < used.size() && used.get(next).hi() <= at) {
          next++;
        }
        text.append(letter(next, at, end));
      }
      text.append('\n');
    }
    text.append("one cell: ").append(Numbers.size(cell)).append('\n');
    return text.append(legend()).toString();
  }

  /** Bytes of a cell, so that there are at most {@link #ROWS_MAX} rows. */
  private long cellSize() {
    return Math.max(1, Math.ceilDiv(hi - lo, (long) COLUMNS * ROWS_MAX));
  }

  /** The cell [at, end), where the first range that may reach into it is number {@code first}. */
  private char letter(int first, long at, long end) {
    Map<Share, Long> inside = new HashMap<>();
    long sum = 0;
    Share most = null;
    for (int i = first; i < used.size() && used.get(i).lo() < end; i++) {
      Used range = used.get(i);
      Share share = shares.get(range.tag());
      long bytes = Math.min(end, range.hi()) - Math.max(at, range.lo());
      long all = inside.merge(share, bytes, Long::sum);
      if (most == null || all > inside.get(most)) {
        most = share;
      }
      sum += bytes;
    }
    if (most == null) {
      return FREE;
    }
    char letter = most.letter();
    return 2 * sum < end - at ? Character.toLowerCase(letter) : letter;
  }

  private String legend() {
    StringBuilder text = new StringBuilder();
    for (Share share : ranking.subList(0, Math.min(LETTERS, ranking.size()))) {
      text.append(share.letter())
          .append("  tag ")
          .append(Numbers.left(Long.toUnsignedString(share.tag), 21))
          .append(Numbers.right(Numbers.grouped(share.count), 12))
          .append(Numbers.right(Numbers.size(share.bytes), 12))
          .append('\n');
    }
    if (ranking.size() > LETTERS) {
      List<Share> rest = ranking.subList(LETTERS, ranking.size());
      text.append(OTHER)
          .append(Numbers.left("  " + Numbers.grouped(rest.size()) + " other tags", 27))
          .append(Numbers.right(Numbers.grouped(rest.stream().mapToLong(s -> s.count).sum()), 12))
          .append(Numbers.right(Numbers.size(rest.stream().mapToLong(s -> s.bytes).sum()), 12))
          .append('\n');
    }
    return text.append(FREE).append("  ").append(freeText()).append('\n').toString();
  }

  /** How much is free, in how many pieces, and how much of it is in the largest. */
  private String freeText() {
    long free = 0;
    long largest = 0;
    long count = 0;
    long end = lo;
    for (int i = 0; i <= used.size(); i++) {
      long gap = (i < used.size() ? used.get(i).lo() : hi) - end;
      if (gap > 0) {
        free += gap;
        largest = Math.max(largest, gap);
        count++;
      }
      end = i < used.size() ? used.get(i).hi() : hi;
    }
    return "free "
        + Numbers.size(free)
        + " in "
        + Numbers.count(count, "piece")
        + (free == 0 ? "" : ", " + 100 * largest / free + " % of it in the largest");
  }

  /**
   * Writes the picture to a file, which may be there if it is a picture, too, or empty, or a
   * device. Anything else that is there is worth more, what was drawn above all.
   */
  void write(Path file, String name, String title) throws IOException {
    if (Files.isRegularFile(file) && Files.size(file) > 0 && !isPicture(file)) {
      throw CommandException.refused(
          name + ": already exists, and is no picture", "Remove it first, or take another name.");
    }
    Files.writeString(file, svg(title));
  }

  private static boolean isPicture(Path file) throws IOException {
    byte[] start = SVG_START.getBytes(StandardCharsets.US_ASCII);
    try (InputStream in = Files.newInputStream(file)) {
      return Arrays.equals(start, in.readNBytes(start.length));
    }
  }

  /** The picture as a document of its own. */
  String svg(String title) {
    int width = 960;
    int rowHeight = 18;
    int left = 110;
    int top = 34;
    long rowBytes = Math.max(1, Math.ceilDiv(hi - lo, ROWS_MAX));
    int rows = (int) Math.ceilDiv(hi - lo, rowBytes);
    List<Share> named = ranking.subList(0, Math.min(LETTERS, ranking.size()));
    int height = top + rows * rowHeight + 30 + named.size() * 16 + 20;
    StringBuilder svg = new StringBuilder();
    svg.append(SVG_START)
        .append(" xmlns=\"http://www.w3.org/2000/svg\" width=\"")
        .append(left + width + 20);
    svg.append("\" height=\"").append(height);
    svg.append("\" font-family=\"monospace\" font-size=\"12\">\n");
    svg.append("<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n");
    text(svg, 10, 20, title);
    double scale = (double) width / rowBytes;
    int next = 0;
    for (int row = 0; row < rows; row++) {
      long rowLo = lo + row * rowBytes;
      long rowHi = Math.min(hi, rowLo + rowBytes);
      int y = top + row * rowHeight;
      text(svg, 10, y + 12, String.format(Locale.ROOT, "%#012x", rowLo));
      rect(svg, left, y, (rowHi - rowLo) * scale, FREE_COLOUR, "");
      while (next < used.size() && used.get(next).hi() <= rowLo) {
        next++;
      }
      row(svg, next, rowLo, rowHi, left, y, scale);
    }
    int y = top + rows * rowHeight + 20;
    text(svg, 10, y, freeText());
    for (Share share : named) {
      y += 16;
      rect(svg, 10, y - 11, 12, share.colour(), "");
      text(
          svg,
          30,
          y,
          "tag "
              + Long.toUnsignedString(share.tag)
              + ": "
              + Numbers.grouped(share.count)
              + ", "
              + Numbers.size(share.bytes));
    }
    return svg.append("</svg>\n").toString();
  }

  /** The used ranges of a row; runs of one tag that are too narrow to see become one. */
  private void row(
      StringBuilder svg, int first, long rowLo, long rowHi, int left, int y, double scale) {
    int i = first;
    while (i < used.size() && used.get(i).lo() < rowHi) {
      Used range = used.get(i);
      long end = range.hi();
      int count = 1;
      while (i + count < used.size()
          && used.get(i + count).tag() == range.tag()
          && used.get(i + count).lo() < rowHi
          && (used.get(i + count).hi() - range.lo()) * scale < 1) {
        end = used.get(i + count).hi();
        count++;
      }
      long from = Math.max(rowLo, range.lo());
      String tip =
          String.format(Locale.ROOT, "%#x to %#x, tag ", range.lo(), end)
              + Long.toUnsignedString(range.tag());
      rect(
          svg,
          left + (from - rowLo) * scale,
          y,
          Math.max(0.3, (Math.min(rowHi, end) - from) * scale),
          shares.get(range.tag()).colour(),
          tip);
      i += count;
    }
  }

  private static void rect(
      StringBuilder svg, double x, int y, double width, String colour, String tip) {
    svg.append(
        String.format(
            Locale.ROOT,
            "<rect x=\"%.2f\" y=\"%d\" width=\"%.2f\" height=\"14\" fill=\"%s\"",
            x,
            y,
            width,
            colour));
    if (tip.isEmpty()) {
      svg.append("/>\n");
    } else {
      svg.append("><title>").append(tip).append("</title></rect>\n");
    }
  }

  private static void text(StringBuilder svg, int x, int y, String text) {
    String safe = text.replace("&", "&amp;").replace("<", "&lt;");
    svg.append("<text x=\"").append(x).append("\" y=\"").append(y).append("\">");
    svg.append(safe).append("</text>\n");
  }
}
