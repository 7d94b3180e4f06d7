package holdfast.checkpt;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.Channels;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** What the tests of the original do a thousand times, on content of runs. */
class CheckptProperties {
  /** The same content, however it is cut into buffers and frames: the reader follows the cuts. */
  @Property
  void whatIsWrittenIsReadBack(@ForAll long seed, @ForAll @IntRange(min = 0, max = 3) int mode)
      throws IOException {
    var random = new SplittableRandom(seed);
    byte[] content = runs(random, 1 << random.nextInt(21));
    Cut[] cuts = cut(random, content.length, mode);
    var bytes = new ByteArrayOutputStream();
    int bufferSize = 69_632 + random.nextInt(200_000);
    long[] ends = write(Checkpt.to(Channels.newChannel(bytes), bufferSize), content, cuts);
    byte[] stream = bytes.toByteArray();
    assertEquals(stream.length, ends[cuts.length - 1]);

    MemorySegment region = MemorySegment.ofArray(new byte[stream.length]);
    assertArrayEquals(ends, write(Checkpt.into(region), content, cuts));
    assertArrayEquals(stream, region.toArray(ValueLayout.JAVA_BYTE));
    if (stream.length > 0) {
      MemorySegment less = MemorySegment.ofArray(new byte[stream.length - 1]);
      assertThrows(IOException.class, () -> write(Checkpt.into(less), content, cuts));
    }

    read(Restore.from(region.asReadOnly()), content, cuts, ends, random);
    read(
        Restore.from(
            Channels.newChannel(new ByteArrayInputStream(stream)),
            69_632 + random.nextInt(200_000)),
        content,
        cuts,
        ends,
        random);
  }

  /** Two checkpoints, one behind the other, are read as one; and one as two. */
  @Property(tries = 30)
  void checkpointsCanBeJoinedAndSplit(@ForAll long seed) throws IOException {
    var random = new SplittableRandom(seed);
    byte[] content = runs(random, 1 << random.nextInt(18));
    Cut[] left = cut(random, content.length, 3);
    Cut[] right = cut(random, content.length, 3);
    var one = new ByteArrayOutputStream();
    write(Checkpt.to(Channels.newChannel(one)), content, left);
    int middle = one.size();
    write(Checkpt.to(Channels.newChannel(one)), content, right);
    Restore in = Restore.from(Channels.newChannel(new ByteArrayInputStream(one.toByteArray())));
    read(in, content, left, null, random);
    assertEquals(middle, in.offset());
    read(in, content, right, null, random);
    MemorySegment region = MemorySegment.ofArray(one.toByteArray());
    read(Restore.from(region.asSlice(middle)), content, right, null, random);
    read(Restore.from(region.asSlice(0, middle)), content, left, null, random);
  }

  /** The bound of the documentation. */
  @Property(tries = 50)
  void aFrameIsNeverLargerThanItsBound(@ForAll long seed) throws IOException {
    var random = new SplittableRandom(seed);
    byte[] noise = new byte[random.nextInt(300_000)];
    random.nextBytes(noise);
    var bytes = new ByteArrayOutputStream();
    Checkpt out = Checkpt.to(Channels.newChannel(bytes));
    out.openFrame(FrameStyle.LZ4);
    out.data(MemorySegment.ofArray(noise));
    long bound =
        noise.length / 65_536 * 65_812L
            + (noise.length % 65_536 == 0 ? 0 : Block.storedMax(noise.length % 65_536));
    assertTrue(out.closeFrame() <= bound);
  }

  /** The frame and the size of a buffer. */
  private record Cut(int frame, FrameStyle style, int size) {}

