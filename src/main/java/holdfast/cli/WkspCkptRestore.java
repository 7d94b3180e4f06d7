package holdfast.cli;

import holdfast.CorruptDataException;
import holdfast.Limits;
import holdfast.Progress;
import holdfast.UnsupportedFormatException;
import holdfast.sidecar.SidecarReport;
import holdfast.sidecar.Sidecars;
import holdfast.wksp.Partition;
import holdfast.wksp.Wksp;
import holdfast.wksp.WkspCheckptPreview;
import holdfast.wksp.WkspRestore;
import holdfast.wksp.WkspRestoreOptions;
import holdfast.wksp.WkspRestoreReport;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.SequenceInputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;

/**
 * {@code holdfast wksp restore}: brings the allocations of a checkpoint back.
 *
 * <pre>{@code
 * FILE is there    restored in place; a file is checked as a whole first, so that damage leaves
 *                  FILE as it was. Standard input can be read only once: damage empties FILE
 * FILE is absent   made beside it under a hidden name, and renamed when all is there
 * }</pre>
 */
final class WkspCkptRestore {
  private static final String SEED = "--seed";
  private static final String TAG = "--tag";
  private static final String DRY_RUN = "--dry-run";
  private static final String STDIN = "-";

  private final Host host;
  private final Globals globals;
  private final String file;
  private final String ckpt;
  private final WkspRestoreOptions options;

  private WkspCkptRestore(
      Host host, Globals globals, String file, String ckpt, WkspRestoreOptions options) {
    this.host = host;
    this.globals = globals;
    this.file = file;
    this.ckpt = ckpt;
    this.options = options;
  }

  static int run(Host host, List<String> words) throws IOException {
    Arguments arguments = Arguments.parse(List.of(SEED + "=", TAG + "=", DRY_RUN), words);
    List<String> operands = WkspCommand.operands(arguments, "FILE", "CKPT");
    Globals globals = arguments.globals();
    Limits limits =
        Limits.DEFAULT.withMemoryMax(
            Math.min(globals.memoryMax(), Runtime.getRuntime().maxMemory() / 4));
    WkspRestoreOptions options =
        WkspRestoreOptions.DEFAULT
            .withThreads(Runtime.getRuntime().availableProcessors())
            .withTags(WkspCommand.tags(arguments))
            .withLimits(limits);
    if (arguments.has(SEED)) {
      options = options.withSeed(WkspCommand.seed(arguments.value(SEED, "")));
    }
    String ckpt = operands.get(1);
    if (arguments.has(DRY_RUN) && ckpt.equals(STDIN)) {
      throw CommandException.usage("--dry-run needs a file", "");
    }
    ProgressBar bar = ProgressBar.of(host, globals, globals.verbosity(), ckpt);
    options = options.withProgress(bar == null ? Progress.NONE : bar);
    WkspCkptRestore restore =
        new WkspCkptRestore(host, globals, operands.getFirst(), ckpt, options);
    Outcome outcome;
    try {
      outcome = arguments.has(DRY_RUN) ? restore.dryRun() : restore.run();
    } finally {
      if (bar != null) {
        bar.clear();
      }
    }
    outcome.tell(new Messages(host, "holdfast wksp", globals), restore, arguments.has(DRY_RUN));
    return ExitCode.DONE;
  }

  /** What was done, or would be. */
  private record Outcome(long count, long size, long skipped, boolean sidecar) {
    void tell(Messages messages, WkspCkptRestore of, boolean dry) {
      if (count == 0 && skipped > 0) {
        messages.warning(of.ckpt + ": no allocation has such a tag");
      }
      String text =
          of.file
              + ": "
              + Numbers.grouped(count)
              + " allocations, "
              + Numbers.grouped(size)
              + " bytes"
              + (skipped == 0 ? "" : "; " + Numbers.grouped(skipped) + " left out")
              + (sidecar ? "; as the sidecar says" : "");
      if (dry) {
        messages.result(text + " would be restored");
      } else {
        messages.detail(text);
      }
    }
  }

  private Outcome run() throws IOException {
    boolean isThere = Files.exists(host.path(file));
    WkspRestoreReport report;
    if (ckpt.equals(STDIN)) {
      byte[] head = host.in().readNBytes(WkspRestore.HEAD_SIZE);
      // Never the plain stream of a file: its channel knows positions, which are not from 0.
      ReadableByteChannel in =
          Channels.newChannel(new SequenceInputStream(new ByteArrayInputStream(head), host.in()));
      Filling filling = wksp -> WkspRestore.restore(wksp, in, options);
      report = isThere ? inPlace(filling) : anew(WkspRestore.preview(head), filling);
    } else {
      Path path = host.path(ckpt);
      if (isThere) {
        report = inPlace(wksp -> WkspRestore.restore(wksp, path, options.withVerifyFirst(true)));
      } else {
        // Reads the structure, before a file is made as large as its head says.
        WkspRestore.partitions(path, options.limits());
        report = anew(WkspRestore.preview(path), wksp -> WkspRestore.restore(wksp, path, options));
      }
    }
    return new Outcome(
        report.allocCount(), report.dataSize(), report.skippedCount(), report.sidecar());
  }

