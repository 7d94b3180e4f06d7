package holdfast.wksp;

import holdfast.Limits;
import holdfast.Progress;
import holdfast.internal.Check;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;

/**
 * How to restore a workspace. Immutable.
 *
 * @param seed what the shape of the trees is drawn from; empty for the seed that the workspace has
 * @param threads how many may work, at least 1
 * @param tags whose allocations to restore; empty for all
 * @param gaddrLo only allocations at or above it are restored
 * @param gaddrHi only allocations that end at or below it are restored; {@link Long#MAX_VALUE} for
 *     no bound
 * @param sidecar what to do about a sidecar
 * @param verifyFirst whether all LZ4 frames are decoded once before the workspace is touched.
 *     Without it, their structure is checked before, and damage inside a block that only decoding
 *     shows leaves the workspace reset
 * @param limits how much memory the list of allocations in the file may take: 48 bytes for each
 * @param progress told about bytes of the work; with a sidecar or {@code verifyFirst} once from 0
 *     to the end for each pass
 */
public record WkspRestoreOptions(
    OptionalInt seed,
    int threads,
    List<Long> tags,
    long gaddrLo,
    long gaddrHi,
    WkspSidecar sidecar,
    boolean verifyFirst,
    Limits limits,
    Progress progress) {

  /**
   * Everything, with the seed that the workspace has, one thread, comparing with a sidecar when
   * there is one, and 1 GiB for the list.
   */
  public static final WkspRestoreOptions DEFAULT =
      new WkspRestoreOptions(
          OptionalInt.empty(),
          1,
          List.of(),
          0,
          Long.MAX_VALUE,
          WkspSidecar.WHEN_PRESENT,
          false,
          Limits.DEFAULT.withMemoryMax(1L << 30),
          Progress.NONE);

  /** Checks and copies. */
  public WkspRestoreOptions {
    Objects.requireNonNull(seed, "seed");
    Check.range(threads, 1, Integer.MAX_VALUE, "threads");
    tags = List.copyOf(tags);
    Objects.requireNonNull(sidecar, "sidecar");
    Objects.requireNonNull(limits, "limits");
    Objects.requireNonNull(progress, "progress");
  }

  /**
   * Another seed than the workspace has.
   *
   * @param newSeed any
   * @return a copy
   */
  public WkspRestoreOptions withSeed(int newSeed) {
    return new WkspRestoreOptions(
        OptionalInt.of(newSeed),
        threads,
        tags,
        gaddrLo,
        gaddrHi,
        sidecar,
        verifyFirst,
        limits,
        progress);
  }

  /**
   * Another number of threads.
   *
   * @param newThreads at least 1
   * @return a copy
   */
  public WkspRestoreOptions withThreads(int newThreads) {
    return new WkspRestoreOptions(
        seed, newThreads, tags, gaddrLo, gaddrHi, sidecar, verifyFirst, limits, progress);
  }

  /**
   * Only allocations with some tags.
   *
   * @param newTags which; none for all
   * @return a copy
   */
  public WkspRestoreOptions withTags(List<Long> newTags) {
    return new WkspRestoreOptions(
        seed, threads, newTags, gaddrLo, gaddrHi, sidecar, verifyFirst, limits, progress);
  }

  /**
   * Only allocations inside a range.
   *
   * @param lo first address
   * @param hi one behind the last
   * @return a copy
   */
  public WkspRestoreOptions withRange(long lo, long hi) {
    return new WkspRestoreOptions(
        seed, threads, tags, lo, hi, sidecar, verifyFirst, limits, progress);
  }

  /**
   * Another way with sidecars.
   *
   * @param newSidecar what to do
   * @return a copy
   */
  public WkspRestoreOptions withSidecar(WkspSidecar newSidecar) {
    return new WkspRestoreOptions(
        seed, threads, tags, gaddrLo, gaddrHi, newSidecar, verifyFirst, limits, progress);
  }

  /**
   * Whether to decode everything once before the workspace is touched.
   *
   * @param on as in {@link #verifyFirst}
   * @return a copy
   */
  public WkspRestoreOptions withVerifyFirst(boolean on) {
    return new WkspRestoreOptions(
        seed, threads, tags, gaddrLo, gaddrHi, sidecar, on, limits, progress);
  }

  /**
   * Other limits.
   *
   * @param newLimits as in {@link #limits}
   * @return a copy
   */
  public WkspRestoreOptions withLimits(Limits newLimits) {
    return new WkspRestoreOptions(
        seed, threads, tags, gaddrLo, gaddrHi, sidecar, verifyFirst, newLimits, progress);
  }

  /**
   * Somebody who watches.
   *
   * @param newProgress told about bytes
   * @return a copy
   */
  public WkspRestoreOptions withProgress(Progress newProgress) {
    return new WkspRestoreOptions(
        seed, threads, tags, gaddrLo, gaddrHi, sidecar, verifyFirst, limits, newProgress);
  }

  /** Whether an allocation is wanted. */
  boolean wants(long lo, long hi, long tag) {
    return lo >= gaddrLo && hi <= gaddrHi && (tags.isEmpty() || tags.contains(tag));
  }

  /** Whether all allocations are wanted. */
  boolean wantsAll() {
    return tags.isEmpty() && gaddrLo <= 0 && gaddrHi == Long.MAX_VALUE;
  }
}
