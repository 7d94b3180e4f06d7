package holdfast.wksp;

import holdfast.CorruptDataException;
import holdfast.checkpt.FrameStyle;
import holdfast.checkpt.Restore;
import holdfast.internal.Disk;
import holdfast.internal.Mem;
import holdfast.internal.Workers;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Reads the structure of a checkpoint of style 2, from its end.
 *
 * <pre>{@code
 * | header | info | group .. group appendix | .. | group .. appendix | volumes | footer |
 *                                         ^  |                     ^  |       ^  |
 *                                         |  '---------------------'  '-------'  '-- at size - 120
 *                                 offset of the appendix before      last appendix
 * }</pre>
 *
 * <p>Between frames there may be holes. Every offset has to lie below the one that led to it, so
 * the walk ends, and takes no more steps than the file has bytes.
 */
final class V2Scan {
  /** One appendix at its largest: 1024 groups. */
  private static final int VOLUME_GROUPS_MAX = CgroupPlan.GROUPS_MAX;

  private static final int LOOK_SIZE = 4096;

  /** Groups whose ends are found in less time than it takes to start another thread for them. */
  private static final int GROUPS_PER_THREAD = 32;

  private final Disk.File file;
  private final CkptMeta meta;
  private final FrameStyle style;
  private final long size;
  private final long memoryMax;
  private final int threads;
  private CkptFile result;

  /** Number of allocations of each group. */
  private int[] groupAllocs = new int[16];

  private Restore in;
  private MemorySegment scratch;

  private final AtomicInteger nextGroup = new AtomicInteger();

  /** The first group that was found damaged, and how. Guarded by this object. */
  private int damagedGroup = Integer.MAX_VALUE;

  private CorruptDataException damage;

  V2Scan(Disk.File file, CkptMeta meta, long memoryMax, int threads) throws IOException {
    this.file = file;
    this.meta = meta;
    this.style = meta.frames();
    this.size = file.size();
    this.memoryMax = memoryMax;
    this.threads = threads;
  }

  CkptFile run() throws IOException {
    if (size <= CkptHeader.FOOTPRINT + CkptFooter.FOOTPRINT) {
      throw CkptHeader.corrupt(size, "header, frames and footer", "the end of the file");
    }
    try (Arena arena = Arena.ofConfined();
        Restore restore = CkptFile.reader(file, Restore.BUFFER_SIZE_MIN, LOOK_SIZE)) {
      in = restore;
      scratch = arena.allocate(2L * VOLUME_GROUPS_MAX * Long.BYTES, Long.BYTES);
      MemorySegment header = arena.allocate(CkptHeader.FOOTPRINT);
      in.openFrame(FrameStyle.RAW);
      in.meta(header);
      in.closeFrame();
      result = new CkptFile(meta, info(arena), size, memoryMax);
      result.infoEnd = in.offset();
      CkptFooter footer = footer(header);
      volumes(footer);
      groups();
      ends();
      return result;
    }
  }

  private WkspCheckptInfo info(Arena arena) throws IOException {
    long at = in.openFrame(style);
    MemorySegment record = scratch.asSlice(0, CkptInfo.FOOTPRINT);
    in.meta(record);
    byte[] texts = new byte[CkptInfo.textsSize(record, at)];
    MemorySegment read = arena.allocate(texts.length); // native, see CkptFile.meta
    in.meta(read);
    Mem.getBytes(read, 0, texts, 0, texts.length);
    in.closeFrame();
    return CkptInfo.read(record, texts, at);
  }

  private CkptFooter footer(MemorySegment header) throws IOException {
    long at = size - CkptFooter.FOOTPRINT;
    MemorySegment mem = scratch.asSlice(0, CkptFooter.FOOTPRINT);
    in.seek(at);
    in.openFrame(FrameStyle.RAW);
    in.meta(mem);
    in.closeFrame();
    CkptFooter footer = CkptFooter.read(mem, at, header);
    long volumes = footer.volumesOffset();
    if (volumes < result.infoEnd || volumes >= at) {
      throw CkptHeader.corrupt(
          at + CkptFooter.VOLUMES_OFFSET,
          "an offset in [" + result.infoEnd + "," + at + ")",
          Long.toUnsignedString(volumes));
    }
    return footer;
  }

  /** Reads a frame that is one command and perhaps more; leaves it open. */
  private MemorySegment command(long at) throws IOException {
    MemorySegment command = scratch.asSlice(0, CkptCommand.FOOTPRINT);
    in.seek(at);
    in.openFrame(style);
    in.meta(command);
    return command;
  }

