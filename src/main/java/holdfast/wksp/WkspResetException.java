package holdfast.wksp;

import java.io.Serial;

/**
 * Says that a restore that failed had begun to change its target, which holds no allocation now.
 *
 * <p>Never thrown by itself: it is among the {@linkplain Throwable#getSuppressed suppressed} ones
 * of what was. A failed restore without it left its target as it was. See {@link
 * WkspRestore#wasReset}.
 */
public final class WkspResetException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  WkspResetException() {
    super("the workspace was reset: it holds no allocation", null, false, false);
  }
}
