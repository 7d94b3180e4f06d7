package holdfast.checkpt;

import holdfast.internal.Mem;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/**
 * Writes to a channel, by way of a buffer.
 *
 * <p>Native memory of at least a whole buffer goes to the channel as it is, while the buffer is
 * empty; everything else is copied.
 */
final class StreamOutput implements Output {
  /** Bytes that a channel is given at a time: what a buffer can hold, rounded to something even. */
  private static final long PIECE = 1L << 30;

  private final WritableByteChannel channel;
  private WriteBuffer buffer;
  private long written;

  StreamOutput(WritableByteChannel channel, WriteBuffer buffer) {
    this.channel = channel;
    this.buffer = buffer;
  }

  @Override
  public long offset() {
    return written + buffer.used;
  }

  @Override
  public void put(byte[] bytes, int size) throws IOException {
    if (size > buffer.size - buffer.used) {
      flush();
    }
    Mem.putBytes(buffer.memory(), buffer.used, bytes, 0, size);
    buffer.used += size;
  }

  @Override
  public void put(MemorySegment bytes, long from, long size) throws IOException {
    long lo = from;
    long hi = from + size;
    while (lo < hi) {
      if (buffer.used == 0 && hi - lo >= buffer.size && bytes.isNative()) {
        long piece = Math.min(PIECE, hi - lo);
        writeFully(bytes.asSlice(lo, piece).asReadOnly().asByteBuffer());
        lo += piece;
      } else {
        int room = (int) Math.min(hi - lo, buffer.size - buffer.used);
        Mem.copy(bytes, lo, buffer.memory(), buffer.used, room);
        buffer.used += room;
        lo += room;
        if (buffer.used == buffer.size) {
          flush();
        }
      }
    }
  }

  @Override
  public void flush() throws IOException {
    if (buffer.used > 0) {
      writeFully(buffer.content());
      buffer.used = 0;
    }
  }

  private void writeFully(ByteBuffer bytes) throws IOException {
    int size = bytes.remaining();
    int turn = 0;
    while (bytes.hasRemaining()) {
      int before = bytes.remaining();
      channel.write(bytes);
      turn = bytes.remaining() == before ? Patience.pause(turn) : 0;
    }
    written += size;
  }

  @Override
  public void restart() {
    buffer.used = 0;
    written = 0;
  }

  /** Starts over at offset 0, with another buffer. */
  void restart(WriteBuffer next) {
    buffer = next;
    written = 0;
  }

  /** Whether the channel has got nothing so far: all is in the buffer. */
  boolean isUnwritten() {
    return written == 0;
  }
}
