package holdfast.wksp;

import holdfast.checkpt.Checkpt;
import holdfast.checkpt.Frame;
import holdfast.checkpt.FrameStyle;
import holdfast.internal.Mem;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.List;

/** Writes the bytes of a checkpoint. The lock of the workspace is held throughout. */
final class CkptWriter {
  /** Compressed bytes that a thread may hold back until it is its frame's turn, twice. */
  private static final int BUFFER_SIZE = 16 << 20;

  private static final int SMALL_BUFFER_SIZE = 1 << 18;

  /** Bytes of an allocation between two looks at who watches. */
  private static final long PIECE = 4L << 20;

  private final Region region;
  private final WkspCheckptOptions options;
  private final String path;
  private final CkptMeta meta;
  private final Extents extents = new Extents(Long.MAX_VALUE);
  private int groupCount;

  CkptWriter(Region region, WkspCheckptOptions options, String path) {
    this.region = region;
    this.options = options;
    this.path = path;
    boolean first = options.style() == WkspCheckptStyle.V1;
    this.meta =
        new CkptMeta(
            first ? V1Header.STYLE : CkptHeader.STYLE,
            options.style().frames(),
            WkspHeader.seed(region.mem),
            region.partMax,
            region.gaddrHi - region.gaddrLo,
            WkspName.read(region.mem, WkspHeader.NAME_OFFSET));
    collect();
  }

  /** Lists the allocations by ascending address. */
  private void collect() {
    if (meta.name() == null) {
      throw Region.damage(WkspHeader.NAME_OFFSET, "a name of 1 to 39 allowed characters", "none");
    }
    MemorySegment mem = region.mem;
    for (int i = PartList.first(region); i != Pinfo.NULL; i = PartList.next(region, i)) {
      long at = Pinfo.at(i);
      long tag = Pinfo.tag(mem, at);
      if (tag != 0 && (options.tags().isEmpty() || options.tags().contains(tag))) {
        extents.add(Pinfo.lo(mem, at), Pinfo.hi(mem, at), tag, Region.FORMAT, at);
      }
    }
  }

  Extents extents() {
    return extents;
  }

  int groupCount() {
    return groupCount;
  }

  /** Writes all; returns how many bytes that were. */
  long write(WritableByteChannel channel) throws IOException {
    int threads = CkptThreads.usable(region.mem, options.threads());
    try (Checkpt out = Checkpt.to(channel, SMALL_BUFFER_SIZE)) {
      return options.style() == WkspCheckptStyle.V1 ? v1(out) : v2(out, threads);
    }
  }

  private long v1(Checkpt out) throws IOException {
    CkptMeter meter = new CkptMeter(options.progress(), extents.totalSize());
    byte[] numbers = new byte[3 * Svw.SIZE_MAX];
    MemorySegment entry = MemorySegment.ofArray(numbers);
    out.openFrame(FrameStyle.RAW);
    out.data(MemorySegment.ofArray(V1Header.make(meta, options.info())));
    long news = 0;
    for (int i = 0; i < extents.count; i++) {
      int end = Svw.put(numbers, 0, extents.tag[i]);
      end = Svw.put(numbers, end, extents.lo[i]);
      end = Svw.put(numbers, end, extents.size(i));
      out.meta(entry.asSlice(0, end));
      for (long lo = extents.lo[i]; lo < extents.hi[i]; lo += PIECE) {
        long size = Math.min(PIECE, extents.hi[i] - lo);
        out.data(region.mem.asSlice(lo, size));
        news += size;
        if (news >= CkptMeter.STEP) {
          meter.add(news);
          news = 0;
        }
      }
    }
    numbers[0] = 0;
    out.meta(entry.asSlice(0, 1));
    meter.add(news);
    return out.closeFrame();
  }

