package holdfast.chunkio;

/** When a chunk file is cut to the bytes that it uses, rounded up to a page of 4096. */
public enum Trim {
  /** Never: the room that was got ahead stays, as the original does it by default. */
  NEVER,
  /** When the chunk goes down or is closed. */
  ON_CLOSE,
  /** At every sync, too, as the original does it on request. */
  ON_SYNC
}
