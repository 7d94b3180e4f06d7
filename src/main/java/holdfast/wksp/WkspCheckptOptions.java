package holdfast.wksp;

import holdfast.Progress;
import holdfast.internal.Check;
import java.util.List;
import java.util.Objects;

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
   * Another layout.
   *
   * @param newStyle which
   * @return a copy
   */
  public WkspCheckptOptions withStyle(WkspCheckptStyle newStyle) {
    return new WkspCheckptOptions(newStyle, threads, info, tags, sidecar, replace, progress);
  }

  /**
   * Another number of threads.
   *
   * @param newThreads at least 1
   * @return a copy
   */
  public WkspCheckptOptions withThreads(int newThreads) {
    return new WkspCheckptOptions(style, newThreads, info, tags, sidecar, replace, progress);
  }

  /**
   * Other words about the making.
   *
   * @param newInfo what the file says
   * @return a copy
   */
  public WkspCheckptOptions withInfo(WkspCheckptInfo newInfo) {
    return new WkspCheckptOptions(style, threads, newInfo, tags, sidecar, replace, progress);
  }

  /**
   * Only allocations with some tags.
   *
   * @param newTags which; none for all
   * @return a copy
   */
  public WkspCheckptOptions withTags(List<Long> newTags) {
    return new WkspCheckptOptions(style, threads, info, newTags, sidecar, replace, progress);
  }

  /**
   * With or without a sidecar.
   *
   * @param on whether to write one
   * @return a copy
   */
  public WkspCheckptOptions withSidecar(boolean on) {
    return new WkspCheckptOptions(style, threads, info, tags, on, replace, progress);
  }

  /**
   * Whether a file that is there may be replaced.
   *
   * @param on whether it may
   * @return a copy
   */
  public WkspCheckptOptions withReplace(boolean on) {
    return new WkspCheckptOptions(style, threads, info, tags, sidecar, on, progress);
  }

  /**
   * Somebody who watches.
   *
   * @param newProgress told about bytes
   * @return a copy
   */
  public WkspCheckptOptions withProgress(Progress newProgress) {
    return new WkspCheckptOptions(style, threads, info, tags, sidecar, replace, newProgress);
  }
}
