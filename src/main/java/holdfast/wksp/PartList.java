package holdfast.wksp;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Walks the list of all partitions, which ascends by address.
 *
 * <p>Each step requires that a partition begins where the one before it ended, so that a walk ends
 * whatever the links say. The caller holds the lock.
 */
final class PartList {
  private PartList() {}

  /** The first record, checked. */
  static int first(Region region) {
    int i = WkspHeader.head(region.mem);
    check(region, i, WkspHeader.PART_HEAD_OFFSET, region.gaddrLo);
    return i;
  }

  /** The record after {@code i}, checked; NULL after the last. */
  static int next(Region region, int i) {
    long at = Pinfo.at(i);
    long end = Pinfo.hi(region.mem, at);
    int next = Pinfo.next(region.mem, at);
    if (next != Pinfo.NULL || end != region.gaddrHi) {
      check(region, next, at + Pinfo.NEXT_OFFSET, end);
    }
    return next;
  }

  private static void check(Region region, int i, long where, long lo) {
    long at = region.at(i, where);
    region.requireRange(at);
    if (Pinfo.lo(region.mem, at) != lo) {
      throw Region.damage(at, Long.toString(lo), Long.toString(Pinfo.lo(region.mem, at)));
    }
  }

  static Partition copy(Region region, int i) {
    MemorySegment mem = region.mem;
    long at = Pinfo.at(i);
    return new Partition(Pinfo.lo(mem, at), Pinfo.hi(mem, at), Pinfo.tag(mem, at));
  }

  static List<Partition> all(Region region) {
    List<Partition> all = new ArrayList<>();
    for (int i = first(region); i != Pinfo.NULL; i = next(region, i)) {
      all.add(copy(region, i));
    }
    return all;
  }

  /** Counts the partitions whose tag is in a set, and adds the first of them to a list. */
  static long query(Region region, long[] set, int max, List<? super Partition> found) {
    long count = 0;
    for (int i = first(region); i != Pinfo.NULL; i = next(region, i)) {
      if (TagSet.contains(set, Pinfo.tag(region.mem, Pinfo.at(i)))) {
        if (count < max) {
          found.add(copy(region, i));
        }
        count++;
      }
    }
    return count;
  }

  /** Frees the partitions whose tag is in a set, the highest first, as the original does. */
  static long free(Region region, long[] set) {
    MemorySegment mem = region.mem;
    long count = 0;
    long end = region.gaddrHi;
    long where = WkspHeader.PART_TAIL_OFFSET;
    int i = WkspHeader.tail(mem);
    while (i != Pinfo.NULL) {
      long at = region.at(i, where);
      region.requireRange(at);
      if (Pinfo.hi(mem, at) != end) {
        throw Region.damage(at, "a range up to " + end, "one up to " + Pinfo.hi(mem, at));
      }
      long tag = Pinfo.tag(mem, at);
      if (tag != 0 && TagSet.contains(set, tag)) {
        Partitions.free(region, i); // the record stays and takes in its neighbours
        count++;
      }
      end = Pinfo.lo(mem, at);
      where = at + Pinfo.PREV_OFFSET;
      i = Pinfo.prev(mem, at);
    }
    return count;
  }

  static WkspUsage usage(Region region, long[] set) {
    MemorySegment mem = region.mem;
    long totalCount = 0;
    long totalSize = 0;
    long freeCount = 0;
    long freeSize = 0;
    long usedCount = 0;
    long usedSize = 0;
    for (int i = first(region); i != Pinfo.NULL; i = next(region, i)) {
      long at = Pinfo.at(i);
      long size = Pinfo.size(mem, at);
      long tag = Pinfo.tag(mem, at);
      totalCount++;
      totalSize += size;
      if (tag == 0) {
        freeCount++;
        freeSize += size;
      }
      if (TagSet.contains(set, tag)) {
        usedCount++;
        usedSize += size;
      }
    }
    return new WkspUsage(
        region.partMax, totalCount, totalSize, freeCount, freeSize, usedCount, usedSize);
  }
}
