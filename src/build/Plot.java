import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import javax.imageio.ImageIO;

/** Draws JMH's JSON as grouped bars: java Plot.java bench.json out.svg [out.png]. */
class Plot {
  record Bar(String group, String series, double score, double error, String unit) {}

  public static void main(String[] args) throws Exception {
    List<Bar> bars = new ArrayList<>();
    for (Object o : (List<?>) new Json(Files.readString(Path.of(args[0]))).value()) {
      Map<?, ?> m = (Map<?, ?>) o;
      Map<?, ?> metric = (Map<?, ?>) m.get("primaryMetric");
      String name = (String) m.get("benchmark");
      int dot = name.lastIndexOf('.');
      String group = name.substring(name.lastIndexOf('.', dot - 1) + 1, dot);
      if (m.get("params") instanceof Map<?, ?> params) {
        group += " " + new TreeMap<>(params);
      }
      double error =
          metric.get("scoreError") instanceof Double d ? d : 0; // "NaN" comes as a string
      bars.add(
          new Bar(
              group,
              name.substring(dot + 1),
              (Double) metric.get("score"),
              error,
              (String) metric.get("scoreUnit")));
    }
    Svg svg = new Svg();
    draw(bars, svg);
    Files.writeString(Path.of(args[1]), svg.end());
    if (args.length > 2) {
      System.setProperty("java.awt.headless", "true");
      Png png = new Png(svg.w, svg.h);
      draw(bars, png);
      ImageIO.write(png.image, "png", new File(args[2]));
    }
  }

  interface Pen {
    void size(int w, int h);

    void rect(double x, double y, double w, double h, int rgb);

    void line(double x1, double y1, double x2, double y2);

    void text(double x, double y, String s, boolean right);
  }

  static void draw(List<Bar> bars, Pen pen) {
    int[] colours = {0x1f77b4, 0xff7f0e, 0x2ca02c, 0xd62728, 0x9467bd, 0x8c564b};
    Set<String> groups = new LinkedHashSet<>();
    Set<String> series = new LinkedHashSet<>();
    for (Bar b : bars) {
      groups.add(b.group);
      series.add(b.series);
    }
    List<String> names = List.copyOf(series);
    int row = 16;
    int left = 260;
    int width = 900;
    pen.size(width, 30 + bars.size() * row + groups.size() * 14 + 20);
    int y = 24;
    for (int i = 0; i < names.size(); i++) {
      pen.rect(left + i * 150, 6, 10, 10, colours[i % colours.length]);
      pen.text(left + i * 150 + 14, 15, names.get(i), false);
    }
    for (String g : groups) {
      List<Bar> mine = bars.stream().filter(b -> b.group.equals(g)).toList();
      double max = mine.stream().mapToDouble(b -> b.score + b.error).max().orElse(1);
      pen.text(left - 8, y + 12 + (mine.size() - 1) * row / 2.0, g, true);
      for (Bar b : mine) {
        double scale = (width - left - 170) / max;
        pen.rect(
            left, y, b.score * scale, row - 4, colours[names.indexOf(b.series) % colours.length]);
        double mid = y + row / 2.0 - 2;
        pen.line(
            left + Math.max(0, b.score - b.error) * scale,
            mid,
            left + (b.score + b.error) * scale,
            mid);
        pen.text(
            left + (b.score + b.error) * scale + 6,
            y + 10,
            String.format(Locale.ROOT, "%.4g ± %.2g %s", b.score, b.error, b.unit),
            false);
        y += row;
      }
      y += 14;
    }
  }

  static class Svg implements Pen {
    final StringBuilder out = new StringBuilder();
    int w;
    int h;

    public void size(int w, int h) {
      this.w = w;
      this.h = h;
      out.append(
          "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" font-family=\"sans-serif\" font-size=\"11\"><rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n"
              .formatted(w, h));
    }

    public void rect(double x, double y, double w, double h, int rgb) {
      out.append(
          String.format(
              Locale.ROOT,
              "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"#%06x\"/>\n",
              x,
              y,
              w,
              h,
              rgb));
    }

    public void line(double x1, double y1, double x2, double y2) {
      out.append(
          String.format(
              Locale.ROOT, "<path d=\"M%.1f %.1fL%.1f %.1f\" stroke=\"#000\"/>\n", x1, y1, x2, y2));
    }

    public void text(double x, double y, String s, boolean right) {
      out.append(
          String.format(
              Locale.ROOT,
              "<text x=\"%.1f\" y=\"%.1f\"%s>%s</text>\n",
              x,
              y,
              right ? " text-anchor=\"end\"" : "",
              s.replace("&", "&amp;").replace("<", "&lt;")));
    }

    String end() {
      return out.append("</svg>\n").toString();
    }
  }

  static class Png implements Pen {
    final BufferedImage image;
    final Graphics2D g;

    Png(int w, int h) {
      image = new BufferedImage(w * 2, h * 2, BufferedImage.TYPE_INT_RGB);
      g = image.createGraphics();
      g.scale(2, 2);
      g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
      g.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 11));
      g.setStroke(new BasicStroke(1));
    }

    public void size(int w, int h) {
      g.setColor(Color.WHITE);
      g.fillRect(0, 0, w, h);
    }

    public void rect(double x, double y, double w, double h, int rgb) {
      g.setColor(new Color(rgb));
      g.fill(new java.awt.geom.Rectangle2D.Double(x, y, w, h));
    }

    public void line(double x1, double y1, double x2, double y2) {
      g.setColor(Color.BLACK);
      g.draw(new java.awt.geom.Line2D.Double(x1, y1, x2, y2));
    }

    public void text(double x, double y, String s, boolean right) {
      g.setColor(Color.BLACK);
      g.drawString(s, (float) (right ? x - g.getFontMetrics().stringWidth(s) : x), (float) y);
    }
  }

  /** Just enough JSON for JMH's report. */
  static class Json {
    final String s;
    int i;

    Json(String s) {
      this.s = s;
    }

    char next() {
      while (Character.isWhitespace(s.charAt(i))) {
        i++;
      }
      return s.charAt(i);
    }

    boolean skip(char c) {
      if (next() == c) {
        i++;
        return true;
      }
      return false;
    }

    Object value() {
      char c = next();
      if (c == '{') {
        i++;
        Map<String, Object> m = new LinkedHashMap<>();
        while (!skip('}')) {
          String k = (String) value();
          skip(':');
          m.put(k, value());
          skip(',');
        }
        return m;
      }
      if (c == '[') {
        i++;
        List<Object> l = new ArrayList<>();
        while (!skip(']')) {
          l.add(value());
          skip(',');
        }
        return l;
      }
      if (c == '"') {
        StringBuilder b = new StringBuilder();
        for (i++; s.charAt(i) != '"'; i++) {
          if (s.charAt(i) == '\\') {
            i++;
            if (s.charAt(i) == 'u') {
              b.append((char) Integer.parseInt(s.substring(i + 1, i + 5), 16));
              i += 4;
              continue;
            }
            int esc = "nrtbf".indexOf(s.charAt(i));
            b.append(esc < 0 ? s.charAt(i) : "\n\r\t\b\f".charAt(esc));
          } else {
            b.append(s.charAt(i));
          }
        }
        i++;
        return b.toString();
      }
      int from = i;
      while ("+-.0123456789eEtrufalsn".indexOf(s.charAt(i)) >= 0) {
        i++;
      }
      String t = s.substring(from, i);
      return switch (t) {
        case "true" -> true;
        case "false" -> false;
        case "null" -> List.of();
        default -> Double.valueOf(t);
      };
    }
  }
}
