package holdfast.checkpt;

/**
 * Where a checkpoint that is written or read stands.
 *
 * <pre>{@code
 *       begin                end
 * IDLE -------> IN_FRAME ---------> IDLE
 *   |              |
 *   '------.-------'  a call that did not succeed, or came in the wrong state
 *          v
 *       FAILED                      close leads from everywhere to CLOSED
 * }</pre>
 */
final class FrameState {
  private enum State {
    IDLE,
    IN_FRAME,
    FAILED,
    CLOSED
  }

  /** Who says so when a call comes in the wrong state. */
  private final String speaker;

  private State state = State.IDLE;

  FrameState(String speaker) {
    this.speaker = speaker;
  }

  boolean isIdle() {
    return state == State.IDLE;
  }

  boolean isInFrame() {
    return state == State.IN_FRAME;
  }

  /** A call begins that is legal between frames. Failed until {@link #idle} or {@link #inFrame}. */
  void leaveIdle(String call) {
    leave(State.IDLE, call);
  }

  /** A call begins that is legal in a frame. Failed until {@link #idle} or {@link #inFrame}. */
  void leaveFrame(String call) {
    leave(State.IN_FRAME, call);
  }

  private void leave(State wanted, String call) {
    State now = state;
    if (now != State.CLOSED) {
      state = State.FAILED;
    }
    if (now != wanted) {
      throw new IllegalStateException(speaker + ": " + call + " while " + now);
    }
  }

  /** The call succeeded, and no frame is open. */
  void idle() {
    state = State.IDLE;
  }

  /** The call succeeded, and a frame is open. */
  void inFrame() {
    state = State.IN_FRAME;
  }

  /** As if nothing had happened so far. */
  void restart() {
    if (state == State.CLOSED) {
      throw new IllegalStateException(speaker + ": restart while " + state);
    }
    state = State.IDLE;
  }

  void failed() {
    state = State.FAILED;
  }

  void close() {
    state = State.CLOSED;
  }
}
