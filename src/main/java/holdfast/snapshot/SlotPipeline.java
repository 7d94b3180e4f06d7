package holdfast.snapshot;

import holdfast.internal.Failures;
import holdfast.internal.Workers;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Work on a row of pieces: one thread, the owner, fills slots and empties them in the same order,
 * helpers do the work in between, and so does the owner while it would wait for them.
 *
 * <pre>{@code
 *          free()              submit()     the work        oldest()          release()
 * FREE --------------> filled ---------> WAITING ---> DONE ----------> emptied ----------> FREE
 *        by the owner              by a helper, or the owner      by the owner, in the order of submit
 * }</pre>
 *
 * <p>A failure of the work is thrown to the owner when its slot is the oldest, so what is reported
 * does not depend on who was faster. Alone, the owner does all the work. {@link #close} waits for
 * the helpers, which end at once when nothing is submitted.
 */
final class SlotPipeline<S> implements AutoCloseable {
  /** What is done with a slot. */
  @FunctionalInterface
  interface Work<S> {
    void run(S slot) throws IOException;
  }

  private final List<S> slots;
  private final Work<? super S> work;
  private final Thread[] helpers;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // All below is guarded by the lock; the counts only grow.
  private final boolean[] done;
  private final Throwable[] failures;
  private long submitted;
  private long taken;
  private long released;
  private boolean closed;

  /**
   * Starts the helpers.
   *
   * @param slots at least one, and for steady work one or two more than threads
   * @param threads how many work, the owner and at least 1
   * @param name of the helpers, a number is appended
   */
  SlotPipeline(List<S> slots, int threads, String name, Work<? super S> work) {
    this.slots = List.copyOf(slots);
    this.work = work;
    this.done = new boolean[slots.size()];
    this.failures = new Throwable[slots.size()];
    this.helpers = new Thread[threads - 1];
    try {
      for (int i = 0; i < helpers.length; i++) {
        this.helpers[i] = Thread.ofPlatform().name(name + (i + 1)).daemon().unstarted(this::help);
        this.helpers[i].start();
      }
    } catch (OutOfMemoryError e) {
      close(); // no more threads: none at all, and the caller is told
      throw e;
    }
  }

  /** The slot to fill next; null when all are in use. */
  S free() {
    lock.lock();
    try {
      return submitted - released < slots.size() ? slots.get(index(submitted)) : null;
    } finally {
      lock.unlock();
    }
  }

  /** Hands over the slot that {@link #free} gave. */
  void submit() {
    lock.lock();
    try {
      done[index(submitted)] = false;
      submitted++;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * The slot that was submitted first of those not yet released, its work done.
   *
   * @param patient whether to wait for the end of its work. Meanwhile the owner takes part: it
   *     begins what nobody has begun, piece after piece until that slot is done
   * @return null when there is none, or, without patience, its work is not done
   * @throws IOException what the work threw
   */
  S oldest(boolean patient) throws IOException {
    lock.lock();
    try {
      if (released == submitted) {
        return null;
      }
      int i = index(released);
      while (!done[i]) {
        if (!patient) {
          return null;
        }
        if (taken < submitted) {
          workOn(index(taken++));
        } else {
          await();
        }
      }
      if (failures[i] != null) {
        throw Failures.rethrow(failures[i]);
      }
      return slots.get(i);
    } finally {
      lock.unlock();
    }
  }

  @SuppressWarnings("WaitNotInLoop") // the loop is the caller's
  private void await() throws InterruptedIOException {
    try {
      changed.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while batches were made");
    }
  }

  /** The slot that {@link #oldest} gave is free again. */
  void release() {
    lock.lock();
    try {
      released++;
    } finally {
      lock.unlock();
    }
  }

  /** Whether nothing is between {@link #submit} and {@link #release}. */
  boolean isEmpty() {
    lock.lock();
    try {
      return released == submitted;
    } finally {
      lock.unlock();
    }
  }

  private int index(long ordinal) {
    return (int) (ordinal % slots.size());
  }

  private void help() {
    lock.lock();
    try {
      while (!closed) {
        if (taken < submitted) {
          workOn(index(taken++));
        } else {
          changed.awaitUninterruptibly();
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** Works on a slot, without the lock, which the caller has before and afterwards. */
  private void workOn(int i) {
    lock.unlock();
    Throwable failure = null;
    try {
      work.run(slots.get(i));
    } catch (Throwable e) {
      failure = e;
    }
    lock.lock();
    failures[i] = failure;
    done[i] = true;
    changed.signalAll();
  }

  /** Ends the helpers, after the slots that they are at. An interrupt of the owner is kept. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    for (Thread helper : helpers) {
      if (helper != null) {
        Workers.join(helper);
      }
    }
  }
}
