package holdfast.chunkio;

import holdfast.CorruptDataException;
import holdfast.Limits;
import holdfast.lz4.Lz4FrameInputStream;
import holdfast.lz4.Lz4FrameOptions;
import holdfast.lz4.Lz4FrameOutputStream;
import holdfast.lz4.Lz4FrameReadOptions;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;

/** Content as one LZ4 frame with its size and its checksum, and back. */
final class Sealing {
  /** Most bytes that can be had back: they come in an array. */
  static final int SIZE_MAX = Integer.MAX_VALUE - 8;

  private static final int BUFFER = 1 << 16;

  private Sealing() {}

  /** Appends the frame of one body's content to another; false when a limit is in the way. */
  static boolean compress(Body from, Body to, Lz4FrameOptions options) throws IOException {
    boolean[] full = {false};
    OutputStream appended =
        new OutputStream() {
          @Override
          public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
          }

          @Override
          public void write(byte[] bytes, int offset, int size) throws IOException {
            full[0] = full[0] || !to.append(MemorySegment.ofArray(bytes), offset, size);
          }
        };
    Lz4FrameOptions complete = options.withContentChecksum(true).withContentSize(from.size);
    try (Lz4FrameOutputStream frame = new Lz4FrameOutputStream(appended, complete)) {
      byte[] buffer = new byte[BUFFER];
      for (long done = 0; done < from.size; ) {
        int count = (int) from.read(MemorySegment.ofArray(buffer), done);
        if (count == 0) {
          throw new IOException("the file was cut by somebody else");
        }
        frame.write(buffer, 0, count);
        done += count;
      }
    }
    return !full[0];
  }

  /** What a body holds, as a stream. */
  private static InputStream raw(Body body) {
    return new InputStream() {
      private long position;

      @Override
      public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
      }

      @Override
      public int read(byte[] to, int offset, int size) throws IOException {
        int count = (int) body.read(MemorySegment.ofArray(to).asSlice(offset, size), position);
        position += count;
        return count == 0 && size > 0 ? -1 : count;
      }
    };
  }

  /**
   * The content of a sealed body. An original may have appended to the file in spite of the seal:
   * then the bytes are no frame any more and are the content as they stand.
   *
   * @throws CorruptDataException when it is a frame of more than the limit
   */
  static MemorySegment decompress(Body body, long sizeMax) throws IOException {
    Lz4FrameReadOptions careful =
        Lz4FrameReadOptions.DEFAULT.withLimits(Limits.DEFAULT.withOutputMax(sizeMax));
    try (Lz4FrameInputStream frame = new Lz4FrameInputStream(raw(body), careful)) {
      return MemorySegment.ofArray(frame.readAllBytes()).asReadOnly();
    } catch (CorruptDataException e) {
      if (isFrame(raw(body))) {
        throw e; // only the limit is in the way
      }
      return body.content();
    }
  }

  private static boolean isFrame(InputStream raw) throws IOException {
    try (Lz4FrameInputStream frame = new Lz4FrameInputStream(raw)) {
      frame.transferTo(OutputStream.nullOutputStream());
      return true;
    } catch (CorruptDataException e) {
      return false;
    }
  }
}
