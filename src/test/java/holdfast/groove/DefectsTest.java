package holdfast.groove;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.CorruptDataException;
import holdfast.internal.Mem;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What is wrong in the original is right here: one test for each defect of the list in
 * docs/formats/groove.md. D8 and D9 are in {@link StrictFreeTest}.
 */
class DefectsTest {
  private static final long STACK = StateLayout.inactiveStack(0);

  /** What a popper does until it is suspended, and when it goes on. */
  private record HalfPop(long word, long top, long link) {
    static HalfPop begin(Groove groove) {
      long word = Mem.getLongAcquire(groove.state, STACK);
      long top = InactiveStack.top(groove.geometry, word);
      return new HalfPop(word, top, ObjectHeader.info(groove.view.volumes, top));
    }

    boolean end(Groove groove) {
      return Mem.casLong(
          groove.state, STACK, word, InactiveStack.next(groove.geometry, word, link));
    }
  }

  /**
   * Stack A, B, C. One thread reads A and its link B, and is suspended; another pops A and B, keeps
   * B, pushes D and A, then pops and pushes A 254 times: 512 operations. Does the first one
   * succeed?
   */
  private static boolean suspendedPopSucceeds(int versionBits) {
    GrooveGeometry geometry = GrooveGeometry.compact(512, 1 << 20).withVersionBits(versionBits);
    try (Bytes bytes = new Bytes(geometry, 1)) {
      Groove groove = bytes.groove;
      long a = 1 << 10;
      long b = 2 << 10;
      long c = 3 << 10;
      long d = 4 << 10;
      InactiveStack.push(groove, STACK, c);
      InactiveStack.push(groove, STACK, b);
      InactiveStack.push(groove, STACK, a);
      HalfPop suspended = HalfPop.begin(groove);
      assertEquals(a, InactiveStack.pop(groove, STACK));
      assertEquals(b, InactiveStack.pop(groove, STACK));
      InactiveStack.push(groove, STACK, d);
      InactiveStack.push(groove, STACK, a);
      for (int i = 0; i < 254; i++) {
        assertEquals(a, InactiveStack.pop(groove, STACK));
        InactiveStack.push(groove, STACK, a);
      }
      boolean fooled = suspended.end(groove);
      // B belongs to the other thread; fooled, the stack hands it out a second time.
      assertEquals(fooled ? b : a, InactiveStack.pop(groove, STACK));
      return fooled;
    }
  }

  @Test
  void d1TheShortVersionOfTheOriginalIsFooledAndOursIsNot() {
    assertTrue(suspendedPopSucceeds(9));
    assertFalse(suspendedPopSucceeds(25));
  }

  @Test
  void d1TheLongVersionIsMadeOf25BitsAndWraps() {
    for (GrooveGeometry g :
        List.of(GrooveGeometry.STANDARD, Bytes.SMALL, GrooveGeometry.compact(256, 1 << 22))) {
      long word = 0;
      long top = 12345L << g.blockShift;
      for (int i = 0; i < (1 << 25) - 1; i++) {
        word = InactiveStack.next(g, word, top);
      }
      assertEquals(top, InactiveStack.top(g, word));
      assertEquals(~(((1L << 39) - 1) << g.blockShift) | top, word);
      assertEquals(top, InactiveStack.next(g, word, top));
    }
  }

