package holdfast.cli;

/**
 * A picture of a region of memory: which ranges are in use, and whose they are.
 *
 * <pre>{@code
 *    0 |########%%%%....................|      one character for each equal piece of the region:
 * 1 MiB |::......########################|      . free  : up to a third  % up to two  # more in use
 * }</pre>
 *
 * <p>Ranges are added in ascending order and do not overlap. As a picture each range has the colour
 * of its tag; the rest is free. For one thread.
 */
final class RangeMap {
  private static final int TEXT_COLUMNS = 64;
  private static final int TEXT_ROWS = 32;
  private static final int WIDTH = 1024;
  private static final int ROWS = 64;
  private static final int ROW_HEIGHT = 12;
  private static final int LABEL_WIDTH = 96;

  private final long size;
  private final double[] used;
  private final StringBuilder rectangles = new StringBuilder();

  /** The rectangle that is not yet drawn: where it begins and ends in the region, and its tag. */
  private long pendingLo;

  private long pendingHi;
  private long pendingTag;

  /** A region of so many bytes. */
  RangeMap(long size) {
    this.size = Math.max(1, size);
    used = new double[(int) Math.min(TEXT_COLUMNS * TEXT_ROWS, this.size)];
  }

  /** Adds a range that is in use. */
  void add(long lo, long hi, long tag) {
    double scale = (double) used.length / size;
    for (double at = lo * scale; at < hi * scale; at = Math.floor(at) + 1) {
      int cell = (int) at;
      used[Math.min(cell, used.length - 1)] += Math.min(hi * scale, cell + 1.0) - at;
    }
    // What would be thinner than half a pixel joins its neighbour of the same tag, or is left out.
    double pixel = (double) size / ROWS / WIDTH;
    if (pendingTag == tag && (double) (lo - pendingHi) < pixel / 2) {
      pendingHi = hi;
      return;
    }
    draw(pixel);
    pendingLo = lo;
    pendingHi = hi;
    pendingTag = tag;
  }

  private void draw(double pixel) {
    if ((double) (pendingHi - pendingLo) < pixel / 2) {
      return;
    }
    double rowBytes = (double) size / ROWS;
    double at = pendingLo;
    while (at < pendingHi) {
      int row = (int) Math.min(ROWS - 1, at / rowBytes);
      double end = Math.min((double) pendingHi, (row + 1) * rowBytes);
      if (end <= at) {
        break; // rounding at the very end of a row
      }
      rectangles
          .append("<rect x=\"")
          .append(Numbers.fixed(LABEL_WIDTH + (at - row * rowBytes) / pixel, 1))
          .append("\" y=\"")
          .append(row * ROW_HEIGHT)
          .append("\" width=\"")
          .append(Numbers.fixed(Math.max(0.5, (end - at) / pixel), 1))
          .append("\" height=\"")
          .append(ROW_HEIGHT - 2)
          .append("\" fill=\"")
          .append(colour(pendingTag))
          .append("\"/>\n");
      at = end;
    }
  }

  /** Tags that are near one another get colours that are not. */
  private static String colour(long tag) {
    long hash = tag * 0x9e3779b97f4a7c15L;
    return "hsl(" + (hash >>> 40) % 360 + ",65%," + (45 + (hash >>> 20 & 0xf)) + "%)";
  }

  /** The map in characters, a line for each row. */
  String text() {
    StringBuilder text = new StringBuilder();
    for (int row = 0; row * TEXT_COLUMNS < used.length; row++) {
      long offset = (long) ((double) size * row * TEXT_COLUMNS / used.length);
      text.append(Numbers.right(Numbers.size(offset), 11)).append(" |");
      for (int i = row * TEXT_COLUMNS; i < Math.min(used.length, (row + 1) * TEXT_COLUMNS); i++) {
        double part = used[i];
        text.append(part <= 0 ? '.' : part < 1 / 3.0 ? ':' : part < 2 / 3.0 ? '%' : '#');
      }
      text.append("|\n");
    }
    return text.append("  . free   : a third in use   % two thirds   # more\n").toString();
  }

  /** The map as an SVG document. */
  String svg(String title) {
    draw((double) size / ROWS / WIDTH);
    pendingLo = pendingHi;
    int height = ROWS * ROW_HEIGHT;
    StringBuilder svg = new StringBuilder();
    svg.append("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 ")
        .append(LABEL_WIDTH + WIDTH)
        .append(' ')
        .append(height)
        .append("\" font-family=\"monospace\" font-size=\"10\">\n<title>")
        .append(title.replace("&", "&amp;").replace("<", "&lt;"))
        .append("</title>\n");
    for (int row = 0; row < ROWS; row++) {
      int y = row * ROW_HEIGHT;
      svg.append("<rect x=\"" + LABEL_WIDTH + "\" y=\"")
          .append(y)
          .append("\" width=\"" + WIDTH + "\" height=\"" + (ROW_HEIGHT - 2))
          .append("\" fill=\"#e8e8e8\"/>\n<text x=\"" + (LABEL_WIDTH - 8) + "\" y=\"")
          .append(y + ROW_HEIGHT - 4)
          .append("\" text-anchor=\"end\">")
          .append(Numbers.size((long) ((double) size * row / ROWS)))
          .append("</text>\n");
    }
    return svg.append(rectangles).append("</svg>\n").toString();
  }
}
