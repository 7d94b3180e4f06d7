package holdfast.chunkio;

import static holdfast.chunkio.ChunkLayout.COVERED_OFFSET;
import static holdfast.chunkio.ChunkLayout.HEADER;

import holdfast.internal.Disk;
import holdfast.internal.Mem;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.zip.CRC32;

/**
 * What the original says when it brings a file up read-write, on a 64-bit machine with little
 * endian. The file is only read here; the original would also store a size that it inferred.
 *
 * @param error what it complains about; {@code NONE} when it takes the chunk
 * @param metadataSize bytes of metadata; -1 when it does not take it
 * @param contentSize bytes of content; -1 when it does not take it
 */
record OriginalVerdict(ChunkError error, int metadataSize, long contentSize) {
  /**
   * Judges a file, in the order in which the original looks.
   *
   * @param file the open file
   * @param checksum whether its context has checksums on
   */
  static OriginalVerdict of(Disk.File file, boolean checksum) throws IOException {
    long fileSize = file.size();
    if (fileSize == 0) {
      return new OriginalVerdict(ChunkError.NONE, 0, 0);
    }
    if (fileSize < HEADER) {
      return bad(ChunkError.BAD_FILE_SIZE);
    }
    MemorySegment header = MemorySegment.ofArray(new byte[HEADER]);
    file.read(header, 0);
    int metadataSize = ChunkLayout.metadataSize(header);
    long size = ChunkLayout.size(header);
    long start = ChunkLayout.start(metadataSize);
    if (size == 0 && fileSize > start) {
      MemorySegment first = MemorySegment.ofArray(new byte[1]);
      file.read(first, start);
      if (Mem.getByte(first, 0) != 0) {
        size = fileSize - start;
      }
    }
    if (ChunkLayout.magic(header) != ChunkLayout.MAGIC) {
      return bad(ChunkError.BAD_LAYOUT);
    }
    if (start + size > fileSize) {
      return bad(ChunkError.BAD_FILE_SIZE);
    }
    if (checksum
        && (ChunkLayout.zeros(header) != 0 || crc(file, start + size) != ChunkLayout.crc(header))) {
      return bad(ChunkError.BAD_CHECKSUM);
    }
    return new OriginalVerdict(ChunkError.NONE, metadataSize, size);
  }

  private static OriginalVerdict bad(ChunkError error) {
    return new OriginalVerdict(error, -1, -1);
  }

  private static int crc(Disk.File file, long hi) throws IOException {
    CRC32 crc = new CRC32();
    byte[] buffer = new byte[1 << 16];
    for (long at = COVERED_OFFSET; at < hi; ) {
      int count = (int) Math.min(buffer.length, hi - at);
      int read = (int) file.read(MemorySegment.ofArray(buffer).asSlice(0, count), at);
      if (read == 0) {
        break; // cut meanwhile: the checksum will not match
      }
      crc.update(buffer, 0, read);
      at += read;
    }
    return (int) crc.getValue();
  }
}
