package holdfast.groove;

import holdfast.internal.Failures;
import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;

/**
 * Objects that were freed and wait, full of a pattern, so that whoever still writes to one of them
 * is found.
 *
 * <pre>{@code
 * free --> mark, fill --> | newest | ... | oldest | --> look at every byte --> free for everybody
 *                          at most delay objects
 * }</pre>
 *
 * <p>While they wait they carry the mark of a cache: to everybody else they are what {@link
 * ObjectCache} keeps. For one thread at a time, with its handle.
 */
final class Quarantine {
  /** In every byte behind the header. */
  static final byte PATTERN = (byte) 0xdf;

  private static final long PATTERN_WORD = 0xdfdf_dfdf_dfdf_dfdfL;

  private final GroupSlots slots;
  private final SizeClasses classes;
  private final long mark;
  private final int delay;

  /** Offsets of headers, the one that waits longest first. */
  private final ArrayDeque<Long> waiting = new ArrayDeque<>();

  Quarantine(GroupSlots slots, long mark, int delay) {
    this.slots = slots;
    classes = slots.geometry.classes;
    this.mark = mark;
    this.delay = delay;
  }

  /** Takes an object that is held, as {@link GroupSlots#free}; false when somebody freed it. */
  boolean free(MemorySegment volumes, long header, long word, long info) {
    // As in GroupSlots.free: one of two wins.
    if (!Mem.casLong(volumes, header + ObjectHeader.INFO_OFFSET, info, mark)) {
      return false;
    }
    Mem.fill(volumes, header + ObjectHeader.SIZE, dataSize(word), PATTERN);
    waiting.addLast(header);
    if (waiting.size() > delay) {
      release();
    }
    return true;
  }

  private long dataSize(long word) {
    return classes.footprint[ObjectHeader.sizeClass(word)] - ObjectHeader.SIZE;
  }

  /** Lets all go, and throws when somebody wrote to one of them. */
  void flush() {
    IllegalStateException first = null;
    while (!waiting.isEmpty()) {
      try {
        release();
      } catch (IllegalStateException e) {
        first = Failures.first(first, e);
      }
    }
    if (first != null) {
      throw first;
    }
  }

  /** Lets the oldest go, and throws when somebody wrote to it. */
  private void release() {
    long header = waiting.removeFirst();
    MemorySegment volumes = slots.groove.view.volumes;
    long word = ObjectHeader.word(volumes, header);
    int sizeClass = ObjectHeader.sizeClass(word);
    int index = ObjectHeader.index(word);
    if (ObjectHeader.info(volumes, header) != mark
        || ObjectHeader.type(word) != ObjectHeader.HELD
        || sizeClass >= classes.count) {
      throw lateWrite(header, 0); // stays where it is until recovery
    }
    long wrong = firstWrong(volumes, header, word);
    ObjectHeader.word(volumes, header, 0);
    long superblock = header - slots.geometry.blockSize() - index * classes.footprint[sizeClass];
    slots.setFree(volumes, sizeClass, superblock, 1L << index);
    if (wrong >= 0) {
      throw lateWrite(header, wrong);
    }
  }

  private static IllegalStateException lateWrite(long header, long at) {
    return new IllegalStateException(
        "an object was written to after it was freed: its header is at offset "
            + header
            + ", the first wrong byte "
            + at
            + " bytes behind");
  }

  private long firstWrong(MemorySegment volumes, long header, long word) {
    long end = ObjectHeader.SIZE + dataSize(word); // whole blocks
    for (long at = ObjectHeader.SIZE; at < end; at += Long.BYTES) {
      long different = Mem.getLong(volumes, header + at) ^ PATTERN_WORD;
      if (different != 0) {
        return at + Long.numberOfTrailingZeros(different) / Byte.SIZE;
      }
    }
    return -1;
  }
}
