package holdfast.cli;

import java.io.Closeable;
import java.io.IOException;
import java.io.Serial;

/** A format, and what its reader makes of a damaged file. */
interface SelftestSubject extends Closeable {
  /** What a reader may answer. */
  enum Answer {
    /** Everything is there, nothing was remarked. */
    INTACT,
    /** The damage was noticed. */
    NOTICED
  }

  /** What a reader did that it may not do. */
  final class Wrong extends Exception {
    @Serial private static final long serialVersionUID = 1L;

    Wrong(String what) {
      super(what, null, false, false);
    }
  }

  /** Its name in the report. */
  String title();

  /** What an {@link Answer#INTACT} of this reader means, for the report. */
  String promise();

  /** A sound file. */
  byte[] sound();

  /** How many bytes from the start are worth damaging. */
  default int damagedSize() {
    return sound().length;
  }

  /**
   * Lets the reader loose on a damaged copy.
   *
   * <p>An exception by which the library reports damage says as much as {@link Answer#NOTICED}.
   *
   * @throws Wrong when it answered what it may not
   * @throws IOException when the system refuses something
   */
  Answer read(byte[] damaged) throws Wrong, IOException;

  @Override
  default void close() throws IOException {}
}
