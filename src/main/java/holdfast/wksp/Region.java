package holdfast.wksp;

import holdfast.CorruptDataException;
import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;

/**
 * A region whose header was found sound: its memory, and the numbers of the header that never
 * change, read once.
 *
 * <p>What can change is read again at each use and is not believed: {@link #at} turns a link into
 * the place of a record and refuses those that lead outside the table.
 */
final class Region {
  /** What the errors call a region. */
  static final String FORMAT = "wksp";

  final MemorySegment mem;
  final long partMax;
  final long gaddrLo;
  final long gaddrHi;

  private Region(MemorySegment mem, long partMax, long dataMax) {
    this.mem = mem;
    this.partMax = partMax;
    this.gaddrLo = WkspGeometry.gaddrLo(partMax);
    this.gaddrHi = gaddrLo + dataMax;
  }

  /**
   * Checks the part of the header that never changes.
   *
   * @param mem begins with the header, may be longer than the region
   * @throws CorruptDataException when it is not a region, or does not fit
   */
  static Region of(MemorySegment mem) {
    if (mem.byteSize() < WkspHeader.FOOTPRINT) {
      throw damage(0, WkspHeader.FOOTPRINT + " bytes or more", mem.byteSize() + " bytes");
    }
    // Acquire: pairs with the release in create, which stores the magic last.
    long magic = Mem.getLongAcquire(mem, WkspHeader.MAGIC_OFFSET);
    if (magic != WkspHeader.MAGIC) {
      throw damage(WkspHeader.MAGIC_OFFSET, hex(WkspHeader.MAGIC), hex(magic));
    }
    long partMax = WkspHeader.partMax(mem);
    long dataMax = WkspHeader.dataMax(mem);
    long footprint = WkspGeometry.footprint(partMax, dataMax);
    if (footprint == 0) {
      throw damage(
          WkspHeader.PART_MAX_OFFSET,
          "a possible part_max and data_max",
          Long.toUnsignedString(partMax) + " and " + Long.toUnsignedString(dataMax));
    }
    if (footprint > mem.byteSize()) {
      throw damage(0, footprint + " bytes", mem.byteSize() + " bytes");
    }
    Region region = new Region(mem, partMax, dataMax);
    region.checkHeader();
    return region;
  }

  /** A region whose magic is still to come. */
  static Region unpublished(MemorySegment mem, long partMax, long dataMax) {
    return new Region(mem, partMax, dataMax);
  }

  /** Checks the rest of what the header says about the region as a whole, on each rebuild, too. */
  void checkHeader() {
    check(WkspHeader.MAGIC_OFFSET, WkspHeader.MAGIC);
    check(WkspHeader.PART_MAX_OFFSET, partMax);
    check(WkspHeader.DATA_MAX_OFFSET, gaddrHi - gaddrLo);
    check(WkspHeader.GADDR_LO_OFFSET, gaddrLo);
    check(WkspHeader.GADDR_HI_OFFSET, gaddrHi);
    if (WkspName.read(mem, WkspHeader.NAME_OFFSET) == null) {
      throw damage(WkspHeader.NAME_OFFSET, "a name of 1 to 39 allowed characters", "none");
    }
    long cycle = WkspHeader.cycle(mem);
    if (Long.compareUnsigned(cycle, WkspHeader.CYCLE_MIN) < 0) {
      throw damage(WkspHeader.CYCLE_OFFSET, "at least " + WkspHeader.CYCLE_MIN, "" + cycle);
    }
  }

  private void check(long offset, long expected) {
    long found = Mem.getLong(mem, offset);
    if (found != expected) {
      throw damage(offset, hex(expected), hex(found));
    }
  }

  /** Where the record lies that a link names. {@code where} is the place of the link. */
  long at(int link, long where) {
    if ((link & 0xFFFF_FFFFL) >= partMax) {
      throw wildLink(link, where);
    }
    return Pinfo.at(link);
  }

  /** Requires that the link at {@code where} leads back to where we come from. */
  void requireLink(long where, int expected) {
    int found = Mem.getInt(mem, where);
    if (found != expected) {
      throw wrongLink(where, expected, found);
    }
  }

  /** Requires that a record has a range inside the data; its tag is the caller's business. */
  void requireRange(long at) {
    long lo = Pinfo.lo(mem, at);
    long hi = Pinfo.hi(mem, at);
    if (lo < gaddrLo || lo >= hi || hi > gaddrHi) {
      throw wrongRange(at, lo, hi);
    }
  }

  // The messages are made apart, so that the tests above stay small enough to be inlined.

  private CorruptDataException wildLink(int link, long where) {
    return damage(where, "a record below " + partMax, "record " + Integer.toUnsignedString(link));
  }

  static CorruptDataException wrongLink(long where, int expected, int found) {
    return damage(where, record(expected), record(found));
  }

  private CorruptDataException wrongRange(long at, long lo, long hi) {
    return damage(
        at + Pinfo.LO_OFFSET,
        "a range inside [" + gaddrLo + "," + gaddrHi + ")",
        "[" + Long.toUnsignedString(lo) + "," + Long.toUnsignedString(hi) + ")");
  }

  static String record(int link) {
    return link == Pinfo.NULL ? "no record" : "record " + Integer.toUnsignedString(link);
  }

  static String hex(long value) {
    return "0x" + Long.toHexString(value);
  }

  static CorruptDataException damage(long offset, String expected, String found) {
    return new CorruptDataException(FORMAT, offset, expected, found);
  }
}
