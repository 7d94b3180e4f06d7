package holdfast.chunkio;

import java.util.Locale;

/**
 * What a look at all bytes of a chunk file says about them.
 *
 * <p>The original seals a chunk at a sync and leaves other bytes in the checksum field in between;
 * a writer that is killed leaves a file that the original then rejects although nothing is lost.
 * These states tell such files from damaged ones.
 */
public enum ChunkState {
  /** The checksum matches: everything is there. */
  SEALED,
  /** Intact, left by an original that was alive or killed before it stored the final checksum. */
  UNSEALED,
  /**
   * Not as the header says, but a prefix or a longer run of the content is proven by a checksum: a
   * kill or a power cut came between two steps of an append.
   */
  TORN,
  /** Created and never used; also a file without any byte. */
  FRESH,
  /** Sound in its structure, and written without a checksum: nothing more can be said. */
  UNCHECKED,
  /** Not a chunk, or a chunk whose content cannot be proven. */
  CORRUPT;

  /**
   * The name as tools print it.
   *
   * @return small letters
   */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
