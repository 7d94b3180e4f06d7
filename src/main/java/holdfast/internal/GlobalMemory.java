package holdfast.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;

/**
 * All native memory as one segment, so that the codec's kernels, and trusted handles of the
 * allocator, can address it absolutely.
 *
 * <p>The one place of the library that calls a restricted method, and only when the user has
 * enabled native access for it; asking prints no warning. Without, {@link #AVAILABLE} is false and
 * nobody may touch {@link #VIEW}.
 *
 * <pre>{@code
 * offset in VIEW   0          BIAS          BIAS + address
 * address         -BIAS         0              address
 * }</pre>
 *
 * <p>The bias serves the compiler: a masked address plus BIAS plus any {@code int} is never
 * negative and never beyond the end, which it proves by itself, so that no bounds check is left. It
 * folds the bias into the base of the segment. What keeps accesses inside of the caller's memory
 * are the checks of whoever uses it.
 */
public final class GlobalMemory {
  /** Offset of address 0. */
  public static final long BIAS = 1L << 33;

  /** Addresses that may be used; no 64-bit system gives out others. */
  public static final long ADDRESS_MASK = (1L << 56) - 1;

  /** Whether the user lets the library use native memory directly. */
  public static final boolean AVAILABLE = GlobalMemory.class.getModule().isNativeAccessEnabled();

  /** All memory, or nothing. */
  public static final MemorySegment VIEW = AVAILABLE ? everything() : MemorySegment.NULL;

  /** One byte. */
  public static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;

  // Memory of these arenas cannot be freed while a call runs; that of a shared one can, by any
  // thread, and no public method tells it from an automatic one. The class of the scope does.
  private static final Class<?> GLOBAL = Arena.global().scope().getClass();
  private static final Class<?> AUTOMATIC = Arena.ofAuto().scope().getClass();
  private static final Class<?> BUFFER =
      MemorySegment.ofBuffer(ByteBuffer.allocateDirect(1)).scope().getClass();
  private static final Class<?> SHARED = sharedScope();

  private GlobalMemory() {}

  /**
   * Whether a kernel may address a segment absolutely while the calling thread is inside a call: it
   * is native, lives, belongs to this thread or to nobody, and cannot be closed by others
   * meanwhile.
   *
   * @param segment the caller's memory
   * @return false when it has to be staged
   * @throws IllegalStateException when its arena is closed
   * @throws WrongThreadException when it belongs to another thread
   */
  public static boolean reaches(MemorySegment segment) {
    if (!AVAILABLE || !segment.isNative()) {
      return false;
    }
    long address = segment.address();
    if (address <= 0 || address > ADDRESS_MASK - Integer.MAX_VALUE) {
      return false;
    }
    if (segment.byteSize() == 0) {
      return false;
    }
    Class<?> scope = segment.scope().getClass();
    if (scope != SHARED && (scope == AUTOMATIC || scope == GLOBAL || scope == BUFFER)) {
      return true; // nobody owns it, and it lives as long as the segment
    }
    if (segment.isAccessibleBy(Stranger.THREAD)) {
      return false;
    }
    // An ordinary access throws what has to be thrown.
    var _ = segment.get(BYTE, 0);
    return true;
  }

  @SuppressWarnings("restricted")
  private static MemorySegment everything() {
    return MemorySegment.ofAddress(-BIAS).reinterpret(Long.MAX_VALUE);
  }

  private static Class<?> sharedScope() {
    try (Arena arena = Arena.ofShared()) {
      return arena.scope().getClass();
    }
  }

  /** A thread that never runs and owns nothing. */
  private static final class Stranger {
    static final Thread THREAD = Thread.ofPlatform().unstarted(() -> {});
  }
}
