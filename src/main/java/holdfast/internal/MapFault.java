package holdfast.internal;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Turns the error that the JVM throws for a mapped page without storage into an I/O error.
 *
 * <p>Such a page appears when somebody cuts a file while it is mapped, or when a file system that
 * copies on write runs full. The JVM reports the access as an {@link InternalError}, sometimes a
 * few instructions late. The outermost public call of each piece catches it:
 *
 * <pre>{@code
 * try {
 *   return allocateInMap(size);
 * } catch (InternalError e) {
 *   throw MapFault.of(path, e);
 * }
 * }</pre>
 *
 * <p>What the map holds is unknown by then: the object has to refuse further work until it is
 * reopened. {@code MemorySegment.mismatch} must not be used on mapped memory, because compiled by
 * the client compiler it ends the process instead.
 */
public final class MapFault {
  private MapFault() {}

  /**
   * Translates.
   *
   * @param file the mapped file, for the message
   * @param error what was caught
   * @return an exception that names the file, with the error as its cause; to be thrown
   * @throws InternalError the given one, when it does not come from an access to memory
   */
  public static IOException of(Path file, InternalError error) {
    String message = error.getMessage();
    if (message == null || !message.contains("unsafe memory access")) {
      throw error;
    }
    return new IOException(
        file
            + ": a mapped page has no storage behind it: the file was cut by somebody else, or the"
            + " disk is full; reopen the file",
        error);
  }
}
