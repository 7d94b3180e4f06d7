package holdfast.checkpt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.CorruptDataException;
import holdfast.testkit.Allocated;
import holdfast.testkit.Content;
import holdfast.testkit.Tier;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Damage is found where it is, in every mode, and nothing is shown that was not decoded. */
class RestoreMalformedTest {
  /** Reads one buffer of an LZ4 frame in every mode; all say the same. */
  private static CorruptDataException refused(FrameStyle style, byte[] bytes, int... sizes)
      throws IOException {
    CorruptDataException first = null;
    try (Arena arena = Arena.ofConfined();
        Arena shared = Arena.ofShared()) {
      for (Arena a : List.of(arena, shared, Arena.ofAuto())) {
        MemorySegment memory = a.allocate(bytes.length);
        memory.copyFrom(MemorySegment.ofArray(bytes));
        for (Restore in :
            List.of(
                Restore.from(memory),
                Restore.from(MemorySegment.ofArray(bytes)),
                Restore.from(Channels.newChannel(new ByteArrayInputStream(bytes))))) {
          in.openFrame(style);
          for (int i = 0; i < sizes.length - 1; i++) {
            in.data(a.allocate(sizes[i]));
          }
          MemorySegment target = a.allocate(sizes[sizes.length - 1]);
          CorruptDataException e = assertThrows(CorruptDataException.class, () -> in.data(target));
          assertFalse(in.inFrame());
          assertEquals("checkpt", e.format());
          if (first != null) {
            assertEquals(first.getMessage(), e.getMessage());
          }
          first = e;
        }
      }
    }
    return first;
  }

  @ParameterizedTest
  @CsvSource({
    // The plain bytes are "abc": token 0x30 and three literals.
    "nothing at all,           '',               3, 0, 4 bytes more, the end",
    "half a prefix,            0400,             3, 2, 2 bytes more, the end",
    "a prefix and nothing,     040000,           3, 3, 1 bytes more, the end",
    "size 0,                   00000030616263,   3, 0, a block of 1 to 19 bytes, 0",
    "size above the worst,     14000030616263,   3, 0, a block of 1 to 19 bytes, 20",
    "the largest size,         ffffff30616263,   3, 0, a block of 1 to 19 bytes, 16777215",
    "size for 65536,           14010130616263,   65536, 0, a block of 1 to 65809 bytes, 65812",
    "a block that is cut,      050000306162,     3, 6, 2 bytes more, the end",
    "too many literals,        0400004061626300, 3, 3, 4 literals, 3 bytes",
    "too much for the buffer,  04000030616263,   2, 3, at most 2 bytes more, 3 literals",
    "too little,               04000030616263,   4, 0, a block of 4 plain bytes, one of 3",
    "much too little,          04000030616263,   65536, 0, a block of 65536 plain bytes, one of 3",
    "an empty block,           01000000,         3, 0, a block of 3 plain bytes, one of 0",
  })
  void damageIsFoundWhereItIs(
      String name, String hex, int size, long offset, String expected, String found)
      throws IOException {
    CorruptDataException e = refused(FrameStyle.LZ4, HexFormat.of().parseHex(hex), size);
    assertEquals(offset, e.offset(), name);
    assertEquals(expected, e.expected(), name);
    assertEquals(found, e.found(), name);
  }

  @Test
  void offsetsCountFromTheStartOfTheCheckpoint() throws IOException {
    // A good block of 3, then a match with offset 0.
    byte[] bytes =
        HexFormat.of().parseHex("04000030616263" + "0b0000" + "10610000" + "70000000000000");
    CorruptDataException e = refused(FrameStyle.LZ4, bytes, 3, 20);
    assertEquals(7 + 3 + 2, e.offset());
    assertEquals("an offset from 1 to 4", e.expected());
    assertEquals("0", e.found());
  }

  @Test
  void historyEndsAtTheStartOfTheFrame() throws IOException {
    // One literal, then a match at distance 2: there is one byte before it, in this frame.
    byte[] bytes =
        HexFormat.of().parseHex("04000030616263" + "0a0000" + "10610200" + "503132333435");
    try (Arena arena = Arena.ofConfined()) {
      Restore in = Restore.from(MemorySegment.ofArray(bytes));
      in.openFrame(FrameStyle.LZ4);
      in.data(arena.allocate(3));
      in.closeFrame();
      in.openFrame(FrameStyle.LZ4);
      CorruptDataException e =
          assertThrows(CorruptDataException.class, () -> in.data(arena.allocate(30)));
      assertEquals(7 + 3 + 2, e.offset());
      assertEquals("an offset from 1 to 1", e.expected());
    }
  }

  @Test
  void aRawFrameEndsWhereTheBytesEnd(@TempDir Path folder) throws IOException {
    CorruptDataException e = refused(FrameStyle.RAW, new byte[100], 60, 50);
    assertEquals(100, e.offset());
    assertEquals("10 bytes more", e.expected());
    for (long size : new long[] {101, Long.MAX_VALUE}) {
      skipsTooFar(Restore.from(MemorySegment.ofArray(new byte[100])), size);
      skipsTooFar(Restore.from(Channels.newChannel(new ByteArrayInputStream(new byte[100]))), size);
      Path file = Files.write(folder.resolve("hundred"), new byte[100]);
      try (FileChannel channel = FileChannel.open(file)) {
        skipsTooFar(Restore.from(channel), size);
      }
    }
  }

