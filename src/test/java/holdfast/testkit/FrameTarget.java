package holdfast.testkit;

import holdfast.CorruptDataException;
import holdfast.Limits;
import holdfast.UnsupportedFormatException;
import holdfast.lz4.Lz4FrameInputStream;
import holdfast.lz4.Lz4FrameReadOptions;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Objects;

/**
 * What must hold for any bytes whatever that somebody calls an LZ4 frame: content or a typed error,
 * within the limits, the same however the input arrives.
 */
public final class FrameTarget {
  /** No more plain bytes than this are asked for. */
  public static final int OUTPUT_MAX = 1 << 17;

  /** What a reader needs before it has seen a byte: its buffers, tables and messages. */
  private static final long MEMORY_BASE = 1 << 20;

  /** No byte of a block stands for more plain bytes, so no buffer may be larger. */
  private static final int EXPANSION_MAX = 255;

  private static final Lz4FrameReadOptions OPTIONS =
      Lz4FrameReadOptions.DEFAULT.withLimits(Limits.DEFAULT.withOutputMax(OUTPUT_MAX));

  private FrameTarget() {}

  /** Reads the bytes in two ways and compares; returns what they hold, or null for an error. */
  public static byte[] read(byte[] bytes) {
    byte[] room = new byte[OUTPUT_MAX];
    String[] error = new String[1];
    long before = Allocated.isCounted() ? Allocated.byThisThread() : 0;
    int size = read(new ByteArrayInputStream(bytes), room, room.length, error);
    if (Allocated.isCounted()) {
      long allocated = Allocated.byThisThread() - before;
      long allowed = MEMORY_BASE + 2L * EXPANSION_MAX * bytes.length;
      if (allocated > Math.min(allowed, 2 * Limits.DEFAULT.memoryMax())) {
        throw new AssertionError(bytes.length + " bytes of input took " + allocated);
      }
    }
    byte[] room2 = new byte[size + 1];
    String[] error2 = new String[1];
    int piece = 1 + (Arrays.hashCode(bytes) & 63);
    int size2 = read(new Pieces(bytes, piece), room2, piece, error2);
    if (!Objects.equals(error[0], error2[0])) {
      throw new AssertionError("once " + error[0] + ", in pieces " + error2[0]);
    }
    if (size != size2 || Arrays.mismatch(room, 0, size, room2, 0, size) >= 0) {
      throw new AssertionError("other content when it arrives in pieces of " + piece);
    }
    return error[0] == null ? Arrays.copyOf(room, size) : null;
  }

  private static int read(ByteArrayInputStream bytes, byte[] room, int piece, String[] error) {
    int size = 0;
    try (var in = new Lz4FrameInputStream(bytes, OPTIONS)) {
      for (int count; size < room.length; size += count) {
        count = in.read(room, size, Math.min(piece, room.length - size));
        if (count < 0) {
          return size;
        }
      }
      in.read();
    } catch (CorruptDataException | UnsupportedFormatException e) {
      error[0] = e.getMessage();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return size;
  }

  private static final class Pieces extends ByteArrayInputStream {
    private final int max;

    Pieces(byte[] bytes, int max) {
      super(bytes);
      this.max = max;
    }

    @Override
    public int read(byte[] to, int offset, int size) {
      return super.read(to, offset, Math.min(size, max));
    }
  }
}
