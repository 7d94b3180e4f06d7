package holdfast.chunkio;

/** What a load does with a chunk file that cannot be used. */
public enum DamagePolicy {
  /** Leaves it where it is. */
  LEAVE,
  /** Moves it, as it is, to {@code ROOT/.quarantine/STREAM/CHUNK.REASON}, where no scan sees it. */
  QUARANTINE,
  /** Deletes it. */
  DELETE
}
