package holdfast.wksp;

import holdfast.CorruptDataException;
import holdfast.internal.Disk;
import java.io.IOException;
import java.util.Arrays;

/** Reads the structure of a checkpoint of style 1, leaving out the bytes of the allocations. */
final class V1Scan implements V1Reader.Source {
  /** Allocations that make a group, to be read by one thread. */
  private static final int GROUP = 256;

  /** Bytes that make a group, too. */
  private static final long GROUP_SIZE = 4L << 20;

  /** Room for the largest text. */
  private static final int LOOK_SIZE = 1 << 15;

  private final CkptMeta meta;
  private final long size;
  private final long memoryMax;
  private final FileBytes bytes;
  private long position;

  V1Scan(Disk.File file, CkptMeta meta, long memoryMax) throws IOException {
    this.meta = meta;
    this.size = file.size();
    this.memoryMax = memoryMax;
    this.bytes = new FileBytes(file, size, V1Header.format(), LOOK_SIZE);
  }

  @Override
  public int take(int count) throws IOException {
    int i = bytes.at(position, count);
    position += count;
    return i;
  }

  @Override
  public byte peek() throws IOException {
    return bytes.bytes()[bytes.at(position, 1)];
  }

  @Override
  public byte[] bytes() {
    return bytes.bytes();
  }

  @Override
  public long position() {
    return position;
  }

  CkptFile run() throws IOException {
    V1Reader reader = new V1Reader(this);
    V1Reader.Header header = reader.header();
    CkptFile result = new CkptFile(meta, header.info(), size, memoryMax);
    result.infoEnd = position;
    Extents extents = result.extents;
    long[] offsets = new long[extents.lo.length];
    long groupSize = 0;
    while (reader.entry(meta, extents)) {
      int i = extents.count - 1;
      long dataSize = extents.size(i);
      if (dataSize > size - position) {
        throw new CorruptDataException(
            V1Header.format(), position, dataSize + " bytes of data", (size - position) + " bytes");
      }
      if (offsets.length < extents.lo.length) {
        offsets = Arrays.copyOf(offsets, extents.lo.length);
      }
      offsets[i] = position;
      int g = result.groupCount - 1;
      if (g < 0 || groupSize >= GROUP_SIZE || i - result.groupFirst[g] >= GROUP) {
        result.addGroup(position);
        g++;
        result.groupData[g] = position;
        result.groupFirst[g] = i;
        groupSize = 0;
      }
      groupSize += dataSize;
      position += dataSize;
      result.groupEnd[g] = position;
      result.groupFirst[g + 1] = i + 1;
    }
    result.dataOffset = offsets;
    result.volumesEnd = position;
    return result;
  }
}
