package holdfast.lz4;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.channels.SelectableChannel;

/** Where a reader gets its bytes from: a stream or a channel. */
interface ByteSource {
  /**
   * Reads some bytes.
   *
   * @param size at least 1
   * @return how many, at least 1; -1 at the end
   */
  int read(byte[] to, int offset, int size) throws IOException;

  /**
   * Jumps over bytes, never beyond the end.
   *
   * @return how many; 0 when they can only be read
   */
  long skip(long size) throws IOException;

  void close() throws IOException;

  static ByteSource of(InputStream in) {
    return new ByteSource() {
      @Override
      public int read(byte[] to, int offset, int size) throws IOException {
        return in.read(to, offset, size);
      }

      @Override
      public long skip(long size) throws IOException {
        // File streams skip beyond their end without a word, but not beyond what is available.
        return in.skip(Math.min(size, Math.max(0, in.available())));
      }

      @Override
      public void close() throws IOException {
        in.close();
      }
    };
  }

  /** A source over a channel in blocking mode. */
  static ByteSource of(ReadableByteChannel in) {
    requireBlocking(in);
    return new ByteSource() {
      private ByteBuffer view = ByteBuffer.allocate(0);

      @Override
      public int read(byte[] to, int offset, int size) throws IOException {
        if (view.array() != to) {
          view = ByteBuffer.wrap(to);
        }
        view.limit(offset + size).position(offset);
        int count;
        do {
          count = in.read(view);
        } while (count == 0);
        return count;
      }

      @Override
      public long skip(long size) throws IOException {
        if (!(in instanceof SeekableByteChannel seekable)) {
          return 0;
        }
        long from = seekable.position();
        long skipped = Math.min(size, Math.max(0, seekable.size() - from));
        seekable.position(from + skipped);
        return skipped;
      }

      @Override
      public void close() throws IOException {
        in.close();
      }
    };
  }

  /** Refuses channels whose calls may do nothing: a stream cannot wait for them. */
  static void requireBlocking(Object channel) {
    if (channel instanceof SelectableChannel selectable && !selectable.isBlocking()) {
      throw new IllegalBlockingModeException();
    }
  }
}
