package holdfast.testkit;

import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * What the {@code Mem} of {@link SteppedMem} calls before each access: hands it to the run that is
 * under way, if there is one.
 *
 * <p>Heap segments are taken for memory of one thread: accesses to them are no steps.
 */
public final class Steps {
  private static Run run;

  private Steps() {}

  static void run(Run current) {
    run = current;
  }

  /**
   * Before an access of 1, 2, 4 or 8 bytes.
   *
   * @param op name of the accessor
   * @param segment where
   * @param offset bytes from its start
   * @param size bytes
   */
  public static void access(String op, MemorySegment segment, long offset, int size) {
    Run current = run;
    if (current == null || !segment.isNative()) {
      return;
    }
    if (current.inThread()) {
      if (current.isStep(op)) {
        current.access(op, segment, offset, size);
      }
    } else if (!op.startsWith("get") || op.startsWith("getAnd")) {
      current.stored(segment.address() + offset, size);
    }
  }

  /**
   * Instead of a copy: eight bytes at a time, each a step that reads and one that stores.
   *
   * @param source where from
   * @param sourceOffset bytes from its start
   * @param target where to
   * @param targetOffset bytes from its start
   * @param size bytes
   * @return whether it has been done
   */
  public static boolean copy(
      MemorySegment source, long sourceOffset, MemorySegment target, long targetOffset, long size) {
    Run current = run;
    if (current == null) {
      return false;
    }
    if (!current.inThread() || !current.isStep("copy")) {
      if (target.isNative()) {
        current.stored(target.address() + targetOffset, size);
      }
      return false;
    }
    for (long i = 0; i < size; i += Long.BYTES) {
      int piece = (int) Math.min(Long.BYTES, size - i);
      access("copy from", source, sourceOffset + i, piece);
      long value = load(source, sourceOffset + i, piece);
      access("copy to", target, targetOffset + i, piece);
      store(target, targetOffset + i, piece, value);
    }
    return true;
  }

  /**
   * Instead of a fill: eight bytes at a time.
   *
   * @param target where to
   * @param targetOffset bytes from its start
   * @param size bytes
   * @param value what to store
   * @return whether it has been done
   */
  public static boolean fill(MemorySegment target, long targetOffset, long size, byte value) {
    Run current = run;
    if (current == null) {
      return false;
    }
    if (!current.inThread() || !current.isStep("fill")) {
      if (target.isNative()) {
        current.stored(target.address() + targetOffset, size);
      }
      return false;
    }
    long word = (value & 0xffL) * 0x0101010101010101L;
    for (long i = 0; i < size; i += Long.BYTES) {
      int piece = (int) Math.min(Long.BYTES, size - i);
      access("fill", target, targetOffset + i, piece);
      store(target, targetOffset + i, piece, word);
    }
    return true;
  }

  /** Instead of {@link Thread#onSpinWait}: go on when something that was looked at has changed. */
  public static void pause() {
    Run current = run;
    if (current != null && current.inThread()) {
      current.pause();
    }
  }

  static long load(MemorySegment segment, long offset, int size) {
    return switch (size) {
      case Long.BYTES -> segment.get(Mem.LONG, offset);
      case Integer.BYTES -> Integer.toUnsignedLong(segment.get(Mem.INT, offset));
      case Short.BYTES -> Short.toUnsignedLong(segment.get(Mem.SHORT, offset));
      default -> {
        long value = 0;
        for (int i = 0; i < size; i++) {
          value |= (segment.get(ValueLayout.JAVA_BYTE, offset + i) & 0xffL) << (8 * i);
        }
        yield value;
      }
    };
  }

  private static void store(MemorySegment segment, long offset, int size, long value) {
    for (int i = 0; i < size; i++) {
      segment.set(ValueLayout.JAVA_BYTE, offset + i, (byte) (value >>> (8 * i)));
    }
  }
}
