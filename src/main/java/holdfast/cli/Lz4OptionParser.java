package holdfast.cli;

import holdfast.cli.Lz4Options.Mode;
import holdfast.cli.Lz4Options.Sparse;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the {@code lz4} tool's command line: joined short options ({@code -9B4D}, {@code -dD FILE},
 * {@code -bi0}), long options, file names, {@code --}.
 */
final class Lz4OptionParser {
  /** For suggestions; a trailing {@code =} marks a value. */
  private static final List<String> LONG_NAMES =
      List.of(
          "--compress",
          "--decompress",
          "--uncompress",
          "--test",
          "--multiple",
          "--force",
          "--no-force",
          "--stdout",
          "--to-stdout",
          "--frame-crc",
          "--no-frame-crc",
          "--no-crc",
          "--content-size",
          "--no-content-size",
          "--list",
          "--sparse",
          "--no-sparse",
          "--favor-decSpeed",
          "--keep",
          "--rm",
          "--recursive",
          "--fast=",
          "--best",
          "--threads=");

  private static final int BLOCK_BYTES_MIN = 32;
  private static final int BLOCK_BYTES_MAX = 4 << 20;

  private final Lz4Options options = new Lz4Options();
  private final List<String> words;

  /** Index of the next word. */
  private int next;

  /** The joined short options being read, and where in them. */
  private String joined = "";

  private int at;

  private Lz4OptionParser(List<String> words) {
    this.words = words;
  }

  /**
   * Reads a command line.
   *
   * @param program {@code lz4}, {@code unlz4} or {@code lz4cat}
   * @param level the level from the environment, {@code null} for none
   * @param workers the number of threads from the environment, {@code null} for none
   */
  static Lz4Options parse(String program, String level, String workers, List<String> words) {
    Lz4OptionParser parser = new Lz4OptionParser(words);
    parser.startAs(program);
    parser.options.level = fromEnvironment(level, 1);
    parser.options.threads = Math.max(0, fromEnvironment(workers, 0));
    parser.read();
    return parser.options;
  }

  private void startAs(String program) {
    switch (program) {
      case "unlz4" -> options.mode = Mode.DECOMPRESS;
      case "lz4cat" -> {
        options.mode = Mode.DECOMPRESS;
        options.toStdout = true;
        options.force = true;
        options.multiple = true;
      }
      default -> {}
    }
  }

  /** A number from the environment; like the original tool, anything else is ignored. */
  private static int fromEnvironment(String value, int otherwise) {
    if (value == null || value.isEmpty() || value.length() > 9) {
      return otherwise;
    }
    try {
      return Integer.parseInt(value);
    } catch (NumberFormatException e) {
      return otherwise;
    }
  }

  private void read() {
    while (next < words.size()) {
      String word = words.get(next++);
      if (word.isEmpty()) {
        throw CommandException.usage("a file name is empty", "");
      }
      if (word.equals("--")) {
        options.names.addAll(words.subList(next, words.size()));
        return;
      }
      if (word.charAt(0) != '-' || word.length() == 1) {
        options.names.add(word);
      } else if (word.startsWith("--")) {
        readLong(word);
      } else {
        readJoined(word);
      }
    }
  }

  private void readLong(String word) {
    int equals = word.indexOf('=');
    String name = equals < 0 ? word : word.substring(0, equals);
    String value = equals < 0 ? null : word.substring(equals + 1);
    if (name.equals("--fast")) {
      options.level = -(value == null ? 1 : positive(name, value));
      return;
    }
    if (name.equals("--threads") || Globals.takesValue(name)) {
      value = value == null ? nextWord(name) : value;
      if (!options.globals.take(name, value)) {
        options.threads = number(name, value);
      }
      return;
    }
    if (value != null) {
      throw isKnown(name) ? CommandException.usage(name + " takes no value", "") : unknown(name);
    }
    switch (name) {
      case "--compress" -> options.mode = Mode.COMPRESS;
      case "--decompress", "--uncompress" -> options.mode = Mode.DECOMPRESS;
      case "--test" -> options.mode = Mode.TEST;
      case "--list" -> list();
      case "--multiple" -> options.multiple = true;
      case "--recursive" -> options.recursive = true;
      case "--force" -> options.force = true;
      case "--no-force" -> options.force = false;
      case "--stdout", "--to-stdout" -> options.toStdout = true;
      case "--frame-crc" -> options.contentChecksum = true;
      case "--no-frame-crc" -> options.contentChecksum = false;
      case "--no-crc" -> noChecksums();
      case "--content-size" -> options.contentSize = true;
      case "--no-content-size" -> options.contentSize = false;
      case "--sparse" -> options.sparse = Sparse.ALWAYS;
      case "--no-sparse" -> options.sparse = Sparse.NEVER;
      case "--favor-decSpeed" -> options.favorDecompressionSpeed = true;
      case "--keep" -> options.removeSource = false;
      case "--rm" -> options.removeSource = true;
      case "--version" -> options.version = true;
      case "--help" -> options.help = true;
      case "--best" -> options.level = Lz4Options.LEVEL_MAX;
      default -> {
        if (!options.globals.take(name, null)) {
          throw unknown(name);
        }
      }
    }
  }

