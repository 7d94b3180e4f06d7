package holdfast.chunkio;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Names of streams and chunks: one part of a path that a scan finds again. */
final class Names {
  private Names() {}

  /** Refuses a name that would leave its directory, or that no load would ever see. */
  static String require(String name, String what) {
    if (name.isEmpty() || name.startsWith(".") || !isOnePart(name)) {
      throw new IllegalArgumentException("not a name for a " + what + ": \"" + name + "\"");
    }
    return name;
  }

  private static boolean isOnePart(String name) {
    try {
      Path path = Path.of(name);
      return name.indexOf('/') < 0
          && path.getNameCount() == 1
          && !path.isAbsolute()
          && path.toString().equals(name);
    } catch (InvalidPathException e) {
      return false;
    }
  }
}
