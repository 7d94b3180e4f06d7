package holdfast.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** What {@code --version} says. */
final class Version {
  private Version() {}

  /** Name, version of this build, and the Java it runs on. */
  static String line() {
    return "holdfast " + number() + ", Java " + Runtime.version();
  }

  /** The version that the build wrote beside this class, which a run-time image keeps too. */
  private static String number() {
    try (InputStream in = Version.class.getResourceAsStream("version.txt")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
