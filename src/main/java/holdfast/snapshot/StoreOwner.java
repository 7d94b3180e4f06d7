package holdfast.snapshot;

import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/**
 * Who has a store open: the owner word in its header, and for this process a list.
 *
 * <pre>{@code
 * owner word   meaning
 *     0        closed, or stopped for a checkpoint of the workspace: complete
 *    our id    one of this process has it open; or had, and broke down in the middle of a change;
 *              or a process that had our id before us died: the list tells
 *   another    a process has it open; or had, and died: the system tells
 * }</pre>
 *
 * <p>The list is by identity, because the same file may be mapped at two places. Of two copies of a
 * store, one open and one left by the dead, the second one looks open, too; it has to wait.
 */
final class StoreOwner {
  static final long ME = ProcessHandle.current().pid();

  /** How often each store is open in this process. Guarded by itself. */
  private static final Map<UUID, Integer> OPEN = new HashMap<>();

  private final MemorySegment mem;
  private final long at;

  /** Guarded by the list. */
  private UUID id;

  private boolean listed;

  private StoreOwner(MemorySegment mem, long header, UUID id) {
    this.mem = mem;
    this.at = header + StoreHeader.OWNER_OFFSET;
    this.id = id;
  }

  /**
   * Takes a store.
   *
   * @return null when somebody else took it at the same time; then look again
   * @throws IllegalStateException when somebody who lives has it
   */
  static StoreOwner take(MemorySegment mem, long header, UUID id, long seen) {
    StoreOwner owner = new StoreOwner(mem, header, id);
    synchronized (OPEN) {
      if (seen == ME ? OPEN.getOrDefault(id, 0) > 0 : isAlive(seen)) {
        throw new IllegalStateException(
            "record store "
                + id
                + " is open in "
                + (seen == ME ? "this process" : "process " + seen)
                + "; close it there");
      }
      if (!Mem.casLong(mem, owner.at, seen, ME)) {
        return null;
      }
      owner.list();
    }
    return owner;
  }

  private static boolean isAlive(long process) {
    return process > 0 && ProcessHandle.of(process).isPresent();
  }

  private void list() {
    OPEN.merge(id, 1, Integer::sum);
    listed = true;
  }

  /** The store took over the identity of another one. */
  void rename(UUID newId) {
    synchronized (OPEN) {
      abandon();
      id = newId;
      list();
    }
  }

  /** Says that the store is complete, for the copy that a checkpoint makes. */
  void rest() {
    Mem.putLongRelease(mem, at, 0);
  }

  /** Says that it may be changing again. */
  void resume() {
    Mem.putLongRelease(mem, at, ME);
  }

  /** Gives a complete store up. */
  void leave() {
    synchronized (OPEN) {
      rest();
      abandon();
    }
  }

  /** Gives a store up as it is, or as an earlier owner left it: the next one has to look at it. */
  void abandon(long word) {
    synchronized (OPEN) {
      Mem.putLongRelease(mem, at, word);
      abandon();
    }
  }

  /** Gives a store up in the middle of a change. */
  void abandon() {
    synchronized (OPEN) {
      if (listed) {
        listed = false;
        OPEN.computeIfPresent(id, (key, count) -> count == 1 ? null : count - 1);
      }
    }
  }
}
