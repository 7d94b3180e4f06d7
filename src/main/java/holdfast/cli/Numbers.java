package holdfast.cli;

/**
 * Sizes and decimals as people write and read them.
 *
 * <p>Written by hand because the JDK's formatter costs a short command more than its work.
 */
final class Numbers {
  private static final String UNITS = "KMGTPE";

  private Numbers() {}

  /**
   * Reads a size: digits, then nothing, {@code B}, {@code K}, {@code KB} or {@code KiB} and so on
   * up to {@code E}, in any case; all units are powers of 1024.
   *
   * @param option the option that the size belongs to, for the error
   */
  static long parseSize(String option, String word) {
    int digits = 0;
    long value = 0;
    boolean fits = true;
    while (digits < word.length() && isDigit(word.charAt(digits))) {
      int digit = word.charAt(digits++) - '0';
      fits &= value <= (Long.MAX_VALUE - digit) / 10;
      value = fits ? value * 10 + digit : value;
    }
    int shift = unitShift(word.substring(digits));
    if (digits == 0 || shift < 0) {
      throw CommandException.usage(
          option + " needs a size, not '" + word + "'", "Examples: 65536, 64K, 256MiB, 1G.");
    }
    if (!fits || value > Long.MAX_VALUE >> shift) {
      throw CommandException.usage(option + ": " + word + " is beyond 2^63 - 1 bytes", "");
    }
    return value << shift;
  }

  /**
   * Reads a number of 64 bits without a sign, decimal, or hexadecimal behind {@code 0x}.
   *
   * @param what the number is, for the error
   */
  static long parseUnsigned(String what, String word) {
    try {
      return word.startsWith("0x") || word.startsWith("0X")
          ? Long.parseUnsignedLong(word.substring(2), 16)
          : Long.parseUnsignedLong(word);
    } catch (NumberFormatException e) {
      throw CommandException.usage(
          what + " must be a number of at most 64 bits, not '" + word + "'", "");
    }
  }

  private static int unitShift(String unit) {
    String upper = unit.toUpperCase(java.util.Locale.ROOT);
    if (upper.isEmpty() || upper.equals("B")) {
      return 0;
    }
    int index = UNITS.indexOf(upper.charAt(0));
    String rest = upper.substring(1);
    boolean known = index >= 0 && (rest.isEmpty() || rest.equals("B") || rest.equals("IB"));
    return known ? (index + 1) * 10 : -1;
  }

  static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  /** A size with three or more significant digits and its unit: {@code 512 B}, {@code 1.80 GiB}. */
  static String size(long bytes) {
    if (bytes < 1024) {
      return bytes + " B";
    }
    return scaled(bytes) + " " + unit(bytes) + "iB";
  }

  /** The same in the short form that lists use: {@code 512.00}, {@code 87.01K}, {@code 1.80G}. */
  static String shortSize(long bytes) {
    return bytes < 1024 ? bytes + ".00" : scaled(bytes) + unit(bytes);
  }

  private static String scaled(long bytes) {
    return fixed(bytes / Math.scalb(1.0, 10 * magnitude(bytes)), 2);
  }

  private static char unit(long bytes) {
    return UNITS.charAt(magnitude(bytes) - 1);
  }

  private static int magnitude(long bytes) {
    return (63 - Long.numberOfLeadingZeros(bytes)) / 10;
  }

  /** A number of things, grouped, with a plural that takes an s. */
  static String count(long count, String what) {
    return grouped(count) + " " + what + (count == 1 ? "" : "s");
  }

  /** A number with digits in groups of three: {@code 1,932,735,283}. */
  static String grouped(long value) {
    StringBuilder text = new StringBuilder(Long.toString(value));
    for (int i = text.length() - 3; i > (value < 0 ? 1 : 0); i -= 3) {
      text.insert(i, ',');
    }
    return text.toString();
  }

  /** A number that is not negative with a fixed count of decimals (0 to 3), rounded half up. */
  static String fixed(double value, int decimals) {
    long scale = decimals == 0 ? 1 : decimals == 1 ? 10 : decimals == 2 ? 100 : 1000;
    long scaled = Math.round(value * scale);
    String whole = Long.toString(scaled / scale);
    if (decimals == 0) {
      return whole;
    }
    String fraction = Long.toString(scale + scaled % scale);
    return whole + "." + fraction.substring(1);
  }

  /** What part of {@code whole} a part is: {@code 23.20%}; of nothing it is 100 %. */
  static String percent(long part, long whole) {
    return fixed(whole == 0 ? 100 : 100.0 * part / whole, 2) + "%";
  }

  /** A span of time as a clock shows it: {@code 0:07}, {@code 12:34}, {@code 3:00:00}. */
  static String clock(long seconds) {
    long minutes = seconds / 60;
    String tail = Long.toString(100 + seconds % 60).substring(1);
    return minutes < 60
        ? minutes + ":" + tail
        : minutes / 60 + ":" + Long.toString(100 + minutes % 60).substring(1) + ":" + tail;
  }

  /** Text right-aligned in a column. */
  static String right(String text, int width) {
    return " ".repeat(Math.max(0, width - text.length())) + text;
  }

  /** Text left-aligned in a column. */
  static String left(String text, int width) {
    return text + " ".repeat(Math.max(0, width - text.length()));
  }
}