  private static void skipsTooFar(Restore in, long size) throws IOException {
    in.openFrame(FrameStyle.RAW);
    assertEquals(100, assertThrows(CorruptDataException.class, () -> in.skip(size)).offset());
  }

  /** Every cut of a file is found, where it was cut. */
  @Test
  void everyCutIsFound() throws IOException {
    Script script = Script.of("08_frame_state");
    byte[] golden = script.golden();
    for (int size = 0; size < golden.length; size++) {
      byte[] cut = Arrays.copyOf(golden, size);
      for (Restore in :
          List.of(
              Restore.from(MemorySegment.ofArray(cut)),
              Restore.from(Channels.newChannel(new ByteArrayInputStream(cut))))) {
        CorruptDataException e =
            assertThrows(
                CorruptDataException.class,
                () -> {
                  for (int f = 0; f < script.rows().size(); f++) {
                    in.openFrame(script.rows().get(f).style());
                    for (Script.Buffer b : script.frames().get(f)) {
                      in.data(MemorySegment.ofArray(new byte[b.size()]));
                    }
                    in.closeFrame();
                  }
                });
        assertEquals(size, e.offset());
        assertEquals("the end", e.found());
      }
    }
  }

  /**
   * Blocks with flipped bits: either an exception, or exactly what a second reader with other
   * memory decodes. Targets and memory are full of two different kinds of stale bytes.
   */
  @Test
  void noStaleByteIsEverShown() throws IOException {
    var random = new SplittableRandom(Tier.seed(11));
    byte[] golden = Script.of("05_lz4_mixed").golden();
    List<Script.Buffer> buffers = Script.of("05_lz4_mixed").frames().getFirst();
    try (Arena arena = Arena.ofConfined()) {
      for (int round = 0; round < Tier.of(150, 3000); round++) {
        byte[] damaged = golden.clone();
        int at = random.nextInt(golden.length);
        damaged[at] ^= (byte) (1 << random.nextInt(8));
        String one = read(damaged, buffers, (byte) 0x11, null);
        String two = read(damaged, buffers, (byte) 0x22, arena);
        assertEquals(one, two, "byte " + at);
      }
    }
  }

  /** A digest of all that was shown before the exception, if there was one. */
  private static String read(byte[] bytes, List<Script.Buffer> buffers, byte stale, Arena arena)
      throws IOException {
    Restore in =
        arena == null
            ? Restore.from(MemorySegment.ofArray(bytes))
            : Restore.from(Channels.newChannel(new ByteArrayInputStream(bytes)));
    in.openFrame(FrameStyle.LZ4);
    int hash = 1;
    for (Script.Buffer b : buffers) {
      byte[] found = new byte[b.size()];
      Arrays.fill(found, stale);
      MemorySegment target =
          arena == null ? MemorySegment.ofArray(found) : arena.allocate(b.size());
      target.fill(stale);
      try {
        in.data(target);
      } catch (CorruptDataException e) {
        return hash + " " + e.getMessage();
      }
      hash = 31 * hash + Arrays.hashCode(target.toArray(ValueLayout.JAVA_BYTE));
    }
    return hash + " and no exception";
  }

  /** Asking for more than was written never succeeds: the original fills it with old bytes. */
  @Test
  void askingForAnotherSizeIsRefused() throws IOException {
    byte[] plain = Content.of(3, 1, 100);
    byte[] bytes = new byte[1000];
    Checkpt out = Checkpt.into(MemorySegment.ofArray(bytes));
    out.openFrame(FrameStyle.LZ4);
    out.data(MemorySegment.ofArray(plain));
    out.closeFrame();
    for (int size : new int[] {1, 50, 99, 101, 200, 65_536, 100_000}) {
      Restore in = Restore.from(MemorySegment.ofArray(bytes));
      in.openFrame(FrameStyle.LZ4);
      assertThrows(
          CorruptDataException.class, () -> in.data(MemorySegment.ofArray(new byte[size])));
      Restore other = Restore.from(MemorySegment.ofArray(bytes));
      other.openFrame(FrameStyle.LZ4);
      assertThrows(CorruptDataException.class, () -> other.skip(size));
    }
  }

  /** The memory does not depend on what the bytes or the caller claim. */
  @Test
  void memoryIsBounded() throws IOException {
    if (!Allocated.isCounted()) {
      return;
    }
    byte[] claims = HexFormat.of().parseHex("ffffff" + "f0ffffffffffffffff");
    for (int warm = 0; warm < 2; warm++) {
      long before = Allocated.byThisThread();
      Restore in = Restore.from(MemorySegment.ofArray(claims));
      in.openFrame(FrameStyle.LZ4);
      assertThrows(CorruptDataException.class, () -> in.skip(Long.MAX_VALUE));
      long allocated = Allocated.byThisThread() - before;
      assertTrue(allocated < 1 << 20, allocated + " bytes");
    }
  }
}
