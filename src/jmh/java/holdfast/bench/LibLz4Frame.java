package holdfast.bench;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** The frame interface of the machine's liblz4: 64 KiB independent blocks, content checksum. */
final class LibLz4Frame implements FrameCodec {
  private static final int API_VERSION = 100;

  /*
   * Preferences of the C interface:
   *
   *  byte 0          4         8                12          16            24       28
   *       block size | mode    | content check  | frame type| content size| dict id| block check |
   *       32         36        40               44
   *       level      | flush   | favour decode  | reserved, 3 words
   */
  private static final long PREFERENCES_FOOTPRINT = 56;
  private static final long BLOCK_SIZE_OFFSET = 0;
  private static final long BLOCK_MODE_OFFSET = 4;
  private static final long CONTENT_CHECKSUM_OFFSET = 8;
  private static final int BLOCK_SIZE_64_KIB = 4;
  private static final int BLOCK_MODE_INDEPENDENT = 1;

  private static final MethodHandle NEW_ENCODER =
      LibLz4.link("LZ4F_createCompressionContext", JAVA_LONG, ADDRESS, JAVA_INT);
  private static final MethodHandle BEGIN =
      LibLz4.link("LZ4F_compressBegin", JAVA_LONG, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS);
  private static final MethodHandle UPDATE =
      LibLz4.link(
          "LZ4F_compressUpdate",
          JAVA_LONG,
          ADDRESS,
          ADDRESS,
          JAVA_LONG,
          ADDRESS,
          JAVA_LONG,
          ADDRESS);
  private static final MethodHandle END =
      LibLz4.link("LZ4F_compressEnd", JAVA_LONG, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS);
  private static final MethodHandle NEW_DECODER =
      LibLz4.link("LZ4F_createDecompressionContext", JAVA_LONG, ADDRESS, JAVA_INT);
  private static final MethodHandle DECODE =
      LibLz4.link(
          "LZ4F_decompress", JAVA_LONG, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS);

  private final Arena arena = Arena.ofConfined();
  private final MemorySegment encoder;
  private final MemorySegment decoder;
  private final MemorySegment preferences = arena.allocate(PREFERENCES_FOOTPRINT, 8);
  private final MemorySegment sizes = arena.allocate(16, 8);
  private MemorySegment plain;
  private MemorySegment packed;
  private MemorySegment out;
  private long packedSize;

  LibLz4Frame() {
    preferences.set(JAVA_INT, BLOCK_SIZE_OFFSET, BLOCK_SIZE_64_KIB);
    preferences.set(JAVA_INT, BLOCK_MODE_OFFSET, BLOCK_MODE_INDEPENDENT);
    preferences.set(JAVA_INT, CONTENT_CHECKSUM_OFFSET, 1);
    encoder = create(NEW_ENCODER);
    decoder = create(NEW_DECODER);
  }

  private MemorySegment create(MethodHandle creator) {
    MemorySegment place = arena.allocate(ADDRESS);
    try {
      check((long) creator.invokeExact(place, API_VERSION));
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
    return place.get(ADDRESS, 0);
  }

  @Override
  public void load(byte[] bytes) {
    plain = arena.allocate(bytes.length, 64).copyFrom(MemorySegment.ofArray(bytes));
    packed = arena.allocate(FrameCodec.packedMax(bytes.length), 64);
    out = arena.allocate(CALL_SIZE, 64);
    packedSize = write();
  }

  @Override
  public long write() {
    try {
      long at = check((long) BEGIN.invokeExact(encoder, packed, packed.byteSize(), preferences));
      for (long lo = 0; lo < plain.byteSize(); lo += CALL_SIZE) {
        long size = Math.min(CALL_SIZE, plain.byteSize() - lo);
        at +=
            check(
                (long)
                    UPDATE.invokeExact(
                        encoder,
                        packed.asSlice(at),
                        packed.byteSize() - at,
                        plain.asSlice(lo),
                        size,
                        MemorySegment.NULL));
      }
      MemorySegment rest = packed.asSlice(at);
      return at + check((long) END.invokeExact(encoder, rest, rest.byteSize(), MemorySegment.NULL));
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public long read() {
    MemorySegment outSize = sizes.asSlice(0, 8);
    MemorySegment inSize = sizes.asSlice(8, 8);
    long total = 0;
    long at = 0;
    try {
      while (at < packedSize) {
        outSize.set(JAVA_LONG, 0, CALL_SIZE);
        inSize.set(JAVA_LONG, 0, Math.min(CALL_SIZE, packedSize - at));
        check(
            (long)
                DECODE.invokeExact(
                    decoder, out, outSize, packed.asSlice(at), inSize, MemorySegment.NULL));
        at += inSize.get(JAVA_LONG, 0);
        total += outSize.get(JAVA_LONG, 0);
      }
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
    return total;
  }

  /** Error codes of the library are small negative numbers in an unsigned result. */
  private static long check(long result) {
    if (result < 0 && result > -100) {
      throw new IllegalStateException("liblz4 frame error " + -result);
    }
    return result;
  }
}
