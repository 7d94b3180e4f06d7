package holdfast.chunkio;

import holdfast.internal.Check;
import holdfast.internal.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Objects;
import java.util.Set;

/**
 * How a store works. Immutable; start from {@link #DEFAULT}.
 *
 * <pre>{@code
 * var options = ChunkStoreOptions.DEFAULT
 *     .withSync(SyncLevel.FULL)
 *     .withUpMax(512)
 *     .withLimits(ChunkLimits.NONE.withStoreBytesMax(256 << 20));
 * }</pre>
 *
 * @param readOnly whether nothing is ever written, not even a lock; several such stores and one
 *     writer may share a root
 * @param checksum how checksums are kept and looked at
 * @param sync what a sync, and with it a close, makes sure of
 * @param engine how appended bytes get to the file
 * @param stagedSize bytes of the buffer of a chunk with the staged engine, 4096 to 2^26
 * @param trim when files are cut to what is used
 * @param growStep bytes by which a file grows, 32768 to 8000000; 0 for what suits its size
 * @param upMax how many files may be up at a time, at least 1
 * @param upOnDemand whether a chunk that is used comes up by itself, and the one least recently
 *     used goes down for it
 * @param damaged what a load does with files that cannot be used
 * @param loadThreads how many threads validate files in a load, 1 to 64
 * @param validate whether a load looks at all bytes of the chunks that stay down; else at their
 *     headers
 * @param limits how much may be kept
 * @param owner name of the user who gets the files that come up; null to leave it
 * @param group name of their group; null to leave it
 * @param permissions what their mode allows; null to leave it
 * @param logger who hears of what is found and done; null for the one named {@code
 *     holdfast.chunkio}
 */
