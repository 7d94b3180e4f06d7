package holdfast.chunkio;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/**
 * Where the bytes of a chunk are while it is up: a file or memory. For one thread at a time.
 *
 * <pre>{@code
 *         append, commit, sync           begin                 append
 * PLAIN ------------------------> PLAIN --------> TRANSACTION --------> TRANSACTION
 *   |                               ^                  |
 *   |                               +---- commit ------+  what was appended counts now
 *   |                               +---- rollback ----+  it never happened
 *   | a failed force, a fault in a map
 *   v
 * FAILED: everything but close and reading is refused
 * }</pre>
 */
abstract class Body {
  /** Bytes of metadata. */
  int metadataSize;

  /** Bytes of content, those of a transaction included. */
  long size;

  /** The content is said to be one LZ4 frame, and is not appended to any more. */
  boolean lz4;

  /** A copy has to take its place before anything is changed. */
  boolean unsure;

  /** A copy has to take its place before anything is promised to survive a power cut. */
  boolean unknown;

  /**
   * Appends.
   *
   * @return false when a limit does not allow it; nothing changed
   * @throws IOException when there is no room or the system fails; nothing changed
   */
  abstract boolean append(MemorySegment source, long offset, long count) throws IOException;

  /** The content, valid until the next change. */
  abstract MemorySegment content() throws IOException;

  /** Reads content, as much as there is. */
  abstract long read(MemorySegment target, long position) throws IOException;

  /** A copy of the metadata. */
  abstract byte[] metadata() throws IOException;

  /**
   * Starts a replacement that nobody sees until {@link #install}.
   *
   * @param metadata the new metadata; null to keep it
   * @param keep bytes of content that it begins with
   */
  abstract Body rewrite(byte[] metadata, long keep) throws IOException;

  /** Puts a replacement in the place of what it replaces. */
  abstract void install() throws IOException;

  /** Notes, on a replacement, that its content is one LZ4 frame. */
  abstract void markLz4() throws IOException;

  /** Whether it is in its place, or always was; also after an {@link #install} that failed late. */
  abstract boolean isInstalled();

  /** Throws a replacement away; what cannot be deleted is left to the next load. */
  abstract void discard();

  abstract void begin() throws IOException;

  abstract void commit() throws IOException;

  abstract void rollback() throws IOException;

  /** Makes what was appended as safe as the level says. */
  abstract void sync(SyncLevel level) throws IOException;

  /** Sets the size of the file to what is used, if asked for. */
  abstract void trim() throws IOException;

  /** Tells the limits what it takes, after a replacement asked them for room in its stead. */
  void noteSize() {}

  /** Bytes that it takes on disk; of a body in memory, its content. */
  abstract long realSize();

  /** Whether there is something to sync. */
  abstract boolean isDirty();

  /** Refuses a change when one failed before, or when there may be none. */
  abstract void requireSound() throws IOException;

  /** A store failed in a way that leaves the content unknown. */
  abstract void fail(Throwable cause);

  /** Releases everything; what is not on its way to the disk yet goes there first. */
  abstract void close() throws IOException;

  /** Releases everything and writes nothing. */
  abstract void abandon() throws IOException;
}
