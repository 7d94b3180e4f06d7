package holdfast.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * {@code holdfast tour-worker live|revive ACT FOLDER INPUT}: a process of the tour's, not for
 * people, so no overview lists it.
 */
final class TourWorker implements Command {
  static final String NAME = "tour-worker";
  static final String LIVE = "live";
  static final String REVIVE = "revive";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String summary() {
    return "a process of the tour's";
  }

  @Override
  public String help() {
    return """
    usage: holdfast tour-worker live|revive ACT FOLDER INPUT

    What 'holdfast tour' starts to kill it, and to look at what is left.
    """;
  }

  @Override
  public int run(Host host, List<String> words) throws IOException {
    List<String> operands = Arguments.parse(List.of(), words).operands();
    TourAct act = operands.size() == 4 ? TourActs.named(operands.get(1)) : null;
    if (act == null) {
      throw CommandException.usage("this is a part of 'holdfast tour'", "Run that.");
    }
    Path source = host.path(operands.get(3));
    TourFiles input =
        Files.isDirectory(source)
            ? TourFiles.below(source.toString(), source)
            : TourFiles.of(source);
    TourSample sample = new TourSample(input, TourActs.SAMPLE_MAX);
    ChildVoice voice = new ChildVoice(host.text());
    TourStage stage = new TourStage(input, sample, host.path(operands.get(2)), voice);
    if (operands.getFirst().equals(LIVE)) {
      act.live(stage);
      voice.ready();
      ChildVoice.awaitKill(host.in());
    } else {
      act.revive(stage);
    }
    return ExitCode.DONE;
  }
}
