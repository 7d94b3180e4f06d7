package holdfast.cli;

import holdfast.Progress;
import holdfast.sidecar.SidecarReport;
import holdfast.sidecar.Sidecars;
import holdfast.wksp.WkspRestore;
import java.io.IOException;
import java.nio.file.Path;

/** {@code holdfast wksp verify} of a checkpoint: its sidecar if any, then all of it. */
final class WkspCkptVerify {
  private WkspCkptVerify() {}

  static int run(Host host, Globals globals, String ckpt) throws IOException {
    Path path = host.path(ckpt);
    int threads = Runtime.getRuntime().availableProcessors();
    ProgressBar bar = ProgressBar.of(host, globals, globals.verbosity(), ckpt);
    Progress progress = bar == null ? Progress.NONE : bar;
    boolean sidecar;
    try {
      SidecarReport report = Sidecars.check(path, threads, progress);
      sidecar = report != null;
      if (sidecar && !report.isSound()) {
        SidecarReport.Range first = report.damaged().getFirst();
        throw CommandException.problem(
            ckpt
                + ": the sidecar disagrees about "
                + Numbers.grouped(report.damagedSize())
                + " bytes, the first from "
                + first.lo()
                + " to "
                + (first.hi() - 1),
            "'holdfast verify' lists them.");
      }
      WkspRestore.verify(path, threads, WkspCkptSource.limits(globals), progress);
    } finally {
      if (bar != null) {
        bar.clear();
      }
    }
    if (globals.verbosity() >= 2) {
      host.text().println(ckpt + ": sound" + (sidecar ? ", as its sidecar says" : ""));
    }
    return ExitCode.DONE;
  }
}
