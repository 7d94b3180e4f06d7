package holdfast.groove;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.CorruptDataException;
import holdfast.internal.Mem;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Each rule of {@link Groove#verify}, broken by itself in sound memory: one volume with three small
 * objects and three larger ones, and two empty volumes in the pool.
 */
class GrooveVerifyTest {
  private static final GrooveGeometry G = Bytes.SMALL;
  private static final long POOL_TOP = G.poolOffset + VolumePool.VER_TOP_OFFSET;

  private final Bytes bytes = new Bytes(G, 3);
  private final MemorySegment state = bytes.state;
  private final MemorySegment volumes = bytes.volumes;
  private final Arena arena = Arena.ofConfined();
  private final MemorySegment soundState = arena.allocate(state.byteSize());
  private final MemorySegment soundVolumes = arena.allocate(volumes.byteSize());

  /** The second object of each kind. */
  private GrooveObject small;

  private GrooveObject large;

  @BeforeEach
  void make() {
    GrooveHandle handle = bytes.groove.handle(0, 0);
    long[] objects = new long[6];
    for (int i = 0; i < 6; i++) {
      objects[i] = handle.alloc(16, i < 3 ? 40 : 1000, 7);
    }
    small = bytes.groove.find(objects[1]);
    large = bytes.groove.find(objects[4]);
    assertTrue(small.sizeClass() < large.sizeClass());
    bytes.groove.verify();
    soundState.copyFrom(state);
    soundVolumes.copyFrom(volumes);
  }

  @AfterEach
  void end() {
    state.copyFrom(soundState);
    volumes.copyFrom(soundVolumes);
    bytes.close();
    arena.close();
  }

  private void requireFoundAt(long offset) {
    var e = assertThrows(CorruptDataException.class, bytes.groove::verify);
    assertEquals(offset, e.offset(), e::getMessage);
  }

  private static long slot(int sizeClass, int group) {
    return StateLayout.activeSlot(G.classMax, sizeClass, group);
  }

  // State and volume headers.

  @Test
  void theStateHasItsMagic() {
    Mem.putLong(state, StateLayout.MAGIC_OFFSET, 1);
    requireFoundAt(StateLayout.MAGIC_OFFSET);
  }

  @Test
  void theStateIsOfItsGeometry() {
    Mem.putInt(state, StateLayout.VOLUME_SHIFT_OFFSET, 21);
    requireFoundAt(StateLayout.VOLUME_SHIFT_OFFSET);
  }

  @Test
  void theMarkIsOneThatSomebodyWrites() {
    StateLayout.mark(state, 77);
    requireFoundAt(StateLayout.MARK_OFFSET);
  }

  @Test
  void aVolumeKnowsItsNumber() {
    long volume = 2 * G.volumeSize();
    Mem.putLong(volumes, volume + VolumeHeader.INDEX_OFFSET, 1);
    requireFoundAt(volume + VolumeHeader.INDEX_OFFSET);
  }

  @Test
  void theInfoOfAVolumeLiesInItsHeader() {
    long volume = 2 * G.volumeSize();
    Mem.putLong(volumes, volume + VolumeHeader.INFO_SIZE_OFFSET, VolumeHeader.INFO_MAX + 1);
    requireFoundAt(volume + VolumeHeader.INFO_SIZE_OFFSET);
  }

  // Superblocks and objects.

  @Test
  void theRootSuperblockHasTheHeaderOfItsClass() {
    long root = G.root(G.volumeOf(small.header()));
    ObjectHeader.word(volumes, root, ObjectHeader.word(volumes, root) + (1L << 39));
    requireFoundAt(root);
  }

  @Test
  void freeBitsAreThoseOfObjects() {
    long root = G.root(G.volumeOf(small.header()));
    assertTrue(G.objectsPerSuperblock(G.classCount() - 1) < Long.SIZE);
    long free = ObjectHeader.free(volumes, root);
    Mem.putLong(volumes, root + ObjectHeader.FREE_OFFSET, free | Long.MIN_VALUE);
    requireFoundAt(root + ObjectHeader.FREE_OFFSET);
  }

  private void damageObject(int index, int sizeClass, int align, long size) {
    ObjectHeader.held(
        volumes,
        small.header(),
        ObjectHeader.pack(ObjectHeader.HELD, index, sizeClass, align, size));
    requireFoundAt(small.header());
  }

  @Test
  void anObjectIsWhereItsHeaderSays() {
    damageObject(small.index() + 1, small.sizeClass(), small.align(), small.size());
    damageObject(small.index(), small.sizeClass() + 1, small.align(), small.size());
  }

  @Test
  void anObjectHasAnAlignment() {
    damageObject(small.index(), small.sizeClass(), 0, small.size());
  }

  @Test
  void anObjectFitsIntoItsPlace() {
    long footprint = G.footprint(small.sizeClass());
    damageObject(small.index(), small.sizeClass(), small.align(), footprint);
  }

  @Test
  void whatIsTakenIsAnObject() {
    ObjectHeader.word(volumes, small.header(), 0);
    requireFoundAt(small.header());
  }

  @Test
  void noObjectIsInACacheThatIsGone() {
    ObjectHeader.info(volumes, small.header(), ObjectHeader.CACHED_NOWHERE);
    requireFoundAt(small.header() + ObjectHeader.INFO_OFFSET);
  }

  // Slots and stacks.

  @Test
  void aSuperblockWithFreeObjectsIsInASlotOrOnAStack() {
    assertEquals(small.superblock(), Mem.getLong(state, slot(small.sizeClass(), 0)));
    Mem.putLong(state, slot(small.sizeClass(), 0), 0);
    requireFoundAt(small.superblock());
  }

  @Test
  void aSuperblockIsInOnePlace() {
    assertTrue(G.groups(small.sizeClass()) > 1);
    Mem.putLong(state, slot(small.sizeClass(), 1), small.superblock());
    requireFoundAt(slot(small.sizeClass(), 1));
  }

  @Test
  void aStackDoesNotLeadToWhatIsInASlot() {
    long stack = StateLayout.inactiveStack(small.sizeClass());
    Mem.putLong(state, stack, small.superblock());
    requireFoundAt(stack);
  }

  @Test
  void aSlotHasASuperblockOfItsClass() {
    assertTrue(G.groups(small.sizeClass()) > 1);
    Mem.putLong(state, slot(small.sizeClass(), 1), large.superblock());
    requireFoundAt(slot(small.sizeClass(), 1));
  }

  @Test
  void aSlotLeadsToASuperblock() {
    Mem.putLong(state, slot(small.sizeClass(), 1), small.superblock() + G.blockSize());
    requireFoundAt(slot(small.sizeClass(), 1));
  }

  @Test
  void slotsThatAreNotUsedAreZero() {
    int last = G.classCount() - 1;
    long unused = slot(last, G.groups(last));
    Mem.putLong(state, unused, G.root(G.volumeOf(small.header())));
    requireFoundAt(unused);
  }

  // The pool.

  @Test
  void thePoolIsNotLocked() {
    long verTop = VolumePool.verTop(state, G.poolOffset);
    VolumePool.verTop(state, G.poolOffset, verTop | VolumePool.LOCK);
    requireFoundAt(POOL_TOP);
  }

  @Test
  void thePoolHasEmptyVolumes() {
    // The volume in use was the top; what it says is next is right.
    long used = G.volumeOf(small.header());
    long verTop = VolumePool.verTop(state, G.poolOffset);
    long top = VolumePool.index(verTop);
    assertNotEquals(used, top);
    VolumeHeader.next(volumes, used << G.volumeShift, top);
    VolumePool.verTop(state, G.poolOffset, (verTop & ~VolumePool.NONE) | used);
    requireFoundAt(POOL_TOP);
  }

  @Test
  void aVolumeIsInThePoolOnce() {
    long top = VolumePool.index(VolumePool.verTop(state, G.poolOffset));
    long next = VolumeHeader.next(volumes, top << G.volumeShift);
    VolumeHeader.next(volumes, next << G.volumeShift, top);
    requireFoundAt((next << G.volumeShift) + VolumeHeader.NEXT_OFFSET);
  }

  @Test
  void anEmptyVolumeIsInThePool() {
    long verTop = VolumePool.verTop(state, G.poolOffset);
    long top = VolumePool.index(verTop);
    long next = VolumeHeader.next(volumes, top << G.volumeShift);
    VolumePool.verTop(state, G.poolOffset, (verTop & ~VolumePool.NONE) | next);
    requireFoundAt(top << G.volumeShift);
  }
}
