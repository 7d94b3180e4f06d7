package holdfast.cli;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * What the owner of an object of eight bytes or more writes into its first and last words: where it
 * is and whose it is, so that no two objects at one place say the same.
 */
final class OwnerPattern {
  /** An object may begin anywhere; the order is the machine's. */
  private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG_UNALIGNED;

  private OwnerPattern() {}

  private static long word(long address, long owner) {
    return address * 0x9E3779B97F4A7C15L ^ owner;
  }

  static void write(MemorySegment object, long address, long owner) {
    object.set(WORD, 0, word(address, owner));
    object.set(WORD, object.byteSize() - Long.BYTES, word(address, owner));
  }

  static boolean isIntact(MemorySegment object, long address, long owner) {
    return object.get(WORD, 0) == word(address, owner)
        && object.get(WORD, object.byteSize() - Long.BYTES) == word(address, owner);
  }
}
