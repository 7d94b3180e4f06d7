package holdfast.wksp;

import holdfast.CorruptDataException;
import holdfast.checkpt.FrameStyle;
import holdfast.checkpt.Restore;
import holdfast.internal.Mem;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.ReadableByteChannel;

/**
 * Restores from a channel that is read once, from its beginning: a pipe.
 *
 * <p>Frames have to follow each other without holes. What the index at the end of the file says is
 * compared with what came by, so a file that is accepted here is accepted there; but data reach the
 * target before the end has been seen.
 */
final class CkptStream {
  /** Bytes between two looks at who watches; a multiple of a block. */
  private static final long PIECE = 4L << 20;

  private final ChannelBytes bytes;
  private final CkptTarget target;
  private final WkspRestoreOptions options;
  private final CkptMeter meter;
  private final CkptMeta meta;
  private final Extents extents;

  private WkspCheckptInfo info;
  private boolean dirty;
  private long wanted;
  private long wantedSize;
  private long end;

  // Of style 2: what the index at the end has to agree with.
  private MemorySegment scratch;
  private final long[] groupOffset = new long[CgroupPlan.GROUPS_MAX];
  private final int[] groupAllocs = new int[CgroupPlan.GROUPS_MAX];
  private int groups;
  private long allGroups;
  private long volumes;
  private long lastAppendix;

  CkptStream(ReadableByteChannel channel, CkptTarget target, WkspRestoreOptions options)
      throws IOException {
    this.bytes = new ChannelBytes(channel);
    this.target = target;
    this.options = options;
    this.meter = new CkptMeter(options.progress(), -1);
    this.meta = CkptFile.meta(bytes.head(CkptFile.HEAD_SIZE));
    this.extents = new Extents(options.limits().memoryMax());
  }

  /** Whether the target is no longer as it was. */
  boolean isDirty() {
    return dirty;
  }

  WkspRestoreReport run() throws IOException {
    if (meta.style() == V1Header.STYLE) {
      v1();
    } else {
      try (Arena arena = Arena.ofConfined();
          Restore in = Restore.from(bytes)) {
        scratch = arena.allocate(2L * CgroupPlan.GROUPS_MAX * Long.BYTES, Long.BYTES);
        v2(in, arena.allocate(CkptHeader.FOOTPRINT));
      }
    }
    boolean[] which = target.select(extents);
    if (extents.gaps(null, meta.gaddrLo(), meta.gaddrHi()) < 0) {
      throw new CorruptDataException(
          meta.format(), end, "allocations beside each other", "two that overlap");
    }
    target.requireFit(extents, which);
    touch();
    target.finish(extents, which);
    return new WkspRestoreReport(
        WkspCheckptPreview.of(meta), info, end, wanted, wantedSize, extents.count - wanted, false);
  }

  private void touch() {
    if (!dirty) {
      dirty = true;
      target.clear();
    }
  }

  /** Whether the last allocation is wanted; it has to fit then. */
  private boolean wants(int i) {
    long lo = extents.lo[i];
    long hi = extents.hi[i];
    if (!options.wants(lo, hi, extents.tag[i])) {
      return false;
    }
    wanted++;
    wantedSize += hi - lo;
    target.requireRoom(lo, hi, wanted);
    return true;
  }

  private void v1() throws IOException {
    V1Reader reader = new V1Reader(bytes);
    V1Reader.Header header = reader.header();
    info = header.info();
    while (reader.entry(header.meta(), extents)) {
      int i = extents.count - 1;
      boolean wantsIt = wants(i);
      if (wantsIt) {
        touch();
      }
      for (long lo = 0; lo < extents.size(i); lo += PIECE) {
        long part = Math.min(PIECE, extents.size(i) - lo);
        bytes.data(wantsIt ? target.memory().asSlice(extents.lo[i] + lo, part) : null, part);
        meter.add(part);
      }
    }
    end = bytes.position();
  }

