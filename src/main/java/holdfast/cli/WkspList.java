package holdfast.cli;

import holdfast.wksp.Partition;
import holdfast.wksp.Wksp;
import holdfast.wksp.WkspUsage;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** Subcommands that list partitions and add them up. */
final class WkspList {
  private static final String DIGEST = "--digest";
  private static final int WIDTH = 16;
  private static final long PIECE = 1 << 20;

  private WkspList() {}

  static int ls(Host host, List<String> words) throws IOException {
    Arguments arguments = Arguments.parse(List.of(DIGEST), words);
    String file = WkspCommand.operands(arguments, "FILE").getFirst();
    boolean digest = arguments.has(DIGEST);
    try (Wksp wksp = Wksp.openReadOnly(host.path(file))) {
      List<Partition> all = wksp.partitions();
      if (arguments.globals().json()) {
        host.text().print(json(wksp, file, all, digest));
      } else {
        text(host, wksp, all, digest);
      }
      return ExitCode.DONE;
    }
  }

  private static void text(Host host, Wksp wksp, List<Partition> all, boolean digest) {
    host.text()
        .println(
            wksp.name()
                + ": seed "
                + Integer.toUnsignedString(wksp.seed())
                + ", "
                + Numbers.grouped(wksp.partMax())
                + " partitions at most, "
                + Numbers.grouped(wksp.dataMax())
                + " bytes of data");
    host.text().println(row("gaddr", "end", "bytes") + "  tag");
    long usedSize = 0;
    long usedCount = 0;
    for (Partition p : all) {
      StringBuilder line =
          new StringBuilder(row("" + p.gaddrLo(), "" + p.gaddrHi(), "" + p.size()));
      line.append("  ").append(p.isFree() ? "free" : Long.toUnsignedString(p.tag()));
      if (digest && !p.isFree()) {
        line.append("  ").append(sha256(wksp, p));
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
                + Numbers.grouped(wksp.dataMax() - usedSize)
                + " bytes");
  }

  private static String row(String lo, String hi, String size) {
    return Numbers.right(lo, WIDTH) + Numbers.right(hi, WIDTH) + Numbers.right(size, WIDTH);
  }

  private static String json(Wksp wksp, String file, List<Partition> all, boolean digest) {
    Json json = new Json().object();
    json.name("file").value(file);
    json.name("name").value(wksp.name());
    json.name("seed").value(wksp.seed() & 0xFFFF_FFFFL);
    json.name("partMax").value(wksp.partMax());
    json.name("dataMax").value(wksp.dataMax());
    json.name("partitions").array();
    for (Partition p : all) {
      json.object();
      json.name("gaddrLo").value(p.gaddrLo());
      json.name("gaddrHi").value(p.gaddrHi());
      // As text, because many readers of JSON have numbers of 53 bits.
      json.name("tag").value(Long.toUnsignedString(p.tag()));
      if (digest && !p.isFree()) {
        json.name("sha256").value(sha256(wksp, p));
      }
      json.end();
    }
    return json.end().end().toString();
  }

  private static String sha256(Wksp wksp, Partition p) {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e); // every Java platform has it
    }
    MemorySegment content = wksp.slice(p.gaddrLo(), p.size());
    for (long at = 0; at < p.size(); at += PIECE) {
      digest.update(content.asSlice(at, Math.min(PIECE, p.size() - at)).asByteBuffer());
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  static int usage(Host host, List<String> words) throws IOException {
    Arguments arguments = Arguments.parse(List.of(), words);
    if (arguments.operands().isEmpty()) {
      throw CommandException.usage("expected FILE [TAG...]", "");
    }
    String file = arguments.operands().getFirst();
    long[] tags = WkspAllocation.tags(arguments);
    try (Wksp wksp = Wksp.openReadOnly(host.path(file))) {
      WkspUsage usage = wksp.usage(tags);
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
