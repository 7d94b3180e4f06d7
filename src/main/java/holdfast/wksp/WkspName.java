package holdfast.wksp;

import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/** Names of workspaces: 1 to 39 of {@code A-Z a-z 0-9 _ - .}, the first a letter or a digit. */
final class WkspName {
  /** Longest name, in characters; one byte of the field is always zero. */
  static final int LENGTH_MAX = WkspHeader.NAME_SIZE - 1;

  private WkspName() {}

  static boolean isValid(String name) {
    if (name.isEmpty() || name.length() > LENGTH_MAX) {
      return false;
    }
    for (int i = 0; i < name.length(); i++) {
      if (!isAllowed(name.charAt(i), i == 0)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isAllowed(int c, boolean first) {
    boolean alphanumeric =
        (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    return alphanumeric || (!first && (c == '_' || c == '-' || c == '.'));
  }

  /** Reads the name at {@code offset}; null when there is none that is allowed. */
  static String read(MemorySegment mem, long offset) {
    byte[] bytes = new byte[WkspHeader.NAME_SIZE];
    int length = 0;
    while (length < bytes.length) {
      byte b = Mem.getByte(mem, offset + length);
      if (b == 0) {
        break;
      }
      bytes[length++] = b;
    }
    // What lies behind the first zero is padding: written as zeros, ignored when read.
    String name = new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
    return isValid(name) ? name : null;
  }

  /** Writes a valid name and its padding. */
  static void write(MemorySegment mem, long offset, String name) {
    byte[] bytes = new byte[WkspHeader.NAME_SIZE];
    byte[] text = name.getBytes(StandardCharsets.ISO_8859_1);
    System.arraycopy(text, 0, bytes, 0, text.length);
    Mem.copy(MemorySegment.ofArray(bytes), 0, mem, offset, bytes.length);
  }
}
