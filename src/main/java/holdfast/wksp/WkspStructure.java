package holdfast.wksp;

import holdfast.Structure;
import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** The parts of a region, for a reader. */
final class WkspStructure {
  /** Partitions that are listed one by one. */
  private static final int LISTED_MAX = 2000;

  private WkspStructure() {}

  /**
   * Lists them.
   *
   * @throws holdfast.CorruptDataException when the list of partitions is damaged
   */
  static Structure of(Region region) {
    long size = region.gaddrHi;
    List<Structure> parts = new ArrayList<>();
    parts.add(new Structure("header", 0, WkspHeader.FOOTPRINT, "", header(region)));
    parts.add(
        Structure.leaf(
            "records",
            WkspHeader.FOOTPRINT,
            region.partMax * Pinfo.FOOTPRINT,
            region.partMax + " of " + Pinfo.FOOTPRINT + " bytes"));
    parts.add(new Structure("data", region.gaddrLo, size - region.gaddrLo, "", partitions(region)));
    return new Structure("workspace", 0, size, "", parts);
  }

  private static List<Structure> header(Region region) {
    MemorySegment mem = region.mem;
    return List.of(
        Structure.leaf("magic", WkspHeader.MAGIC_OFFSET, 8, Region.hex(WkspHeader.MAGIC)),
        Structure.leaf("part_max", WkspHeader.PART_MAX_OFFSET, 8, "" + region.partMax),
        Structure.leaf(
            "data_max", WkspHeader.DATA_MAX_OFFSET, 8, "" + (region.gaddrHi - region.gaddrLo)),
        Structure.leaf("gaddr_lo", WkspHeader.GADDR_LO_OFFSET, 8, "" + region.gaddrLo),
        Structure.leaf("gaddr_hi", WkspHeader.GADDR_HI_OFFSET, 8, "" + region.gaddrHi),
        Structure.leaf(
            "name",
            WkspHeader.NAME_OFFSET,
            WkspHeader.NAME_SIZE,
            WkspName.read(mem, WkspHeader.NAME_OFFSET)),
        Structure.leaf(
            "seed", WkspHeader.SEED_OFFSET, 4, Integer.toUnsignedString(WkspHeader.seed(mem))),
        link(region, "idle", WkspHeader.IDLE_TOP_OFFSET),
        link(region, "head", WkspHeader.PART_HEAD_OFFSET),
        link(region, "tail", WkspHeader.PART_TAIL_OFFSET),
        link(region, "used", WkspHeader.USED_ROOT_OFFSET),
        link(region, "free", WkspHeader.FREE_ROOT_OFFSET),
        Structure.leaf(
            "cycle", WkspHeader.CYCLE_OFFSET, 8, Long.toUnsignedString(WkspHeader.cycle(mem))),
        Structure.leaf("owner", WkspHeader.OWNER_OFFSET, 8, owner(OwnerLock.owner(mem))));
  }

  private static Structure link(Region region, String name, long offset) {
    return Structure.leaf(
        name, offset, Integer.BYTES, Region.record(Mem.getInt(region.mem, offset)));
  }

  private static String owner(long owner) {
    return owner == WkspHeader.UNLOCKED ? "nobody" : "process " + Long.toUnsignedString(owner);
  }

  private static List<Structure> partitions(Region region) {
    List<Structure> parts = new ArrayList<>();
    int i = PartList.first(region);
    while (i != Pinfo.NULL && parts.size() < LISTED_MAX) {
      Partition p = PartList.copy(region, i);
      String tag = p.isFree() ? "free" : "tag " + Long.toUnsignedString(p.tag());
      parts.add(Structure.leaf("partition " + parts.size(), p.gaddrLo(), p.size(), tag));
      i = PartList.next(region, i);
    }
    if (i != Pinfo.NULL) {
      long lo = PartList.copy(region, i).gaddrLo();
      parts.add(Structure.leaf("more", lo, region.gaddrHi - lo, "further partitions"));
    }
    return parts;
  }
}
