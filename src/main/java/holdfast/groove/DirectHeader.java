package holdfast.groove;

import static holdfast.internal.GlobalMemory.ADDRESS_MASK;
import static holdfast.internal.GlobalMemory.BIAS;
import static holdfast.internal.GlobalMemory.VIEW;

import holdfast.internal.GlobalMemory;
import holdfast.internal.Mem;

/**
 * The words of {@link ObjectHeader} by their address: for handles that are trusted, where native
 * access is enabled.
 *
 * <p>Whoever calls knows that the header lies in the memory, and that the memory is there.
 */
final class DirectHeader {
  /** Without it, nothing here may be called. */
  static final boolean AVAILABLE = GlobalMemory.AVAILABLE;

  private DirectHeader() {}

  private static long at(long address, long header) {
    return (address + header & ADDRESS_MASK) + BIAS;
  }

  static long word(long address, long header) {
    return Mem.getLong(VIEW, at(address, header) + ObjectHeader.WORD_OFFSET);
  }

  static void word(long address, long header, long word) {
    Mem.putLong(VIEW, at(address, header) + ObjectHeader.WORD_OFFSET, word);
  }

  static long info(long address, long header) {
    return Mem.getLong(VIEW, at(address, header) + ObjectHeader.INFO_OFFSET);
  }

  static void info(long address, long header, long info) {
    Mem.putLong(VIEW, at(address, header) + ObjectHeader.INFO_OFFSET, info);
  }

  /** What was written before is there when the info is: who walks meanwhile reads it first. */
  static void infoRelease(long address, long header, long info) {
    Mem.putLongRelease(VIEW, at(address, header) + ObjectHeader.INFO_OFFSET, info);
  }
}
