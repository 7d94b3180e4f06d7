package holdfast.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** Reads the file named by {@code -D}, of which only the last 64 KiB can ever be referred to. */
final class Lz4DictionaryFile {
  private static final int USEFUL_MAX = 64 << 10;

  private Lz4DictionaryFile() {}

  /**
   * The useful end of the dictionary.
   *
   * @throws CommandException if the dictionary and an input would both come from standard input
   */
  static byte[] read(Host host, Lz4Options options) throws IOException {
    String name = options.dictionary;
    boolean standard = name.equals("-") || name.equals("stdin");
    boolean inputIsStandard =
        options.names.isEmpty() || options.names.contains("-") || options.names.contains("stdin");
    if (standard && inputIsStandard) {
      throw CommandException.usage(
          "the dictionary and the data cannot both come from standard input", "");
    }
    try (Input input = standard ? Input.standard(host) : Input.file(name, host.path(name))) {
      long remaining = input.remaining();
      if (!standard && remaining > USEFUL_MAX) {
        input.channel().position(remaining - USEFUL_MAX);
      }
      return tail(input.stream());
    } catch (IOException | RuntimeException e) {
      throw CommandException.about("dictionary " + name, Failure.of(e));
    }
  }

  /** The last bytes of a stream, read with two buffers in turn. */
  private static byte[] tail(InputStream in) throws IOException {
    byte[] older = new byte[0];
    byte[] newer = in.readNBytes(USEFUL_MAX);
    while (newer.length == USEFUL_MAX) {
      byte[] next = in.readNBytes(USEFUL_MAX);
      if (next.length == 0) {
        break;
      }
      older = newer;
      newer = next;
    }
    int kept = Math.min(older.length, USEFUL_MAX - newer.length);
    byte[] tail =
        Arrays.copyOf(
            Arrays.copyOfRange(older, older.length - kept, older.length), kept + newer.length);
    System.arraycopy(newer, 0, tail, kept, newer.length);
    return tail;
  }
}
