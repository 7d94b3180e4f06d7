package holdfast.groove;

import java.lang.foreign.MemorySegment;

/**
 * An allocator with the head of one volume, into which some superblocks of the class with two
 * objects each fit. Stress tests make thousands of them at a time.
 */
final class SmallGroove {
  private static final GrooveGeometry GEOMETRY = GrooveGeometry.compact(64, 1 << 20);

  /** Two superblocks, of the second one the first object. */
  private static final int HEAD = 20_000;

  /** Three superblocks. */
  static final int LARGE_HEAD = 52_000;

  /** A size of which two objects lie in a superblock. */
  static final long SIZE = GEOMETRY.sizeMax(0);

  static final long STACK = StateLayout.inactiveStack(0);

  private SmallGroove() {}

  static Groove create() {
    return create(HEAD);
  }

  static Groove create(int head) {
    MemorySegment volumes = MemorySegment.ofArray(new long[head / Long.BYTES]);
    MemorySegment state = MemorySegment.ofArray(new long[(int) GEOMETRY.stateSize() / Long.BYTES]);
    Groove groove = Groove.create(GEOMETRY, state, volumes);
    groove.original = true;
    groove.caches.use(
        new Depot(MemorySegment.ofArray(new long[(int) Depot.size(GEOMETRY) / Long.BYTES])));
    groove.view = new View(volumes, GEOMETRY.volumeSize(), new long[] {1});
    VolumeHeader.format(volumes, 0, 0, new byte[0]);
    VolumeHeader.magic(volumes, 0, ~GEOMETRY.volumeMagic);
    VolumePool.release(groove, 0);
    return groove;
  }
}
