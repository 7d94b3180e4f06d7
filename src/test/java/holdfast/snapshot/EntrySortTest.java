package holdfast.snapshot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class EntrySortTest {
  @Test
  void theLayout() {
    assertEquals(0, EntrySort.WORD_OFFSET);
    assertEquals(8, EntrySort.INDEX_OFFSET);
    assertEquals(16, EntrySort.SIZE);
    MemorySegment memory = MemorySegment.ofArray(new byte[32]);
    new EntrySort(memory).put(1, 0x0102030405060708L, -2);
    assertEquals(0x0102030405060708L, Mem.getLong(memory, 16));
    assertEquals(0xfffffffeL, Mem.getLong(memory, 24));
  }

  /** Words of all shapes, and entries around them that are left alone. */
  @Property(tries = 300)
  void wordsAscendAndKeepTheirIndices(
      @ForAll long seed,
      @ForAll @IntRange(max = 3000) int count,
      @ForAll @IntRange(max = 4) int s) {
    SplittableRandom random = new SplittableRandom(seed);
    EntrySort entries = new EntrySort(MemorySegment.ofArray(new byte[16 * (count + 2)]));
    entries.put(0, -1, 7);
    entries.put(count + 1L, 0, 8);
    long[] words = new long[count];
    for (int i = 0; i < count; i++) {
      words[i] =
          switch (s) {
            case 0 -> random.nextLong();
            case 1 -> random.nextInt(5);
            case 2 -> random.nextLong() & 0xff00_0000_ff00_00ffL;
            case 3 -> 0x8000_0000_0000_0000L + random.nextInt(-3, 3);
            default -> i;
          };
      entries.put(i + 1L, words[i], i);
    }
    entries.sort(1, count + 1L);
    assertEquals(-1, entries.word(0));
    assertEquals(7, entries.index(0));
    assertEquals(0, entries.word(count + 1L));
    assertEquals(8, entries.index(count + 1L));
    long[] expected =
        Arrays.stream(words)
            .map(w -> w ^ Long.MIN_VALUE)
            .sorted()
            .map(w -> w ^ Long.MIN_VALUE)
            .toArray();
    boolean[] seen = new boolean[count];
    for (int i = 0; i < count; i++) {
      assertEquals(expected[i], entries.word(i + 1L));
      int index = entries.index(i + 1L);
      assertEquals(expected[i], words[index]);
      assertTrue(!seen[index]);
      seen[index] = true;
    }
  }
}
