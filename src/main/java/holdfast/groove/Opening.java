package holdfast.groove;

import holdfast.CorruptDataException;
import holdfast.internal.Bits;
import holdfast.internal.Check;
import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * What is looked at before a state and its volumes are believed: the headers. The rest is for
 * {@link Verification}, which walks everything.
 */
final class Opening {
  /** Alignment of volume 0. */
  static final long VOLUMES_ALIGN = 4096;

  private Opening() {}

  /** Heap memory has no address; there the atomics are what asks for an alignment. */
  static void checkAligned(MemorySegment segment, long align, String name) {
    boolean aligned =
        segment.isNative()
            ? Bits.isAligned(segment.address(), align)
            : segment.heapBase().orElse(null) instanceof long[];
    if (!aligned) {
      throw new IllegalArgumentException(name + " must be aligned to " + align + ": " + segment);
    }
  }

  /** The state may lie in the memory of the volumes, but not in a volume. */
  static void checkApart(
      GrooveGeometry geometry, MemorySegment state, MemorySegment volumes, long index) {
    Check.noOverlap(
        state,
        0,
        geometry.stateSize(),
        volumes,
        index << geometry.volumeShift,
        geometry.volumeSize());
  }

  /** Checks the headers of the state and of the volumes. */
  static View view(
      GrooveGeometry geometry, MemorySegment state, MemorySegment volumes, long[] list) {
    checkState(geometry, state);
    View view = View.none().in(volumes, Groove.whole(geometry, volumes));
    long max = view.volumeMax(geometry);
    if (list == null) {
      for (long index = 0; index < max; index++) {
        long magic = VolumeHeader.magic(volumes, index << geometry.volumeShift);
        if (magic == geometry.volumeMagic || magic == ~geometry.volumeMagic) {
          view = view.with(index, 1, true);
        }
      }
    } else {
      for (long index : list) {
        Objects.checkIndex(index, max);
        view = view.with(index, 1, true);
      }
    }
    for (long index = 0; index < max; index++) {
      if (view.lists(index)) {
        checkApart(geometry, state, volumes, index);
        checkVolume(geometry, volumes, index);
      }
    }
    return view;
  }

  /**
   * Checks the places of a file where no volume is: one was removed, or not added yet, and the
   * magic is 0. Anything else is a volume whose magic is damaged, not memory to be given away.
   */
  static void checkPlaces(GrooveGeometry geometry, View view) {
    for (long index = 0; index < view.volumeMax(geometry); index++) {
      if (!view.lists(index)) {
        long volume = index << geometry.volumeShift;
        expectInVolume(
            volume + VolumeHeader.MAGIC_OFFSET, 0, VolumeHeader.magic(view.volumes, volume));
      }
    }
  }

  private static void checkState(GrooveGeometry geometry, MemorySegment state) {
    expect(state, StateLayout.MAGIC_OFFSET, geometry.stateMagic);
    if (!geometry.isStandard()) {
      expectInt(state, StateLayout.BLOCK_SHIFT_OFFSET, geometry.blockShift);
      expectInt(state, StateLayout.VOLUME_SHIFT_OFFSET, geometry.volumeShift);
      expectInt(state, StateLayout.CLASS_COUNT_OFFSET, geometry.classCount());
    }
    expect(state, geometry.poolOffset + VolumePool.MAGIC_OFFSET, VolumePool.MAGIC);
  }

  private static void expect(MemorySegment state, long offset, long value) {
    long found = Mem.getLong(state, offset);
    if (found != value) {
      throw new CorruptDataException("groove state", offset, Groove.hex(value), Groove.hex(found));
    }
  }

  private static void expectInt(MemorySegment state, long offset, int value) {
    int found = Mem.getInt(state, offset);
    if (found != value) {
      throw new CorruptDataException(
          "groove state", offset, Integer.toString(value), Integer.toString(found));
    }
  }

  /** Checks the header of a volume; whether it is empty. */
  static boolean checkVolume(GrooveGeometry geometry, MemorySegment volumes, long index) {
    // Read once: the next moment others may have begun to use it, or emptied it.
    long magic = VolumeHeader.magic(volumes, index << geometry.volumeShift);
    boolean empty = magic != geometry.volumeMagic;
    checkVolume(
        geometry, volumes, index, empty ? ~geometry.volumeMagic : geometry.volumeMagic, magic);
    return empty;
  }

  /** Checks the header of a volume that has to have a certain magic. */
  static void checkVolume(
      GrooveGeometry geometry, MemorySegment volumes, long index, long expectedMagic) {
    long magic = VolumeHeader.magic(volumes, index << geometry.volumeShift);
    checkVolume(geometry, volumes, index, expectedMagic, magic);
  }

  private static void checkVolume(
      GrooveGeometry geometry, MemorySegment volumes, long index, long expectedMagic, long magic) {
    long volume = index << geometry.volumeShift;
    expectInVolume(volume + VolumeHeader.MAGIC_OFFSET, expectedMagic, magic);
    expectInVolume(volume + VolumeHeader.INDEX_OFFSET, index, VolumeHeader.index(volumes, volume));
    long infoSize = VolumeHeader.infoSize(volumes, volume);
    if (infoSize < 0 || infoSize > VolumeHeader.INFO_MAX) {
      throw new CorruptDataException(
          "groove volume",
          volume + VolumeHeader.INFO_SIZE_OFFSET,
          "at most " + VolumeHeader.INFO_MAX + " bytes of info",
          Long.toUnsignedString(infoSize));
    }
  }

  private static void expectInVolume(long offset, long value, long found) {
    if (found != value) {
      throw new CorruptDataException("groove volume", offset, Groove.hex(value), Groove.hex(found));
    }
  }

  /**
   * Checks what a state has only while nobody owns it: the mark, and stack words without the high
   * part of the version, which the original does not know.
   */
  static void checkClosed(GrooveGeometry geometry, MemorySegment state, View view) {
    if (StateLayout.mark(state) != StateLayout.MARK_CLOSED) {
      throw unclean(state);
    }
    for (int c = 0; c < geometry.classCount(); c++) {
      long stack = StateLayout.inactiveStack(c);
      long word = Mem.getLong(state, stack);
      long top = InactiveStack.top(geometry, word);
      if (InactiveStack.normalise(geometry, word) != word
          || (top != 0 && !view.has(geometry, top))) {
        throw new CorruptDataException(
            "groove state", stack, "a superblock in one of the volumes", Groove.hex(word));
      }
    }
  }

  static CorruptDataException unclean(MemorySegment state) {
    return new CorruptDataException(
        "groove state",
        StateLayout.MARK_OFFSET,
        "0, as its owner leaves it when it closes",
        Long.toUnsignedString(StateLayout.mark(state)));
  }
}