  @Test
  void d1TheHighPartIsGoneFromTheStandardWhenItIsClosed() {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment state = arena.allocate(GrooveGeometry.STANDARD.stateSize(), 128);
      MemorySegment volumes = SparseVolumes.map(1L << 30, arena);
      Groove groove = Groove.create(GrooveGeometry.STANDARD, state, volumes);
      groove.addVolumes(0, 1, new byte[0]);
      GrooveHandle handle = groove.handle(0, 0);
      // Class 9 has superblocks of two objects: a few of them are on the stack.
      List<Long> objects = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        objects.add(handle.alloc(9000));
      }
      for (int i = 0; i < 8; i += 2) {
        assertTrue(handle.free(objects.get(i)));
      }
      long stack = StateLayout.inactiveStack(9);
      long operations = 0;
      while (Mem.getLong(state, stack) >>> 48 == 0) {
        InactiveStack.push(groove, stack, InactiveStack.pop(groove, stack));
        operations += 2;
      }
      assertTrue(operations <= 512, operations + " operations");
      long word = Mem.getLong(state, stack);
      groove.verify();
      assertEquals(1, Mem.getLong(state, 8));
      groove.close();
      assertEquals(word & (1L << 48) - 1, Mem.getLong(state, stack));
      assertEquals(0, Mem.getLong(state, 8));
      Groove.open(GrooveGeometry.STANDARD, state, volumes).verify();
    }
  }

  @Test
  void d1AnImageWhoseOwnerDiedIsRecognised() {
    try (Bytes bytes = new Bytes(Bytes.SMALL, 1)) {
      bytes.groove.handle().alloc(10);
      CorruptDataException refused =
          assertThrows(
              CorruptDataException.class,
              () -> Groove.open(Bytes.SMALL, bytes.state, bytes.volumes));
      assertEquals(8, refused.offset());
      Groove looked = Groove.openReadOnly(Bytes.SMALL, bytes.state, bytes.volumes, null);
      assertEquals(1, looked.usage().held());
      assertThrows(CorruptDataException.class, looked::verify);
      bytes.reopen();
      bytes.groove.verify();
      assertThrows(
          CorruptDataException.class, () -> Groove.open(Bytes.SMALL, bytes.state, bytes.volumes));
    }
  }

  /** Two superblocks of two objects each; an empty one is on the stack, the other runs empty. */
  @Test
  void d2ThePoppedSuperblockIsChecked() {
    int c = Bytes.SMALL.sizeClass(16, 8000); // two objects in a superblock
    try (Bytes bytes = new Bytes(Bytes.SMALL, 1);
        GrooveHandle handle = bytes.groove.handle()) {
      long[] objects = new long[4];
      for (int i = 0; i < 4; i++) {
        objects[i] = handle.alloc(8000);
      }
      for (int i = 0; i < 3; i++) {
        assertTrue(handle.free(objects[i]));
      }
      long onStack =
          InactiveStack.top(Bytes.SMALL, Mem.getLong(bytes.state, StateLayout.inactiveStack(c)));
      assertTrue(onStack != 0);
      Mem.putLong(bytes.volumes, onStack, 0x1234);
      CorruptDataException found =
          assertThrows(CorruptDataException.class, () -> handle.free(objects[3]));
      assertEquals(onStack, found.offset());
      assertEquals(List.of(onStack), bytes.groove.damaged());
    }
  }

  @Test
  void d3ACycleOfAStackIsDamageAndNotTheEnd() {
    try (Bytes bytes = new Bytes(Bytes.SMALL, 1);
        GrooveHandle handle = bytes.groove.handle()) {
      List<Long> objects = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        objects.add(handle.alloc(8000));
      }
      for (int i = 0; i < 12; i += 2) {
        assertTrue(handle.free(objects.get(i)));
      }
      bytes.groove.verify();
      int c = Bytes.SMALL.sizeClass(16, 8000);
      long top =
          InactiveStack.top(Bytes.SMALL, Mem.getLong(bytes.state, StateLayout.inactiveStack(c)));
      long second = ObjectHeader.info(bytes.volumes, top);
      assertTrue(second != 0);
      ObjectHeader.info(bytes.volumes, second, top);
      CorruptDataException found = assertThrows(CorruptDataException.class, bytes.groove::verify);
      assertEquals(second + 8, found.offset());
    }
  }

  @Test
  void d4ADamagedSuperblockIsRememberedForRepair() {
    try (Bytes bytes = new Bytes(Bytes.SMALL, 1);
        GrooveHandle handle = bytes.groove.handle(0, 0)) {
      long object = handle.alloc(500);
      long superblock = bytes.groove.find(object).superblock();
      Mem.putLong(bytes.volumes, superblock + 16, -1L); // more free bits than objects
      CorruptDataException found =
          assertThrows(CorruptDataException.class, () -> handle.alloc(500));
      assertEquals(superblock, found.offset());
      assertEquals(List.of(superblock), bytes.groove.damaged());
      // The damaged one is out of the way.
      assertTrue(handle.alloc(500) > 0);
    }
  }

  @Test
  void d5AVolumeIsAddedOnce() {
    try (Bytes bytes = new Bytes(Bytes.SMALL, 4, 2);
        GrooveHandle handle = bytes.groove.handle()) {
      byte[] info = {1, 2, 3};
      long object = handle.alloc(100);
      bytes.remember();
      assertThrows(IllegalStateException.class, () -> bytes.groove.addVolumes(0, 1, info));
      assertThrows(IllegalStateException.class, () -> bytes.groove.addVolumes(1, 2, info));
      assertThrows(IllegalStateException.class, () -> bytes.groove.addVolumes(1, 1, info, true));
      Mem.putLong(bytes.volumes, 2 << 20, Bytes.SMALL.volumeMagic);
      assertThrows(IllegalStateException.class, () -> bytes.groove.addVolumes(2, 1, info));
      Mem.putLong(bytes.volumes, 2 << 20, 0);
      assertTrue(bytes.unchanged());
      Mem.putLong(bytes.volumes, 2 << 20, ~Bytes.SMALL.volumeMagic);
      bytes.groove.addVolumes(2, 1, info, true);
      bytes.groove.verify();
      assertEquals(3, bytes.groove.volumes().size());
      assertTrue(handle.free(object));
    }
  }

  @Test
  void d6MemoryAtAnyAddressTakesVolumes() {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment state = arena.allocate(GrooveGeometry.STANDARD.stateSize(), 128);
      MemorySegment volumes = SparseVolumes.map(2L << 30, arena);
      assertTrue(volumes.address() >= 1L << 30);
      Groove groove = Groove.create(GrooveGeometry.STANDARD, state, volumes);
      groove.addVolumes(0, 2, new byte[0]);
      assertEquals(2, groove.volumes().size());
      assertThrows(IllegalArgumentException.class, () -> groove.addVolumes(2, 1, new byte[0]));
      assertThrows(IllegalArgumentException.class, () -> groove.addVolumes(0, 1, new byte[481]));
    }
  }

  @Test
  void d7ADamagedPoolIsAnException() {
    try (Bytes bytes = new Bytes(Bytes.SMALL, 3);
        GrooveHandle handle = bytes.groove.handle()) {
      long verTop = Bytes.SMALL.poolOffset + 8;
      long sound = Mem.getLong(bytes.state, verTop);
      for (long wrong : new long[] {sound | 77, sound | 1L << 34, sound ^ 3}) {
        Mem.putLong(bytes.state, verTop, wrong);
        bytes.remember();
        assertThrows(CorruptDataException.class, () -> handle.alloc(100));
        assertThrows(CorruptDataException.class, bytes.groove::removeVolume);
        assertTrue(bytes.unchanged());
      }
      Mem.putLong(bytes.state, verTop, sound);
      Mem.putLong(bytes.volumes, 16, 55); // the link of the first
      assertThrows(CorruptDataException.class, () -> handle.alloc(100));
      Mem.putLong(bytes.volumes, 16, 1);
      assertTrue(handle.alloc(100) > 0);
    }
  }

  /**
   * A thread that read the top before the volume left may still read its link: the memory stays.
   */
  @Test
  void d10TheMemoryOfARemovedVolumeStaysReadable() {
    try (Bytes bytes = new Bytes(Bytes.SMALL, 2);
        GrooveHandle handle = bytes.groove.handle()) {
      long object = handle.alloc(100);
      long stack = StateLayout.inactiveStack(0);
      InactiveStack.push(bytes.groove, stack, (1 << 20) + 1024);
      HalfPop suspended = HalfPop.begin(bytes.groove);
      assertEquals((1 << 20) + 1024, InactiveStack.pop(bytes.groove, stack));
      assertEquals(1, bytes.groove.removeVolume());
      assertEquals(suspended.link(), ObjectHeader.info(bytes.groove.view.volumes, suspended.top()));
      assertFalse(suspended.end(bytes.groove));
      assertFalse(handle.free(object + (1 << 20)));
      assertTrue(handle.free(object));
    }
  }

  /** Free objects in another group's slot, and empty superblocks of another class, are found. */
  @Test
  void d11FullMeansThatThereIsNoMemory() {
    for (boolean original : new boolean[] {true, false}) {
      try (Bytes bytes = new Bytes(Bytes.SMALL, 1);
          GrooveHandle one = bytes.groove.handle(0, 0);
          GrooveHandle other = bytes.groove.handle(1, 0)) {
        bytes.groove.original = original;
        List<Long> objects = new ArrayList<>();
        for (long object; (object = one.alloc(100)) != GrooveHandle.FULL; ) {
          objects.add(object);
        }
        assertTrue(other.free(objects.removeLast()));
        // The superblock is in the slot of the group that freed.
        assertEquals(original, one.alloc(100) == GrooveHandle.FULL);
        objects.forEach(other::free);
        // All is empty; the first superblocks of this class still hold the memory.
        int large = 0;
        while (one.alloc(8000) != GrooveHandle.FULL) {
          large++;
        }
        int all = 2 * Bytes.SMALL.objectsPerSuperblock(Bytes.SMALL.classCount() - 1);
        // One object of 100 bytes that is still held keeps one superblock of the last class.
        assertEquals(original, large < all - 2, large + " of " + all);
        bytes.groove.verify();
      }
    }
  }

  @Test
  void d12ASuperblockMayHave64Objects() {
    assertEquals(64, Bytes.SMALL.objectsPerSuperblock(0));
    try (Bytes bytes = new Bytes(Bytes.SMALL, 1);
        GrooveHandle handle = bytes.groove.handle()) {
      List<Long> objects = new ArrayList<>();
      for (int i = 0; i < 130; i++) {
        objects.add(handle.alloc(48));
      }
      assertEquals(130, objects.stream().distinct().count());
      bytes.groove.verify();
      for (long object : objects) {
        assertTrue(handle.free(object));
      }
      bytes.groove.verify();
      bytes.groove.compact();
      assertTrue(bytes.groove.volumes().getFirst().empty());
    }
  }
}
