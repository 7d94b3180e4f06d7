package holdfast.wksp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.LongPredicate;

/** What a workspace has to hold: a map from the start of each allocation to all about it. */
final class Model {
  final TreeMap<Long, Partition> used = new TreeMap<>();
  private final Wksp wksp;

  Model(Wksp wksp) {
    this.wksp = wksp;
  }

  /** The partitions, free ones included, that follow from the allocations. */
  List<Partition> partitions() {
    List<Partition> all = new ArrayList<>();
    long end = wksp.gaddrLo();
    for (Partition p : used.values()) {
      if (p.gaddrLo() > end) {
        all.add(new Partition(end, p.gaddrLo(), 0));
      }
      all.add(p);
      end = p.gaddrHi();
    }
    if (end < wksp.gaddrHi()) {
      all.add(new Partition(end, wksp.gaddrHi(), 0));
    }
    return all;
  }

  /** Allocates, and checks what the contract says of the result. */
  long alloc(long align, long size, long tag) {
    List<Partition> before = partitions();
    byte[] meta = meta(wksp);
    long gaddr = wksp.alloc(align, size, tag);
    long slack = (align == 0 ? 4096 : align) - 1;
    long footprint = size + slack < size ? Long.MAX_VALUE : size + slack;
    long best =
        before.stream()
            .filter(p -> p.isFree() && p.size() >= footprint)
            .mapToLong(Partition::size)
            .min()
            .orElse(0);
    if (gaddr == Wksp.GADDR_NULL) {
      assertArrayEquals(meta, meta(wksp), "a failure changes nothing");
      long idle = wksp.partMax() - before.size();
      assertTrue(size == 0 || best == 0 || idle < 2, () -> "refused: " + size + " of " + before);
    } else {
      assertEquals(0, gaddr % (align == 0 ? 4096 : align));
      Partition gap =
          before.stream()
              .filter(p -> p.gaddrLo() <= gaddr && gaddr < p.gaddrHi())
              .findFirst()
              .orElseThrow();
      assertTrue(gap.isFree() && gaddr + size <= gap.gaddrHi(), "overlap");
      assertEquals(best, gap.size(), "best fit");
      used.put(gaddr, new Partition(gaddr, gaddr + size, tag));
    }
    return gaddr;
  }

  void free(long gaddr) {
    var entry = used.floorEntry(gaddr);
    boolean inside = entry != null && gaddr < entry.getValue().gaddrHi();
    assertEquals(inside ? entry.getValue().tag() : 0, wksp.tag(gaddr));
    assertEquals(inside, wksp.free(gaddr));
    if (inside) {
      used.remove(entry.getKey());
    }
  }

  void tagFree(long... tags) {
    LongPredicate chosen = tag -> java.util.Arrays.stream(tags).anyMatch(t -> t == tag);
    long expected = used.values().stream().filter(p -> chosen.test(p.tag())).count();
    long free = chosen.test(0) ? partitions().stream().filter(Partition::isFree).count() : 0;
    assertEquals(expected + free, wksp.tagCount(tags));
    assertEquals(expected, wksp.tagFree(tags));
    used.values().removeIf(p -> chosen.test(p.tag()));
  }

  /** An address, mostly of something allocated. */
  long anyGaddr(SplittableRandom random) {
    if (used.isEmpty() || random.nextInt(10) == 0) {
      return random.nextLong(wksp.gaddrHi() + 100);
    }
    var entry = used.ceilingEntry(random.nextLong(wksp.gaddrHi()));
    Partition p = (entry == null ? used.firstEntry() : entry).getValue();
    return p.gaddrLo() + random.nextLong(p.size());
  }

  void check(String when) {
    try {
      wksp.verify();
    } catch (RuntimeException e) {
      throw new AssertionError(when, e);
    }
    assertEquals(partitions(), wksp.partitions(), when);
  }

  /** All before the data, the counter for lookers-on aside. */
  static byte[] meta(Wksp wksp) {
    byte[] meta = wksp.region().mem.asSlice(0, wksp.gaddrLo()).toArray(ValueLayout.JAVA_BYTE);
    MemorySegment.ofArray(meta).asSlice(WkspHeader.CYCLE_OFFSET, 16).fill((byte) 0);
    return meta;
  }
}
