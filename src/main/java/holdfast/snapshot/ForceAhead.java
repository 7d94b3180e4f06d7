package holdfast.snapshot;

import holdfast.internal.Disk;
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
      Thread.ofPlatform().name("holdfast-snapshot-f").daemon().start(running);
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
      switch (e.getCause()) {
        case IOException cause -> throw cause;
        case RuntimeException cause -> throw cause;
        case Error cause -> throw cause;
        default -> throw new IllegalStateException(e.getCause());
      }
    }
  }

  /** Waits for the last one whatever becomes of it: the file can be closed. Keeps an interrupt. */
  @Override
  public void close() {
    boolean interrupted = false;
    while (running != null) {
      try {
        running.get();
        running = null;
      } catch (InterruptedException e) {
        interrupted = true;
      } catch (ExecutionException e) {
        running = null; // the writer has failed, or it would have waited
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
