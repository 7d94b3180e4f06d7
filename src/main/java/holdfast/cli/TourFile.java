package holdfast.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * One file that the tour goes through.
 *
 * @param name as the user knows it
 * @param path where it is
 * @param start bytes of all files before it
 * @param size bytes when it was found
 */
record TourFile(String name, Path path, long start, long size) {
  /** Opens it for {@link #read}. */
  FileChannel open() throws IOException {
    try {
      return FileChannel.open(path, StandardOpenOption.READ);
    } catch (IOException e) {
      throw CommandException.about(name, Failure.of(e));
    }
  }

  /** Fills what remains of the buffer from a place in the file. */
  void read(FileChannel channel, long offset, ByteBuffer buffer) throws IOException {
    long at = offset;
    while (buffer.hasRemaining()) {
      int n = channel.read(buffer, at);
      if (n < 0) {
        throw new IOException(
            name + " shrank during the tour: " + size + " bytes before, now it ends at " + at);
      }
      at += n;
    }
  }
}
