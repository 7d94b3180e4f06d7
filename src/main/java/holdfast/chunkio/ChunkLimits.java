package holdfast.chunkio;

import holdfast.internal.Check;
import java.util.function.Consumer;

/**
 * How much may be kept. Files count with what they take on disk, room ahead and slack included;
 * chunks in memory do not count. Immutable.
 *
 * @param chunkBytesMax most content bytes of a chunk, in files and in memory; at most 2^32-1
 * @param streamBytesMax most bytes of the files of a stream
 * @param storeBytesMax most bytes of the files of a store
 * @param streamChunksMax most chunks of a stream
 * @param freeBytesMin bytes that have to stay free on the file system
 * @param policy what happens when there is no room; not asked for {@code chunkBytesMax}, where it
 *     would not help
 */
public record ChunkLimits(
    long chunkBytesMax,
    long streamBytesMax,
    long storeBytesMax,
    int streamChunksMax,
    long freeBytesMin,
    Policy policy) {
  /** Decides what happens when a limit is reached. */
  @FunctionalInterface
  public interface Policy {
    /** Nothing is dropped: appends return false, new chunks are not created. */
    Policy REJECT = (_, _) -> Decision.REJECT;

    /** The oldest chunk of the stream goes, of the whole store where that is what is full. */
    Policy DROP_OLDEST = (_, _) -> Decision.DROP_OLDEST;

    /**
     * Asked each time that room is needed, by the thread that needs it, inside the call that needs
     * it. It may close or delete other chunks, for example those that were shipped.
     *
     * @param chunk the chunk that wants to grow
     * @param bytes how many more bytes it needs on disk; 0 when the number of chunks is the problem
     * @return what to do
     */
    Decision full(Chunk chunk, long bytes);
  }

  /** What to do when a limit is reached. */
  public enum Decision {
    /** Refuse. */
    REJECT,
    /**
     * Delete the oldest chunk that nobody uses, and look again; refuse when there is none, or when
     * there would be no room without all of them either.
     */
    DROP_OLDEST,
    /** Look again: room was made. Refused when there is still none. */
    RETRY
  }

  /** Nothing but what the format allows. */
  public static final ChunkLimits NONE =
      new ChunkLimits(
          ChunkLayout.SIZE_MAX,
          Long.MAX_VALUE,
          Long.MAX_VALUE,
          Integer.MAX_VALUE,
          0,
          Policy.REJECT);

  /** Checks the values. */
  public ChunkLimits {
    Check.range(chunkBytesMax, 0, ChunkLayout.SIZE_MAX, "chunkBytesMax");
    Check.range(streamBytesMax, 0, Long.MAX_VALUE, "streamBytesMax");
    Check.range(storeBytesMax, 0, Long.MAX_VALUE, "storeBytesMax");
    Check.range(streamChunksMax, 0, Integer.MAX_VALUE, "streamChunksMax");
    Check.range(freeBytesMin, 0, Long.MAX_VALUE, "freeBytesMin");
    if (policy == null) {
      throw new NullPointerException("policy");
    }
  }

  /**
   * {@return a copy with another limit for a chunk}
   *
   * @param value most content bytes
   */
  public ChunkLimits withChunkBytesMax(long value) {
    return with(draft -> draft.chunkBytesMax = value);
  }

  /**
   * {@return a copy with another limit for a stream}
   *
   * @param value most bytes of its files
   */
  public ChunkLimits withStreamBytesMax(long value) {
    return with(draft -> draft.streamBytesMax = value);
  }

  /**
   * {@return a copy with another limit for the store}
   *
   * @param value most bytes of its files
   */
  public ChunkLimits withStoreBytesMax(long value) {
    return with(draft -> draft.storeBytesMax = value);
  }

  /**
   * {@return a copy with another limit for the number of chunks}
   *
   * @param value most chunks of a stream
   */
  public ChunkLimits withStreamChunksMax(int value) {
    return with(draft -> draft.streamChunksMax = value);
  }

  /**
   * {@return a copy with another floor for the free space}
   *
   * @param value bytes that have to stay free
   */
  public ChunkLimits withFreeBytesMin(long value) {
    return with(draft -> draft.freeBytesMin = value);
  }

  /**
   * {@return a copy with another policy}
   *
   * @param value what happens when there is no room
   */
  public ChunkLimits withPolicy(Policy value) {
    return with(draft -> draft.policy = value);
  }

  private ChunkLimits with(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return draft.done();
  }

  /** The values of a copy while one of them changes. */
  private static final class Draft {
    long chunkBytesMax;
    long streamBytesMax;
    long storeBytesMax;
    int streamChunksMax;
    long freeBytesMin;
    Policy policy;

    Draft(ChunkLimits of) {
      chunkBytesMax = of.chunkBytesMax;
      streamBytesMax = of.streamBytesMax;
      storeBytesMax = of.storeBytesMax;
      streamChunksMax = of.streamChunksMax;
      freeBytesMin = of.freeBytesMin;
      policy = of.policy;
    }

    ChunkLimits done() {
      return new ChunkLimits(
          chunkBytesMax, streamBytesMax, storeBytesMax, streamChunksMax, freeBytesMin, policy);
    }
  }
}
