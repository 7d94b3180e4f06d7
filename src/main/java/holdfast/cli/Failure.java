package holdfast.cli;

import holdfast.CorruptDataException;
import holdfast.UnsupportedFormatException;
import holdfast.snapshot.Reason;
import holdfast.snapshot.SnapshotException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/**
 * An exception as the user meets it: exit code, reason in words, advice.
 *
 * @param code one of {@link ExitCode}
 * @param reason what went wrong, without the name of the file
 * @param advice what to do; may be empty
 */
record Failure(int code, String reason, String advice) {
  private static final String DAMAGED =
      "The file is damaged, cut short or of another format: get it again from its source.";

  /** How readers say that a frame or block is sound so far, but asks for too much memory. */
  private static final String MEMORY_LIMIT = " that needs at most ";

  /** How the library says that somebody else has a file. */
  private static final String IN_USE = "in use";

  /** Translates what the library and the JDK throw; anything else is a defect and is thrown on. */
  static Failure of(Exception e) {
    return switch (e) {
      case CommandException c -> new Failure(c.code(), c.getMessage(), c.advice());
      case CorruptDataException c when c.expected().contains(MEMORY_LIMIT) ->
          new Failure(
              ExitCode.REFUSED, c.getMessage(), "A larger --limit-mem would let it be read.");
      case CorruptDataException c -> new Failure(ExitCode.PROBLEM, c.getMessage(), DAMAGED);
      case UnsupportedFormatException u -> new Failure(ExitCode.UNSUPPORTED, u.getMessage(), "");
      case SnapshotException s when s.getCause() instanceof CorruptDataException c -> of(c);
      case SnapshotException s when s.getCause() instanceof UnsupportedFormatException u -> of(u);
      case SnapshotException s ->
          new Failure(
              s.reason() == Reason.LOCKED ? ExitCode.REFUSED : ExitCode.PROBLEM,
              s.getMessage(),
              "");
      case NoSuchFileException n -> new Failure(ExitCode.IO, "no such file", "");
      case NotDirectoryException n -> new Failure(ExitCode.IO, "not a directory", "");
      case AccessDeniedException a -> new Failure(ExitCode.IO, "permission denied", "");
      case FileAlreadyExistsException f ->
          new Failure(ExitCode.REFUSED, "already exists", "Use -f to replace it.");
      case FileSystemException f when f.getReason() != null && f.getReason().startsWith(IN_USE) ->
          new Failure(ExitCode.REFUSED, f.getReason(), "");
      case FileSystemException f when f.getReason() != null ->
          new Failure(ExitCode.IO, f.getReason(), "");
      case InvalidPathException i ->
          new Failure(
              ExitCode.IO,
              "the name cannot be used here: " + i.getReason(),
              "Java reads file names in the locale's encoding: set LC_ALL=C.UTF-8.");
      case IOException io ->
          new Failure(
              ExitCode.IO, io.getMessage() == null ? io.getClass().getName() : io.getMessage(), "");
      case RuntimeException defect -> throw defect;
      default -> throw new AssertionError(e);
    };
  }

  /** Whether the reader of our output went away, which is no news to anybody. */
  static boolean isBrokenPipe(Exception e) {
    return e instanceof IOException && "Broken pipe".equals(e.getMessage());
  }
}
