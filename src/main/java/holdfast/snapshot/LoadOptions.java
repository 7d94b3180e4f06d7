package holdfast.snapshot;

import holdfast.Progress;
import holdfast.internal.Check;
import java.util.Objects;
import java.util.UUID;

/**
 * How to load. Immutable; start from {@link #DEFAULT}.
 *
 * @param asOf the newest state that is wanted, a sequence number of at least 1
 * @param strict whether the first file that is passed over ends the load
 * @param verifyFirst whether all stored bytes are checked before the store is touched
 * @param threads how many work, the calling one and 1 to 1024
 * @param memoryMax most bytes of buffers, at least 0; a value that fits into no batch needs a
 *     buffer of its own
 * @param storeId the store whose snapshots are wanted; null when the directory has those of one
 *     only
 * @param progress told about bytes of the file that is being read, from 0 for each file
 */
public record LoadOptions(
    long asOf,
    boolean strict,
    boolean verifyFirst,
    int threads,
    long memoryMax,
    UUID storeId,
    Progress progress) {
  /** The newest state, from whatever files are sound, by two threads. */
  public static final LoadOptions DEFAULT =
      new LoadOptions(Long.MAX_VALUE, false, false, 2, Long.MAX_VALUE, null, Progress.NONE);

  /** Checks the values. */
  public LoadOptions {
    Check.range(asOf, 1, Long.MAX_VALUE, "asOf");
    checkThreads(threads);
    Check.range(memoryMax, 0, Long.MAX_VALUE, "memoryMax");
    Objects.requireNonNull(progress, "progress");
  }

  /** Refuses a number of threads that cannot be. */
  static void checkThreads(int threads) {
    Check.range(threads, 1, 1024, "threads");
  }

  /**
   * With another newest state.
   *
   * @param seq a sequence number
   * @return a copy
   */
  public LoadOptions withAsOf(long seq) {
    return new LoadOptions(seq, strict, verifyFirst, threads, memoryMax, storeId, progress);
  }

  /**
   * With or without an end at the first file that is passed over.
   *
   * @param value whether to end there
   * @return a copy
   */
  public LoadOptions withStrict(boolean value) {
    return new LoadOptions(asOf, value, verifyFirst, threads, memoryMax, storeId, progress);
  }

  /**
   * With or without a check of all stored bytes before.
   *
   * @param value whether to check
   * @return a copy
   */
  public LoadOptions withVerifyFirst(boolean value) {
    return new LoadOptions(asOf, strict, value, threads, memoryMax, storeId, progress);
  }

  /**
   * With another number of threads.
   *
   * @param count how many work, the calling one and 1 to 1024
   * @return a copy
   */
  public LoadOptions withThreads(int count) {
    return new LoadOptions(asOf, strict, verifyFirst, count, memoryMax, storeId, progress);
  }

  /**
   * With another bound on buffers.
   *
   * @param bytes at least 0
   * @return a copy
   */
  public LoadOptions withMemoryMax(long bytes) {
    return new LoadOptions(asOf, strict, verifyFirst, threads, bytes, storeId, progress);
  }

  /**
   * For one of several stores.
   *
   * @param id of the store; null for the only one
   * @return a copy
   */
  public LoadOptions withStoreId(UUID id) {
    return new LoadOptions(asOf, strict, verifyFirst, threads, memoryMax, id, progress);
  }

  /**
   * With somebody who watches.
   *
   * @param watcher told about bytes
   * @return a copy
   */
  public LoadOptions withProgress(Progress watcher) {
    return new LoadOptions(asOf, strict, verifyFirst, threads, memoryMax, storeId, watcher);
  }
}