  private long v2(Checkpt out, int threads) throws IOException {
    MemorySegment scratch = MemorySegment.ofArray(new byte[CgroupPlan.GROUPS_MAX * 8]);
    header(out, scratch);
    info(out, scratch);
    CgroupPlan plan = CgroupPlan.of(extents);
    groupCount = plan.groups;
    List<Frame> frames = new ArrayList<>();
    for (int g = 0; g < plan.groups; g++) {
      frames.add(new Group(plan, g));
    }
    long[] offsets =
        out.addFrames(frames, CkptThreads::start, threads, bufferSize(threads), options.progress());
    long appendix = appendix(out, scratch, plan, offsets);
    long volumes = out.openFrame(meta.frames());
    CkptCommand.put(scratch, 0, CkptCommand.MAX, appendix);
    out.meta(scratch.asSlice(0, CkptCommand.FOOTPRINT));
    long footer = out.closeFrame();
    long size = footer + CkptFooter.FOOTPRINT;
    new CkptFooter(extents.count, plan.groups, 1, volumes).put(scratch, meta, size);
    out.openFrame(FrameStyle.RAW);
    out.meta(scratch.asSlice(0, CkptFooter.FOOTPRINT));
    return out.closeFrame();
  }

  private static int bufferSize(int threads) {
    return threads == 1 ? SMALL_BUFFER_SIZE : BUFFER_SIZE;
  }

  private void header(Checkpt out, MemorySegment scratch) throws IOException {
    CkptHeader.put(scratch, meta);
    out.openFrame(FrameStyle.RAW);
    out.meta(scratch.asSlice(0, CkptHeader.FOOTPRINT));
    out.closeFrame();
  }

  private void info(Checkpt out, MemorySegment scratch) throws IOException {
    byte[][] texts = CkptInfo.texts(options.info(), path);
    CkptInfo.put(scratch, options.info(), texts);
    out.openFrame(meta.frames());
    out.data(scratch.asSlice(0, CkptInfo.FOOTPRINT));
    out.data(MemorySegment.ofArray(CkptInfo.join(texts)));
    out.closeFrame();
  }

  /** Writes the index of the groups; returns where it begins. */
  private long appendix(Checkpt out, MemorySegment scratch, CgroupPlan plan, long[] offsets)
      throws IOException {
    long at = out.openFrame(meta.frames());
    CkptCommand.put(scratch, 0, plan.groups, 0);
    out.meta(scratch.asSlice(0, CkptCommand.FOOTPRINT));
    for (int g = 0; g < plan.groups; g++) {
      Mem.putLong(scratch, (long) g * Long.BYTES, offsets[g]);
    }
    out.meta(scratch.asSlice(0, (long) plan.groups * Long.BYTES));
    for (int g = 0; g < plan.groups; g++) {
      Mem.putLong(scratch, (long) g * Long.BYTES, plan.first[g + 1] - plan.first[g]);
    }
    out.meta(scratch.asSlice(0, (long) plan.groups * Long.BYTES));
    out.closeFrame();
    return at;
  }

  /** One group: a command for each allocation, one that ends them, then all bytes. */
  private final class Group implements Frame {
    private final CgroupPlan plan;
    private final int index;

    Group(CgroupPlan plan, int index) {
      this.plan = plan;
      this.index = index;
    }

    @Override
    public FrameStyle style() {
      return meta.frames();
    }

    @Override
    public void addTo(Checkpt out) throws IOException {
      MemorySegment command = MemorySegment.ofArray(new byte[(int) CkptCommand.FOOTPRINT]);
      int end = plan.first[index + 1];
      for (int k = plan.first[index]; k < end; k++) {
        int i = plan.order[k];
        CkptCommand.put(command, extents.tag[i], extents.lo[i], extents.hi[i]);
        out.meta(command);
      }
      CkptCommand.put(command, 0, CkptCommand.MAX, CkptCommand.MAX);
      out.meta(command);
      for (int k = plan.first[index]; k < end; k++) {
        int i = plan.order[k];
        out.data(region.mem.asSlice(extents.lo[i], extents.size(i)));
      }
    }
  }
}
