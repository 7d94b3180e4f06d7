package holdfast.cli;

import java.io.Closeable;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file or standard input, open for reading. Closing leaves standard input open. */
final class Input implements Closeable {
  private final String name;
  private final Path path;
  private final InputStream stream;
  private final FileChannel channel;

  private Input(String name, Path path, InputStream stream, FileChannel channel) {
    this.name = name;
    this.path = path;
    this.stream = stream;
    this.channel = channel;
  }

  /** Standard input of the command. */
  static Input standard(Host host) {
    InputStream in = host.in();
    return new Input("stdin", null, in, in instanceof FileInputStream f ? f.getChannel() : null);
  }

  /** A file; a directory is refused with the system's own exception. */
  static Input file(String name, Path path) throws IOException {
    if (Files.isDirectory(path)) {
      throw CommandException.refused("is a directory", "");
    }
    FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
    return new Input(name, path, Channels.newInputStream(channel), channel);
  }

  /** As the user called it; {@code stdin} for standard input. */
  String name() {
    return name;
  }

  /** The file; {@code null} for standard input. */
  Path path() {
    return path;
  }

  InputStream stream() {
    return stream;
  }

  /** The channel behind the stream; {@code null} for standard input that is not a real stream. */
  FileChannel channel() {
    return channel;
  }

  /** Bytes left to read, or -1 when nobody knows: a pipe, a terminal, a file that reports 0. */
  long remaining() {
    try {
      long left = channel == null ? -1 : channel.size() - channel.position();
      return left > 0 ? left : -1;
    } catch (IOException e) {
      return -1; // not a seekable file
    }
  }

  /**
   * Fills the buffer as far as the input goes.
   *
   * @return bytes read; less than the buffer's size only at the end
   */
  int fill(byte[] buffer) throws IOException {
    return stream.readNBytes(buffer, 0, buffer.length);
  }

  @Override
  public void close() throws IOException {
    if (path != null) {
      channel.close();
    }
  }
}
