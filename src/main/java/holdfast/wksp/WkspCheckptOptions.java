package holdfast.wksp;

import holdfast.Progress;
import holdfast.internal.Check;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * How to write a checkpoint. Immutable.
 *
 * @param style the layout; each is read by every version of the original
 * @param threads how many may encode, at least 1; has no influence on what is written
 * @param info what the file says about its making
 * @param tags whose allocations to write; empty for all
 * @param sidecar whether to write {@code FILE.hfs} beside the file
 * @param replace whether a file that is there may be replaced
 * @param progress told about plain bytes, and then, for a sidecar, once more about bytes of the
 *     file
 */
public record WkspCheckptOptions(
    WkspCheckptStyle style,
    int threads,
    WkspCheckptInfo info,
    List<Long> tags,
    boolean sidecar,
    boolean replace,
    Progress progress) {

  /**
   * LZ4, one thread, all allocations, no sidecar, nothing replaced, nothing said about the making.
   */
  public static final WkspCheckptOptions DEFAULT =
      new WkspCheckptOptions(
          WkspCheckptStyle.V3, 1, WkspCheckptInfo.NONE, List.of(), false, false, Progress.NONE);

  /** Checks and copies. */
  public WkspCheckptOptions {
    Objects.requireNonNull(style, "style");
    Check.range(threads, 1, Integer.MAX_VALUE, "threads");
    Objects.requireNonNull(info, "info");
    tags = List.copyOf(tags);
    Objects.requireNonNull(progress, "progress");
  }

  /**
   * {@return a copy with another layout}
   *
   * @param value which
   */
  public WkspCheckptOptions withStyle(WkspCheckptStyle value) {
    return with(draft -> draft.style = value);
  }

  /**
   * {@return a copy with another number of threads}
   *
   * @param value at least 1
   */
  public WkspCheckptOptions withThreads(int value) {
    return with(draft -> draft.threads = value);
  }

  /**
   * {@return a copy with other words about the making}
   *
   * @param value what the file says
   */
  public WkspCheckptOptions withInfo(WkspCheckptInfo value) {
    return with(draft -> draft.info = value);
  }

  /**
   * {@return a copy that writes only allocations with some tags}
   *
   * @param value which; none for all
   */
  public WkspCheckptOptions withTags(List<Long> value) {
    return with(draft -> draft.tags = value);
  }

  /**
   * {@return a copy with or without a sidecar}
   *
   * @param value whether to write one
   */
  public WkspCheckptOptions withSidecar(boolean value) {
    return with(draft -> draft.sidecar = value);
  }

  /**
   * {@return a copy that may replace a file that is there, or may not}
   *
   * @param value whether it may
   */
  public WkspCheckptOptions withReplace(boolean value) {
    return with(draft -> draft.replace = value);
  }

  /**
   * {@return a copy with somebody else who watches}
   *
   * @param value told about bytes
   */
  public WkspCheckptOptions withProgress(Progress value) {
    return with(draft -> draft.progress = value);
  }

  private WkspCheckptOptions with(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return draft.done();
  }

  /** The values of a copy while one of them changes. */
  private static final class Draft {
    WkspCheckptStyle style;
    int threads;
    WkspCheckptInfo info;
    List<Long> tags;
    boolean sidecar;
    boolean replace;
    Progress progress;

    Draft(WkspCheckptOptions of) {
      style = of.style;
      threads = of.threads;
      info = of.info;
      tags = of.tags;
      sidecar = of.sidecar;
      replace = of.replace;
      progress = of.progress;
    }

    WkspCheckptOptions done() {
      return new WkspCheckptOptions(style, threads, info, tags, sidecar, replace, progress);
    }
  }
}
