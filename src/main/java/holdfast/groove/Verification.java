package holdfast.groove;

import holdfast.CorruptDataException;
import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Checks a whole allocator that nobody uses at the moment.
 *
 * <pre>{@code
 * 1  headers     state, pool, every volume that is listed
 * 2  tree        every volume in use, from its root down: see Walk
 * 3  circulation slots and stacks lead to superblocks of the tree, of the right class, with a free
 *                object, each of them once; slots of groups that do not exist are 0
 * 4  no leak     every superblock with a free object was met in step 3
 * 5  pool        leads to empty volumes, each once; every empty volume was met
 * }</pre>
 *
 * <p>The verifiers of the original do steps 1 to 3, without "once" and without the tree: a
 * superblock or a volume that got lost is no error there. Memory: 17 bytes for each superblock that
 * is really there.
 */
final class Verification implements Walk.Visitor {
  private final Groove groove;
  private final GrooveGeometry geometry;
  private final MemorySegment state;

  /** Superblocks with a free object, ascending; what was met so far of them. */
  private long[] open = new long[64];

  private byte[] openClass = new byte[64];
  private int count;
  private boolean[] met;

  private Verification(Groove groove) {
    this.groove = groove;
    this.geometry = groove.geometry;
    this.state = groove.state;
  }

  static void run(Groove groove) {
    new Verification(groove).run();
  }

  private void run() {
    Opening.view(geometry, state, groove.view.volumes, listed());
    checkMark();
    Walk.all(groove, this);
    met = new boolean[count];
    for (int c = 0; c < geometry.classMax; c++) {
      checkSlots(c);
      if (c < geometry.classCount()) {
        checkStack(c);
      } else {
        expectZero(StateLayout.inactiveStack(c));
      }
    }
    for (int i = 0; i < count; i++) {
      if (!met[i]) {
        throw new CorruptDataException(
            "groove volume",
            open[i],
            "a superblock with free objects in a slot or on a stack",
            "one of class " + openClass[i] + " in neither");
      }
    }
    checkPool();
  }

  private long[] listed() {
    long max = groove.view.volumeMax(geometry);
    long[] listed = new long[(int) Math.min(max, Integer.MAX_VALUE)];
    int found = 0;
    for (long index = 0; index < max; index++) {
      if (groove.view.lists(index)) {
        listed[found++] = index;
      }
    }
    return Arrays.copyOf(listed, found);
  }

  private void checkMark() {
    long mark = StateLayout.mark(state);
    if (mark == StateLayout.MARK_CLOSED) {
      Opening.checkClosed(geometry, state, groove.view);
    } else if (mark != StateLayout.MARK_OWNED || !groove.open) {
      throw Opening.unclean(state);
    }
  }

  @Override
  public void superblock(long offset, int sizeClass, long free) {
    if (free != 0) {
      if (count == open.length) {
        open = Arrays.copyOf(open, 2 * count);
        openClass = Arrays.copyOf(openClass, 2 * count);
      }
      open[count] = offset;
      openClass[count++] = (byte) sizeClass;
    }
  }

  @Override
  public void object(long header, long word, long superblock) {
    // Checked by the walk.
  }

  @Override
  public void cached(long header, long word, long superblock) {
    if (groove.open) { // all caches were flushed just now
      throw new CorruptDataException(
          "groove volume",
          header + ObjectHeader.INFO_OFFSET,
          "an object that somebody holds",
          "one that no cache knows of, marked " + Groove.hex(ObjectHeader.info(volumes(), header)));
    }
  }

  private MemorySegment volumes() {
    return groove.view.volumes;
  }

  private void checkSlots(int sizeClass) {
    int groupMax = StateLayout.ACTIVE_SLOTS / geometry.classMax;
    int groups = sizeClass < geometry.classCount() ? geometry.groups(sizeClass) : 0;
    for (int group = 0; group < groupMax; group++) {
      long slot = StateLayout.activeSlot(geometry.classMax, sizeClass, group);
      if (group >= groups) {
        expectZero(slot);
      } else if (Mem.getLong(state, slot) != 0) {
        meet("groove state", slot, Mem.getLong(state, slot), sizeClass);
      }
    }
  }

  private void expectZero(long offset) {
    if (Mem.getLong(state, offset) != 0) {
      throw new CorruptDataException(
          "groove state", offset, "0, it is not used", Groove.hex(Mem.getLong(state, offset)));
    }
  }

  /** As long as the stack leads to superblocks not met before, so it ends. */
  private void checkStack(int sizeClass) {
    long stack = StateLayout.inactiveStack(sizeClass);
    long next = InactiveStack.top(geometry, Mem.getLong(state, stack));
    String where = "groove state";
    long at = stack;
    while (next != 0) {
      meet(where, at, next, sizeClass);
      where = "groove volume";
      at = next + ObjectHeader.INFO_OFFSET;
      next = ObjectHeader.info(groove.view.volumes, next);
    }
  }

  private void meet(String where, long at, long superblock, int sizeClass) {
    int i = Arrays.binarySearch(open, 0, count, superblock);
    if (i < 0 || openClass[i] != sizeClass) {
      throw new CorruptDataException(
          where,
          at,
          "a superblock of class " + sizeClass + " with free objects",
          Groove.hex(superblock));
    }
    if (met[i]) {
      throw new CorruptDataException(
          where, at, "a superblock in one place", "one that is in two: " + Groove.hex(superblock));
    }
    met[i] = true;
  }

  private void checkPool() {
    long pool = geometry.poolOffset;
    long verTop = VolumePool.verTop(state, pool);
    if ((verTop & VolumePool.LOCK) != 0) {
      throw new CorruptDataException(
          "groove state", pool + VolumePool.VER_TOP_OFFSET, "no lock bit", Groove.hex(verTop));
    }
    MemorySegment volumes = groove.view.volumes;
    View left = groove.view;
    String where = "groove state";
    long at = pool + VolumePool.VER_TOP_OFFSET;
    long next = VolumePool.index(verTop);
    while (next != VolumePool.NONE) {
      if (!left.lists(next) || !isEmpty(next)) {
        throw new CorruptDataException(
            where, at, "an empty volume that is in the pool once", Long.toUnsignedString(next));
      }
      left = left.with(next, 1, false);
      where = "groove volume";
      at = (next << geometry.volumeShift) + VolumeHeader.NEXT_OFFSET;
      next = VolumeHeader.next(volumes, next << geometry.volumeShift);
    }
    for (long index = 0; index < left.volumeMax(geometry); index++) {
      if (left.lists(index) && isEmpty(index)) {
        throw new CorruptDataException(
            "groove volume",
            index << geometry.volumeShift,
            "an empty volume that is in the pool",
            "one that is not");
      }
    }
  }

  private boolean isEmpty(long index) {
    return VolumeHeader.magic(groove.view.volumes, index << geometry.volumeShift)
        == ~geometry.volumeMagic;
  }
}
