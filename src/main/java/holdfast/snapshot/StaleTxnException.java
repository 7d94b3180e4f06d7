package holdfast.snapshot;

import java.io.Serial;

/** The transaction of a handle was published, folded into its parent, or cancelled. */
public final class StaleTxnException extends IllegalStateException {
  @Serial private static final long serialVersionUID = 1L;

  StaleTxnException(Xid xid) {
    super("transaction " + xid + " has ended: it was published, cancelled or folded");
  }
}