  /** The restore itself, from wherever. */
  @FunctionalInterface
  private interface Filling {
    WkspRestoreReport fill(Wksp wksp) throws IOException;
  }

  private WkspRestoreReport inPlace(Filling filling) throws IOException {
    try (Wksp wksp = WkspCommand.open(host, globals, file)) {
      return fill(wksp, filling, true);
    }
  }

  private WkspRestoreReport fill(Wksp wksp, Filling filling, boolean tells) throws IOException {
    try {
      return filling.fill(wksp);
    } catch (IllegalArgumentException e) {
      throw failed(e, CommandException.problem(e.getMessage(), ""), tells);
    } catch (IOException | CorruptDataException | UnsupportedFormatException e) {
      throw failed(e, e, tells);
    }
  }

  private CommandException failed(Exception thrown, Exception reason, boolean tells) {
    Failure failure = Failure.of(reason);
    String advice =
        !tells
            ? failure.advice()
            : file + (WkspRestore.wasReset(thrown) ? " is empty now." : " is as it was.");
    return CommandException.about(ckpt, new Failure(failure.code(), failure.reason(), advice));
  }

  private WkspRestoreReport anew(WkspCheckptPreview preview, Filling filling) throws IOException {
    Path target = host.path(file).toAbsolutePath();
    requireSpace(preview);
    Path hidden =
        target.resolveSibling(".holdfast-" + Long.toHexString(System.nanoTime()) + ".part");
    host.partialFiles().add(hidden);
    try {
      WkspRestoreReport report;
      try (Wksp wksp =
          Wksp.create(
              hidden, preview.name(), preview.seed(), preview.partMax(), preview.dataMax())) {
        report = fill(wksp, filling, false);
      }
      try (FileChannel channel = FileChannel.open(hidden, StandardOpenOption.WRITE)) {
        channel.force(true); // before the name, as everything that appears whole or not at all
      }
      if (Files.exists(target)) {
        throw new FileAlreadyExistsException(file);
      }
      host.partialFiles().publish(hidden, target);
      return report;
    } catch (FileAlreadyExistsException e) {
      throw CommandException.refused(file + ": was made by somebody else meanwhile", "");
    } finally {
      host.partialFiles().discard(hidden);
    }
  }

  /** The size is the word of a foreign file, and all of it will be allocated on the disk. */
  private void requireSpace(WkspCheckptPreview preview) throws IOException {
    long size = Wksp.footprint(preview.partMax(), preview.dataMax());
    Folders.requireRoom(file, host.path(file), size);
  }

  private Outcome dryRun() throws IOException {
    Path path = host.path(ckpt);
    boolean sidecar = false;
    SidecarReport report = Sidecars.check(path, options.threads(), options.progress());
    if (report != null) {
      if (!report.isSound()) {
        throw CommandException.problem(
            ckpt + ": the sidecar disagrees", "'holdfast verify' lists where.");
      }
      sidecar = true;
    }
    WkspRestore.verify(path, options.threads(), options.limits(), options.progress());
    List<Partition> all = WkspRestore.partitions(path, options.limits());
    List<Partition> wanted =
        options.tags().isEmpty()
            ? all
            : all.stream().filter(p -> options.tags().contains(p.tag())).toList();
    if (Files.exists(host.path(file))) {
      try (Wksp wksp = Wksp.openReadOnly(host.path(file))) {
        requireFit(wksp, wanted);
      }
    } else {
      requireSpace(WkspRestore.preview(path));
    }
    long size = wanted.stream().mapToLong(Partition::size).sum();
    return new Outcome(wanted.size(), size, all.size() - wanted.size(), sidecar);
  }

  /** The rule of the restore: room at all addresses, a partition for each piece and each gap. */
  private void requireFit(Wksp wksp, List<Partition> wanted) {
    long[] los = wanted.stream().mapToLong(Partition::gaddrLo).sorted().toArray();
    long[] his = wanted.stream().mapToLong(Partition::gaddrHi).sorted().toArray();
    long parts = los.length;
    long end = wksp.gaddrLo();
    for (int i = 0; i < los.length; i++) {
      parts += los[i] > end ? 1 : 0;
      end = his[i];
    }
    parts += end < wksp.gaddrHi() ? 1 : 0;
    boolean inside =
        los.length == 0
            || (los[0] >= wksp.gaddrLo() && Arrays.stream(his).max().orElse(0) <= wksp.gaddrHi());
    if (!inside || parts > wksp.partMax()) {
      throw CommandException.problem(
          ckpt
              + ": does not fit: it needs "
              + parts
              + " partitions and data from "
              + (los.length == 0 ? wksp.gaddrLo() : los[0])
              + " to "
              + end
              + "; "
              + file
              + " has "
              + wksp.partMax()
              + ", and data from "
              + wksp.gaddrLo()
              + " to "
              + wksp.gaddrHi(),
          "Restored to a file that is not there, it gets what it needs.");
    }
  }
}
