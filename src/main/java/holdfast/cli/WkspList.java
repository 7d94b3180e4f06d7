package holdfast.cli;

import holdfast.Progress;
import holdfast.wksp.Partition;
import holdfast.wksp.WkspUsage;
import java.io.IOException;
import java.util.List;

/** Subcommands that list partitions and add them up. */
final class WkspList {
  private static final String DIGEST = "--digest";
  private static final int WIDTH = 16;

  private WkspList() {}

  static int ls(Host host, List<String> words) throws IOException {
    Arguments arguments = Arguments.parse(List.of(DIGEST), words);
    String file = WkspCommand.operands(arguments, "FILE").getFirst();
    boolean digest = arguments.has(DIGEST);
    try (WkspSource source = WkspSource.open(host, arguments.globals(), file)) {
      List<Partition> all = source.partitions();
      List<String> digests =
          digest ? digests(host, arguments.globals(), file, source, all) : List.of();
      if (arguments.globals().json()) {
        host.text().print(json(source, file, all, digests));
      } else {
        text(host, source, all, digests);
      }
      return ExitCode.DONE;
    }
  }

  /** The digests of all that is listed; none of what is free. */
  static List<String> digests(
      Host host, Globals globals, String file, WkspSource source, List<Partition> all)
      throws IOException {
    ProgressBar bar = ProgressBar.of(host, globals, globals.verbosity(), file);
    try {
      return source.digests(all, bar == null ? Progress.NONE : bar);
    } finally {
      if (bar != null) {
        bar.clear();
      }
    }
  }

  private static void text(
      Host host, WkspSource source, List<Partition> all, List<String> digests) {
    host.text()
        .println(
            source.name()
                + ": seed "
                + Integer.toUnsignedString(source.seed())
                + ", "
                + Numbers.grouped(source.partMax())
                + " partitions at most, "
                + Numbers.grouped(source.dataMax())
                + " bytes of data");
    host.text().println(row("gaddr", "end", "bytes") + "  tag");
    long usedSize = 0;
    long usedCount = 0;
    for (int i = 0; i < all.size(); i++) {
      Partition p = all.get(i);
      StringBuilder line =
          new StringBuilder(row("" + p.gaddrLo(), "" + p.gaddrHi(), "" + p.size()));
      line.append("  ").append(p.isFree() ? "free" : Long.toUnsignedString(p.tag()));
      if (!digests.isEmpty() && !p.isFree()) {
        line.append("  ").append(digests.get(i));
      }
      host.text().println(line);
      usedSize += p.isFree() ? 0 : p.size();
      usedCount += p.isFree() ? 0 : 1;
    }
    host.text()
        .println(
            Numbers.grouped(usedCount)
                + " used, "
                + Numbers.grouped(usedSize)
                + " bytes; "
                + Numbers.grouped(all.size() - usedCount)
                + " free, "
                + Numbers.grouped(source.dataMax() - usedSize)
                + " bytes");
  }

  private static String row(String lo, String hi, String size) {
    return Numbers.right(lo, WIDTH) + Numbers.right(hi, WIDTH) + Numbers.right(size, WIDTH);
  }

  private static String json(
      WkspSource source, String file, List<Partition> all, List<String> digests) {
    Json json = new Json().object();
    json.name("file").value(file);
    json.name("name").value(source.name());
    json.name("seed").value(source.seed() & 0xFFFF_FFFFL);
    json.name("partMax").value(source.partMax());
    json.name("dataMax").value(source.dataMax());
    json.name("partitions").array();
    for (int i = 0; i < all.size(); i++) {
      Partition p = all.get(i);
      json.object();
      json.name("gaddrLo").value(p.gaddrLo());
      json.name("gaddrHi").value(p.gaddrHi());
      // As text, because many readers of JSON have numbers of 53 bits.
      json.name("tag").value(Long.toUnsignedString(p.tag()));
      if (!digests.isEmpty() && !p.isFree()) {
        json.name("sha256").value(digests.get(i));
      }
      json.end();
    }
    return json.end().end().toString();
  }

  static int usage(Host host, List<String> words) throws IOException {
    Arguments arguments = Arguments.parse(List.of(), words);
    if (arguments.operands().isEmpty()) {
      throw CommandException.usage("expected FILE [TAG...]", "");
    }
    String file = arguments.operands().getFirst();
    long[] tags = WkspAllocation.tags(arguments);
    try (WkspSource source = WkspSource.open(host, arguments.globals(), file)) {
      WkspUsage usage = source.usage(tags);
      long usedCount = usage.totalCount() - usage.freeCount();
      long usedSize = usage.totalSize() - usage.freeSize();
      if (arguments.globals().json()) {
        Json json = new Json().object().name("file").value(file);
        json.name("partMax").value(usage.partMax());
        json.name("totalCount").value(usage.totalCount());
        json.name("totalSize").value(usage.totalSize());
        json.name("usedCount").value(usedCount).name("usedSize").value(usedSize);
        json.name("freeCount").value(usage.freeCount()).name("freeSize").value(usage.freeSize());
        json.name("taggedCount").value(usage.taggedCount());
        json.name("taggedSize").value(usage.taggedSize());
        host.text().print(json.end());
        return ExitCode.DONE;
      }
      host.text().println(row("", "partitions", "bytes"));
      host.text().println(row("at most", "" + usage.partMax(), "" + usage.totalSize()));
      host.text().println(row("used", "" + usedCount, "" + usedSize));
      host.text().println(row("free", "" + usage.freeCount(), "" + usage.freeSize()));
      if (tags.length > 0) {
        host.text()
            .println(row("with the tags", "" + usage.taggedCount(), "" + usage.taggedSize()));
      }
      return ExitCode.DONE;
    }
  }
}
