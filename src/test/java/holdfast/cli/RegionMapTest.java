package holdfast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RegionMapTest {
  private static RegionMap.Used used(long lo, long hi, long tag) {
    return new RegionMap.Used(lo, hi, tag);
  }

  @Test
  void aCellShowsTheTagThatHasMostOfIt() {
    // 2048 bytes are cells of 2 bytes: 64 of them a row, 16 rows.
    RegionMap map =
        new RegionMap(
            1000, 3048, List.of(used(1000, 1128, 5), used(1128, 1129, -1), used(1132, 1135, 5)));
    List<String> lines = map.text().lines().toList();
    assertEquals("0x00000003e8  " + "A".repeat(64), lines.get(0));
    assertEquals("0x0000000468  B.AA" + ".".repeat(60), lines.get(1));
    assertEquals("one cell: 2 B", lines.get(16));
    assertEquals("A  tag 5                               2       131 B", lines.get(17));
    assertEquals("B  tag 18446744073709551615            1         1 B", lines.get(18));
    assertEquals(".  free 1.87 KiB in 2 pieces, 99 % of it in the largest", lines.get(19));
  }

  @Test
  void aLetterIsSmallWhereLessThanHalfIsUsed() {
    RegionMap map = new RegionMap(0, 4 * 1024, List.of(used(1, 2, 7), used(4, 6, 7)));
    assertTrue(map.text().startsWith("0x0000000000  aA."), map.text());
  }

  @Test
  void aRegionThatIsFullOrEmptyOrTinyIsDrawn() {
    assertTrue(new RegionMap(0, 1, List.of(used(0, 1, 1))).text().contains("free 0 B in 0 pieces"));
    assertTrue(new RegionMap(0, 1, List.of()).text().startsWith("0x0000000000  .\n"));
    assertTrue(new RegionMap(0, 1, List.of()).svg("a").contains("free 1 B in 1 piece"));
  }

  @Test
  void tagsBeyondTheLettersShareOne() {
    List<RegionMap.Used> all = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      all.add(used(i, i + 1, i + 1));
    }
    String text = new RegionMap(0, 30, all).text();
    assertTrue(text.startsWith("0x0000000000  ABCDEFGHIJKLMNOPQRSTUVWXYZ++++\n"), text);
    assertTrue(text.contains("+  4 other tags "), text);
  }

  @Test
  void theSvgIsADocumentAndNarrowNeighboursAreJoined() {
    List<RegionMap.Used> all = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      all.add(used(2L * i, 2L * i + 1, 9));
    }
    String svg = new RegionMap(0, 20_000L << 4, all).svg("a <b> & c");
    assertTrue(svg.startsWith("<svg xmlns=") && svg.endsWith("</svg>\n"));
    long rects = svg.lines().filter(line -> line.startsWith("<rect ")).count();
    assertTrue(rects > 900 && rects < 17_000 / 8, rects + " for 10,000 ranges in 16 rows");
    // Every line is one whole element, so the document is well-formed.
    assertTrue(
        svg.lines()
            .allMatch(line -> line.matches("</?svg.*>|<rect [^<>]*/>|<(\\w+) [^<>]*>.*</\\1>")),
        svg);
    assertTrue(svg.contains("tag 9: 10,000, 9.77 KiB"), svg.substring(svg.length() - 300));
    assertFalse(svg.contains("<b>"));
  }
}
