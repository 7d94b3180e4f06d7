package holdfast.cli;

import java.io.IOException;
import java.util.List;

/**
 * {@code holdfast selftest-worker work|look VICTIM FOLDER}: a process of the self test's, not for
 * people, so no overview lists it.
 */
final class SelftestWorker implements Command {
  static final String NAME = "selftest-worker";
  static final String WORK = "work";
  static final String LOOK = "look";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String summary() {
    return "a process of the self test's";
  }

  @Override
  public String help() {
    return """
    usage: holdfast selftest-worker work|look VICTIM FOLDER

    What 'holdfast selftest' starts to kill it, and to look at what is left.
    """;
  }

  @Override
  public int run(Host host, List<String> words) throws IOException {
    List<String> operands = Arguments.parse(List.of(), words).operands();
    SelftestVictim victim = operands.size() == 3 ? SelftestKills.victim(operands.get(1)) : null;
    if (victim == null) {
      throw CommandException.usage("this is a part of 'holdfast selftest'", "Run that.");
    }
    victim.work(
        new SelftestScene(
            host.path(operands.get(2)),
            host.in(),
            new ChildVoice(host.text()),
            operands.getFirst().equals(LOOK)));
    return ExitCode.DONE;
  }
}
