package holdfast.lz4;

import holdfast.Limits;
import holdfast.internal.Check;
import java.util.Objects;

/**
 * How frames are read. Immutable; start from {@link #DEFAULT}.
 *
 * @param limits what the reader may spend. The output limit counts over all frames. The memory
 *     limit must cover twice the block size of a frame and up to 128 KiB more, and 17 MiB for
 *     legacy frames; a frame that needs more is refused when its header is read
 * @param firstFrameOnly whether to stop after the first frame that is not skippable, and to read
 *     nothing behind it (but for the four bytes that end a legacy frame); otherwise the whole input
 *     must consist of frames
 * @param verifyChecksums whether block and content checksums are compared; those of headers always
 *     are
 * @param dictionary what the writer's dictionary was, or {@code null}; used for every frame,
 *     because a frame need not say that it wants one
 * @param dictionaryId the number of that dictionary, up to 2^32 - 1: a frame that names another is
 *     refused. 0 accepts any number
 */
public record Lz4FrameReadOptions(
    Limits limits,
    boolean firstFrameOnly,
    boolean verifyChecksums,
    Lz4Dictionary dictionary,
    long dictionaryId) {
  /** All frames, all checksums, no dictionary, {@link Limits#DEFAULT}. */
  public static final Lz4FrameReadOptions DEFAULT =
      new Lz4FrameReadOptions(Limits.DEFAULT, false, true, null, 0);

  /** Checks the values. */
  public Lz4FrameReadOptions {
    Objects.requireNonNull(limits, "limits");
    Check.range(dictionaryId, 0, 0xFFFF_FFFFL, "dictionaryId");
    if (dictionary == null && dictionaryId != 0) {
      throw new IllegalArgumentException("a dictionary id without a dictionary: " + dictionaryId);
    }
  }

  /**
   * The same options with other limits.
   *
   * @param limits what the reader may spend
   * @return a copy
   */
  public Lz4FrameReadOptions withLimits(Limits limits) {
    return new Lz4FrameReadOptions(
        limits, firstFrameOnly, verifyChecksums, dictionary, dictionaryId);
  }

  /**
   * The same options for one frame, or for all.
   *
   * @param firstFrameOnly whether to stop after the first frame
   * @return a copy
   */
  public Lz4FrameReadOptions withFirstFrameOnly(boolean firstFrameOnly) {
    return new Lz4FrameReadOptions(
        limits, firstFrameOnly, verifyChecksums, dictionary, dictionaryId);
  }

  /**
   * The same options with or without a look at the checksums.
   *
   * @param verifyChecksums whether block and content checksums are compared
   * @return a copy
   */
  public Lz4FrameReadOptions withVerifyChecksums(boolean verifyChecksums) {
    return new Lz4FrameReadOptions(
        limits, firstFrameOnly, verifyChecksums, dictionary, dictionaryId);
  }

  /**
   * The same options with a dictionary.
   *
   * @param dictionary the writer's dictionary, or {@code null}
   * @param dictionaryId its number; 0 accepts frames that name any
   * @return a copy
   */
  public Lz4FrameReadOptions withDictionary(Lz4Dictionary dictionary, long dictionaryId) {
    return new Lz4FrameReadOptions(
        limits, firstFrameOnly, verifyChecksums, dictionary, dictionaryId);
  }
}
