package holdfast.chunkio;

import holdfast.internal.Check;
import holdfast.internal.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;

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
   * {@return a copy that writes, or does not}
   *
   * @param value whether nothing is ever written, not even a lock
   */
  public ChunkStoreOptions withReadOnly(boolean value) {
    return with(draft -> draft.readOnly = value);
  }

  /**
   * {@return a copy with another way with checksums}
   *
   * @param value how they are kept and looked at
   */
  public ChunkStoreOptions withChecksum(ChecksumMode value) {
    return with(draft -> draft.checksum = value);
  }

  /**
   * {@return a copy with another level}
   *
   * @param value what a sync makes sure of
   */
  public ChunkStoreOptions withSync(SyncLevel value) {
    return with(draft -> draft.sync = value);
  }

  /**
   * {@return a copy with another engine}
   *
   * @param value how appended bytes get to the file
   */
  public ChunkStoreOptions withEngine(Engine value) {
    return with(draft -> draft.engine = value);
  }

  /**
   * {@return a copy with another size of the buffer}
   *
   * @param value bytes, 4096 to 2^26
   */
  public ChunkStoreOptions withStagedSize(int value) {
    return with(draft -> draft.stagedSize = value);
  }

  /**
   * {@return a copy that cuts files at other times}
   *
   * @param value when
   */
  public ChunkStoreOptions withTrim(Trim value) {
    return with(draft -> draft.trim = value);
  }

  /**
   * {@return a copy with another step of growth}
   *
   * @param value bytes, 32768 to 8000000; 0 for what suits the size of the file
   */
  public ChunkStoreOptions withGrowStep(int value) {
    return with(draft -> draft.growStep = value);
  }

  /**
   * {@return a copy with another number of files that may be up}
   *
   * @param value at least 1
   */
  public ChunkStoreOptions withUpMax(int value) {
    return with(draft -> draft.upMax = value);
  }

  /**
   * {@return a copy where chunks come up by themselves, or do not}
   *
   * @param value whether they do
   */
  public ChunkStoreOptions withUpOnDemand(boolean value) {
    return with(draft -> draft.upOnDemand = value);
  }

  /**
   * {@return a copy with another policy for damaged files}
   *
   * @param value what a load does with them
   */
  public ChunkStoreOptions withDamaged(DamagePolicy value) {
    return with(draft -> draft.damaged = value);
  }

  /**
   * {@return a copy with another number of threads for a load}
   *
   * @param value 1 to 64
   */
  public ChunkStoreOptions withLoadThreads(int value) {
    return with(draft -> draft.loadThreads = value);
  }

  /**
   * {@return a copy whose load looks at all bytes, or at headers}
   *
   * @param value whether it looks at all bytes
   */
  public ChunkStoreOptions withValidate(boolean value) {
    return with(draft -> draft.validate = value);
  }

  /**
   * {@return a copy with other limits}
   *
   * @param value how much may be kept
   */
  public ChunkStoreOptions withLimits(ChunkLimits value) {
    return with(draft -> draft.limits = value);
  }

  /**
   * {@return a copy with another owner of files}
   *
   * @param value name of the user; null to leave it
   */
  public ChunkStoreOptions withOwner(String value) {
    return with(draft -> draft.owner = value);
  }

  /**
   * {@return a copy with another group of files}
   *
   * @param value name of the group; null to leave it
   */
  public ChunkStoreOptions withGroup(String value) {
    return with(draft -> draft.group = value);
  }

  /**
   * {@return a copy with another mode of files}
   *
   * @param value what it allows; null to leave it
   */
  public ChunkStoreOptions withPermissions(Set<PosixFilePermission> value) {
    return with(draft -> draft.permissions = value);
  }

  /**
   * {@return a copy with another logger}
   *
   * @param value who hears of what is found and done; null for the one named {@code
   *     holdfast.chunkio}
   */
  public ChunkStoreOptions withLogger(System.Logger value) {
    return with(draft -> draft.logger = value);
  }

  /** {@return a copy that logs nothing: what is found and done is in the reports} */
  public ChunkStoreOptions withoutLogger() {
    return withLogger(NoLogger.INSTANCE);
  }

  private ChunkStoreOptions with(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return draft.done();
  }

  /** The values of a copy while one of them changes. */
  private static final class Draft {
    boolean readOnly;
    ChecksumMode checksum;
    SyncLevel sync;
    Engine engine;
    int stagedSize;
    Trim trim;
    int growStep;
    int upMax;
    boolean upOnDemand;
    DamagePolicy damaged;
    int loadThreads;
    boolean validate;
    ChunkLimits limits;
    String owner;
    String group;
    Set<PosixFilePermission> permissions;
    System.Logger logger;

    Draft(ChunkStoreOptions of) {
      readOnly = of.readOnly;
      checksum = of.checksum;
      sync = of.sync;
      engine = of.engine;
      stagedSize = of.stagedSize;
      trim = of.trim;
      growStep = of.growStep;
      upMax = of.upMax;
      upOnDemand = of.upOnDemand;
      damaged = of.damaged;
      loadThreads = of.loadThreads;
      validate = of.validate;
      limits = of.limits;
      owner = of.owner;
      group = of.group;
      permissions = of.permissions;
      logger = of.logger;
    }

    ChunkStoreOptions done() {
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
}
