package holdfast.groove;

import holdfast.CorruptDataException;
import holdfast.Structure;
import holdfast.internal.Disk;
import holdfast.internal.Mem;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The parts of a region file, for a reader. Only the header of the file has to be sound; everything
 * else is shown as it is, and what it leads to is not followed.
 */
final class GrooveStructure {
  /** Volumes that are listed one by one. */
  private static final int LISTED_MAX = 1024;

  private static final long CHECKSUM = RegionHeader.CHECKSUM_OFFSET;

  private final Disk.File file;
  private final long size;
  private final MemorySegment front;
  private final MemorySegment state;

  /** The headers of one volume: its own, and the block of the root superblock. */
  private final MemorySegment head;

  private final RegionHeader header;
  private final GrooveGeometry geometry;

  private GrooveStructure(Disk.File file, Arena scratch) throws IOException {
    this.file = file;
    size = file.size();
    if (size < RegionHeader.VOLUMES_OFFSET) {
      throw new CorruptDataException(
          RegionHeader.FORMAT,
          size,
          "at least " + RegionHeader.VOLUMES_OFFSET + " bytes",
          "the end");
    }
    front = scratch.allocate(RegionHeader.VOLUMES_OFFSET, Mem.PAGE);
    file.read(front, 0);
    header = RegionHeader.read(front);
    geometry = header.geometry();
    state = front.asSlice(RegionHeader.STATE_OFFSET, geometry.stateSize());
    head = scratch.allocate(VolumeHeader.SIZE + ObjectHeader.FREE_OFFSET + Long.BYTES, Long.BYTES);
  }

  static Structure of(Disk.File file) throws IOException {
    try (Arena scratch = Arena.ofConfined()) {
      return new GrooveStructure(file, scratch).whole();
    }
  }

  private Structure whole() throws IOException {
    List<Structure> parts = new ArrayList<>();
    parts.add(header());
    parts.add(state());
    long words = RegionHeader.VOLUMES_OFFSET - RegionHeader.BACKED_OFFSET;
    parts.add(Structure.leaf("backed map", RegionHeader.BACKED_OFFSET, words, backed()));
    // Rounded up: an incomplete volume at the end is a part, too.
    long count = Math.ceilDiv(size - RegionHeader.VOLUMES_OFFSET, geometry.volumeSize());
    for (long index = 0; index < Math.min(count, LISTED_MAX); index++) {
      parts.add(volume(index));
    }
    if (count > LISTED_MAX) {
      long at = at((long) LISTED_MAX << geometry.volumeShift);
      parts.add(Structure.leaf("more", at, size - at, count + " volumes in all"));
    }
    return new Structure(RegionHeader.FORMAT, 0, size, geometry.toString(), parts);
  }

  private Structure header() {
    List<Structure> parts = new ArrayList<>();
    parts.add(field("magic", RegionHeader.MAGIC_OFFSET, 8, "HFGRREG1"));
    parts.add(field("version", RegionHeader.VERSION_OFFSET, 4, "" + RegionHeader.VERSION));
    String kind = geometry.isStandard() ? "0, standard" : "1, compact";
    parts.add(field("kind", RegionHeader.KIND_OFFSET, 4, kind));
    parts.add(
        field("log2 of the block", RegionHeader.BLOCK_SHIFT_OFFSET, 4, "" + geometry.blockShift));
    parts.add(
        field(
            "log2 of the volume", RegionHeader.VOLUME_SHIFT_OFFSET, 4, "" + geometry.volumeShift));
    parts.add(
        field("state offset", RegionHeader.STATE_OFFSET_OFFSET, 8, "" + RegionHeader.STATE_OFFSET));
    parts.add(field("state size", RegionHeader.STATE_SIZE_OFFSET, 8, "" + geometry.stateSize()));
    parts.add(
        field(
            "volumes offset",
            RegionHeader.VOLUMES_OFFSET_OFFSET,
            8,
            "" + RegionHeader.VOLUMES_OFFSET));
    parts.add(field("volume max", RegionHeader.VOLUME_MAX_OFFSET, 8, "" + header.volumeMax()));
    String checksum = Groove.hex(Integer.toUnsignedLong(Mem.getInt(front, CHECKSUM)));
    parts.add(field("checksum", CHECKSUM, 4, checksum));
    return new Structure("header", 0, RegionHeader.SIZE, "", parts);
  }

  private static Structure field(String name, long offset, long size, String value) {
    return Structure.leaf(name, offset, size, value);
  }

