package holdfast.wksp;

import holdfast.CorruptDataException;
import holdfast.Limits;
import holdfast.checkpt.Restore;
import holdfast.internal.Disk;
import holdfast.internal.DiskChannel;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * A checkpoint file whose structure was read and found sound; of the data only the places are
 * known.
 *
 * <p>Allocations are in the order of the file, in groups that can be read independently: the frames
 * of style 2, pieces of a file of style 1.
 */
final class CkptFile {
  /** Bytes of the largest beginning that {@link #meta} wants to see. */
  static final int HEAD_SIZE = 256;

  final CkptMeta meta;
  final WkspCheckptInfo info;
  final Extents extents;
  final long size;

  /** Groups of style 2, by ascending offset; of style 1 there is one for some allocations each. */
  int groupCount;

  /** Where each group begins. */
  long[] groupOffset = new long[16];

  /** Where the data of each group begins; in style 1 the same as the offset. */
  long[] groupData = new long[16];

  /** Where each group ends. */
  long[] groupEnd = new long[16];

  /** First allocation of each group. One more entry for the end. */
  int[] groupFirst = new int[17];

  /** Of style 1: where the bytes of each allocation are; else null. */
  long[] dataOffset;

  /** Of style 2: where the info frame ends. */
  long infoEnd;

  /** Of style 2: where each appendix is, and one behind its last byte, in file order. */
  long[] appendixOffset = {};

  long[] appendixEnd = {};

  /** Of style 2: how many groups each volume has. */
  int[] volumeGroups = {};

  /** Of style 2: the volumes frame and the end of it. */
  long volumesOffset;

  long volumesEnd;

  CkptFile(CkptMeta meta, WkspCheckptInfo info, long size, long memoryMax) {
    this.meta = meta;
    this.info = info;
    this.size = size;
    this.extents = new Extents(memoryMax);
  }

  /**
   * What a file claims to be a checkpoint of, from its beginning.
   *
   * @param head the first {@link #HEAD_SIZE} bytes, or all there are
   * @throws CorruptDataException when it is no checkpoint
   */
  static CkptMeta meta(MemorySegment head) {
    if (V1Header.matches(head)) {
      return V1Header.read(head);
    }
    if (head.byteSize() < CkptHeader.FOOTPRINT) {
      throw CkptHeader.corrupt(
          head.byteSize(), "a header of " + CkptHeader.FOOTPRINT + " bytes", "the end of the file");
    }
    return CkptHeader.read(head);
  }

  /**
   * Reads the file by way of a buffer; several of them can, at a time.
   *
   * @param readMax bytes that are read at a time, which whoever jumps wants to be few
   */
  static Restore reader(Disk.File file, int bufferSize, int readMax) throws IOException {
    Restore in = Restore.from(new DiskChannel(file, readMax), bufferSize);
    if (in.size() == Restore.SIZE_UNKNOWN) {
      // It takes a channel that cannot tell its size for a pipe; a file that cannot is a failure.
      throw new IOException(file.path() + ": its size cannot be asked");
    }
    return in;
  }

  static CkptMeta meta(Disk.File file) throws IOException {
    // Not an array: all else that a restore reads into is native, and compiled code that knows one
    // kind of memory only is compiled again for each visit of another.
    MemorySegment head = Arena.ofAuto().allocate(HEAD_SIZE);
    return meta(head.asSlice(0, file.read(head, 0)));
  }

  /**
   * Reads and checks the structure of a file.
   *
   * @param limits how much memory the list of allocations may take
   * @param threads how many may look, at least 1; what they find does not depend on it
   * @throws CorruptDataException when a rule is broken
   */
  static CkptFile scan(Disk.File file, Limits limits, int threads) throws IOException {
    CkptMeta meta = meta(file);
    CkptFile scanned =
        meta.style() == 1
            ? new V1Scan(file, meta, limits.memoryMax()).run()
            : new V2Scan(file, meta, limits.memoryMax(), threads).run();
    if (scanned.extents.gaps(null, meta.gaddrLo(), meta.gaddrHi()) < 0) {
      throw new CorruptDataException(
          meta.format(), 0, "allocations beside each other", "two that overlap");
    }
    return scanned;
  }

  void addGroup(long offset) {
    if (groupCount == groupOffset.length) {
      groupOffset = Arrays.copyOf(groupOffset, 2 * groupCount);
      groupData = Arrays.copyOf(groupData, 2 * groupCount);
      groupEnd = Arrays.copyOf(groupEnd, 2 * groupCount);
      groupFirst = Arrays.copyOf(groupFirst, 2 * groupCount + 1);
    }
    groupOffset[groupCount++] = offset;
  }

  /** The format in error messages. */
  String format() {
    return meta.format();
  }

  /**
   * Adds an allocation that lies in the region that the file is of.
   *
   * @throws CorruptDataException when it does not
   */
  static void add(Extents extents, CkptMeta meta, long tag, long lo, long hi, long at) {
    if (lo < meta.gaddrLo() || lo >= hi || hi > meta.gaddrHi()) {
      throw new CorruptDataException(
          meta.format(),
          at,
          "a range inside [" + meta.gaddrLo() + "," + meta.gaddrHi() + ")",
          "[" + Long.toUnsignedString(lo) + "," + Long.toUnsignedString(hi) + ")");
    }
    extents.add(lo, hi, tag, meta.format(), at);
  }
}