  /** Walks from the last appendix to the first, then turns the lists round. */
  private void volumes(CkptFooter footer) throws IOException {
    long footerOffset = size - CkptFooter.FOOTPRINT;
    long at = footer.volumesOffset();
    MemorySegment command = command(at);
    if (!CkptCommand.isVolumes(command)) {
      throw CkptHeader.corrupt(at, "a volumes command", CkptCommand.text(command));
    }
    long appendix = CkptCommand.c(command);
    result.volumesOffset = at;
    result.volumesEnd = closeFrame(at, footerOffset);
    long from = at; // the frame that tells where the appendix is
    long limit = at; // where the frame behind it begins
    long allocsLeft = footer.allocCount();
    int volumes = 0;
    while (appendix != 0) {
      if (volumes == footer.volumeCount()) {
        throw CkptHeader.corrupt(appendix, volumes + " volumes", "one more");
      }
      if (volumes == result.appendixOffset.length) {
        result.appendixOffset = Arrays.copyOf(result.appendixOffset, 2 * volumes + 1);
        result.appendixEnd = Arrays.copyOf(result.appendixEnd, 2 * volumes + 1);
        result.volumeGroups = Arrays.copyOf(result.volumeGroups, 2 * volumes + 1);
      }
      if (appendix < result.infoEnd || appendix >= limit) {
        throw CkptHeader.corrupt(
            from,
            "the offset of an appendix in [" + result.infoEnd + "," + limit + ")",
            Long.toUnsignedString(appendix));
      }
      command = command(appendix);
      if (!CkptCommand.isAppendix(command)) {
        throw CkptHeader.corrupt(appendix, "an appendix command", CkptCommand.text(command));
      }
      long count = CkptCommand.b(command);
      long previous = CkptCommand.c(command);
      if (count < 0 || count > VOLUME_GROUPS_MAX) {
        throw CkptHeader.corrupt(
            appendix, "at most " + VOLUME_GROUPS_MAX + " groups", Long.toUnsignedString(count));
      }
      allocsLeft = appendix((int) count, appendix, allocsLeft);
      result.appendixOffset[volumes] = appendix;
      result.appendixEnd[volumes] = closeFrame(appendix, limit);
      result.volumeGroups[volumes] = (int) count;
      volumes++;
      limit = count == 0 ? appendix : result.groupOffset[result.groupCount - 1];
      from = appendix;
      appendix = previous;
    }
    CkptHeader.same(footerOffset, footer.volumeCount(), volumes, "volumes");
    CkptHeader.same(footerOffset, footer.groupCount(), result.groupCount, "groups");
    CkptHeader.same(footerOffset, 0, allocsLeft, "allocations left");
    reverse(volumes);
  }

  private long closeFrame(long at, long limit) {
    long end = in.closeFrame();
    if (end > limit) {
      throw CkptHeader.corrupt(at, "a frame up to byte " + limit, "one up to " + end);
    }
    return end;
  }

  /** Reads the groups of a volume, the last one first. */
  private long appendix(int count, long at, long allocsLeft) throws IOException {
    MemorySegment offsets = scratch.asSlice(0, (long) count * Long.BYTES);
    MemorySegment counts = scratch.asSlice(offsets.byteSize(), offsets.byteSize());
    in.data(offsets);
    in.data(counts);
    long left = allocsLeft;
    long limit = at;
    for (int i = count - 1; i >= 0; i--) {
      long offset = Mem.getLong(offsets, (long) i * Long.BYTES);
      long allocs = Mem.getLong(counts, (long) i * Long.BYTES);
      if (offset < result.infoEnd || offset >= limit) {
        throw CkptHeader.corrupt(
            at,
            "an offset in [" + result.infoEnd + "," + limit + ") for group " + i,
            Long.toUnsignedString(offset));
      }
      if (Long.compareUnsigned(allocs, left) > 0 || allocs >>> 31 != 0) {
        throw CkptHeader.corrupt(
            at,
            "at most " + Long.toUnsignedString(left) + " allocations in group " + i,
            Long.toUnsignedString(allocs));
      }
      left -= allocs;
      limit = offset;
      result.addGroup(offset);
      if (result.groupCount > groupAllocs.length) {
        groupAllocs = Arrays.copyOf(groupAllocs, 2 * groupAllocs.length);
      }
      groupAllocs[result.groupCount - 1] = (int) allocs;
    }
    return left;
  }

