package holdfast.cli;

import holdfast.Limits;
import holdfast.Progress;
import holdfast.sidecar.SidecarReport;
import holdfast.sidecar.Sidecars;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** {@code holdfast verify FILE|DIR...}: whether files are sound, and where they are not. */
final class VerifyCommand implements Command {
  private static final String MAKE = "--make-sidecar";

  /** Most damaged ranges that a line of text names; {@code --json} has more. */
  private static final int RANGES_MAX = 8;

  /**
   * What became of one file.
   *
   * @param format null when it is none of those known
   * @param sidecar what its sidecar says; null when there is none, or none that could be used
   * @param note what else there is to say about a sound file; may be empty
   * @param failure null for a sound file
   */
  private record Outcome(
      String name,
      FileFormat format,
      long contentSize,
      SidecarReport sidecar,
      String note,
      Failure failure) {
    /** Neither a format nor a sidecar tells anything about it. */
    boolean isForeign() {
      return format == null && sidecar == null && failure == null;
    }
  }

  /**
   * Something below a directory.
   *
   * @param name as the user would call it
   * @param path where it is
   * @param failure why nobody can look at it or into it; null for a file
   */
  private record Found(String name, Path path, IOException failure) {}

  @Override
  public String name() {
    return "verify";
  }

  @Override
  public String summary() {
    return "check files of all known formats, and say where they are damaged";
  }

  @Override
  public String help() {
    return """
    usage: holdfast verify [--json] FILE|DIR...
           holdfast verify --make-sidecar FILE...

    Recognises the format of each file by its first bytes, reads all of it, compares every checksum
    and checks every rule of the format. A file with a sidecar FILE.hfs is compared with that too,
    block by block, whatever its format; damaged ranges are listed. Below a directory, files of
    other formats and without a sidecar are passed over. The exit code is 1 when a file is damaged.
    Record stores in a workspace are opened and verified in a private copy: the file stays as it is.
    Those in a checkpoint are restored into memory, when --limit-mem (64M if not given) allows it.

    options
      --make-sidecar   write FILE.hfs beside each file, for formats without checksums of their own;
                       the file is taken for sound as it is and must not be written to any more

    formats
    FORMATS

    examples
      holdfast verify backup.lz4
      holdfast verify --json /var/backups
      holdfast verify --make-sidecar old.ckpt
    """
        .replace("FORMATS", FileFormat.titleLines());
  }

  @Override
  public int run(Host host, List<String> words) throws IOException {
    Arguments arguments = Arguments.parse(List.of(MAKE), words);
    if (arguments.operands().isEmpty()) {
      throw CommandException.usage("the command line names no file", "");
    }
    Globals globals = arguments.globals();
    if (arguments.has(MAKE)) {
      return makeSidecars(host, globals, arguments.operands());
    }
    Limits limits =
        globals.memoryMax() == Long.MAX_VALUE
            ? Limits.DEFAULT
            : Limits.DEFAULT.withMemoryMax(globals.memoryMax());
    List<Outcome> outcomes = new ArrayList<>();
    for (String name : arguments.operands()) {
      if (Files.isDirectory(host.path(name))) {
        for (Found found : below(host, name)) {
          Outcome outcome =
              found.failure() == null
                  ? verify(host, globals, found.name(), found.path(), limits)
                  : new Outcome(found.name(), null, 0, null, "", Failure.of(found.failure()));
          if (!outcome.isForeign()) {
            outcomes.add(outcome);
            print(host, globals, outcome);
          }
        }
      } else {
        Outcome outcome = named(verify(host, globals, name, null, limits));
        outcomes.add(outcome);
        print(host, globals, outcome);
      }
    }
    if (globals.json()) {
      host.text().print(json(outcomes));
    }
    return exitCode(outcomes, new Messages(host, "holdfast verify", globals));
  }

