package holdfast.snapshot;

import holdfast.internal.Mem;

/**
 * The gate between what is published and the root: shut while the root is frozen.
 *
 * <pre>{@code
 *        tryFreeze              close, revocation; something is pending
 * OPEN -----------> FROZEN -----------------------------------------> DRAINING
 *  ^                  | nothing is pending                               |
 *  +------------------+--------------------------------------------------+
 *                                                      nothing is pending any more
 *
 * publish    OPEN: into the root
 *            FROZEN, DRAINING: into the pending root, which the first one becomes
 * drain      DRAINING: the oldest records of the pending root move into the root; with each
 *            publication a quarter more than it brings, so that draining ends and none of them is
 *            long; less when others moved some
 * }</pre>
 *
 * <p>Everything here needs the tree lock in write mode.
 */
final class Gate {
  private final StoreMemory parts;
  private final TxnTree tree;
  private final Publication publication;
  private FreezeLimits limits = FreezeLimits.NONE;

  /** The frozen root that is open; null when there is none. */
  private FrozenRoot frozen;

  /** Records that were moved between publications, and that these need not move any more. */
  private long helped;

  Gate(StoreMemory parts, TxnTree tree, Publication publication) {
    this.parts = parts;
    this.tree = tree;
    this.publication = publication;
  }

  void limits(FreezeLimits given) {
    limits = given;
  }

  int state() {
    return StoreHeader.state(parts.getLong(StoreHeader.GATE_OFFSET));
  }

  private void state(int state, long seq) {
    // Release for those who look at the gate without the lock; readers of a frozen root got it
    // under the lock.
    Mem.putLongRelease(
        parts.mem, parts.header + StoreHeader.GATE_OFFSET, StoreHeader.gate(state, seq));
  }

  boolean isOpen() {
    return state() == StoreHeader.OPEN;
  }

  /** Takes what an earlier process left: nobody reads its frozen root any more. */
  void resume() {
    publication.weighPending();
    rest();
  }

  void freeze(FrozenRoot root) {
    state(StoreHeader.FROZEN, root.seq());
    frozen = root;
  }

  /** Ends a freeze, if it is the present one. */
  void thaw(FrozenRoot root) {
    if (root == frozen) {
      frozen = null;
      rest();
    }
  }

  /** Takes the frozen root back from its readers, waiting for those in the middle of a batch. */
  void revoke(String why) {
    if (frozen != null) {
      frozen.shut(why);
      frozen = null;
      rest();
    }
  }

  private void rest() {
    int pending = tree.pending();
    helped = 0;
    if (pending == StoreMemory.NONE) {
      state(StoreHeader.OPEN, 0);
    } else {
      state(StoreHeader.DRAINING, parts.getLong(StoreHeader.PUBLISHED_OFFSET));
    }
  }

  /** After a publication: drains a part, or looks whether the freeze has become too much. */
  void published(long folded) {
    int state = state();
    if (state == StoreHeader.DRAINING) {
      long due = folded + Math.max(limits.drainMore(), folded / 4);
      long left = Math.max(0, due - helped);
      helped -= due - left;
      move((int) Math.min(Integer.MAX_VALUE, left));
    } else if (state == StoreHeader.FROZEN) {
      String why = limits.exceeded(publication, frozen);
      if (why != null && frozen.tryShut(why)) {
        frozen = null;
        rest();
      }
    }
  }

  /** Moves so many records between publications, if the gate allows it; how many. */
  int drain(int max) {
    if (state() != StoreHeader.DRAINING) {
      return 0;
    }
    int moved = move(max);
    helped += moved;
    return moved;
  }

  private int move(int max) {
    int moved = publication.drain(max);
    if (tree.pending() == StoreMemory.NONE) {
      state(StoreHeader.OPEN, 0);
    }
    return moved;
  }
}
