package holdfast.snapshot;

import java.io.Serial;

/**
 * A record store has no room for what was asked for: no record, no transaction, or no memory of its
 * workspace is left. Nothing has changed.
 */
public final class StoreFullException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  StoreFullException(String message) {
    super(message);
  }
}
