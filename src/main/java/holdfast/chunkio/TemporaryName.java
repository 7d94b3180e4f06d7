package holdfast.chunkio;

import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/**
 * The name of a file that is to replace a chunk, and that of one which is away for a moment. Both
 * begin with a dot, so that no scan, here or in the original, takes them for a chunk.
 */
final class TemporaryName {
  private static final String SUFFIX = ".tmp";
  private static final String AWAY = ".names";

  /** What file systems allow, in bytes. */
  private static final int NAME_MAX = 255;

  private TemporaryName() {}

  /**
   * The name. No chunk has one that another chunk has: behind the dots begins the chunk's own name,
   * which does not begin with one.
   *
   * @param name of the chunk
   * @param second whether the first name is taken, because a replacement is itself replaced
   */
  static String of(String name, boolean second) {
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    String dots = second ? ".." : ".";
    boolean fits = dots.length() + bytes.length + SUFFIX.length() <= NAME_MAX;
    return dots + (fits ? name : hash(bytes)) + SUFFIX;
  }

  /** A name that leaves room for something behind it. */
  static String shortened(String name) {
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    return bytes.length <= NAME_MAX - 32 ? name : hash(bytes);
  }

  private static String hash(byte[] name) {
    CRC32 crc = new CRC32();
    crc.update(name);
    return "%08x".formatted(crc.getValue());
  }

  /** The name of what is away, see {@link StreamFolder}; too long for the system if the name is. */
  static String away(String name) {
    return "." + name + AWAY;
  }

  /** Whether there is room for that. */
  static boolean canBeAway(String name) {
    return away(name).getBytes(StandardCharsets.UTF_8).length <= NAME_MAX;
  }

  /** The name that {@link #away} was made from; null for others. */
  static String wasAway(String name) {
    return name.startsWith(".") && name.endsWith(AWAY) && name.length() > 1 + AWAY.length()
        ? name.substring(1, name.length() - AWAY.length())
        : null;
  }

  /** Whether a file in a stream's directory is what a killed process left behind. */
  static boolean is(String name) {
    return name.startsWith(".") && name.endsWith(SUFFIX) && name.length() > 1 + SUFFIX.length();
  }
}
