package holdfast.checkpt;

import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;

/** Reads a region of memory. */
final class RegionInput implements Input {
  private final MemorySegment region;
  private final byte[] array;
  private final long size;
  private long offset;

  RegionInput(MemorySegment region) {
    this.region = region;
    this.array = Input.arrayOf(region);
    this.size = region.byteSize();
  }

  @Override
  public long offset() {
    return offset;
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public void seek(long to) {
    offset = to;
  }

  @Override
  public void read(MemorySegment target, long targetOffset, long count) {
    require(count);
    Mem.copy(region, offset, target, targetOffset, count);
    offset += count;
  }

  @Override
  public void skip(long count) {
    require(count);
    offset += count;
  }

  private void require(long count) {
    if (count > size - offset) {
      throw Input.ended(size, count - (size - offset));
    }
  }

  @Override
  public int peek(int wanted) {
    return (int) Math.min(Block.STORED_MAX, size - offset);
  }

  @Override
  public MemorySegment memory() {
    return region;
  }

  @Override
  public byte[] array() {
    return array;
  }

  @Override
  public long position() {
    return offset;
  }

  @Override
  public void take(int count) {
    offset += count;
  }
}
