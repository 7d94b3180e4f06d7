package holdfast.checkpt;

import holdfast.internal.Check;
import holdfast.internal.Mem;
import java.io.IOException;
import java.lang.foreign.MemorySegment;

/** Writes into a region of memory, from its start on. */
final class RegionOutput implements Output {
  private final MemorySegment region;
  private long offset;

  RegionOutput(MemorySegment region) {
    Check.writable(region);
    this.region = region;
  }

  @Override
  public long offset() {
    return offset;
  }

  @Override
  public void put(byte[] bytes, int size) throws IOException {
    require(size);
    Mem.putBytes(region, offset, bytes, 0, size);
    offset += size;
  }

  @Override
  public void put(MemorySegment bytes, long from, long size) throws IOException {
    require(size);
    Mem.copy(bytes, from, region, offset, size);
    offset += size;
  }

  @Override
  public void flush() {}

  @Override
  public void restart() {
    offset = 0;
  }

  private void require(long size) throws IOException {
    if (size > region.byteSize() - offset) {
      throw new IOException(
          "no room: the region has "
              + region.byteSize()
              + " bytes, "
              + size
              + " more do not fit at byte "
              + offset);
    }
  }
}