  private void readJoined(String word) {
    joined = word;
    at = 1;
    while (at < joined.length()) {
      char c = joined.charAt(at);
      if (Numbers.isDigit(c)) {
        options.level = digits(1);
        continue;
      }
      at++;
      switch (c) {
        case 'z' -> options.mode = Mode.COMPRESS;
        case 'd' -> decompress();
        case 't' -> options.mode = Mode.TEST;
        case 'c' -> options.toStdout = true;
        case 'f' -> options.force = true;
        case 'k' -> options.removeSource = false;
        case 'm' -> options.multiple = true;
        case 'r' -> options.recursive = true;
        case 'l' -> options.legacy = true;
        case 'h', 'H' -> options.help = true;
        case 'V' -> options.version = true;
        case 'q' -> options.globals.changeVerbosity(-1);
        case 'v' -> options.globals.changeVerbosity(1);
        case 'B' -> readBlock();
        case 'D' -> readDictionary();
        case 'T' -> options.threads = digits(0);
        case 'b' -> benchmark();
        case 'e' -> options.benchmarkLastLevel = digits(1);
        case 'i' -> options.benchmarkSeconds = digits(3);
        case 'S' -> options.benchmarkSeparately = true;
        default -> throw CommandException.usage("unknown option -" + c + " in " + word, "");
      }
    }
  }

  private void decompress() {
    if (options.mode == Mode.BENCHMARK) {
      options.benchmarkDecodeOnly = true;
    } else {
      options.mode = Mode.DECOMPRESS;
    }
  }

  private void benchmark() {
    options.benchmarkDecodeOnly |= options.mode == Mode.DECOMPRESS;
    options.mode = Mode.BENCHMARK;
    options.multiple = true;
  }

  private void list() {
    options.mode = Mode.LIST;
    options.multiple = true;
  }

  private void noChecksums() {
    options.contentChecksum = false;
    options.blockChecksum = false;
    options.verifyChecksums = false;
  }

  /** Everything that may follow {@code -B}: a size, and any of D, I and X. */
  private void readBlock() {
    int start = at;
    while (at < joined.length()) {
      char c = joined.charAt(at);
      if (Numbers.isDigit(c)) {
        blockSize(digits(0));
        continue;
      }
      if (c == 'D' || c == 'I') {
        options.linkedBlocks = c == 'D';
      } else if (c == 'X') {
        options.blockChecksum = true;
      } else {
        break;
      }
      at++;
    }
    if (at == start) {
      throw CommandException.usage("-B needs a size, D, I or X after it", "Example: -B4D.");
    }
  }

  private void blockSize(int size) {
    if (size >= 4 && size <= Lz4Options.BLOCK_ID_MAX) {
      options.blockId = size;
      options.blockBytes = 0;
    } else if (size >= BLOCK_BYTES_MIN) {
      options.blockBytes = Math.min(size, BLOCK_BYTES_MAX);
      int id = 4;
      while (options.blockBytes > 1 << (8 + 2 * id)) {
        id++;
      }
      options.blockId = id;
    } else {
      throw CommandException.usage(
          "-B" + size + " is no block size",
          "4 to 7 stand for 64 KiB, 256 KiB, 1 MiB and 4 MiB; 32 and more are bytes.");
    }
  }

  /** The rest of the word, or else the next one. */
  private void readDictionary() {
    options.dictionary = at < joined.length() ? joined.substring(at) : nextWord("-D");
    at = joined.length();
  }

  private String nextWord(String option) {
    if (next == words.size()) {
      throw CommandException.usage(option + " needs a value", "");
    }
    return words.get(next++);
  }

  /** The number at the current place of the joined options; another when there is none. */
  private int digits(int otherwise) {
    int start = at;
    while (at < joined.length() && Numbers.isDigit(joined.charAt(at))) {
      at++;
    }
    return at == start ? otherwise : number(joined, joined.substring(start, at));
  }

  private static int number(String option, String value) {
    boolean digits = !value.isEmpty() && value.length() <= 9;
    for (int i = 0; i < value.length(); i++) {
      digits &= Numbers.isDigit(value.charAt(i));
    }
    if (!digits) {
      throw CommandException.usage(
          option + ": '" + value + "' is not a number from 0 to 999999999", "");
    }
    return Integer.parseInt(value);
  }

  private static int positive(String option, String value) {
    int number = number(option, value);
    if (number == 0) {
      throw CommandException.usage(option + " needs a number from 1 up", "");
    }
    return number;
  }

  private static boolean isKnown(String name) {
    return LONG_NAMES.contains(name) || Globals.NAMES.contains(name);
  }

  private static CommandException unknown(String name) {
    return Arguments.unknown(name, new ArrayList<>(LONG_NAMES));
  }
}
