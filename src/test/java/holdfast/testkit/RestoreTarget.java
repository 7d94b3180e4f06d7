package holdfast.testkit;

import holdfast.CorruptDataException;
import holdfast.checkpt.FrameStyle;
import holdfast.checkpt.Restore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.Channels;
import java.util.Arrays;

/**
 * Any bytes as a checkpoint: the answer of every kind of reader is the one of a plain model.
 *
 * <p>The first byte says how many calls there are; each has two bytes, of which the lowest two bits
 * are what to do and the others the size; then the checkpoint.
 *
 * <pre>{@code
 * 0 1   the next buffer of the frame         every size below 4096, then steps of 21, to 258 027
 * 2     close the frame, open an LZ4 one     the first frame is one
 * 3     close the frame, open a RAW one
 * }</pre>
 */
final class RestoreTarget {
  private static final int CALLS_MAX = 24;
  private static final byte[] NONE = {};
  private static final int HISTORY = 65_536;
  private static final int CHUNK = 65_536;

  private final int[] calls;
  private final byte[] checkpt;

  RestoreTarget(FuzzTargets.Input in) {
    calls = new int[in.next() % CALLS_MAX];
    for (int i = 0; i < calls.length; i++) {
      calls[i] = in.nextShort();
    }
    checkpt = in.rest();
  }

  /** Whether the checkpoint was accepted. */
  boolean run() {
    Answer expected = model();
    try (Arena arena = Arena.ofConfined();
        Arena shared = Arena.ofShared()) {
      MemorySegment near = copy(arena);
      MemorySegment far = copy(shared);
      MemorySegment array = MemorySegment.ofArray(checkpt);
      expected.requireSame(read(Restore.from(array), null, (byte) 1), "array to array");
      expected.requireSame(read(Restore.from(near), arena, (byte) 2), "native to native");
      expected.requireSame(read(Restore.from(far), shared, (byte) 3), "shared to shared");
      expected.requireSame(read(Restore.from(near), null, (byte) 4), "native to array");
      InputStream slow = new Pieces(checkpt);
      Restore stream = Restore.from(Channels.newChannel(slow), Restore.BUFFER_SIZE_MIN);
      expected.requireSame(read(stream, arena, (byte) 5), "channel to native");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return expected.refusedAt < 0;
  }

  private MemorySegment copy(Arena arena) {
    return arena
        .allocate(Math.max(1, checkpt.length))
        .asSlice(0, checkpt.length)
        .copyFrom(MemorySegment.ofArray(checkpt));
  }

  private static int size(int call) {
    // 14 bits: exact where most goes wrong, then up to four chunks.
    int n = call >>> 2;
    return n < 4096 ? n : (n - 4096) * 21;
  }

  /** What was read before the exception, and the call that threw it. */
  private record Answer(int hash, int refusedAt, long offset) {
    void requireSame(Answer found, String who) {
      FuzzTargets.require(
          hash == found.hash && refusedAt == found.refusedAt,
          who + ": expected " + this + ", found " + found);
      FuzzTargets.require(
          refusedAt >= 0 || offset == found.offset,
          who + ": ends at " + found.offset + " instead of " + offset);
    }
  }

  private Answer read(Restore in, Arena arena, byte stale) throws IOException {
    int hash = 1;
    in.openFrame(FrameStyle.LZ4);
    for (int i = 0; i < calls.length; i++) {
      int what = calls[i] & 3;
      if (what >= 2) {
        in.closeFrame();
        in.openFrame(what == 2 ? FrameStyle.LZ4 : FrameStyle.RAW);
        continue;
      }
      int size = size(calls[i]);
      MemorySegment buffer =
          arena == null ? MemorySegment.ofArray(new byte[size]) : arena.allocate(size);
      buffer.fill(stale);
      try {
        in.data(buffer);
      } catch (CorruptDataException e) {
        FuzzTargets.require(
            e.offset() >= 0 && e.offset() <= checkpt.length, "fault at " + e.offset());
        return new Answer(hash, i, -1);
      }
      hash = 31 * hash + Arrays.hashCode(buffer.toArray(ValueLayout.JAVA_BYTE));
    }
    return new Answer(hash, -1, in.offset());
  }

  /** The same by a slow decoder that knows all plain bytes of the frame. */
  private Answer model() {
    int hash = 1;
    int at = 0;
    boolean raw = false;
    byte[] history = NONE;
    for (int i = 0; i < calls.length; i++) {
      int what = calls[i] & 3;
      if (what >= 2) {
        raw = what == 3;
        history = NONE;
        continue;
      }
      byte[] plain = new byte[size(calls[i])];
      if (raw) {
        if (plain.length > checkpt.length - at) {
          return new Answer(hash, i, -1);
        }
        System.arraycopy(checkpt, at, plain, 0, plain.length);
        at += plain.length;
      }
      for (int lo = 0; !raw && lo < plain.length; lo += CHUNK) {
        int chunk = Math.min(CHUNK, plain.length - lo);
        byte[] decoded = block(at, chunk, history);
        if (decoded == null || decoded.length != chunk) {
          return new Answer(hash, i, -1);
        }
        at += 3 + packed(at);
        System.arraycopy(decoded, 0, plain, lo, chunk);
        history = tail(history, decoded);
      }
      hash = 31 * hash + Arrays.hashCode(plain);
    }
    return new Answer(hash, -1, at);
  }

  private int packed(int at) {
    return (checkpt[at] & 0xff) | (checkpt[at + 1] & 0xff) << 8 | (checkpt[at + 2] & 0xff) << 16;
  }

  private byte[] block(int at, int chunk, byte[] history) {
    if (checkpt.length - at < 4) {
      return null;
    }
    int packed = packed(at);
    if (packed < 1 || packed > chunk + chunk / 255 + 16 || packed > checkpt.length - at - 3) {
      return null;
    }
    byte[] block = Arrays.copyOfRange(checkpt, at + 3, at + 3 + packed);
    return BlockOracle.full(block, packed, history, history.length, chunk);
  }

  private static byte[] tail(byte[] history, byte[] decoded) {
    byte[] all = Arrays.copyOf(history, history.length + decoded.length);
    System.arraycopy(decoded, 0, all, history.length, decoded.length);
    return all.length <= HISTORY ? all : Arrays.copyOfRange(all, all.length - HISTORY, all.length);
  }

  /** Gives its bytes a few at a time. */
  private static final class Pieces extends ByteArrayInputStream {
    Pieces(byte[] bytes) {
      super(bytes);
    }

    @Override
    public synchronized int read(byte[] to, int offset, int size) {
      return super.read(to, offset, Math.min(size, 1 + (pos & 1023)));
    }
  }
}