  /** Mode 0 and 1: one buffer, RAW or LZ4; 2: one style; 3: mixed. */
  private static Cut[] cut(SplittableRandom random, int size, int mode) {
    if (mode < 2) {
      return new Cut[] {new Cut(0, mode == 0 ? FrameStyle.RAW : FrameStyle.LZ4, size)};
    }
    var cuts = new java.util.ArrayList<Cut>();
    int frame = 0;
    FrameStyle fixed = random.nextBoolean() ? FrameStyle.LZ4 : FrameStyle.RAW;
    FrameStyle style = fixed;
    int left = size;
    while (left > 0 || cuts.isEmpty()) {
      // Small ones are more likely.
      int most = 1 << random.nextInt(18);
      int piece = Math.min(left, random.nextInt(most));
      cuts.add(new Cut(frame, style, piece));
      left -= piece;
      if (random.nextInt(4) == 0) {
        frame++;
        style = mode == 2 || random.nextBoolean() ? fixed : other(fixed);
      }
    }
    return cuts.toArray(new Cut[0]);
  }

  private static FrameStyle other(FrameStyle style) {
    return style == FrameStyle.RAW ? FrameStyle.LZ4 : FrameStyle.RAW;
  }

  private static long[] write(Checkpt out, byte[] content, Cut[] cuts) throws IOException {
    long[] ends = new long[cuts.length];
    int at = 0;
    for (int i = 0; i < cuts.length; i++) {
      if (i == 0 || cuts[i].frame() != cuts[i - 1].frame()) {
        out.openFrame(cuts[i].style());
      }
      MemorySegment piece = MemorySegment.ofArray(content).asSlice(at, cuts[i].size());
      if (piece.byteSize() <= Checkpt.META_MAX && i % 2 == 0) {
        out.meta(piece);
      } else {
        out.data(piece);
      }
      at += cuts[i].size();
      if (i == cuts.length - 1 || cuts[i].frame() != cuts[i + 1].frame()) {
        ends[i] = out.closeFrame();
      }
    }
    return ends;
  }

  private static void read(
      Restore in, byte[] content, Cut[] cuts, long[] ends, SplittableRandom random)
      throws IOException {
    int at = 0;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(Math.max(1, content.length));
      for (int i = 0; i < cuts.length; i++) {
        if (i == 0 || cuts[i].frame() != cuts[i - 1].frame()) {
          in.openFrame(cuts[i].style());
        }
        int size = cuts[i].size();
        byte[] expected = Arrays.copyOfRange(content, at, at + size);
        switch (random.nextInt(8)) {
          case 0 -> in.skip(size);
          case 1, 2, 3 -> {
            byte[] found = new byte[size + 2];
            in.data(MemorySegment.ofArray(found).asSlice(1, size));
            assertArrayEquals(expected, Arrays.copyOfRange(found, 1, 1 + size));
            assertEquals(0, found[0] | found[size + 1], "nothing beside the buffer");
          }
          default -> {
            MemorySegment found = memory.asSlice(at, size);
            in.data(found);
            // There at once, and the buffer is not needed any more.
            assertArrayEquals(expected, found.toArray(ValueLayout.JAVA_BYTE));
            found.fill((byte) 0x5a);
          }
        }
        at += size;
        if (i == cuts.length - 1 || cuts[i].frame() != cuts[i + 1].frame()) {
          long end = in.closeFrame();
          assertTrue(ends == null || ends[i] == end, "end of buffer " + i);
        }
      }
    }
  }

  /** Runs of a few letters, some long. */
  private static byte[] runs(SplittableRandom random, int size) {
    byte[] bytes = new byte[size];
    for (int lo = 0; lo < size; ) {
      int hi = Math.min(size, lo + 1 + random.nextInt(1 << random.nextInt(10)));
      if (random.nextInt(4) == 0) {
        for (int i = lo; i < hi; i++) {
          bytes[i] = (byte) random.nextInt();
        }
      } else {
        Arrays.fill(bytes, lo, hi, (byte) random.nextInt(List.of(2, 256).get(random.nextInt(2))));
      }
      lo = hi;
    }
    return bytes;
  }
}
