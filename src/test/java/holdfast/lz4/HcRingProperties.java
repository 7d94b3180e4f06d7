package holdfast.lz4;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import holdfast.testkit.MixedContent;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/**
 * A ring of plain bytes on the encoder's side, one of the same size at the same places on the
 * decoder's: what the ring has overwritten is gone on both.
 */
class HcRingProperties {
  @Property
  void aRingGivesTheSameBlocksInArraysAndInNativeMemoryAndDecodesIntoARing(
      @ForAll long seed, @ForAll @IntRange(min = 2, max = 12) int level) {
    var random = new SplittableRandom(seed);
    int ring = 200 + random.nextInt(1 << random.nextInt(6, 17));
    byte[] plain = new byte[ring];
    byte[] decoded = new byte[ring];
    Lz4StreamEncoder inArrays = Lz4StreamEncoder.of(Lz4Level.hc(level));
    Lz4StreamEncoder inNative = Lz4StreamEncoder.of(Lz4Level.hc(level));
    Lz4StreamDecoder decoder = Lz4StreamDecoder.create();
    byte[] block = new byte[Lz4.maxCompressedSize(ring)];
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment nativePlain = arena.allocate(ring);
      MemorySegment nativeBlock = arena.allocate(block.length);
      int sizeMax = 1 + random.nextInt(ring / 2);
      int at = 0;
      for (int step = 0; step < 12; step++) {
        int size = 1 + random.nextInt(sizeMax);
        if (size > ring - at) {
          at = 0;
        }
        MixedContent.fill(random, plain, at, size);
        MemorySegment source = nativePlain.asSlice(at, size);
        MemorySegment.copy(plain, at, source, ValueLayout.JAVA_BYTE, 0, size);
        int produced = inArrays.compress(plain, at, size, block, 0, block.length);
        byte[] packed = Arrays.copyOf(block, produced);
        long producedNative = inNative.compress(source, nativeBlock);
        String what = "ring " + ring + " step " + step + " at " + at + " size " + size;
        assertArrayEquals(
            packed, nativeBlock.asSlice(0, producedNative).toArray(ValueLayout.JAVA_BYTE), what);
        assertEquals(size, decoder.decompress(block, 0, produced, decoded, at, size), what);
        assertArrayEquals(
            Arrays.copyOfRange(plain, at, at + size),
            Arrays.copyOfRange(decoded, at, at + size),
            what);
        at += size;
      }
    }
  }
}
