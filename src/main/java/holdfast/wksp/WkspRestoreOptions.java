package holdfast.wksp;

import holdfast.Limits;
import holdfast.Progress;
import holdfast.internal.Check;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.function.Consumer;

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
   * {@return a copy with another seed than the workspace has}
   *
   * @param value any
   */
  public WkspRestoreOptions withSeed(int value) {
    return with(draft -> draft.seed = OptionalInt.of(value));
  }

  /**
   * {@return a copy with another number of threads}
   *
   * @param value at least 1
   */
  public WkspRestoreOptions withThreads(int value) {
    return with(draft -> draft.threads = value);
  }

  /**
   * {@return a copy that restores only allocations with some tags}
   *
   * @param value which; none for all
   */
  public WkspRestoreOptions withTags(List<Long> value) {
    return with(draft -> draft.tags = value);
  }

  /**
   * {@return a copy that restores only allocations inside a range}
   *
   * @param lo first address
   * @param hi one behind the last
   */
  public WkspRestoreOptions withRange(long lo, long hi) {
    return with(
        draft -> {
          draft.gaddrLo = lo;
          draft.gaddrHi = hi;
        });
  }

  /**
   * {@return a copy with another way with sidecars}
   *
   * @param value what to do
   */
  public WkspRestoreOptions withSidecar(WkspSidecar value) {
    return with(draft -> draft.sidecar = value);
  }

  /**
   * {@return a copy that decodes everything once before the workspace is touched, or does not}
   *
   * @param value as in {@link #verifyFirst}
   */
  public WkspRestoreOptions withVerifyFirst(boolean value) {
    return with(draft -> draft.verifyFirst = value);
  }

  /**
   * {@return a copy with other limits}
   *
   * @param value as in {@link #limits}
   */
  public WkspRestoreOptions withLimits(Limits value) {
    return with(draft -> draft.limits = value);
  }

  /**
   * {@return a copy with somebody else who watches}
   *
   * @param value told about bytes
   */
  public WkspRestoreOptions withProgress(Progress value) {
    return with(draft -> draft.progress = value);
  }

  /** Whether an allocation is wanted. */
  boolean wants(long lo, long hi, long tag) {
    return lo >= gaddrLo && hi <= gaddrHi && (tags.isEmpty() || tags.contains(tag));
  }

  /** Whether all allocations are wanted. */
  boolean wantsAll() {
    return tags.isEmpty() && gaddrLo <= 0 && gaddrHi == Long.MAX_VALUE;
  }

  private WkspRestoreOptions with(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return draft.done();
  }

  /** The values of a copy while one of them changes. */
  private static final class Draft {
    OptionalInt seed;
    int threads;
    List<Long> tags;
    long gaddrLo;
    long gaddrHi;
    WkspSidecar sidecar;
    boolean verifyFirst;
    Limits limits;
    Progress progress;

    Draft(WkspRestoreOptions of) {
      seed = of.seed;
      threads = of.threads;
      tags = of.tags;
      gaddrLo = of.gaddrLo;
      gaddrHi = of.gaddrHi;
      sidecar = of.sidecar;
      verifyFirst = of.verifyFirst;
      limits = of.limits;
      progress = of.progress;
    }

    WkspRestoreOptions done() {
      return new WkspRestoreOptions(
          seed, threads, tags, gaddrLo, gaddrHi, sidecar, verifyFirst, limits, progress);
    }
  }
}