  /**
   * All files below a directory in the order of their names, and what could not be looked into.
   * Links below it are passed over; the directory itself may be one.
   */
  private static List<Found> below(Host host, String directory) throws IOException {
    List<Found> all = new ArrayList<>();
    Path root = host.path(directory).toRealPath();
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (attributes.isRegularFile()) {
              add(file, null);
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException failure) {
            add(file, failure);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path folder, IOException failure) {
            if (failure != null) {
              add(folder, failure);
            }
            return FileVisitResult.CONTINUE;
          }

          private void add(Path file, IOException failure) {
            String name = Path.of(directory).resolve(root.relativize(file)).toString();
            all.add(new Found(name, file, failure));
          }
        });
    all.sort(Comparator.comparing(Found::name));
    return all;
  }

  /** Writes sidecars; goes on after a failure, whose exit code the last one decides. */
  private static int makeSidecars(Host host, Globals globals, List<String> names) {
    int code = ExitCode.DONE;
    for (String name : names) {
      ProgressBar bar = ProgressBar.of(host, globals, globals.verbosity(), name);
      Failure failure = null;
      try {
        Sidecars.make(host.path(name), threads(), bar == null ? Progress.NONE : bar);
      } catch (IOException | RuntimeException e) {
        failure = Failure.of(e);
        code = failure.code();
      }
      clear(bar);
      if (failure != null) {
        new Messages(host, "holdfast verify", globals).error(name, failure);
      } else if (globals.verbosity() >= 2 && !globals.json()) {
        host.text().println(name + ": sidecar " + Sidecars.path(Path.of(name)) + " written");
        host.text().flush();
      }
    }
    return code;
  }

  private static int threads() {
    return Runtime.getRuntime().availableProcessors();
  }

  private static void clear(ProgressBar bar) {
    if (bar != null) {
      bar.clear();
    }
  }

  /**
   * Checks one file.
   *
   * @param place where it is; {@code null} for where its name says. A name that the locale's
   *     encoding has no characters for leads nowhere
   */
  private static Outcome verify(
      Host host, Globals globals, String name, Path place, Limits limits) {
    FileFormat format = null;
    SidecarReport sidecar = null;
    ProgressBar bar = ProgressBar.of(host, globals, globals.verbosity(), name);
    try {
      Path path = place == null ? host.path(name) : place;
      try (Input input = Input.file(name, path)) {
        format = FileFormat.of(input.channel());
        sidecar = Sidecars.check(path, threads(), bar == null ? Progress.NONE : bar);
        if (sidecar != null && !sidecar.isSound()) {
          return new Outcome(name, format, 0, sidecar, "", damage(sidecar));
        }
        if (format == null) {
          return new Outcome(name, null, 0, sidecar, "", null);
        }
        var found = format.verdict(path, input.channel(), limits);
        return new Outcome(name, format, found.contentSize(), sidecar, found.note(), null);
      }
    } catch (IOException | RuntimeException e) {
      return new Outcome(name, format, 0, sidecar, "", Failure.of(e));
    } finally {
      clear(bar);
    }
  }

  private static Failure damage(SidecarReport sidecar) {
    StringBuilder text = new StringBuilder("the sidecar disagrees about ");
    text.append(Numbers.grouped(sidecar.damagedSize())).append(" bytes: ");
    int listed = Math.min(RANGES_MAX, sidecar.damaged().size());
    for (int i = 0; i < listed; i++) {
      SidecarReport.Range range = sidecar.damaged().get(i);
      text.append(i == 0 ? "" : ", ").append(range.lo()).append(" to ").append(range.hi() - 1);
    }
    text.append(listed < sidecar.damaged().size() ? ", ..." : "");
    return new Failure(ExitCode.PROBLEM, text.toString(), "");
  }

  /** A file that the user named has to be of a known format. */
  private static Outcome named(Outcome outcome) {
    return outcome.isForeign()
        ? new Outcome(
            outcome.name(),
            null,
            0,
            null,
            "",
            new Failure(ExitCode.UNSUPPORTED, "not one of the formats known here", ""))
        : outcome;
  }

  private static void print(Host host, Globals globals, Outcome outcome) {
    if (globals.json() || globals.verbosity() < (outcome.failure() == null ? 2 : 1)) {
      return;
    }
    host.text()
        .println(
            outcome.failure() == null
                ? outcome.name() + ": sound, " + soundness(outcome)
                : outcome.name() + ": " + verdict(outcome) + ": " + outcome.failure().reason());
    host.text().flush();
  }

  private static String soundness(Outcome outcome) {
    String format =
        outcome.format() == null
            ? "unknown format"
            : outcome.format().title()
                + ", "
                + Numbers.grouped(outcome.contentSize())
                + " bytes of content"
                + (outcome.note().isEmpty() ? "" : ", " + outcome.note());
    return outcome.sidecar() == null ? format : format + ", as its sidecar says";
  }

  private static String verdict(Outcome outcome) {
    if (outcome.failure() == null) {
      return "sound";
    }
    return switch (outcome.failure().code()) {
      case ExitCode.PROBLEM -> "damaged";
      case ExitCode.UNSUPPORTED -> "unsupported";
      case ExitCode.REFUSED -> "not checked";
      default -> "unreadable";
    };
  }

  private static String json(List<Outcome> outcomes) {
    Json json = new Json().object().name("files").array();
    for (Outcome outcome : outcomes) {
      json.object().name("name").value(outcome.name());
      json.name("format").value(outcome.format() == null ? null : outcome.format().title());
      json.name("verdict").value(verdict(outcome));
      if (outcome.sidecar() != null) {
        json.name("sidecar").value(outcome.sidecar().isSound() ? "agrees" : "disagrees");
        json.name("damaged").array();
        for (SidecarReport.Range range : outcome.sidecar().damaged()) {
          json.object().name("lo").value(range.lo()).name("hi").value(range.hi()).end();
        }
        json.end();
      }
      if (outcome.failure() == null) {
        json.name("contentSize").value(outcome.contentSize());
        if (!outcome.note().isEmpty()) {
          json.name("note").value(outcome.note());
        }
      } else {
        json.name("reason").value(outcome.failure().reason());
      }
      json.end();
    }
    return json.end().end().toString();
  }

  /** Damage outweighs everything else that may have gone wrong with other files. */
  private static int exitCode(List<Outcome> outcomes, Messages messages) {
    int code = ExitCode.DONE;
    int bad = 0;
    for (Outcome outcome : outcomes) {
      if (outcome.failure() != null) {
        bad++;
        int one = outcome.failure().code();
        code = code == ExitCode.DONE || one == ExitCode.PROBLEM ? one : code;
      }
    }
    if (bad > 0) {
      messages.warning(bad + " of " + outcomes.size() + " files not found sound");
    }
    return code;
  }
}
