package holdfast.snapshot;

import holdfast.CorruptDataException;
import holdfast.UnsupportedFormatException;
import java.io.Serial;
import java.util.List;
import java.util.Objects;

/**
 * A snapshot was refused: by what is in it, or by what is around it.
 *
 * <p>When a file is damaged the cause is a {@link CorruptDataException} with place, expected and
 * found. What the system refuses is not wrapped: that is a {@link java.io.IOException}. An error is
 * the cause where a service has to live on.
 */
public final class SnapshotException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  /** Why, in a word. */
  private final Reason reason;

  /** What was passed over before. */
  private final transient List<Reject> rejects;

  SnapshotException(Reason reason, String message) {
    this(reason, message, List.of(), null);
  }

  SnapshotException(Reason reason, String message, List<Reject> rejects, Throwable cause) {
    super(message, cause);
    this.reason = Objects.requireNonNull(reason, "reason");
    this.rejects = List.copyOf(rejects);
  }

  /** Damage in a part of a file. */
  static SnapshotException damaged(
      Reason reason, String part, long offset, String expected, String found) {
    CorruptDataException cause =
        new CorruptDataException("snapshot " + part, offset, expected, found);
    return new SnapshotException(reason, cause.getMessage(), List.of(), cause);
  }

  /** What should not happen, or no memory, or no thread. */
  static SnapshotException other(Error cause) {
    return new SnapshotException(Reason.OTHER, "no snapshot: " + cause, List.of(), cause);
  }

  /** Damage that another piece found. */
  static SnapshotException damaged(Reason reason, CorruptDataException cause) {
    return new SnapshotException(reason, cause.getMessage(), List.of(), cause);
  }

  /** A file of a version that this one does not know. */
  static SnapshotException version(long offset, int version) {
    UnsupportedFormatException cause =
        new UnsupportedFormatException(
            "snapshot header",
            offset,
            "version " + Integer.toUnsignedString(version) + "; this one reads version 1");
    return new SnapshotException(Reason.BAD_VERSION, cause.getMessage(), List.of(), cause);
  }

  /**
   * Why.
   *
   * @return never null
   */
  public Reason reason() {
    return reason;
  }

  /**
   * The files that were passed over before this was given up.
   *
   * @return in the order of the attempts; empty where no choice was tried, and after serialization
   */
  public List<Reject> rejects() {
    return rejects == null ? List.of() : rejects;
  }
}
