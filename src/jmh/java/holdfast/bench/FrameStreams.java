package holdfast.bench;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;

/** A frame codec made of two stream classes over arrays. */
final class FrameStreams implements FrameCodec {
  /** Wraps the stream that takes the frame. */
  @FunctionalInterface
  interface Writer {
    OutputStream over(OutputStream packed) throws IOException;
  }

  /** Wraps the stream that gives the frame. */
  @FunctionalInterface
  interface Reader {
    InputStream over(InputStream packed) throws IOException;
  }

  /** A stream into one array, without the growing of {@code ByteArrayOutputStream}. */
  private static final class Sink extends OutputStream {
    byte[] bytes;
    int size;

    @Override
    public void write(int b) {
      bytes[size++] = (byte) b;
    }

    @Override
    public void write(byte[] src, int offset, int length) {
      System.arraycopy(src, offset, bytes, size, length);
      size += length;
    }
  }

  private final Writer writer;
  private final Reader reader;
  private final Sink sink = new Sink();
  private final byte[] out = new byte[CALL_SIZE];
  private byte[] plain;
  private byte[] packed;

  FrameStreams(Writer writer, Reader reader) {
    this.writer = writer;
    this.reader = reader;
  }

  @Override
  public void load(byte[] bytes) {
    plain = bytes;
    sink.bytes = new byte[FrameCodec.packedMax(bytes.length)];
    int size = (int) write();
    packed = Arrays.copyOf(sink.bytes, size);
  }

  @Override
  public long write() {
    sink.size = 0;
    try (OutputStream stream = writer.over(sink)) {
      for (int lo = 0; lo < plain.length; lo += CALL_SIZE) {
        stream.write(plain, lo, Math.min(CALL_SIZE, plain.length - lo));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return sink.size;
  }

  @Override
  public long read() {
    long total = 0;
    try (InputStream stream = reader.over(new ByteArrayInputStream(packed))) {
      for (int n = stream.read(out); n >= 0; n = stream.read(out)) {
        total += n;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return total;
  }
}
