package holdfast.checkpt;

import holdfast.internal.Failures;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Encodes frames on several threads and writes them in order.
 *
 * <p>A thread takes a free buffer and the next frame, and encodes the one into the other. The frame
 * that has the turn is the only one that may write; who ends it also writes those behind it that
 * wait:
 *
 * <pre>{@code
 * frames   0 1 2 3 4 5 6 7 ...
 *          w w w e p p e .         w written   e being encoded   p waits in its buffer
 *                | turn    | next
 *
 * encode ----- buffer full ------> wait for the turn, write, go on: a large frame is a stream
 *    |
 *    '- done - has the turn -----> write the buffer, pass the turn on, write what waits
 *            '- has it not ------> leave the buffer there
 * }</pre>
 *
 * <p>The turn always belongs to a frame that has a buffer, because buffers are taken before
 * numbers. So it goes on, however few buffers there are, and whether the executor starts the other
 * threads or not. After a failure nobody begins anything, and everybody who waits ends.
 */
final class ParallelFrames {
  private final Output output;
  private final FramePlan plan;
  private final Meter meter;
  private final int threads;
  private final int bufferSize;
  private final long[] offsets;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // All below is guarded by the lock.
  private final ArrayDeque<WriteBuffer> free = new ArrayDeque<>();
  private final Map<Integer, WriteBuffer> waiting = new HashMap<>();

  /** Buffers that may still be made. */
  private int allowance;

  /** The next frame that nobody has taken. */
  private int next;

  /** The frame that may write. */
  private int turn;

  /** Threads at work. */
  private int active;

  private boolean over;
  private Throwable failure;

  ParallelFrames(Output output, FramePlan plan, Meter meter, int threads, int bufferSize) {
    this.output = output;
    this.plan = plan;
    this.meter = meter;
    this.threads = Math.min(threads, plan.count());
    this.bufferSize = bufferSize;
    this.allowance = 2 * this.threads;
    this.offsets = new long[plan.count() + 1];
  }

  /** Encodes and writes all frames; returns their offsets and the end. */
  long[] run(Executor executor) throws IOException {
    offsets[0] = output.offset();
    try {
      for (int i = 1; i < threads; i++) {
        executor.execute(this::work);
      }
      work();
    } catch (Throwable e) {
      // Of the executor: it took some of the tasks, which are already at work.
      fail(e);
    } finally {
      awaitAll();
    }
    throwFailure();
    assert turn == plan.count() : "written " + turn + " of " + plan.count();
    output.flush();
    return offsets;
  }

  private void throwFailure() throws IOException {
    if (failure != null) {
      throw Failures.rethrow(failure);
    }
  }

  /** One thread, from its first frame to its last. */
  private void work() {
    if (!enter()) {
      return;
    }
    try (var worker = new Worker()) {
      for (int i = worker.take(); i >= 0; i = worker.take()) {
        worker.encode(i);
      }
    } catch (Throwable e) {
      fail(e);
    } finally {
      leave();
    }
  }

  private boolean enter() {
    lock.lock();
    try {
      if (over || failure != null) {
        return false;
      }
      active++;
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void leave() {
    lock.lock();
    try {
      active--;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void fail(Throwable e) {
    lock.lock();
    try {
      if (failure == null) {
        failure = e;
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    meter.stop(); // after the cause is known, not its consequences
  }

  /** Nobody may be left behind: they use memory of the caller. */
  private void awaitAll() {
    lock.lock();
    try {
      over = true;
      while (active > 0) {
        changed.awaitUninterruptibly();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Waits for news; the lock is held, and the caller looks again. */
  @SuppressWarnings("WaitNotInLoop") // the loops are those of the callers
  private void await() throws InterruptedIOException {
    try {
      changed.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while frames were encoded");
    }
  }

  /** What one thread has: a writer, whose channel is the turn. */
  private final class Worker implements WritableByteChannel {
    private WriteBuffer buffer;
    private final StreamOutput out = new StreamOutput(this, null);
    private final Checkpt checkpt = new Checkpt(out);
    private int frame;

    /** Takes a buffer and the next frame; -1 when there is none. */
    int take() throws IOException {
      lock.lock();
      try {
        while (true) {
          if (failure != null || next == plan.count()) {
            return -1;
          }
          if (buffer == null) {
            buffer = free.poll();
          }
          if (buffer != null) {
            return next++;
          }
          if (allowance > 0) {
            allowance--;
            buffer = new WriteBuffer(bufferSize);
          } else {
            await();
          }
        }
      } finally {
        lock.unlock();
      }
    }

    void encode(int index) throws IOException {
      frame = index;
      buffer.used = 0;
      out.restart(buffer);
      checkpt.addFrame(plan, index, meter);
      if (out.isUnwritten() && leaveWaiting()) {
        return;
      }
      out.flush(); // waits for the turn, unless it has it
      awaitTurn();
      pass();
    }

    /** Leaves a frame that is wholly in its buffer to whoever has the turn. */
    private boolean leaveWaiting() {
      lock.lock();
      try {
        if (turn == frame || failure != null) {
          return false;
        }
        waiting.put(frame, buffer);
        buffer = null;
        return true;
      } finally {
        lock.unlock();
      }
    }

    /** Ends this frame, and writes those behind it that wait. */
    private void pass() throws IOException {
      WriteBuffer written = null;
      while (true) {
        WriteBuffer ready;
        lock.lock();
        try {
          offsets[++turn] = output.offset();
          if (written != null) {
            free.add(written);
          }
          ready = waiting.remove(turn);
          changed.signalAll();
        } finally {
          lock.unlock();
        }
        if (ready == null) {
          return;
        }
        output.put(ready.memory(), 0, ready.used);
        written = ready;
      }
    }

    private void awaitTurn() throws IOException {
      lock.lock();
      try {
        while (turn != frame) {
          if (failure != null) {
            throw new CancellationException("another thread failed");
          }
          await();
        }
      } finally {
        lock.unlock();
      }
    }

    /** Writes for the frame being encoded, when it has the turn. */
    @Override
    public int write(ByteBuffer bytes) throws IOException {
      awaitTurn();
      int size = bytes.remaining();
      output.put(MemorySegment.ofBuffer(bytes), 0, size);
      bytes.position(bytes.limit());
      return size;
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() {
      checkpt.close();
    }
  }
}
