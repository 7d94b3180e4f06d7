package holdfast.groove;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.testkit.Tier;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Random walks next to a model that knows every object, its bytes and its tag. */
class GrooveProperties {
  private record Owned(long size, int align, long tag, byte pattern) {}

  private Groove groove;
  private final List<GrooveHandle> handles = new ArrayList<>();
  private final TreeMap<Long, Owned> model = new TreeMap<>();
  private SplittableRandom random;

  @Property(tries = 30)
  void compactGeometriesFollowTheModel(
      @ForAll long seed, @ForAll @IntRange(min = 6, max = 9) int block) {
    GrooveGeometry geometry = GrooveGeometry.compact(1 << block, 1L << 20);
    walk(seed, geometry, 6, Tier.of(1500, 20_000));
  }

  @Property(tries = 3)
  void theStandardFollowsTheModel(@ForAll long seed) {
    walk(seed, GrooveGeometry.STANDARD, 2, Tier.of(1500, 20_000));
  }

  private void walk(long seed, GrooveGeometry g, int room, int steps) {
    random = new SplittableRandom(seed);
    model.clear();
    try (Arena arena = Arena.ofShared()) {
      MemorySegment state = arena.allocate(g.stateSize(), 128);
      MemorySegment volumes =
          g.isStandard()
              ? SparseVolumes.map(room * g.volumeSize(), arena)
              : arena.allocate(room * g.volumeSize(), 4096);
      groove = Groove.create(g, state, volumes);
      join();
      for (int step = 0; step < steps; step++) {
        switch (random.nextInt(64)) {
          case 0 -> add(room);
          case 1 -> remove();
          case 2 -> groove.compact();
          case 3 -> {
            groove.close();
            groove = Groove.open(g, state, volumes);
            join();
          }
          case 4 -> check("seed=" + seed + " step=" + step);
          default -> {
            if (model.size() < 40 || random.nextInt(100) < (step / 200 % 2 == 0 ? 65 : 35)) {
              alloc(g);
            } else {
              free();
            }
          }
        }
      }
      while (!model.isEmpty()) {
        free();
      }
      groove.verify();
      groove.compact();
      check("at the end, seed=" + seed);
      assertTrue(groove.volumes().stream().allMatch(GrooveVolume::empty));
    }
  }

  private void join() {
    handles.clear();
    for (int group = 0; group < 3; group++) {
      handles.add(groove.handle(random.nextInt(100)));
    }
  }

  private GrooveHandle handle() {
    return handles.get(random.nextInt(handles.size()));
  }

  private void add(int room) {
    int index = random.nextInt(room);
    if (groove.volumes().stream().noneMatch(v -> v.index() == index)) {
      groove.addVolumes(index, 1, new byte[] {(byte) index}, true);
    }
  }

  private void remove() {
    long empty = groove.volumes().stream().filter(GrooveVolume::empty).count();
    assertEquals(empty == 0, groove.removeVolume() == Groove.EMPTY);
  }

  private void alloc(GrooveGeometry g) {
    int align = 1 << random.nextInt(Integer.numberOfTrailingZeros(g.alignMax()) + 1);
    long max = g.sizeMax(align);
    long size =
        Math.min(max, random.nextLong(1L << random.nextInt(64 - Long.numberOfLeadingZeros(max))));
    long tag = random.nextLong();
    long offset = handle().alloc(align, size, tag);
    if (offset == GrooveHandle.FULL) {
      return;
    }
    assertEquals(0, offset % align);
    Owned owned = new Owned(size, align, tag, (byte) tag);
    // Disjoint, headers included: 16 bytes before each object are nobody else's.
    var before = model.floorEntry(offset);
    assertTrue(before == null || before.getKey() + before.getValue().size() <= offset - 16);
    var after = model.ceilingEntry(offset);
    assertTrue(after == null || offset + size <= after.getKey() - 16);
    model.put(offset, owned);
    MemorySegment object = handle().segment(offset);
    assertEquals(size, object.byteSize());
    ends(object, owned, true);
  }

  private void free() {
    if (model.isEmpty()) {
      return;
    }
    Long offset = model.ceilingKey(random.nextLong(model.lastKey() + 1));
    Owned owned = model.remove(offset);
    GrooveHandle handle = handle();
    assertEquals(owned.size(), handle.size(offset));
    assertEquals(owned.align(), handle.align(offset));
    assertEquals(owned.tag(), handle.tag(offset));
    ends(handle.segment(offset), owned, false);
    assertTrue(handle.free(offset));
    assertFalse(handle.free(offset));
  }

  /** Writes or checks the pattern, in large objects at both ends. */
  private static void ends(MemorySegment object, Owned owned, boolean write) {
    long size = object.byteSize();
    for (long i = 0; i < size; i++) {
      if (i == 128 && size > 256) {
        i = size - 128;
      }
      if (write) {
        object.set(ValueLayout.JAVA_BYTE, i, owned.pattern());
      } else {
        assertEquals(owned.pattern(), object.get(ValueLayout.JAVA_BYTE, i));
      }
    }
  }

  private void check(String where) {
    groove.verify();
    List<GrooveObject> objects = new ArrayList<>();
    groove.objects(objects::add);
    assertEquals(
        List.copyOf(model.keySet()), objects.stream().map(GrooveObject::offset).toList(), where);
    for (GrooveObject object : objects) {
      Owned owned = model.get(object.offset());
      assertEquals(
          owned, new Owned(object.size(), object.align(), object.tag(), owned.pattern()), where);
    }
    assertEquals(model.size(), groove.usage().held(), where);
    assertEquals(
        model.values().stream().mapToLong(Owned::size).sum(), groove.usage().requested(), where);
  }
}
