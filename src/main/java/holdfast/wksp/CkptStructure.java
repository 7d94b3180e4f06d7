package holdfast.wksp;

import holdfast.Structure;
import java.util.ArrayList;
import java.util.List;

/** The parts of a checkpoint, for a reader. */
final class CkptStructure {
  /** Allocations that are listed one by one, in all. */
  private static final int LISTED_MAX = 2000;

  private final CkptFile checkpt;
  private int listed;

  private CkptStructure(CkptFile checkpt) {
    this.checkpt = checkpt;
  }

  static Structure of(CkptFile checkpt) {
    CkptStructure maker = new CkptStructure(checkpt);
    return checkpt.meta.style() == V1Header.STYLE ? maker.v1() : maker.v2();
  }

  private Structure v1() {
    List<Structure> parts = new ArrayList<>();
    parts.add(Structure.leaf("header", 0, checkpt.infoEnd, describe()));
    long end = checkpt.infoEnd;
    for (int i = 0; i < checkpt.extents.count && listed < LISTED_MAX; i++, listed++) {
      long dataEnd = checkpt.dataOffset[i] + checkpt.extents.size(i);
      parts.add(
          Structure.leaf(
              "allocation " + i, end, dataEnd - end, checkpt.extents.partition(i).toString()));
      end = dataEnd;
    }
    if (listed < checkpt.extents.count) {
      parts.add(
          Structure.leaf(
              "more",
              end,
              checkpt.volumesEnd - 1 - end,
              checkpt.extents.count + " allocations in all"));
    }
    parts.add(Structure.leaf("end", checkpt.volumesEnd - 1, 1, "tag 0"));
    return new Structure(V1Header.format(), 0, checkpt.size, "", parts);
  }

  private String describe() {
    CkptMeta meta = checkpt.meta;
    return meta.name()
        + ", seed "
        + Integer.toUnsignedString(meta.seed())
        + ", part_max "
        + meta.partMax()
        + ", data_max "
        + meta.dataMax();
  }

  private Structure v2() {
    CkptMeta meta = checkpt.meta;
    List<Structure> parts = new ArrayList<>();
    parts.add(
        new Structure(
            "header",
            0,
            CkptHeader.FOOTPRINT,
            "",
            List.of(
                Structure.leaf("magic", CkptHeader.MAGIC_OFFSET, 8, Region.hex(WkspHeader.MAGIC)),
                Structure.leaf("style", CkptHeader.STYLE_OFFSET, 4, "" + meta.style()),
                Structure.leaf(
                    "frame style",
                    CkptHeader.FRAMES_OFFSET,
                    4,
                    meta.frames().code() + " " + meta.frames()),
                Structure.leaf("reserved", CkptHeader.RESERVED_OFFSET, 4, "0"),
                Structure.leaf("name", CkptHeader.NAME_OFFSET, WkspHeader.NAME_SIZE, meta.name()),
                Structure.leaf(
                    "seed", CkptHeader.SEED_OFFSET, 4, Integer.toUnsignedString(meta.seed())),
                Structure.leaf("part_max", CkptHeader.PART_MAX_OFFSET, 8, "" + meta.partMax()),
                Structure.leaf("data_max", CkptHeader.DATA_MAX_OFFSET, 8, "" + meta.dataMax()))));
    parts.add(
        Structure.leaf(
            "info",
            CkptHeader.FOOTPRINT,
            checkpt.infoEnd - CkptHeader.FOOTPRINT,
            "wallclock " + checkpt.info.wallclock() + ", app " + checkpt.info.app()));
    int g = 0;
    for (int v = 0; v < checkpt.volumeGroups.length; v++) {
      int end = g + checkpt.volumeGroups[v];
      long lo = g == end ? checkpt.appendixOffset[v] : checkpt.groupOffset[g];
      List<Structure> groups = new ArrayList<>();
      for (; g < end; g++) {
        groups.add(group(g));
      }
      groups.add(
          Structure.leaf(
              "appendix",
              checkpt.appendixOffset[v],
              checkpt.appendixEnd[v] - checkpt.appendixOffset[v],
              checkpt.volumeGroups[v] + " groups"));
      parts.add(new Structure("volume " + v, lo, checkpt.appendixEnd[v] - lo, "", groups));
    }
    parts.add(
        Structure.leaf(
            "volumes",
            checkpt.volumesOffset,
            checkpt.volumesEnd - checkpt.volumesOffset,
            checkpt.volumeGroups.length + " volumes"));
    parts.add(
        Structure.leaf(
            "footer",
            checkpt.size - CkptFooter.FOOTPRINT,
            CkptFooter.FOOTPRINT,
            checkpt.extents.count + " allocations, " + checkpt.groupCount + " groups"));
    return new Structure(CkptHeader.format(), 0, checkpt.size, "", parts);
  }

  private Structure group(int g) {
    int first = checkpt.groupFirst[g];
    int end = checkpt.groupFirst[g + 1];
    long offset = checkpt.groupOffset[g];
    long commands = checkpt.groupData[g] - offset;
    List<Structure> inside = new ArrayList<>();
    StringBuilder some = new StringBuilder();
    for (int i = first; i < end && listed < LISTED_MAX; i++, listed++) {
      some.append(some.isEmpty() ? "" : "; ").append(checkpt.extents.partition(i));
    }
    inside.add(Structure.leaf("commands", offset, commands, some.toString()));
    inside.add(
        Structure.leaf(
            "data",
            checkpt.groupData[g],
            checkpt.groupEnd[g] - checkpt.groupData[g],
            size(first, end) + " bytes plain"));
    return new Structure(
        "group " + g, offset, checkpt.groupEnd[g] - offset, (end - first) + " allocations", inside);
  }

  private long size(int first, int end) {
    long size = 0;
    for (int i = first; i < end; i++) {
      size += checkpt.extents.size(i);
    }
    return size;
  }
}
