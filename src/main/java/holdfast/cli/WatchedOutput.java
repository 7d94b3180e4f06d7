package holdfast.cli;

import java.io.IOException;
import java.io.OutputStream;

/**
 * Standard output for text. Writers of text swallow what the system says when it takes no more;
 * here it is kept, the first time.
 */
final class WatchedOutput extends OutputStream {
  private final OutputStream out;
  private IOException failure;

  WatchedOutput(OutputStream out) {
    this.out = out;
  }

  /** Why something is missing; null when all was taken so far. */
  IOException failure() {
    return failure;
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int size) throws IOException {
    try {
      out.write(bytes, offset, size);
    } catch (IOException e) {
      failure = failure == null ? e : failure;
      throw e;
    }
  }
}
