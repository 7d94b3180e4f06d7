package holdfast.snapshot;

import java.io.Serial;

/** A transaction that has children cannot be written to: they see what it holds. */
public final class FrozenTxnException extends IllegalStateException {
  @Serial private static final long serialVersionUID = 1L;

  FrozenTxnException(Xid xid) {
    super("transaction " + xid + " has children; write to one of them, or publish or cancel them");
  }
}
