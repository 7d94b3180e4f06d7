package holdfast.snapshot;

import java.io.Serial;

/**
 * The store took a frozen root back, because too much was published meanwhile, because it took too
 * long, or because the store was closed.
 */
public final class FreezeRevokedException extends IllegalStateException {
  @Serial private static final long serialVersionUID = 1L;

  FreezeRevokedException(String why) {
    super("the frozen root was revoked: " + why);
  }
}