  private void reverse(int volumes) {
    reverse(result.appendixOffset, volumes);
    reverse(result.appendixEnd, volumes);
    reverse(result.volumeGroups, volumes);
    result.appendixOffset = Arrays.copyOf(result.appendixOffset, volumes);
    result.appendixEnd = Arrays.copyOf(result.appendixEnd, volumes);
    result.volumeGroups = Arrays.copyOf(result.volumeGroups, volumes);
    reverse(result.groupOffset, result.groupCount);
    reverse(groupAllocs, result.groupCount);
  }

  private static void reverse(long[] values, int count) {
    for (int i = 0; i < count / 2; i++) {
      long value = values[i];
      values[i] = values[count - 1 - i];
      values[count - 1 - i] = value;
    }
  }

  private static void reverse(int[] values, int count) {
    for (int i = 0; i < count / 2; i++) {
      int value = values[i];
      values[i] = values[count - 1 - i];
      values[count - 1 - i] = value;
    }
  }

  /** Reads the commands of all groups, in the order of the file. */
  private void groups() throws IOException {
    int g = 0;
    for (int volume = 0; volume < result.volumeGroups.length; volume++) {
      int end = g + result.volumeGroups[volume];
      for (; g < end; g++) {
        long limit = g + 1 < end ? result.groupOffset[g + 1] : result.appendixOffset[volume];
        group(g, limit);
      }
    }
  }

  private void group(int g, long limit) throws IOException {
    Extents extents = result.extents;
    result.groupFirst[g] = extents.count;
    in.seek(result.groupOffset[g]);
    in.openFrame(style);
    MemorySegment command = scratch.asSlice(0, CkptCommand.FOOTPRINT);
    for (int i = 0; i < groupAllocs[g]; i++) {
      long at = in.offset();
      in.meta(command);
      if (!CkptCommand.isMeta(command)) {
        throw CkptHeader.corrupt(at, "a meta command", CkptCommand.text(command));
      }
      CkptFile.add(
          extents,
          meta,
          CkptCommand.a(command),
          CkptCommand.b(command),
          CkptCommand.c(command),
          at);
    }
    long at = in.offset();
    in.meta(command);
    if (!CkptCommand.isData(command)) {
      throw CkptHeader.corrupt(at, "a data command", CkptCommand.text(command));
    }
    long position = in.closeFrame();
    result.groupData[g] = position;
    if (position > limit) {
      throw CkptHeader.corrupt(at, "a frame up to byte " + limit, "one beyond");
    }
    result.groupEnd[g] = limit; // until it is known better
    result.groupFirst[g + 1] = extents.count;
  }

  /** Finds where the groups end, several at a time: a look at a block is a system call. */
  private void ends() throws IOException {
    int workers = style == FrameStyle.LZ4 ? 1 + result.groupCount / GROUPS_PER_THREAD : 1;
    Workers.run(
        Math.max(1, Math.min(threads, workers)),
        worker -> {
          FileBytes bytes = new FileBytes(file, size, CkptHeader.format(), LOOK_SIZE);
          for (int g; (g = nextGroup.getAndIncrement()) < result.groupCount && isWanted(g); ) {
            try {
              result.groupEnd[g] = end(bytes, g);
            } catch (CorruptDataException e) {
              found(g, e);
            } catch (IOException | RuntimeException | Error e) {
              found(-1, null); // no other group matters any more
              throw e;
            }
          }
        });
    if (damage != null) {
      throw damage;
    }
  }

  /** Groups are taken in order, so the first damage is found, however many look for it. */
  private synchronized boolean isWanted(int g) {
    return g < damagedGroup;
  }

  private synchronized void found(int g, CorruptDataException e) {
    if (g < damagedGroup) {
      damagedGroup = g;
      damage = e;
    }
  }

  private long end(FileBytes bytes, int g) throws IOException {
    long limit = result.groupEnd[g];
    long position = result.groupData[g];
    for (int i = result.groupFirst[g]; i < result.groupFirst[g + 1]; i++) {
      long dataSize = result.extents.size(i);
      if (style == FrameStyle.LZ4) {
        position = Lz4Walk.pass(bytes, position, dataSize, limit);
      } else if (dataSize > limit - position) {
        throw CkptHeader.corrupt(
            position,
            dataSize + " bytes of data",
            (limit - position) + " bytes up to the next frame");
      } else {
        position += dataSize;
      }
    }
    return position;
  }
}
