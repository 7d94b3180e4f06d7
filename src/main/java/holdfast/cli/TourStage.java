package holdfast.cli;

import java.nio.file.Path;

/** What an act of the tour works on, and its voice. */
final class TourStage {
  private final TourFiles input;
  private final TourSample sample;
  private final Path folder;
  private final ChildVoice voice;

  TourStage(TourFiles input, TourSample sample, Path folder, ChildVoice voice) {
    this.input = input;
    this.sample = sample;
    this.folder = folder;
    this.voice = voice;
  }

  /** The files to work with. */
  TourFiles input() {
    return input;
  }

  /** What to take of them. */
  TourSample sample() {
    return sample;
  }

  /** A file in the folder of the tour. */
  Path file(String name) {
    return folder.resolve(name);
  }

  /** Adds a line to the report. */
  void say(String text) {
    voice.say(text);
  }

  /** Adds a fact to the JSON document; a number is a number there. */
  void fact(String name, Object value) {
    voice.fact(name, value);
  }

  /** Tells what is wrong; the tour fails then. */
  void differs(String what) {
    voice.differs(what);
  }
}
