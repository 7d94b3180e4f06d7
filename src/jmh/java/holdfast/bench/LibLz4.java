package holdfast.bench;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * The machine's own liblz4, called without a wrapper library: the yardstick of all ratios.
 *
 * <p>Calls are linked as critical, the cheapest way there is, so small pieces are not charged for
 * the change of thread state.
 */
final class LibLz4 {
  private static final Optional<SymbolLookup> LIBRARY = open();

  private static final MethodHandle VERSION = link("LZ4_versionString", ADDRESS);
  private static final MethodHandle COMPRESS =
      link("LZ4_compress_default", JAVA_INT, ADDRESS, ADDRESS, JAVA_INT, JAVA_INT);
  private static final MethodHandle COMPRESS_HC =
      link("LZ4_compress_HC", JAVA_INT, ADDRESS, ADDRESS, JAVA_INT, JAVA_INT, JAVA_INT);
  private static final MethodHandle DECOMPRESS =
      link("LZ4_decompress_safe", JAVA_INT, ADDRESS, ADDRESS, JAVA_INT, JAVA_INT);

  private LibLz4() {}

  static boolean present() {
    return LIBRARY.isPresent();
  }

  /** The version text, as in "1.9.4". */
  static String version() {
    try {
      return ((MemorySegment) VERSION.invokeExact()).reinterpret(16).getString(0);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  static long compress(MemorySegment src, MemorySegment dst) {
    try {
      return (int) COMPRESS.invokeExact(src, dst, (int) src.byteSize(), (int) dst.byteSize());
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  static long compressHc(MemorySegment src, MemorySegment dst, int level) {
    try {
      return (int)
          COMPRESS_HC.invokeExact(src, dst, (int) src.byteSize(), (int) dst.byteSize(), level);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  static long decompress(MemorySegment src, MemorySegment dst) {
    try {
      return (int) DECOMPRESS.invokeExact(src, dst, (int) src.byteSize(), (int) dst.byteSize());
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  /** A handle of a function of the library; null when there is no library. */
  static MethodHandle link(String name, MemoryLayout result, MemoryLayout... arguments) {
    return LIBRARY
        .map(
            library ->
                Linker.nativeLinker()
                    .downcallHandle(
                        library.find(name).orElseThrow(),
                        FunctionDescriptor.of(result, arguments),
                        Linker.Option.critical(false)))
        .orElse(null);
  }

  /** The C type size_t on the machines that have this library here. */
  static final MemoryLayout SIZE_T = JAVA_LONG;

  private static Optional<SymbolLookup> open() {
    for (String name : new String[] {"liblz4.so.1", "liblz4.1.dylib", "liblz4.so"}) {
      try {
        return Optional.of(SymbolLookup.libraryLookup(name, Arena.global()));
      } catch (IllegalArgumentException absent) {
        // The next name; without any the contender is left out and the report says so.
      }
    }
    return Optional.empty();
  }
}
