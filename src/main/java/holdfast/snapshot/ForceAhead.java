package holdfast.snapshot;

import holdfast.internal.Disk;
import holdfast.internal.Failures;
import holdfast.internal.Workers;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Forces a file step by step while it is being written, so that dirty pages never pile up behind
 * the force at its end.
 *
 * <pre>{@code
 * written   |--- step ---|--- step ---|--- step ---|-- rest
 * forced                 |..... 1 ....|..... 2 ....|          each waits for the one before
 * }</pre>
 *
 * <p>A system reports a failure once, and only to who asked at that time; so what failed here is
 * thrown to the writer, at the next step or at {@link #await}. For the writing thread.
 */
final class ForceAhead implements AutoCloseable {
  private final Disk.File file;
  private final long step;
  private final boolean beside;

  /** What is asked for, in bytes of the file. */
  private long asked;

  /** The last one, if it is done by another thread and was not looked at since. */
  private FutureTask<Void> running;

  /** Of the last one; null when this thread forces. */
  private Thread thread;

  /**
   * Forces nothing yet.
   *
   * @param step bytes
   * @param beside whether another thread forces, while the writer goes on
   */
  ForceAhead(Disk.File file, long step, boolean beside) {
    this.file = file;
    this.step = step;
    this.beside = beside;
  }

  /** Told after each write how many bytes the file has. */
  void written(long position) throws IOException {
    if (position - asked < step) {
      return;
    }
    await();
    asked = position;
    if (beside) {
      running = new FutureTask<>(this::force);
      thread = Thread.ofPlatform().name("holdfast-snapshot-f").daemon().start(running);
    } else {
      force();
    }
  }

  private Void force() throws IOException {
    file.force(false);
    return null;
  }

  /** Waits for the last one. */
  void await() throws IOException {
    if (running == null) {
      return;
    }
    try {
      running.get();
      running = null;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while a file was forced");
    } catch (ExecutionException e) {
      running = null;
      throw Failures.rethrow(e.getCause());
    }
  }

  /** Waits for the last one whatever becomes of it: the file can be closed. Keeps an interrupt. */
  @Override
  public void close() {
    if (thread != null) {
      Workers.join(thread);
    }
  }
}
