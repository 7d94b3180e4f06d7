package holdfast.cli;

import holdfast.CorruptDataException;
import holdfast.UnsupportedFormatException;
import holdfast.wksp.Partition;
import java.io.IOException;
import java.util.List;

/** {@code holdfast wksp diff}: whether two workspaces or checkpoints hold the same. */
final class WkspDiff {
  private final Host host;
  private final Globals globals;
  private final Json json = new Json();
  private long count;

  private WkspDiff(Host host, Globals globals) {
    this.host = host;
    this.globals = globals;
  }

  static int run(Host host, List<String> words) throws IOException {
    Arguments arguments = Arguments.parse(List.of(), words);
    List<String> operands = WkspCommand.operands(arguments, "A", "B");
    return new WkspDiff(host, arguments.globals()).run(operands.getFirst(), operands.get(1));
  }

  /** One side: its allocations in order of address, and where it is read. */
  private static final class Side {
    private final String file;
    private final List<Partition> all;
    private final List<String> digests;
    private int at;

    Side(String file, List<Partition> all, List<String> digests) {
      this.file = file;
      this.all = all;
      this.digests = digests;
    }

    /** The next allocation; {@code null} at the end. */
    Partition next() {
      while (at < all.size() && all.get(at).isFree()) {
        at++;
      }
      return at < all.size() ? all.get(at) : null;
    }

    String digest() {
      return digests.get(at);
    }
  }

  private Side side(String file) throws IOException {
    try (WkspSource source = WkspSource.open(host, globals, file)) {
      List<Partition> all = source.partitions();
      return new Side(file, all, WkspList.digests(host, globals, file, source, all));
    } catch (CorruptDataException | UnsupportedFormatException e) {
      throw CommandException.about(file, Failure.of(e)); // which of the two
    }
  }

  private int run(String nameA, String nameB) throws IOException {
    Side a = side(nameA);
    Side b = side(nameB);
    json.object().name("a").value(nameA).name("b").value(nameB).name("differences").array();
    Partition p = a.next();
    Partition q = b.next();
    while (p != null || q != null) {
      int order = p == null ? 1 : q == null ? -1 : Long.compare(p.gaddrLo(), q.gaddrLo());
      if (order == 0 && p.gaddrHi() == q.gaddrHi()) {
        compare(a, p, b, q);
      } else {
        if (order <= 0) {
          difference("only-a", p, "only in " + a.file);
        }
        if (order >= 0) {
          difference("only-b", q, "only in " + b.file);
        }
      }
      if (order <= 0) {
        a.at++;
        p = a.next();
      }
      if (order >= 0) {
        b.at++;
        q = b.next();
      }
    }
    if (globals.json()) {
      host.text().print(json.end().name("same").value(count == 0).end());
    }
    return count == 0 ? ExitCode.DONE : ExitCode.PROBLEM;
  }

  private void compare(Side a, Partition p, Side b, Partition q) {
    if (p.tag() != q.tag()) {
      String other = Long.toUnsignedString(q.tag());
      difference("tag", p, "has tag " + other + " in " + b.file);
    }
    if (!a.digest().equals(b.digest())) {
      difference("content", p, "other content");
    }
  }

  private void difference(String kind, Partition p, String text) {
    count++;
    if (globals.json()) {
      json.object().name("kind").value(kind);
      json.name("gaddrLo").value(p.gaddrLo()).name("gaddrHi").value(p.gaddrHi());
      json.name("tag").value(Long.toUnsignedString(p.tag())).end();
    } else if (globals.verbosity() >= 1) {
      host.text().println(p + ": " + text);
    }
  }
}
