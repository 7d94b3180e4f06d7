package holdfast.wksp;

import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The lock of a region, as this JVM sees it: the owner word in the region, a queue for those who
 * wait, and the memory of an operation that was cut short.
 *
 * <pre>{@code
 *            CAS                       store
 * UNLOCKED ------> our id, at work ----------> UNLOCKED
 *                     | an error cuts the operation short
 *                     v
 *                  our id, left behind --+
 *                                        | the next one of us takes it over: verify, rebuild
 * id of a dead process ------------------+--> our id, at work
 *                        CAS
 * }</pre>
 *
 * <p>The word alone keeps everybody apart, threads of this JVM, too; taking a free lock is one
 * compare-and-set. Only those who find it taken come here, and queue up in the JVM, so that one
 * thread polls the word and the others sleep. There is one object for each region in the JVM: found
 * by the key of the file, or by the address of the memory. So when the word bears our id, either
 * one of us is at work or {@link #left} is set; a process that had our id before us and died shows
 * when the object is made, that is when the first of us joins. A region in memory that the caller
 * mapped twice has two addresses; join such a file by its name.
 */
final class OwnerLock {
  /** Our id in owner words. Ids of processes are above 0. */
  static final long ME = ProcessHandle.current().pid();

  /** The process is asked for at most this often, because that is a system call or several. */
  private static final long PROBE_NANOS = 1_000_000;

  private static final int SPINS = 200;
  private static final long PARK_MIN_NANOS = 20_000;
  private static final long PARK_MAX_NANOS = 1_000_000;

  /** All of them that somebody uses. Guarded by the class. */
  private static final List<WeakReference<OwnerLock>> ALL = new ArrayList<>();

  /** A region in memory that the caller gave us. Bases are compared by identity. */
  private record Place(Object base, long address) {
    @Override
    public boolean equals(Object other) {
      return other instanceof Place(Object b, long a) && b == base && a == address;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(base) * 31 + Long.hashCode(address);
    }
  }

  private final Object key;
  private final ReentrantLock queue = new ReentrantLock();

  /** The word bears our id, but nobody is at work. Changed by whoever may claim the word. */
  private boolean left;

  private OwnerLock(Object key) {
    this.key = key;
  }

  /**
   * The lock of a region in memory.
   *
   * @param recovery as below
   */
  static OwnerLock of(MemorySegment mem, boolean recovery) {
    return of(new Place(mem.heapBase().orElse(null), mem.address()), mem, recovery);
  }

  /**
   * The lock of a region in a file.
   *
   * @param key what identifies the file
   * @param mem where it is mapped
   * @param recovery whether our id in a region that nobody of us joined before is that of a process
   *     that died; else it may be alive in another namespace, where ids are the same
   */
  static synchronized OwnerLock of(Object key, MemorySegment mem, boolean recovery) {
    OwnerLock found = null;
    for (var each = ALL.iterator(); each.hasNext(); ) {
      OwnerLock lock = each.next().get();
      if (lock == null) {
        each.remove();
      } else if (lock.key.equals(key)) {
        found = lock;
      }
    }
    if (found == null) {
      found = new OwnerLock(key);
      // Nobody of us was here, so our id was written by a process that had it before us.
      found.left = recovery && owner(mem) == ME;
      ALL.add(new WeakReference<>(found));
    } else {
      found.forgetOther(mem);
    }
    return found;
  }

  /** What was left behind in a region that is gone is not left in one made at its place. */
  private synchronized void forgetOther(MemorySegment mem) {
    left &= owner(mem) == ME;
  }

  /** Takes the lock when it is free. The fast path of every operation. */
  static boolean tryAcquire(MemorySegment mem) {
    // Acquire: sees all that the owner before us did before its release in unlock.
    return Mem.casLong(mem, WkspHeader.OWNER_OFFSET, WkspHeader.UNLOCKED, ME);
  }

  /** Gives the lock up. */
  static void release(MemorySegment mem) {
    // Publishes the operation; pairs with tryAcquire of the next owner.
    Mem.putLongRelease(mem, WkspHeader.OWNER_OFFSET, WkspHeader.UNLOCKED);
  }

  /** Remembers that an operation of ours ended in the middle. The word keeps our id. */
  synchronized void leave() {
    left = true;
  }

  /** Whether the word was left behind; if so the caller owns it now. */
  private synchronized boolean claim() {
    boolean was = left;
    left = false;
    return was;
  }

  /** Whether the lock can only be had by taking it over, as far as can be told without waiting. */
  synchronized boolean isOrphaned(MemorySegment mem, boolean recovery) {
    long owner = Mem.getLongVolatile(mem, WkspHeader.OWNER_OFFSET);
    return left || (recovery && isDead(owner));
  }

  private static boolean isDead(long owner) {
    return owner != WkspHeader.UNLOCKED
        && owner != WkspHeader.UNDER_CONSTRUCTION
        && owner != ME
        && (owner < 0 || ProcessHandle.of(owner).isEmpty());
  }

  /**
   * Waits for the lock.
   *
   * @return {@link WkspHeader#UNLOCKED} when it became free; else the id of the owner that it was
   *     taken over from, whose work has to be looked at
   * @throws WkspLockedException when it takes too long
   */
  long acquire(MemorySegment mem, WkspOptions options) {
    long deadline = System.nanoTime() + nanos(options.lockTimeout());
    boolean interrupted = false;
    try {
      while (true) {
        try {
          if (!queue.tryLock(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
            throw new WkspLockedException(owner(mem));
          }
          break;
        } catch (InterruptedException e) {
          interrupted = true; // like the lock of the original, this one is not to be interrupted
        }
      }
      try {
        return poll(mem, options.recovery(), deadline);
      } finally {
        queue.unlock();
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private long poll(MemorySegment mem, boolean recovery, long deadline) {
    long park = PARK_MIN_NANOS;
    long probe = System.nanoTime();
    for (int spins = 0; ; spins++) {
      long owner = owner(mem);
      if (owner == WkspHeader.UNLOCKED) {
        if (tryAcquire(mem)) {
          return owner;
        }
        continue;
      }
      if (owner == ME && claim()) {
        return owner;
      }
      long now = System.nanoTime();
      if (recovery && owner != ME && now - probe >= 0) {
        probe = now + PROBE_NANOS;
        // Of two that find it dead, the exchange lets one through.
        if (isDead(owner) && Mem.casLong(mem, WkspHeader.OWNER_OFFSET, owner, ME)) {
          return owner;
        }
      }
      if (now - deadline >= 0) {
        throw new WkspLockedException(owner);
      }
      if (spins < SPINS) {
        Thread.onSpinWait();
      } else if (Thread.currentThread().isInterrupted()) {
        Thread.onSpinWait(); // parking would return at once
      } else {
        LockSupport.parkNanos(mem, park);
        park = Math.min(2 * park, PARK_MAX_NANOS);
      }
    }
  }

  /** Gives a lock back to the dead, because their work could not be repaired. */
  void putBack(MemorySegment mem, long owner) {
    if (owner == ME) {
      leave();
    } else {
      Mem.putLongRelease(mem, WkspHeader.OWNER_OFFSET, owner);
    }
  }

  static long owner(MemorySegment mem) {
    return Mem.getLongVolatile(mem, WkspHeader.OWNER_OFFSET);
  }

  private static long nanos(Duration timeout) {
    // A sum with nanoTime must not overflow by more than half the circle: 36 500 days are 2^61.5.
    return timeout.toNanos();
  }
}
