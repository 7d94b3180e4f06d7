package holdfast.snapshot;

import java.nio.file.Path;
import java.util.Objects;

/**
 * A file that was passed over.
 *
 * @param path which
 * @param reason why, in a word
 * @param detail why, with the place
 */
public record Reject(Path path, Reason reason, String detail) {
  /** Checks the values. */
  public Reject {
    Objects.requireNonNull(path, "path");
    Objects.requireNonNull(reason, "reason");
    Objects.requireNonNull(detail, "detail");
  }

  /** One line for a person. */
  @Override
  public String toString() {
    return path + ": " + reason + ": " + detail;
  }
}