  private void v2(Restore in, MemorySegment header) throws IOException {
    in.openFrame(FrameStyle.RAW);
    in.meta(header);
    in.closeFrame();
    info = info(in);
    MemorySegment command = scratch.asSlice(0, CkptCommand.FOOTPRINT);
    while (true) {
      long at = in.openFrame(meta.frames());
      in.meta(command);
      if (CkptCommand.isMeta(command) || CkptCommand.isData(command)) {
        group(in, at, command);
      } else if (CkptCommand.isAppendix(command)) {
        appendix(in, at, CkptCommand.b(command), CkptCommand.c(command));
      } else {
        CkptHeader.same(at, 0, groups, "groups without an appendix");
        CkptHeader.same(at, lastAppendix, CkptCommand.c(command), "as the last appendix");
        in.closeFrame();
        footer(in, at, header);
        return;
      }
      in.closeFrame();
    }
  }

  private WkspCheckptInfo info(Restore in) throws IOException {
    long at = in.openFrame(meta.frames());
    MemorySegment record = scratch.asSlice(0, CkptInfo.FOOTPRINT);
    in.meta(record);
    byte[] texts = new byte[CkptInfo.textsSize(record, at)];
    in.meta(MemorySegment.ofArray(texts));
    in.closeFrame();
    return CkptInfo.read(record, texts, at);
  }

  private void group(Restore in, long at, MemorySegment command) throws IOException {
    if (groups == CgroupPlan.GROUPS_MAX) {
      throw CkptHeader.corrupt(at, "at most " + CgroupPlan.GROUPS_MAX + " groups", "one more");
    }
    int first = extents.count;
    long commandAt = at;
    while (CkptCommand.isMeta(command)) {
      CkptFile.add(
          extents,
          meta,
          CkptCommand.a(command),
          CkptCommand.b(command),
          CkptCommand.c(command),
          commandAt);
      commandAt = in.offset();
      in.meta(command);
    }
    if (!CkptCommand.isData(command)) {
      throw CkptHeader.corrupt(commandAt, "a data command", CkptCommand.text(command));
    }
    groupOffset[groups] = at;
    groupAllocs[groups++] = extents.count - first;
    for (int i = first; i < extents.count; i++) {
      boolean wantsIt = wants(i);
      if (wantsIt) {
        touch();
      }
      for (long lo = 0; lo < extents.size(i); lo += PIECE) {
        long part = Math.min(PIECE, extents.size(i) - lo);
        if (wantsIt) {
          in.data(target.memory().asSlice(extents.lo[i] + lo, part));
        } else {
          in.skip(part);
        }
        meter.add(part);
      }
    }
  }

  private void appendix(Restore in, long at, long count, long previous) throws IOException {
    CkptHeader.same(at, groups, count, "groups"); // the original does not compare these
    CkptHeader.same(at, lastAppendix, previous, "as the appendix before");
    MemorySegment offsets = scratch.asSlice(0, (long) groups * Long.BYTES);
    MemorySegment counts = scratch.asSlice(offsets.byteSize(), offsets.byteSize());
    in.data(offsets);
    in.data(counts);
    for (int g = 0; g < groups; g++) {
      long offset = Mem.getLong(offsets, (long) g * Long.BYTES);
      long allocs = Mem.getLong(counts, (long) g * Long.BYTES);
      CkptHeader.same(at, groupOffset[g], offset, "as the offset of a group");
      CkptHeader.same(at, groupAllocs[g], allocs, "allocations in a group");
    }
    allGroups += groups;
    groups = 0;
    lastAppendix = at;
    volumes++;
  }

  private void footer(Restore in, long volumesOffset, MemorySegment header) throws IOException {
    long at = in.openFrame(FrameStyle.RAW);
    MemorySegment mem = scratch.asSlice(0, CkptFooter.FOOTPRINT);
    in.meta(mem);
    end = in.closeFrame();
    CkptFooter found = CkptFooter.read(mem, at, header);
    CkptHeader.same(at, extents.count, found.allocCount(), "allocations");
    CkptHeader.same(at, allGroups, found.groupCount(), "groups");
    CkptHeader.same(at, volumes, found.volumeCount(), "volumes");
    CkptHeader.same(at, volumesOffset, found.volumesOffset(), "as the offset of the volumes");
  }
}
