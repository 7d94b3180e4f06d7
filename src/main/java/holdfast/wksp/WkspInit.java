package holdfast.wksp;

import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;

/** Makes the table of a new workspace. */
final class WkspInit {
  private WkspInit() {}

  /**
   * Writes header and records.
   *
   * <p>The magic goes first and comes last: whoever dies in between leaves no workspace, rather
   * than half a one.
   *
   * @return the region, unlocked
   * @throws IllegalArgumentException when an argument is not as {@link Wksp#create} says
   */
  static Region create(MemorySegment mem, String name, int seed, long partMax, long dataMax) {
    requirePossible(name, partMax, dataMax);
    long footprint = WkspGeometry.footprint(partMax, dataMax);
    if (mem.byteSize() < footprint) {
      throw new IllegalArgumentException(
          "region must have " + footprint + " bytes or more: " + mem.byteSize());
    }
    Mem.putLongRelease(mem, WkspHeader.MAGIC_OFFSET, 0);
    Mem.putLongVolatile(mem, WkspHeader.OWNER_OFFSET, WkspHeader.UNDER_CONSTRUCTION);
    long gaddrLo = WkspGeometry.gaddrLo(partMax);
    Mem.fill(mem, Long.BYTES, gaddrLo - Long.BYTES, (byte) 0);
    Mem.putLong(mem, WkspHeader.PART_MAX_OFFSET, partMax);
    Mem.putLong(mem, WkspHeader.DATA_MAX_OFFSET, dataMax);
    Mem.putLong(mem, WkspHeader.GADDR_LO_OFFSET, gaddrLo);
    Mem.putLong(mem, WkspHeader.GADDR_HI_OFFSET, gaddrLo + dataMax);
    WkspName.write(mem, WkspHeader.NAME_OFFSET, name);
    Mem.putLong(mem, WkspHeader.CYCLE_OFFSET, WkspHeader.CYCLE_MIN);
    Region region = Region.unpublished(mem, partMax, dataMax);
    Rebuild.build(region, seed);
    OwnerLock.release(mem);
    // Publishes all of the above; pairs with the acquire in Region.of.
    Mem.putLongRelease(mem, WkspHeader.MAGIC_OFFSET, WkspHeader.MAGIC);
    return region;
  }

  static void requirePossible(String name, long partMax, long dataMax) {
    if (!WkspName.isValid(name)) {
      throw new IllegalArgumentException(
          "name must be 1 to 39 of A-Z a-z 0-9 _ - . and begin with a letter or digit: " + name);
    }
    if (WkspGeometry.footprint(partMax, dataMax) == 0) {
      throw new IllegalArgumentException(
          "partMax must be in [1, 2^32-1], dataMax at least 1, their region below 2^63 bytes: "
              + partMax
              + ", "
              + dataMax);
    }
  }
}
