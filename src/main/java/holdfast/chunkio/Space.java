package holdfast.chunkio;

import java.io.IOException;

/**
 * What one chunk may take and takes, towards the limits of its stream and its store.
 *
 * <p>Counted is what files really take, slack included, so that the sum is what the disk sees.
 */
final class Space {
  private final Quota quota;
  private final Chunk chunk;

  /** Most bytes of content. */
  private final long contentMax;

  /** Bytes of the file, as the quota knows them. */
  private long counted;

  Space(Quota quota, Chunk chunk, long contentMax) {
    this.quota = quota;
    this.chunk = chunk;
    this.contentMax = contentMax;
  }

  /** Most bytes of content. */
  long contentMax() {
    return contentMax;
  }

  /** Whether the file may grow; may make room by dropping other chunks. */
  boolean grow(long more) throws IOException {
    if (!quota.grow(chunk, more)) {
      return false;
    }
    counted += more;
    return true;
  }

  /** Whether a file that is to take the place of this one may have that size. */
  boolean growTo(long size) throws IOException {
    return size <= counted || grow(size - counted);
  }

  /** The file has this size now. */
  void set(long size) {
    quota.add(chunk, size - counted);
    counted = size;
  }

  long counted() {
    return counted;
  }
}
