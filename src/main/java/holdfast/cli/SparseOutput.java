package holdfast.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Arrays;

/**
 * Writes a file with holes where whole pages of it are zero.
 *
 * <p>A zero page is stepped over instead of being written; the file system fills such a hole with
 * zeros and no blocks. {@link #finish} writes the last byte when the file ends in a hole, since a
 * file does not grow by a step alone. The file must have nothing beyond the starting position.
 */
final class SparseOutput extends OutputStream {
  /** Blocks of the common file systems; a smaller hole would save nothing. */
  private static final int PAGE = 4096;

  private static final byte[] ZEROS = new byte[PAGE];

  private final FileChannel channel;

  /** Where the next byte belongs. */
  private long position;

  /** Whether the bytes just before the position were stepped over. */
  private boolean inHole;

  SparseOutput(FileChannel channel) throws IOException {
    this.channel = channel;
    this.position = channel.position();
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int size) throws IOException {
    int end = offset + size;
    int from = offset;
    int at = offset;
    while (at < end) {
      // Pages count from the start of the file, so that holes lie on its blocks.
      int page = Math.min(end - at, PAGE - (int) ((position + (at - from)) % PAGE));
      int hole = at;
      while (page == PAGE && Arrays.equals(bytes, hole, hole + PAGE, ZEROS, 0, PAGE)) {
        hole += PAGE;
        page = Math.min(end - hole, PAGE);
      }
      if (hole > at) {
        writeData(bytes, from, at - from);
        position += hole - at;
        inHole = true;
        from = hole;
      }
      at = hole + page;
    }
    writeData(bytes, from, end - from);
  }

  private void writeData(byte[] bytes, int offset, int size) throws IOException {
    if (size == 0) {
      return;
    }
    ByteBuffer data = ByteBuffer.wrap(bytes, offset, size);
    channel.position(position);
    while (data.hasRemaining()) {
      channel.write(data);
    }
    position += size;
    inHole = false;
  }

  /** Makes the file as long as what was written, and leaves the channel at its end. */
  void finish() throws IOException {
    if (inHole) {
      position--;
      writeData(ZEROS, 0, 1);
    }
    channel.position(position);
  }
}
