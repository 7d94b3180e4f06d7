package holdfast.chunkio;

import static holdfast.chunkio.ChunkLayout.HEADER;

import holdfast.CorruptDataException;
import holdfast.internal.Check;
import holdfast.internal.Disk;
import holdfast.internal.Disk.Mode;
import holdfast.internal.Mem;
import holdfast.internal.OsDisk;
import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.zip.CRC32;

/**
 * Reads a chunk file while somebody else appends to it: another thread, another process, the
 * original.
 *
 * <pre>{@code
 * try (var reader = ChunkReader.open(file)) {
 *   for (long done = 0; ; ) {
 *     for (; done < reader.size(); done += buffer.byteSize()) {
 *       ... reader.read(done, buffer) ...
 *     }
 *     if (!reader.refresh()) break;
 *   }
 * }
 * }</pre>
 *
 * <p>What it shows is proven by the checksum of the file when that has one: a prefix of what was
 * appended, which never shrinks and never changes under the reader. Holdfast replaces the file when
 * its content is cut or its metadata changes; the reader keeps the file that it opened. For one
 * thread at a time.
 */
public final class ChunkReader implements Closeable {
  /** How often a header is read again while its writer is between two stores. */
  private static final int TRIES_MAX = 100;

  private static final int BUFFER = 1 << 16;

  private final Disk.File file;
  private final String name;
  private final MemorySegment header = MemorySegment.ofArray(new byte[HEADER]);
  private final byte[] buffer = new byte[BUFFER];
  private final int metadataSize;

  /** Covers {@link #covered} bytes of content. */
  private CRC32 crc = new CRC32();

  private long covered;
  private long size;

  private ChunkReader(Disk.File file) throws IOException {
    this.file = file;
    this.name = String.valueOf(file.path().getFileName());
    ChunkScan scan = new ChunkScan();
    scan.scan(file, true);
    for (int tries = 0; scan.state == ChunkState.CORRUPT && tries < 3; tries++) {
      scan.scan(file, true); // the writer may have been between two stores
    }
    if (scan.state == ChunkState.CORRUPT) {
      throw scan.damage(name);
    }
    this.metadataSize = scan.metadataSize;
    this.size = scan.contentSize;
    if (scan.running != null) {
      this.crc = scan.running;
    } else {
      crc.update(new byte[Short.BYTES]); // an empty file that will get its header
    }
    this.covered = size;
  }

  /**
   * Opens a file.
   *
   * @param path the chunk file
   * @return to be closed by the caller
   * @throws CorruptDataException when it is no chunk, or nothing in it can be proven
   * @throws IOException when it cannot be read
   */
  public static ChunkReader open(Path path) throws IOException {
    return open(OsDisk.INSTANCE, path);
  }

  static ChunkReader open(Disk disk, Path path) throws IOException {
    Disk.File file = disk.open(path, Mode.READ);
    try {
      return new ChunkReader(file);
    } catch (Throwable e) {
      file.close();
      throw e;
    }
  }

  /**
   * Bytes of content as of the last look.
   *
   * @return grows with {@link #refresh}
   */
  public long size() {
    return size;
  }

  /**
   * Looks whether there is more.
   *
   * @return whether {@link #size} grew
   * @throws CorruptDataException when the file does not go on as its checksum says
   * @throws IOException when it cannot be read
   */
  public boolean refresh() throws IOException {
    for (int tries = 0; tries < TRIES_MAX; tries++) {
      if (file.read(header, 0) < HEADER) {
        return false;
      }
      long declared = ChunkLayout.size(header);
      int stored = ChunkLayout.crc(header);
      // An original that cuts or changes the metadata moves bytes in place: what was shown stays
      // true, and there is no more of it.
      if (ChunkLayout.metadataSize(header) != metadataSize
          || declared <= size
          || declared < covered) {
        return false;
      }
      // Size and checksum are in two words, and the writer may be between them: then they do not
      // agree, and a moment later they do.
      if (cover(declared) && (stored == 0 || matches(stored))) {
        size = declared;
        return true;
      }
      Thread.onSpinWait();
    }
    return lookAgain();
  }

  /**
   * The writer stays between its two words: it waits for a processor, or was killed. A scan finds
   * the size that the checksum proves.
   */
  private boolean lookAgain() throws IOException {
    ChunkScan scan = new ChunkScan();
    scan.scan(file, true);
    if (scan.state == ChunkState.CORRUPT) {
      throw scan.damage(name);
    }
    if (scan.running == null || scan.metadataSize != metadataSize || scan.contentSize <= size) {
      return false;
    }
    crc = scan.running;
    covered = scan.contentSize;
    size = scan.contentSize;
    return true;
  }

  private boolean matches(int stored) {
    int value = (int) crc.getValue();
    return stored == value || ~Integer.reverseBytes(stored) == value;
  }

  /** Adds what was appended to the checksum; false when the file is still shorter. */
  private boolean cover(long to) throws IOException {
    MemorySegment bytes = MemorySegment.ofArray(buffer);
    while (covered < to) {
      long piece = Math.min(BUFFER, to - covered);
      long count = file.read(bytes.asSlice(0, piece), HEADER + metadataSize + covered);
      crc.update(buffer, 0, (int) count);
      covered += count;
      if (count < piece) {
        return false;
      }
    }
    return true;
  }

  /**
   * Reads content.
   *
   * @param position the first byte, at least 0
   * @param target where the bytes go
   * @return how many were read; fewer than the target holds only at {@link #size}, 0 behind it
   * @throws IOException when it cannot be read
   */
  public long read(long position, MemorySegment target) throws IOException {
    Check.range(position, 0, Long.MAX_VALUE, "position");
    Check.writable(target);
    long count = Math.max(0, Math.min(target.byteSize(), size - position));
    return file.read(target.asSlice(0, count), HEADER + metadataSize + position);
  }

  /**
   * The metadata.
   *
   * @return a copy; empty when there is none
   * @throws IOException when it cannot be read
   */
  public byte[] metadata() throws IOException {
    byte[] bytes = new byte[metadataSize];
    MemorySegment target = MemorySegment.ofArray(bytes);
    if (file.read(target, HEADER) < metadataSize) {
      Mem.fill(target, 0, metadataSize, (byte) 0);
      throw new IOException(file.path() + ": the file was cut by somebody else");
    }
    return bytes;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
