package holdfast.checkpt;

import holdfast.internal.Mem;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SeekableByteChannel;

/**
 * Reads a channel by way of a buffer.
 *
 * <pre>{@code
 * buffer   [ used | unread | free ]
 *                 lo       hi            offset is the one of lo
 * }</pre>
 *
 * <p>The channel stands at the byte behind {@code hi}: reading ahead may go beyond the checkpoint.
 */
final class StreamInput implements Input {
  /** Bytes that a channel is asked for at a time: what a buffer can hold, rounded down. */
  private static final long PIECE = 1L << 30;

  private final ReadableByteChannel channel;

  /** The same, or null when it cannot seek. */
  private final SeekableByteChannel seekable;

  private final int capacity;

  /** Null until something is read by way of it: whoever reads large buffers never pays for it. */
  private MemorySegment buffer;

  /** The same memory, as channels want it. */
  private ByteBuffer view;

  private final long size;
  private int lo;
  private int hi;
  private long offset;

  StreamInput(ReadableByteChannel channel, int bufferSize) throws IOException {
    this.channel = channel;
    capacity = bufferSize;
    long known = UNKNOWN;
    SeekableByteChannel able = null;
    if (channel instanceof SeekableByteChannel s) {
      try {
        offset = s.position();
        known = s.size();
        able = s;
      } catch (ClosedChannelException e) {
        throw e;
      } catch (IOException e) {
        // A pipe or the like that was opened as a file: read as it comes.
        offset = 0;
        known = UNKNOWN;
      }
      if (able != null && offset > known) {
        throw new IllegalArgumentException(
            "the channel stands at byte " + offset + ", behind its end at " + known);
      }
    }
    seekable = able;
    size = known;
  }

  @Override
  public long offset() {
    return offset;
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public void seek(long to) throws IOException {
    // What was read before is still in the buffer, too.
    long at = to - offset + lo;
    if (at >= 0 && at <= hi) {
      lo = (int) at;
    } else {
      lo = hi = 0;
      seekable.position(to);
    }
    offset = to;
  }

  @Override
  public void read(MemorySegment target, long targetOffset, long count) throws IOException {
    long at = targetOffset;
    long end = targetOffset + count;
    while (at < end) {
      if (lo == hi && end - at >= capacity && target.isNative()) {
        lo = hi = 0;
        long piece = Math.min(PIECE, end - at);
        ByteBuffer room = target.asSlice(at, piece).asByteBuffer();
        if (!readOnce(room)) {
          throw Input.ended(offset, end - at);
        }
        offset += room.position();
        at += room.position();
      } else {
        int some = some(end - at);
        Mem.copy(buffer, lo, target, at, some);
        take(some);
        at += some;
      }
    }
  }

  @Override
  public void skip(long count) throws IOException {
    if (size != UNKNOWN && count > hi - lo) {
      if (count > size - offset) {
        throw Input.ended(size, count - (size - offset));
      }
      seek(offset + count);
      return;
    }
    for (long rest = count; rest > 0; ) {
      int some = some(rest);
      take(some);
      rest -= some;
    }
  }

  /** Bytes of the buffer that can be used now: at least 1, at most so many. */
  private int some(long wanted) throws IOException {
    if (lo == hi && peek(1) == 0) {
      throw Input.ended(offset, wanted);
    }
    return (int) Math.min(wanted, hi - lo);
  }

  @Override
  public int peek(int wanted) throws IOException {
    if (hi - lo < wanted) {
      fill(wanted);
    }
    return hi - lo;
  }

  private void fill(int wanted) throws IOException {
    if (buffer == null) {
      buffer = Arena.ofAuto().allocate(capacity, Long.BYTES);
      view = buffer.asByteBuffer();
    }
    Mem.copy(buffer, lo, buffer, 0, hi - lo);
    hi -= lo;
    lo = 0;
    while (hi < wanted && readOnce(view.limit(capacity).position(hi))) {
      hi = view.position();
    }
  }

  /** Reads at least one byte; false at the end. */
  private boolean readOnce(ByteBuffer room) throws IOException {
    int before = room.position();
    int turn = 0;
    while (room.position() == before) {
      if (channel.read(room) < 0) {
        return false;
      }
      if (room.position() == before) {
        turn = Patience.pause(turn);
      }
    }
    return true;
  }

  @Override
  public MemorySegment memory() {
    return buffer;
  }

  @Override
  public byte[] array() {
    return null;
  }

  @Override
  public long position() {
    return lo;
  }

  @Override
  public void take(int count) {
    lo += count;
    offset += count;
  }
}
