package holdfast.cli;

import holdfast.Limits;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** {@code holdfast verify FILE|DIR...}: whether files are sound, and where they are not. */
final class VerifyCommand implements Command {
  /** What became of one file; the failure is {@code null} for a sound one. */
  private record Outcome(String name, FileFormat format, long contentSize, Failure failure) {}

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

    Recognises the format of each file by its first bytes, reads all of it, compares every checksum
    and checks every rule of the format. Below a directory, files of other formats are passed over.
    The exit code is 1 when a file is damaged.

    formats: FORMATS

    examples
      holdfast verify backup.lz4
      holdfast verify --json /var/backups
    """
        .replace("FORMATS", FileFormat.titles());
  }

  @Override
  public int run(Host host, List<String> words) throws IOException {
    Arguments arguments = Arguments.parse(List.of(), words);
    if (arguments.operands().isEmpty()) {
      throw CommandException.usage("the command line names no file", "");
    }
    Globals globals = arguments.globals();
    Limits limits =
        Limits.DEFAULT.withMemoryMax(Math.min(globals.memoryMax(), Limits.DEFAULT.memoryMax()));
    List<Outcome> outcomes = new ArrayList<>();
    for (String name : arguments.operands()) {
      if (Files.isDirectory(host.path(name))) {
        for (String file : filesBelow(host, name)) {
          Outcome outcome = verify(host, file, limits);
          if (outcome.format() != null || outcome.failure() != null) {
            outcomes.add(outcome);
            print(host, globals, outcome);
          }
        }
      } else {
        Outcome outcome = named(verify(host, name, limits));
        outcomes.add(outcome);
        print(host, globals, outcome);
      }
    }
    if (globals.json()) {
      host.text().print(json(outcomes));
    }
    return exitCode(outcomes, new Messages(host, "holdfast verify", globals));
  }

  private static List<String> filesBelow(Host host, String directory) throws IOException {
    List<String> files = new ArrayList<>();
    Path root = host.path(directory);
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (attributes.isRegularFile()) {
              files.add(Path.of(directory).resolve(root.relativize(file)).toString());
            }
            return FileVisitResult.CONTINUE;
          }
        });
    Collections.sort(files);
    return files;
  }

  private static Outcome verify(Host host, String name, Limits limits) {
    FileFormat format = null;
    try (Input input = Input.file(name, host.path(name))) {
      format = FileFormat.of(input.channel());
      long size = format == null ? 0 : format.verify(input.channel(), limits);
      return new Outcome(name, format, size, null);
    } catch (IOException | RuntimeException e) {
      return new Outcome(name, format, 0, Failure.of(e));
    }
  }

  /** A file that the user named has to be of a known format. */
  private static Outcome named(Outcome outcome) {
    return outcome.format() != null || outcome.failure() != null
        ? outcome
        : new Outcome(
            outcome.name(),
            null,
            0,
            new Failure(ExitCode.UNSUPPORTED, "not one of the formats known here", ""));
  }

  private static void print(Host host, Globals globals, Outcome outcome) {
    if (globals.json() || globals.verbosity() < (outcome.failure() == null ? 2 : 1)) {
      return;
    }
    host.text()
        .println(
            outcome.failure() == null
                ? outcome.name()
                    + ": sound, "
                    + outcome.format().title()
                    + ", "
                    + Numbers.grouped(outcome.contentSize())
                    + " bytes of content"
                : outcome.name() + ": " + verdict(outcome) + ": " + outcome.failure().reason());
    host.text().flush();
  }

  private static String verdict(Outcome outcome) {
    if (outcome.failure() == null) {
      return "sound";
    }
    return switch (outcome.failure().code()) {
      case ExitCode.PROBLEM -> "damaged";
      case ExitCode.UNSUPPORTED -> "unsupported";
      default -> "unreadable";
    };
  }

  private static String json(List<Outcome> outcomes) {
    Json json = new Json().object().name("files").array();
    for (Outcome outcome : outcomes) {
      json.object().name("name").value(outcome.name());
      json.name("format").value(outcome.format() == null ? null : outcome.format().title());
      json.name("verdict").value(verdict(outcome));
      if (outcome.failure() == null) {
        json.name("contentSize").value(outcome.contentSize());
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
