package holdfast.wksp;

import holdfast.internal.Bits;

/**
 * How large a region is, and how many partitions and data bytes fit in a given size.
 *
 * <pre>{@code
 * 0        128          128 + 64 part_max                 gaddr_lo + data_max
 * +--------+------------------+--------------------------+--------+-----------+
 * | header | part_max records |        data bytes        | 1 byte |  padding  |
 * +--------+------------------+--------------------------+--------+-----------+
 *                             gaddr_lo            gaddr_hi        multiple of 128
 * }</pre>
 *
 * <p>A region lies in a segment, so sizes here fit in 63 bits, where the original has 64.
 */
final class WkspGeometry {
  /** Regions begin and end at multiples of this: two cache lines. */
  static final long ALIGN = 128;

  /** Most records that a 32-bit index can tell apart, the null index aside. */
  static final long PART_MAX = 0xFFFF_FFFFL;

  /** The byte behind the data. The original ends each region with one, for no use of ours. */
  static final long FOOTER = 1;

  private WkspGeometry() {}

  /** The first data address. */
  static long gaddrLo(long partMax) {
    return WkspHeader.FOOTPRINT + Pinfo.FOOTPRINT * partMax;
  }

  /** Bytes of a region, 0 when there is no such region. */
  static long footprint(long partMax, long dataMax) {
    if (partMax < 1 || partMax > PART_MAX || dataMax < 1) {
      return 0;
    }
    long dataOffset = gaddrLo(partMax);
    if (dataMax > Long.MAX_VALUE - (ALIGN - 1) - dataOffset - FOOTER) {
      return 0;
    }
    return Bits.alignUp(dataOffset + dataMax + FOOTER, ALIGN);
  }

  /** How many partitions to plan for. See {@link Wksp#partMaxEstimate}. */
  static long partMaxEstimate(long footprint, long typical) {
    long end = Bits.alignDown(footprint, ALIGN) - FOOTER;
    if (end < WkspHeader.FOOTPRINT || typical < 1 || typical > Long.MAX_VALUE - Pinfo.FOOTPRINT) {
      return 0;
    }
    return Math.min((end - WkspHeader.FOOTPRINT) / (Pinfo.FOOTPRINT + typical), PART_MAX);
  }

  /** How many data bytes remain. See {@link Wksp#dataMaxEstimate}. */
  static long dataMaxEstimate(long footprint, long partMax) {
    long end = Bits.alignDown(footprint, ALIGN) - FOOTER;
    if (end < 0 || partMax < 1 || partMax > PART_MAX) {
      return 0;
    }
    return Math.max(0, end - gaddrLo(partMax));
  }
}
