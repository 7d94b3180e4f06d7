package holdfast.cli;

import holdfast.wksp.Partition;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** {@code holdfast wksp map}: where what lies. */
final class WkspMap {
  private static final String SVG = "--svg";

  private WkspMap() {}

  static int run(Host host, List<String> words) throws IOException {
    Arguments arguments = Arguments.parse(List.of(SVG + "="), words);
    String file = WkspCommand.operands(arguments, "FILE").getFirst();
    try (WkspSource source = WkspSource.open(host, arguments.globals(), file)) {
      List<RegionMap.Used> used = new ArrayList<>();
      for (Partition p : source.partitions()) {
        if (!p.isFree()) {
          used.add(new RegionMap.Used(p.gaddrLo(), p.gaddrHi(), p.tag()));
        }
      }
      RegionMap map = new RegionMap(source.gaddrLo(), source.gaddrHi(), used);
      if (arguments.has(SVG)) {
        String picture = arguments.value(SVG, "");
        map.write(host.path(picture), picture, source.name());
      } else {
        host.text().print(map.text());
      }
      return ExitCode.DONE;
    }
  }
}
