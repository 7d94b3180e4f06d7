package holdfast.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;

/** What a victim works on, and how it tells the self test what it found. */
final class SelftestScene {
  static final String ACKNOWLEDGED = "acknowledged";
  static final String FOUND = "found";

  private final Path folder;
  private final InputStream starter;
  private final ChildVoice voice;
  private final boolean looksOnly;

  SelftestScene(Path folder, InputStream starter, ChildVoice voice, boolean looksOnly) {
    this.folder = folder;
    this.starter = starter;
    this.voice = voice;
    this.looksOnly = looksOnly;
  }

  /** A file in the folder of the victim, which all its processes share. */
  Path file(String name) {
    return folder.resolve(name);
  }

  /** Numbers that tell what was surely done, beside the files that are tested. */
  KeptNumbers numbers(int count) throws IOException {
    Path file = file("acknowledged");
    return Files.exists(file) ? KeptNumbers.open(file) : KeptNumbers.create(file, count);
  }

  /** Tells what is wrong. */
  void differs(String what) {
    voice.differs(what);
  }

  /**
   * Tells that everything is compared.
   *
   * @param acknowledged what was surely done before
   * @param found what is there
   * @return whether the work is to begin
   */
  boolean compared(long acknowledged, long found) {
    voice.fact(ACKNOWLEDGED, acknowledged);
    voice.fact(FOUND, found);
    if (!looksOnly) {
      Thread watch = new Thread(this::watch, "selftest-watch");
      watch.setDaemon(true);
      watch.start();
    }
    return !looksOnly;
  }

  private void watch() {
    try {
      ChildVoice.awaitKill(starter);
    } catch (IOException e) {
      Runtime.getRuntime().halt(ExitCode.IO);
    }
  }

  /** Does nothing more, until the kill. */
  void awaitKill() {
    while (true) {
      LockSupport.park();
    }
  }

  /** Says that something was done, and that the kill may come. */
  void ready() {
    voice.ready();
  }
}
