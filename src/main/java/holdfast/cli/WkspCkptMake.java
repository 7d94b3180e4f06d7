package holdfast.cli;

import holdfast.Progress;
import holdfast.wksp.Wksp;
import holdfast.wksp.WkspCheckpt;
import holdfast.wksp.WkspCheckptInfo;
import holdfast.wksp.WkspCheckptOptions;
import holdfast.wksp.WkspCheckptReport;
import holdfast.wksp.WkspCheckptStyle;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;

/** {@code holdfast wksp checkpt}: writes a checkpoint of a workspace file. */
final class WkspCkptMake {
  private static final String STYLE = "--style";
  private static final String THREADS = "--threads";
  private static final String MODE = "--mode";
  private static final String UINFO = "--uinfo";
  private static final String TAG = "--tag";
  private static final String SIDECAR = "--sidecar";
  private static final String FORCE = "--force";
  private static final int THREADS_MAX = 1024;

  private WkspCkptMake() {}

  static int run(Host host, List<String> words) throws IOException {
    Arguments arguments =
        Arguments.parse(
            List.of(STYLE + "=", THREADS + "=", MODE + "=", UINFO + "=", TAG + "=", SIDECAR, FORCE),
            words);
    List<String> operands = WkspCommand.operands(arguments, "FILE", "CKPT");
    String file = operands.getFirst();
    String ckpt = operands.get(1);
    WkspCheckptOptions options = options(arguments);
    Path target = host.path(ckpt);
    if (Files.exists(target)) {
      requireReplaceable(host.path(file), target, ckpt, options.replace());
    }
    Globals globals = arguments.globals();
    ProgressBar bar = ProgressBar.of(host, globals, globals.verbosity(), ckpt);
    try (Wksp wksp = WkspCommand.open(host, globals, file)) {
      WkspCheckptReport report;
      try {
        report =
            WkspCheckpt.write(
                wksp, target, options.withProgress(bar == null ? Progress.NONE : bar));
      } finally {
        if (bar != null) {
          bar.clear();
        }
      }
      tell(new Messages(host, "holdfast wksp", globals), ckpt, report, options);
      return ExitCode.DONE;
    } catch (FileAlreadyExistsException e) {
      throw exists(ckpt);
    }
  }

  /** The workspace itself is never replaced, whatever the user says. */
  private static void requireReplaceable(Path file, Path target, String ckpt, boolean replace)
      throws IOException {
    if (Files.isDirectory(target)) {
      throw CommandException.refused(ckpt + ": is a directory", "Name a file in it.");
    }
    if (Files.exists(file) && Files.isSameFile(file, target)) {
      throw CommandException.usage(ckpt + ": is the workspace itself", "");
    }
    if (!replace) {
      throw exists(ckpt);
    }
  }

  private static CommandException exists(String ckpt) {
    return CommandException.refused(ckpt + ": already exists", "Use --force to replace it.");
  }

  private static WkspCheckptOptions options(Arguments arguments) {
    long style = WkspCommand.number(STYLE, arguments.value(STYLE, "3"));
    if (style < 1 || style > 3) {
      throw CommandException.usage("--style knows 1, 2 and 3, not " + style, "");
    }
    int threads = Math.min(THREADS_MAX, Runtime.getRuntime().availableProcessors());
    if (arguments.has(THREADS)) {
      long wanted = WkspCommand.number(THREADS, arguments.value(THREADS, ""));
      if (wanted < 1 || wanted > THREADS_MAX) {
        throw CommandException.usage("--threads must be in 1 to " + THREADS_MAX, "");
      }
      threads = (int) wanted;
    }
    WkspCheckptInfo info =
        WkspCheckptInfo.ofProcess(InstantSource.system(), "holdfast")
            .withMode(mode(arguments.value(MODE, "600")))
            .withUserInfo(arguments.value(UINFO, ""));
    return WkspCheckptOptions.DEFAULT
        .withStyle(WkspCheckptStyle.of((int) style))
        .withThreads(threads)
        .withInfo(info)
        .withTags(WkspCommand.tags(arguments))
        .withSidecar(arguments.has(SIDECAR))
        .withReplace(arguments.has(FORCE));
  }

  private static long mode(String word) {
    try {
      long mode = Long.parseLong(word, 8);
      if (mode >= 0 && mode <= 0777) {
        return mode;
      }
    } catch (NumberFormatException e) {
      // The same as a number that is out of range.
    }
    throw CommandException.usage("--mode must be octal, 0 to 777, not '" + word + "'", "");
  }

  private static void tell(
      Messages messages, String ckpt, WkspCheckptReport report, WkspCheckptOptions options) {
    if (report.allocCount() == 0 && !options.tags().isEmpty()) {
      messages.warning(ckpt + ": no allocation has such a tag; the checkpoint is empty");
    }
    messages.detail(
        ckpt
            + ": "
            + Numbers.grouped(report.allocCount())
            + " allocations, "
            + Numbers.grouped(report.dataSize())
            + " bytes in "
            + Numbers.grouped(report.fileSize())
            + "; locked for "
            + Numbers.fixed(report.lockedNanos() / 1e6, 1)
            + " ms");
  }
}
