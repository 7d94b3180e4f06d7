package holdfast.snapshot;

import holdfast.internal.Failures;
import holdfast.internal.Workers;
import java.io.IOException;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;

/**
 * A merge of files that goes on beside a service: the job, its thread, and who waits for it.
 *
 * <pre>{@code
 * thread of the service                        holdfast-snapshot-merge
 *
 * start ------------------------------------>  read, write, force, check, rename
 *   incremental ones, as they come due   <---  wake: there are events
 * events: told to the listener           <---  wake: it is over
 * outcome: base, tombstone floor, prune
 * }</pre>
 *
 * <p>The thread of the merge makes the file durable and visible, and that is all it does: whatever
 * the service knows, and what the store is told, changes on the thread of the service. Events go
 * through a queue and the outcome through a {@link FutureTask}, which publish what was written
 * before.
 */
final class Merging {
  /** Its name begins like that of the service. */
  private static final String NAME = "holdfast-snapshot-merge";

  final MergeJob job;

  /** Those who asked for this full snapshot. */
  final List<CompletableFuture<SnapshotInfo>> asked;

  private final Queue<SnapshotEvent> events = new ConcurrentLinkedQueue<>();
  private final FutureTask<SnapshotInfo> task;

  /** Why there is no thread; null when there is one. */
  private OutOfMemoryError refused;

  private final Thread thread;

  /**
   * Prepares a merge.
   *
   * @param wake called by the thread of the merge when there is something to see
   */
  Merging(
      SnapshotDirectory directory,
      SnapshotPolicy policy,
      ByteRate rate,
      SnapshotInfo base,
      SnapshotInfo incremental,
      List<CompletableFuture<SnapshotInfo>> asked,
      Runnable wake) {
    this.asked = asked;
    this.job =
        new MergeJob(
            directory,
            policy,
            rate,
            base,
            incremental,
            event -> {
              events.add(event);
              wake.run();
            });
    this.task = new FutureTask<>(() -> job.run(UUID.randomUUID(), SaveJob.clock()));
    this.thread =
        Thread.ofPlatform()
            .name(NAME)
            .daemon()
            .unstarted(
                () -> {
                  task.run();
                  wake.run();
                });
  }

  /** Lets it begin; that is told before anything is done. */
  void start(Consumer<SnapshotEvent> listener) {
    job.begin();
    tell(listener);
    try {
      thread.start();
    } catch (OutOfMemoryError e) {
      refused = e; // no more threads: that is the outcome
      task.cancel(false);
    }
  }

  /** Passes on what happened so far; only by the thread of the service. */
  void tell(Consumer<SnapshotEvent> listener) {
    for (SnapshotEvent event = events.poll(); event != null; event = events.poll()) {
      listener.accept(event);
    }
  }

  /** Whether {@link #outcome} does not have to wait. */
  boolean isOver() {
    return task.isDone();
  }

  /**
   * Waits for the end of the thread. An interrupt meanwhile is kept.
   *
   * @return what was written, complete and durable
   * @throws IOException what the job threw
   */
  SnapshotInfo outcome() throws IOException {
    Workers.join(thread);
    if (task.state() == FutureTask.State.SUCCESS) {
      return task.resultNow();
    }
    Throwable failure = refused == null ? task.exceptionNow() : refused;
    throw failure instanceof Error e ? SnapshotException.other(e) : Failures.rethrow(failure);
  }
}