  private Structure state() {
    List<Structure> parts = new ArrayList<>();
    parts.add(stateField("magic", StateLayout.MAGIC_OFFSET, 8, hexAt(StateLayout.MAGIC_OFFSET)));
    long mark = StateLayout.mark(state);
    String said =
        mark == StateLayout.MARK_CLOSED
            ? "0, closed"
            : mark == StateLayout.MARK_OWNED ? "1, owned, or its owner died" : Groove.hex(mark);
    parts.add(stateField("mark", StateLayout.MARK_OFFSET, 8, said));
    int used = nonZero(StateLayout.ACTIVE_SLOT_OFFSET, StateLayout.ACTIVE_SLOTS);
    parts.add(
        stateField(
            "active slots",
            StateLayout.ACTIVE_SLOT_OFFSET,
            (long) StateLayout.ACTIVE_SLOTS * Long.BYTES,
            used + " with a superblock"));
    int stacks = 0;
    for (int c = 0; c < geometry.classCount(); c++) {
      long word = Mem.getLong(state, StateLayout.inactiveStack(c));
      stacks += InactiveStack.top(geometry, word) != 0 ? 1 : 0;
    }
    parts.add(
        stateField(
            "inactive stacks",
            StateLayout.INACTIVE_STACK_OFFSET,
            (long) geometry.classMax * Long.BYTES,
            stacks + " with superblocks"));
    long top = VolumePool.index(VolumePool.verTop(state, geometry.poolOffset));
    parts.add(
        stateField(
            "pool",
            geometry.poolOffset,
            VolumePool.SIZE,
            top == VolumePool.NONE ? "empty" : "volume " + top + " first"));
    return new Structure("state", RegionHeader.STATE_OFFSET, state.byteSize(), "", parts);
  }

  private static Structure stateField(String name, long offset, long size, String value) {
    return Structure.leaf(name, RegionHeader.STATE_OFFSET + offset, size, value);
  }

  private String hexAt(long offset) {
    return Groove.hex(Mem.getLong(state, offset));
  }

  private int nonZero(long offset, int count) {
    int found = 0;
    for (int i = 0; i < count; i++) {
      found += Mem.getLong(state, offset + (long) i * Long.BYTES) != 0 ? 1 : 0;
    }
    return found;
  }

  private String backed() {
    int volumes = 0;
    long objects = 0;
    for (int i = 0; i < RegionHeader.VOLUMES_LIMIT; i++) {
      long word = Mem.getLong(front, RegionHeader.BACKED_OFFSET + (long) i * Long.BYTES);
      volumes += word < 0 ? 1 : 0; // bit 63
      objects += Long.bitCount(word & Long.MAX_VALUE);
    }
    return "headers of " + volumes + " volumes, " + objects + " root objects with storage";
  }

  private static long at(long offset) {
    return RegionHeader.VOLUMES_OFFSET + offset;
  }

  private Structure volume(long index) throws IOException {
    long volume = at(index << geometry.volumeShift);
    long length = Math.min(geometry.volumeSize(), size - volume);
    String name = "volume " + index;
    if (length < head.byteSize() || file.read(head, volume) < head.byteSize()) {
      return Structure.leaf(name, volume, length, "incomplete");
    }
    long magic = VolumeHeader.magic(head, 0);
    boolean used = magic == geometry.volumeMagic;
    if (!used && magic != ~geometry.volumeMagic) {
      String what = magic == 0 ? "removed" : "not a volume: " + Groove.hex(magic);
      return Structure.leaf(name, volume, length, what);
    }
    List<Structure> parts = new ArrayList<>();
    parts.add(field("magic", volume + VolumeHeader.MAGIC_OFFSET, 8, Groove.hex(magic)));
    parts.add(
        field("index", volume + VolumeHeader.INDEX_OFFSET, 8, "" + VolumeHeader.index(head, 0)));
    long next = VolumeHeader.next(head, 0);
    parts.add(
        field(
            "next",
            volume + VolumeHeader.NEXT_OFFSET,
            8,
            next == VolumePool.NONE ? "none" : Long.toUnsignedString(next)));
    long info = VolumeHeader.infoSize(head, 0);
    parts.add(
        field("info size", volume + VolumeHeader.INFO_SIZE_OFFSET, 8, Long.toUnsignedString(info)));
    if (info > 0 && info <= VolumeHeader.INFO_MAX) {
      parts.add(field("info", volume + VolumeHeader.INFO_OFFSET, info, info(head)));
    }
    if (used) {
      parts.add(root(volume));
    }
    String what = (used ? "in use" : "empty") + (length < geometry.volumeSize() ? ", cut" : "");
    return new Structure(name, volume, length, what, parts);
  }

  private static String info(MemorySegment head) {
    byte[] bytes = VolumeHeader.info(head, 0).toArray(ValueLayout.JAVA_BYTE);
    return new String(bytes, StandardCharsets.UTF_8).replaceAll("\\p{Cntrl}", ".");
  }

  private Structure root(long volume) {
    long word = ObjectHeader.word(head, VolumeHeader.SIZE);
    long full = geometry.classes.full[geometry.classCount() - 1];
    long free = ObjectHeader.free(head, VolumeHeader.SIZE);
    return Structure.leaf(
        "root superblock",
        volume + VolumeHeader.SIZE,
        geometry.blockSize(),
        "class "
            + ObjectHeader.sizeClass(word)
            + ", "
            + Long.bitCount(full & ~free)
            + " of "
            + Long.bitCount(full)
            + " objects in use");
  }
}
