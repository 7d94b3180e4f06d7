package holdfast.groove;

import holdfast.CorruptDataException;
import holdfast.UnsupportedFormatException;
import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * An allocator whose bytes somebody changed: looked at, checked, rebuilt, used. Whatever the change
 * was, it is refused or harmless.
 *
 * <pre>{@code
 * byte 0      bit 0: what is damaged: the memory, or the header of a region file
 *      1      bit 0: closed before; bit 1: dropped objects are asked for; rest: damages, 0 to 7
 *      2..    memory: 8 operations each; then for each damage where (2), what (1)
 *             header: for each damage where (2), what (1)
 * }</pre>
 */
public final class HostileGroove {
  private static final GrooveGeometry SMALL = GrooveGeometry.compact(64, 1 << 20);
  private static final int OBJECTS = 24;

  private static final long[] VALUES = {
    0, 1, -1, 528, 1024, 4096, 1 << 20, 1L << 40, Long.MIN_VALUE, ObjectHeader.CACHED, 0xfd67, 0x298
  };

  private final byte[] input;
  private int next;

  private HostileGroove(byte[] input) {
    this.input = input;
  }

  /**
   * Runs an input.
   *
   * @return whether the damage went unnoticed
   */
  public static boolean run(byte[] input) {
    HostileGroove hostile = new HostileGroove(input);
    return (hostile.next() & 1) == 0 ? hostile.memory() : hostile.header();
  }

  private int next() {
    return next < input.length ? input[next++] & 0xff : 0;
  }

  private boolean header() {
    MemorySegment page = MemorySegment.ofArray(new byte[(int) RegionHeader.SIZE]);
    new RegionHeader(SMALL, 7).write(page);
    int flags = next();
    for (int i = flags >>> 5; i > 0; i--) {
      int at = (next() << 8 | next()) % (int) RegionHeader.ZEROS_OFFSET;
      Mem.putByte(page, at, (byte) next());
    }
    if ((flags & 1) != 0) {
      CRC32C crc = new CRC32C();
      crc.update(page.asSlice(0, RegionHeader.CHECKSUM_OFFSET).asByteBuffer());
      Mem.putInt(page, RegionHeader.CHECKSUM_OFFSET, (int) crc.getValue());
    }
    try {
      RegionHeader read = RegionHeader.read(page);
      if (read.volumeMax() < 1 || read.volumeMax() > RegionHeader.VOLUMES_LIMIT) {
        throw new AssertionError("accepted " + read);
      }
      return true;
    } catch (CorruptDataException | UnsupportedFormatException e) {
      return false;
    }
  }

  private boolean memory() {
    MemorySegment state = MemorySegment.ofArray(new long[(int) SMALL.stateSize() / 8]);
    MemorySegment volumes = MemorySegment.ofArray(new long[(int) SMALL.volumeSize() / 8]);
    int flags = next();
    List<Long> places = build(state, volumes, (flags & 1) != 0);
    boolean damaged = false;
    for (int i = flags >>> 5; i > 0; i--) {
      damaged |= damage(state, volumes, places);
    }
    boolean accepted = look(state, volumes);
    boolean rebuilt = rebuild(state, volumes, (flags & 2) != 0);
    if (!damaged && !rebuilt) {
      throw new AssertionError("nothing was damaged, and recovery refused");
    }
    return accepted && rebuilt;
  }

  /** Makes objects, some of them cached, and tells where headers are. */
  private List<Long> build(MemorySegment state, MemorySegment volumes, boolean close) {
    Groove groove = Groove.create(SMALL, state, volumes);
    groove.addVolumes(0, 1, new byte[] {1});
    GrooveHandle handle = groove.handle(0, close ? 0 : 4096);
    List<Long> places = new ArrayList<>();
    for (int i = 0; i < OBJECTS; i++) {
      long object = handle.alloc(16, (next() * 33L) % 8000, i);
      GrooveObject found = groove.find(object);
      places.add(found.header());
      places.add(found.superblock());
      if (i % 3 == 0 && !handle.free(object)) {
        throw new AssertionError("object " + object + " is gone");
      }
    }
    if (close) {
      groove.close();
    }
    return places;
  }

  private boolean damage(MemorySegment state, MemorySegment volumes, List<Long> places) {
    int where = next() << 8 | next();
    long value = VALUES[next() % VALUES.length];
    if ((where & 3) == 0) {
      long at = ((where >>> 2) & -8) % (state.byteSize() - 8);
      boolean changes = Mem.getLong(state, at) != value;
      Mem.putLong(state, at, value);
      return changes;
    }
    long at =
        (where & 3) == 1 ? (where >>> 2 & 15) * 8L : places.get((where >>> 4) % places.size());
    at += (where & 3) == 1 ? 0 : (where >>> 2 & 3) * 8L;
    boolean changes = Mem.getLong(volumes, at) != value;
    Mem.putLong(volumes, at, value);
    return changes;
  }

  private static boolean look(MemorySegment state, MemorySegment volumes) {
    try {
      Groove groove = Groove.openReadOnly(SMALL, state, volumes, null);
      groove.liveObjects(o -> checkInside(o, volumes));
      for (long at = 0; at < 40_000; at += 16) {
        groove.find(at);
      }
      groove.objects(o -> checkInside(o, volumes));
      groove.usage();
      groove.leaks();
      if (!groove.isUnclean()) {
        groove.verify();
      }
      return true;
    } catch (CorruptDataException e) {
      return false;
    }
  }

  private static void checkInside(GrooveObject o, MemorySegment volumes) {
    if (o.offset() < 528 || o.offset() + o.size() > volumes.byteSize()) {
      throw new AssertionError("outside: " + o);
    }
  }

  private static boolean rebuild(MemorySegment state, MemorySegment volumes, boolean force) {
    Groove groove;
    try {
      groove = Groove.recover(SMALL, state, volumes, null, force);
    } catch (CorruptDataException e) {
      return false;
    }
    groove.verify();
    List<Long> objects = new ArrayList<>();
    groove.objects(o -> objects.add(o.offset()));
    try (GrooveHandle handle = groove.handle(1)) {
      for (int i = 0; !groove.volumes().isEmpty() && i < 50; i++) {
        long object = handle.alloc(i * 37L);
        if (object == GrooveHandle.FULL) {
          throw new AssertionError("full after " + i);
        }
        objects.add(object);
      }
      for (long object : objects) {
        if (!handle.free(object)) {
          throw new AssertionError("not there: " + object);
        }
      }
    }
    groove.compact();
    groove.verify();
    if (groove.usage().held() != 0 || !groove.volumes().stream().allMatch(GrooveVolume::empty)) {
      throw new AssertionError("not empty");
    }
    groove.close();
    return true;
  }
}
