package holdfast.chunkio;

import java.io.IOException;

/** A new chunk is not allowed by the limits; becomes a return value at the public face. */
final class LimitReachedException extends IOException {
  private static final long serialVersionUID = 1L;

  LimitReachedException(String name) {
    super("no room for " + name + " inside the limits");
  }
}
