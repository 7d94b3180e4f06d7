package holdfast.testkit;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * The machine's own liblz4, when there is one and native access is enabled: its high compression,
 * called directly, as a judge of ours.
 */
public final class LibLz4Hc {
  private static final SymbolLookup LIBRARY = open();

  private static final MethodHandle VERSION = link("LZ4_versionNumber", JAVA_INT);
  private static final MethodHandle COMPRESS =
      link("LZ4_compress_HC", JAVA_INT, ADDRESS, ADDRESS, JAVA_INT, JAVA_INT, JAVA_INT);
  private static final MethodHandle STATE_SIZE = link("LZ4_sizeofStateHC", JAVA_INT);
  private static final MethodHandle FILL =
      link(
          "LZ4_compress_HC_destSize",
          JAVA_INT,
          ADDRESS,
          ADDRESS,
          ADDRESS,
          ADDRESS,
          JAVA_INT,
          JAVA_INT);
  private static final MethodHandle CREATE = link("LZ4_createStreamHC", ADDRESS);
  private static final MethodHandle FREE = link("LZ4_freeStreamHC", JAVA_INT, ADDRESS);
  private static final MethodHandle RESET = link("LZ4_resetStreamHC", null, ADDRESS, JAVA_INT);
  private static final MethodHandle LOAD =
      link("LZ4_loadDictHC", JAVA_INT, ADDRESS, ADDRESS, JAVA_INT);
  private static final MethodHandle CONTINUE =
      link("LZ4_compress_HC_continue", JAVA_INT, ADDRESS, ADDRESS, ADDRESS, JAVA_INT, JAVA_INT);
  private static final MethodHandle SAVE =
      link("LZ4_saveDictHC", JAVA_INT, ADDRESS, ADDRESS, JAVA_INT);

  private LibLz4Hc() {}

  /** Whether it can be called. */
  public static boolean present() {
    return LIBRARY != null;
  }

  /** As in 10904 for 1.9.4. */
  public static int version() {
    try {
      return (int) VERSION.invokeExact();
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  /** Compresses a block; 0 when it does not fit. */
  public static int compress(MemorySegment src, int size, MemorySegment dst, int room, int level) {
    try {
      return (int) COMPRESS.invokeExact(src, dst, size, room, level);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  /** Compresses what fits; gives the size, and in the upper half how much was used. */
  public static long fill(MemorySegment src, int size, MemorySegment dst, int room, int level) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate((int) STATE_SIZE.invokeExact(), 8);
      MemorySegment used = arena.allocate(JAVA_INT);
      used.set(JAVA_INT, 0, size);
      int produced = (int) FILL.invokeExact(state, src, dst, used, room, level);
      return (long) used.get(JAVA_INT, 0) << 32 | produced;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  /** A linked stream. */
  public static final class Stream implements AutoCloseable {
    private final MemorySegment state;

    /** A stream without history. */
    public Stream(int level) {
      try {
        state = (MemorySegment) CREATE.invokeExact();
      } catch (Throwable e) {
        throw new AssertionError(e);
      }
      reset(level);
    }

    /**
     * Starts over, as new. The fast reset would leave distances of the stream before, which the
     * library reads around the end of an external segment: its blocks would depend on them.
     */
    public void reset(int level) {
      try {
        RESET.invokeExact(state, level);
      } catch (Throwable e) {
        throw new AssertionError(e);
      }
    }

    /** Starts over behind a dictionary. */
    public int load(MemorySegment dictionary) {
      try {
        return (int) LOAD.invokeExact(state, dictionary, (int) dictionary.byteSize());
      } catch (Throwable e) {
        throw new AssertionError(e);
      }
    }

    /** Compresses the next block; 0 when it does not fit. */
    public int compress(MemorySegment src, int size, MemorySegment dst, int room) {
      try {
        return (int) CONTINUE.invokeExact(state, src, dst, size, room);
      } catch (Throwable e) {
        throw new AssertionError(e);
      }
    }

    /** Moves the history. */
    public int save(MemorySegment target, int size) {
      try {
        return (int) SAVE.invokeExact(state, target, size);
      } catch (Throwable e) {
        throw new AssertionError(e);
      }
    }

    @Override
    public void close() {
      try {
        var _ = (int) FREE.invokeExact(state);
      } catch (Throwable e) {
        throw new AssertionError(e);
      }
    }
  }

  /** Copies a range of an array to the same range of a segment. */
  public static void copy(byte[] from, int offset, int size, MemorySegment to) {
    MemorySegment.copy(from, offset, to, ValueLayout.JAVA_BYTE, offset, size);
  }

  @SuppressWarnings("restricted")
  private static MethodHandle link(String name, MemoryLayout result, MemoryLayout... arguments) {
    if (LIBRARY == null) {
      return null;
    }
    FunctionDescriptor descriptor =
        result == null
            ? FunctionDescriptor.ofVoid(arguments)
            : FunctionDescriptor.of(result, arguments);
    return Linker.nativeLinker().downcallHandle(LIBRARY.find(name).orElseThrow(), descriptor);
  }

  @SuppressWarnings("restricted")
  private static SymbolLookup open() {
    if (!LibLz4Hc.class.getModule().isNativeAccessEnabled()) {
      return null;
    }
    try {
      return SymbolLookup.libraryLookup("liblz4.so.1", Arena.global());
    } catch (IllegalArgumentException absent) {
      return null;
    }
  }
}
