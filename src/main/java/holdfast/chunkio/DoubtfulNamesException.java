package holdfast.chunkio;

import java.nio.file.FileSystemException;
import java.nio.file.Path;

/**
 * The system failed to make the names of streams durable, so nothing that is in a new one can be
 * promised to survive a power cut. Appends and levels below {@link SyncLevel#FULL} go on working.
 * To get out of it, close the store and open it again: that makes all names anew.
 */
public final class DoubtfulNamesException extends FileSystemException {
  private static final long serialVersionUID = 1L;

  DoubtfulNamesException(Path directory, Throwable cause) {
    super(
        directory.toString(),
        null,
        "a force of this directory failed, names in it may be lost in a power cut;"
            + " close the store and open it again");
    initCause(cause);
  }
}
