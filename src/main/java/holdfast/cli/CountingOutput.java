package holdfast.cli;

import java.io.IOException;
import java.io.OutputStream;

/** Passes bytes on and counts them. Closing it leaves what is below open. */
final class CountingOutput extends OutputStream {
  private final OutputStream below;
  private long count;

  CountingOutput(OutputStream below) {
    this.below = below;
  }

  @Override
  public void write(int b) throws IOException {
    below.write(b);
    count++;
  }

  @Override
  public void write(byte[] bytes, int offset, int size) throws IOException {
    below.write(bytes, offset, size);
    count += size;
  }

  @Override
  public void flush() throws IOException {
    below.flush();
  }

  /** Bytes passed on so far. */
  long count() {
    return count;
  }
}
