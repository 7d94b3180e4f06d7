package holdfast.wksp;

import holdfast.CorruptDataException;
import holdfast.internal.Mem;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;

/** The bytes of a checkpoint that come one after the other, from a pipe for example. */
final class ChannelBytes implements ReadableByteChannel, V1Reader.Source {
  /** Room for the largest text. */
  private static final int BUFFER_SIZE = 1 << 15;

  private static final long PIECE = 1L << 26;

  private final ReadableByteChannel channel;
  private final byte[] buffer = new byte[BUFFER_SIZE];
  private int lo;
  private int hi;
  private long position;

  ChannelBytes(ReadableByteChannel channel) {
    this.channel = channel;
  }

  /** The first bytes, which stay to be read. */
  MemorySegment head(int size) throws IOException {
    fill(size);
    return MemorySegment.ofArray(buffer).asSlice(lo, Math.min(size, hi - lo));
  }

  /** Tries to have some bytes in the buffer. */
  private void fill(int wanted) throws IOException {
    if (hi - lo < wanted) {
      System.arraycopy(buffer, lo, buffer, 0, hi - lo);
      hi -= lo;
      lo = 0;
      while (hi < wanted) {
        int count = channel.read(ByteBuffer.wrap(buffer, hi, buffer.length - hi));
        if (count < 0) {
          return;
        }
        hi += count;
      }
    }
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    if (lo == hi) {
      int count = channel.read(target);
      position += Math.max(0, count);
      return count;
    }
    int count = Math.min(hi - lo, target.remaining());
    target.put(buffer, lo, count);
    lo += count;
    position += count;
    return count;
  }

  @Override
  public int take(int count) throws IOException {
    require(count);
    int i = lo;
    lo += count;
    position += count;
    return i;
  }

  @Override
  public byte peek() throws IOException {
    require(1);
    return buffer[lo];
  }

  private void require(int count) throws IOException {
    fill(count);
    if (hi - lo < count) {
      throw ended(count - (hi - lo));
    }
  }

  private CorruptDataException ended(long missing) {
    return new CorruptDataException(
        V1Header.format(), position + (hi - lo), missing + " bytes more", "the end");
  }

  @Override
  public byte[] bytes() {
    return buffer;
  }

  @Override
  public long position() {
    return position;
  }

  /**
   * Reads the next bytes of a file of style 1.
   *
   * @param target where to; null to drop them
   * @param size how many
   */
  void data(MemorySegment target, long size) throws IOException {
    for (long at = 0; at < size; ) {
      if (lo == hi && target != null && target.isNative()) {
        ByteBuffer room = target.asSlice(at, Math.min(PIECE, size - at)).asByteBuffer();
        int count = channel.read(room);
        if (count < 0) {
          throw ended(size - at);
        }
        at += count;
        position += count;
      } else {
        fill(1);
        int count = (int) Math.min(size - at, hi - lo);
        if (count == 0) {
          throw ended(size - at);
        }
        if (target != null) {
          Mem.putBytes(target, at, buffer, lo, count);
        }
        lo += count;
        at += count;
        position += count;
      }
    }
  }

  @Override
  public boolean isOpen() {
    return channel.isOpen();
  }

  @Override
  public void close() {}
}
