package holdfast.checkpt;

import java.io.IOException;
import java.util.List;
import java.util.Objects;

/**
 * What is known of frames before they are encoded: sizes, and the states that follow from them.
 *
 * <p>Made by asking each frame for its buffers once, without looking into them.
 */
final class FramePlan {
  private final List<? extends Frame> frames;
  private final FrameStyle[] styles;
  private final boolean[] first;
  private final long[] sizes;
  private final History after = new History();
  private long total;

  private FramePlan(List<? extends Frame> frames) {
    this.frames = List.copyOf(frames);
    int count = frames.size();
    styles = new FrameStyle[count];
    first = new boolean[count];
    sizes = new long[count];
  }

  /** Asks the frames. */
  static FramePlan of(List<? extends Frame> frames, History before) throws IOException {
    var plan = new FramePlan(frames);
    try (Checkpt counter = Checkpt.counter(before)) {
      for (int i = 0; i < plan.count(); i++) {
        Frame frame = plan.frame(i);
        plan.styles[i] = Objects.requireNonNull(frame.style(), "style");
        plan.first[i] = counter.countOpen(plan.styles[i]);
        plan.sizes[i] = counter.count(frame, i);
        plan.total = Math.addExact(plan.total, plan.sizes[i]);
      }
      plan.after.set(counter.history());
    }
    return plan;
  }

  int count() {
    return sizes.length;
  }

  Frame frame(int index) {
    return frames.get(index);
  }

  FrameStyle style(int index) {
    return styles[index];
  }

  /** Whether it is encoded in the first state, see {@link History}. */
  boolean isFirst(int index) {
    return first[index];
  }

  /** Plain bytes of one frame. */
  long size(int index) {
    return sizes[index];
  }

  /** Plain bytes of all frames. */
  long total() {
    return total;
  }

  /** The history behind the last frame. */
  History historyAfter() {
    return after;
  }
}
