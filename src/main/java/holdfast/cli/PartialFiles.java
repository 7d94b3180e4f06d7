package holdfast.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashSet;
import java.util.SequencedSet;

/**
 * The output files that are not finished yet, so that an interrupt can remove them. A new folder
 * for them may be among them; it is removed only when it is empty.
 *
 * <p>Thread safe: the work adds and publishes, a shutdown hook abandons. After {@link #abandon}
 * nothing is published any more, so a file is either whole under its final name or gone.
 */
final class PartialFiles {
  /** The newest last. */
  private final SequencedSet<Path> files = new LinkedHashSet<>();

  private boolean abandoned;

  /** Remembers a file that is about to be created. */
  synchronized void add(Path file) throws IOException {
    refuseWhenAbandoned();
    files.add(file);
  }

  /** Gives a finished file its final name, replacing what bears it. */
  synchronized void publish(Path file, Path target) throws IOException {
    refuseWhenAbandoned();
    Files.move(file, target, StandardCopyOption.ATOMIC_MOVE);
    files.remove(file);
  }

  /** Removes a file whose making failed. */
  synchronized void discard(Path file) {
    if (files.remove(file)) {
      delete(file);
    }
  }

  /** Removes all of them, for good. */
  synchronized void abandon() {
    abandoned = true;
    for (Path file : files.reversed()) { // files before the folder that they are in
      delete(file);
    }
    files.clear();
  }

  private void refuseWhenAbandoned() throws IOException {
    if (abandoned) {
      throw new IOException("interrupted");
    }
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      // What made the work fail is the news; a left-over temporary file is not worth hiding it.
    }
  }
}