public record ChunkStoreOptions(
    boolean readOnly,
    ChecksumMode checksum,
    SyncLevel sync,
    Engine engine,
    int stagedSize,
    Trim trim,
    int growStep,
    int upMax,
    boolean upOnDemand,
    DamagePolicy damaged,
    int loadThreads,
    boolean validate,
    ChunkLimits limits,
    String owner,
    String group,
    Set<PosixFilePermission> permissions,
    System.Logger logger) {
  /**
   * Read-write, checksums, mapped, at most 64 files up, damaged files to the quarantine, a sync
   * that leaves the writing to the system.
   */
  public static final ChunkStoreOptions DEFAULT =
      new ChunkStoreOptions(
          false,
          ChecksumMode.MAINTAIN,
          SyncLevel.ASYNC,
          Engine.MAPPED,
          1 << 18,
          Trim.ON_CLOSE,
          0,
          64,
          false,
          DamagePolicy.QUARANTINE,
          1,
          true,
          ChunkLimits.NONE,
          null,
          null,
          null,
          null);

  /** Checks the values. */
  public ChunkStoreOptions {
    Objects.requireNonNull(checksum, "checksum");
    Objects.requireNonNull(sync, "sync");
    Objects.requireNonNull(engine, "engine");
    Objects.requireNonNull(trim, "trim");
    Objects.requireNonNull(damaged, "damaged");
    Objects.requireNonNull(limits, "limits");
    Check.range(stagedSize, 4096, 1 << 26, "stagedSize");
    requireGrowStep(growStep);
    Check.range(upMax, 1, Integer.MAX_VALUE, "upMax");
    Check.range(loadThreads, 1, 64, "loadThreads");
    permissions = permissions == null ? null : Set.copyOf(permissions);
  }

  static void requireGrowStep(int step) {
    if (step != 0) {
      Check.range(step, Settings.GROW_STEP_MIN, Settings.GROW_STEP_MAX, "growStep");
    }
  }

  /** Gives a chunk file its owner and mode. */
  void applyAttributes(Disk disk, Path path) throws IOException {
    if (!readOnly && (owner != null || group != null || permissions != null)) {
      disk.setAttributes(path, owner, group, permissions);
    }
  }

  /**
   * The same with another value for one thing.
   *
   * @param readOnly whether nothing is ever written, not even a lock; several such stores and one
   *     writer may share a root
   * @return a copy
   */
  public ChunkStoreOptions withReadOnly(boolean readOnly) {
    return new ChunkStoreOptions(
        readOnly,
        checksum,
        sync,
        engine,
        stagedSize,
        trim,
        growStep,
        upMax,
        upOnDemand,
        damaged,
        loadThreads,
        validate,
        limits,
        owner,
        group,
        permissions,
        logger);
  }

  /**
   * The same with another value for one thing.
   *
   * @param checksum how checksums are kept and looked at
   * @return a copy
   */
  public ChunkStoreOptions withChecksum(ChecksumMode checksum) {
    return new ChunkStoreOptions(
        readOnly,
        checksum,
        sync,
        engine,
        stagedSize,
        trim,
        growStep,
        upMax,
        upOnDemand,
        damaged,
        loadThreads,
        validate,
        limits,
        owner,
        group,
        permissions,
        logger);
  }

  /**
   * The same with another value for one thing.
   *
   * @param sync what a sync, and with it a close, makes sure of
   * @return a copy
   */
  public ChunkStoreOptions withSync(SyncLevel sync) {
    return new ChunkStoreOptions(
        readOnly,
        checksum,
        sync,
        engine,
        stagedSize,
        trim,
        growStep,
        upMax,
        upOnDemand,
        damaged,
        loadThreads,
        validate,
        limits,
        owner,
        group,
        permissions,
        logger);
  }

  /**
   * The same with another value for one thing.
   *
   * @param engine how appended bytes get to the file
   * @return a copy
   */
  public ChunkStoreOptions withEngine(Engine engine) {
    return new ChunkStoreOptions(
        readOnly,
        checksum,
        sync,
        engine,
        stagedSize,
        trim,
        growStep,
        upMax,
        upOnDemand,
        damaged,
        loadThreads,
        validate,
        limits,
        owner,
        group,
        permissions,
        logger);
  }

  /**
   * The same with another value for one thing.
   *
   * @param stagedSize bytes of the buffer of a chunk with the staged engine, 4096 to 2^26
   * @return a copy
   */
  public ChunkStoreOptions withStagedSize(int stagedSize) {
    return new ChunkStoreOptions(
        readOnly,
        checksum,
        sync,
        engine,
        stagedSize,
        trim,
        growStep,
        upMax,
        upOnDemand,
        damaged,
        loadThreads,
        validate,
        limits,
        owner,
        group,
        permissions,
        logger);
  }

  /**
   * The same with another value for one thing.
   *
   * @param trim when files are cut to what is used
   * @return a copy
   */
  public ChunkStoreOptions withTrim(Trim trim) {
    return new ChunkStoreOptions(
        readOnly,
        checksum,
        sync,
        engine,
        stagedSize,
        trim,
        growStep,
        upMax,
        upOnDemand,
        damaged,
        loadThreads,
        validate,
        limits,
        owner,
        group,
        permissions,
        logger);
  }

  /**
   * The same with another value for one thing.
   *
   * @param growStep bytes by which a file grows, 32768 to 8000000; 0 for what suits its size
   * @return a copy
   */
  public ChunkStoreOptions withGrowStep(int growStep) {
    return new ChunkStoreOptions(
        readOnly,
        checksum,
        sync,
        engine,
        stagedSize,
        trim,
        growStep,
        upMax,
        upOnDemand,
        damaged,
        loadThreads,
        validate,
        limits,
        owner,
        group,
        permissions,
        logger);
  }

  /**
   * The same with another value for one thing.
   *
   * @param upMax how many files may be up at a time, at least 1
   * @return a copy
   */
  public ChunkStoreOptions withUpMax(int upMax) {
    return new ChunkStoreOptions(
        readOnly,
        checksum,
        sync,
        engine,
        stagedSize,
        trim,
        growStep,
        upMax,
        upOnDemand,
        damaged,
        loadThreads,
        validate,
        limits,
        owner,
        group,
        permissions,
        logger);
  }

  /**
   * The same with another value for one thing.
   *
   * @param upOnDemand whether a chunk that is used comes up by itself, and the one least recently
   *     used goes down for it
   * @return a copy
   */
  public ChunkStoreOptions withUpOnDemand(boolean upOnDemand) {
    return new ChunkStoreOptions(
        readOnly,
        checksum,
        sync,
        engine,
        stagedSize,
        trim,
        growStep,
        upMax,
        upOnDemand,
        damaged,
        loadThreads,
        validate,
        limits,
        owner,
        group,
        permissions,
        logger);
  }

  /**
   * The same with another value for one thing.
   *
   * @param damaged what a load does with files that cannot be used
   * @return a copy
   */
  public ChunkStoreOptions withDamaged(DamagePolicy damaged) {
    return new ChunkStoreOptions(
        readOnly,
        checksum,
        sync,
        engine,
        stagedSize,
        trim,
        growStep,
        upMax,
        upOnDemand,
        damaged,
        loadThreads,
        validate,
        limits,
        owner,
        group,
        permissions,
        logger);
  }

  /**
   * The same with another value for one thing.
   *
   * @param loadThreads how many threads validate files in a load, 1 to 64
   * @return a copy
   */
  public ChunkStoreOptions withLoadThreads(int loadThreads) {
    return new ChunkStoreOptions(
        readOnly,
        checksum,
        sync,
        engine,
        stagedSize,
        trim,
        growStep,
        upMax,
        upOnDemand,
        damaged,
        loadThreads,
        validate,
        limits,
        owner,
        group,
        permissions,
        logger);
  }

  /**
   * The same with another value for one thing.
   *
   * @param validate whether a load looks at all bytes of the chunks that stay down; else at their
   *     headers
   * @return a copy
   */
  public ChunkStoreOptions withValidate(boolean validate) {
    return new ChunkStoreOptions(
        readOnly,
        checksum,
        sync,
        engine,
        stagedSize,
        trim,
        growStep,
        upMax,
        upOnDemand,
        damaged,
        loadThreads,
        validate,
        limits,
        owner,
        group,
        permissions,
        logger);
  }

  /**
   * The same with another value for one thing.
   *
   * @param limits how much may be kept
   * @return a copy
   */
  public ChunkStoreOptions withLimits(ChunkLimits limits) {
    return new ChunkStoreOptions(
        readOnly,
        checksum,
        sync,
        engine,
        stagedSize,
        trim,
        growStep,
        upMax,
        upOnDemand,
        damaged,
        loadThreads,
        validate,
        limits,
        owner,
        group,
        permissions,
        logger);
  }

  /**
   * The same with another value for one thing.
   *
   * @param owner name of the user who gets the files that come up; null to leave it
   * @return a copy
   */
  public ChunkStoreOptions withOwner(String owner) {
    return new ChunkStoreOptions(
        readOnly,
        checksum,
        sync,
        engine,
        stagedSize,
        trim,
        growStep,
        upMax,
        upOnDemand,
        damaged,
        loadThreads,
        validate,
        limits,
        owner,
        group,
        permissions,
        logger);
  }

  /**
   * The same with another value for one thing.
   *
   * @param group name of their group; null to leave it
   * @return a copy
   */
  public ChunkStoreOptions withGroup(String group) {
    return new ChunkStoreOptions(
        readOnly,
        checksum,
        sync,
        engine,
        stagedSize,
        trim,
        growStep,
        upMax,
        upOnDemand,
        damaged,
        loadThreads,
        validate,
        limits,
        owner,
        group,
        permissions,
        logger);
  }

  /**
   * The same with another value for one thing.
   *
   * @param permissions what their mode allows; null to leave it
   * @return a copy
   */
  public ChunkStoreOptions withPermissions(Set<PosixFilePermission> permissions) {
    return new ChunkStoreOptions(
        readOnly,
        checksum,
        sync,
        engine,
        stagedSize,
        trim,
        growStep,
        upMax,
        upOnDemand,
        damaged,
        loadThreads,
        validate,
        limits,
        owner,
        group,
        permissions,
        logger);
  }

  /**
   * The same with another value for one thing.
   *
   * @param logger who hears of what is found and done; null for the one named {@code
   *     holdfast.chunkio}
   * @return a copy
   */
  public ChunkStoreOptions withLogger(System.Logger logger) {
    return new ChunkStoreOptions(
        readOnly,
        checksum,
        sync,
        engine,
        stagedSize,
        trim,
        growStep,
        upMax,
        upOnDemand,
        damaged,
        loadThreads,
        validate,
        limits,
        owner,
        group,
        permissions,
        logger);
  }
}
