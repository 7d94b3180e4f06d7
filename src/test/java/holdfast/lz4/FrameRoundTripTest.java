package holdfast.lz4;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.Limits;
import holdfast.testkit.Content;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What goes in comes out, however it is cut, and the frame depends on nothing but the content. */
class FrameRoundTripTest {
  private static final Lz4Dictionary DICTIONARY = Lz4Dictionary.of(Content.of(3, 1, 5000));

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "empty, '', 04224D186440A70000000 0055DCC02",
    "stored, 'Hello, LZ4!', 04224D186440A7 0B00008048656C6C6F2C204C5A3421 00000000 7D9B1C46",
    "run, aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa,"
        + " 04224D186440A7 0B0000001F6101000F506161616161 00000000 D616966A",
  })
  void theToolsDefaultsGiveTheKnownFrames(String name, String text, String hex) {
    assertFrame(text, Lz4FrameOptions.DEFAULT, hex);
  }

  @Test
  void everyOptionGivesTheKnownFrame() {
    String hello = "48656C6C6F2C204C5A3421";
    var options = Lz4FrameOptions.DEFAULT;
    assertFrame(
        "Hello, LZ4!",
        options.withBlockChecksum(true),
        "04224D187440BD 0B000080" + hello + "7D9B1C46 00000000 7D9B1C46");
    assertFrame(
        "Hello, LZ4!",
        options.withContentChecksum(false),
        "04224D18604082 0B000080" + hello + "00000000");
    assertFrame(
        "Hello, LZ4!",
        options.withContentSize(11),
        "04224D186C400B000000000000007C 0B000080" + hello + "00000000 7D9B1C46");
    assertFrame("Hello, LZ4!", Lz4FrameOptions.LEGACY, "02214C18 0C000000 B0" + hello);
  }

  private static void assertFrame(String text, Lz4FrameOptions options, String hex) {
    byte[] plain = text.getBytes(StandardCharsets.US_ASCII);
    byte[] frame = HexFormat.of().parseHex(hex.replace(" ", ""));
    assertArrayEquals(frame, Lz4Frame.compress(plain, options));
    assertArrayEquals(plain, Lz4Frame.decompress(frame));
  }

  /** All flags, block sizes and modes, over contents of none, one and several blocks. */
  @Test
  void everyCombinationOfOptionsComesBack() throws IOException {
    byte[] content = Content.of(3, 5, 150_000);
    for (Lz4BlockSize blockSize : Lz4BlockSize.values()) {
      for (int flags = 0; flags < 64; flags++) {
        for (int size : new int[] {0, 1, 12, 13, 1000, 65_535, 65_536, 65_537, 150_000}) {
          boolean hasDictionary = (flags & 32) != 0;
          var options =
              Lz4FrameOptions.DEFAULT
                  .withBlockSize(blockSize)
                  .withLinked((flags & 1) != 0)
                  .withBlockChecksum((flags & 2) != 0)
                  .withContentChecksum((flags & 4) != 0)
                  .withContentSize((flags & 8) != 0 ? size : Lz4FrameOptions.UNKNOWN)
                  .withDictionary(hasDictionary ? DICTIONARY : null, (flags & 16) != 0 ? 77 : 0);
          byte[] plain = Arrays.copyOf(content, size);
          byte[] frame = Lz4Frame.compress(plain, options);
          var read = Lz4FrameReadOptions.DEFAULT.withDictionary(DICTIONARY, 77);
          assertArrayEquals(plain, Lz4Frame.decompress(frame, read), options.toString());
        }
      }
    }
  }

  @Test
  void theFrameDoesNotDependOnTheCutsOfTheWritesNorTheContentOnThoseOfTheReads()
      throws IOException {
    long seed = 20260202;
    var random = new SplittableRandom(seed);
    for (int round = 0; round < 60; round++) {
      String where = "seed=" + seed + " round=" + round;
      Lz4FrameOptions options = randomOptions(random);
      int size = random.nextInt(random.nextBoolean() ? 3000 : 700_000);
      byte[] plain = mixedContent(random, size);
      byte[] frame = Lz4Frame.compress(plain, options);
      assertArrayEquals(frame, throughRandomWrites(plain, options, random), where);
      var read = Lz4FrameReadOptions.DEFAULT.withDictionary(options.dictionary(), 0);
      assertArrayEquals(plain, throughRandomReads(frame, read, random), where);
    }
  }

  /** Long enough for the window of linked blocks to move many times. */
  @ParameterizedTest
  @CsvSource({"65536", "1000", "65535", "262144", "300000"})
  void linkedBlocksSeeTheirHistoryHoweverOftenTheWindowMoves(int cut) {
    byte[] plain = mixedContent(new SplittableRandom(cut), 2_000_000);
    var options = Lz4FrameOptions.DEFAULT.withBlockCut(cut).withLinked(true);
    byte[] frame = Lz4Frame.compress(plain, options);
    assertArrayEquals(plain, Lz4Frame.decompress(frame));
    assertTrue(frame.length < Lz4Frame.compress(plain, options.withLinked(false)).length);
  }

  /** The bytes that the block encoder gives when it sees the whole content as one array. */
  @Test
  void linkedBlocksAreThoseOfOneStreamOverTheWholeContent() {
    byte[] plain = mixedContent(new SplittableRandom(5), 1_500_000);
    int cut = 65_536;
    var options =
        Lz4FrameOptions.DEFAULT.withBlockCut(cut).withLinked(true).withContentChecksum(false);
    byte[] frame = Lz4Frame.compress(plain, options);
    StreamEngine engine = StreamEngine.of(Lz4Level.FAST);
    byte[] block = new byte[cut];
    int at = FrameHeader.SIZE_MIN;
    for (int lo = 0; lo < plain.length; lo += cut) {
      int size = Math.min(cut, plain.length - lo);
      int packed = engine.compress(plain, lo, size, block, 0, size - 1);
      int word = FrameLayout.getWord(frame, at);
      assertEquals(packed == 0 ? size | FrameLayout.STORED : packed, word, "block at " + lo);
      at += FrameLayout.WORD_SIZE;
      if (packed != 0) {
        assertArrayEquals(Arrays.copyOf(block, packed), Arrays.copyOfRange(frame, at, at + packed));
      }
      at += FrameLayout.dataSize(word);
    }
    assertEquals(frame.length, at + FrameLayout.WORD_SIZE);
  }

  @ParameterizedTest
  @CsvSource({"32", "100", "65535", "65536", "65537", "262143", "1048577", "4194303", "4194304"})
  void blocksAreCutWhereTheOptionSays(int cut) {
    byte[] plain = new byte[Math.max(3 * cut, 500) + 7];
    byte[] tile = Content.of(4, 9, 70_000);
    for (int at = 0; at < plain.length; at += tile.length) {
      System.arraycopy(tile, 0, plain, at, Math.min(tile.length, plain.length - at));
    }
    var options = Lz4FrameOptions.DEFAULT.withBlockCut(cut);
    assertEquals(Lz4BlockSize.holding(cut), options.blockSize());
    byte[] frame = Lz4Frame.compress(plain, options);
    assertArrayEquals(plain, Lz4Frame.decompress(frame));
    assertEquals((plain.length + cut - 1) / cut, blockCount(frame));
  }

  @Test
  void aLegacyFrameHasBlocksOfEightMebibytes() {
    byte[] plain = new byte[(16 << 20) + 5];
    byte[] frame = Lz4Frame.compress(plain, Lz4FrameOptions.LEGACY);
    assertEquals(3, blockCount(frame));
    assertArrayEquals(plain, Lz4Frame.decompress(frame));
    byte[] exact = Arrays.copyOf(plain, 8 << 20);
    frame = Lz4Frame.compress(exact, Lz4FrameOptions.LEGACY);
    assertEquals(1, blockCount(frame));
    assertArrayEquals(exact, Lz4Frame.decompress(frame));
    byte[] noise = Content.of(1, 4, 100_000);
    frame = Lz4Frame.compress(noise, Lz4FrameOptions.LEGACY);
    assertArrayEquals(noise, Lz4Frame.decompress(frame));
  }

  @Test
  void framesOfAllKindsInARowAreReadAsOneContent() throws IOException {
    long seed = 20260203;
    var random = new SplittableRandom(seed);
    for (int round = 0; round < 100; round++) {
      var frames = new ByteArrayOutputStream();
      var plain = new ByteArrayOutputStream();
      int count = 1 + random.nextInt(6);
      for (int i = 0; i < count; i++) {
        switch (random.nextInt(4)) {
          case 0 -> {
            int size = random.nextInt(3) * random.nextInt(50);
            frames.write(
                ByteBuffer.allocate(8 + size)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putInt(FrameLayout.SKIPPABLE_MAGIC + random.nextInt(16))
                    .putInt(size)
                    .array());
          }
          case 1 -> {
            byte[] some = mixedContent(random, random.nextInt(3) * random.nextInt(2000));
            frames.write(Lz4Frame.compress(some, Lz4FrameOptions.LEGACY));
            plain.write(some);
          }
          default -> {
            byte[] some = mixedContent(random, random.nextInt(3) * random.nextInt(90_000));
            frames.write(Lz4Frame.compress(some, randomOptions(random).withDictionary(null, 0)));
            plain.write(some);
          }
        }
      }
      assertArrayEquals(
          plain.toByteArray(),
          throughRandomReads(frames.toByteArray(), Lz4FrameReadOptions.DEFAULT, random),
          "seed=" + seed + " round=" + round);
    }
  }

  private static int blockCount(byte[] frame) {
    try {
      var in = Channels.newChannel(new ByteArrayInputStream(frame));
      List<Lz4FrameInfo> infos = Lz4Frame.list(in, Limits.DEFAULT);
      return (int) infos.get(0).blockCount();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Lz4FrameOptions randomOptions(SplittableRandom random) {
    int[] cuts = {1000, 65_535, 65_536, 100_000, 262_144, 1 << 20, 4 << 20};
    return Lz4FrameOptions.DEFAULT
        .withLevel(Lz4Level.fast(1 + random.nextInt(3)))
        .withBlockCut(cuts[random.nextInt(cuts.length)])
        .withLinked(random.nextBoolean())
        .withBlockChecksum(random.nextBoolean())
        .withContentChecksum(random.nextInt(4) > 0)
        .withDictionary(random.nextInt(4) == 0 ? DICTIONARY : null, 0);
  }

  /** Stretches of all kinds, some of them repeated. */
  private static byte[] mixedContent(SplittableRandom random, int size) {
    byte[] plain = new byte[size];
    for (int at = 0; at < size; ) {
      int some = Math.min(size - at, 1 + random.nextInt(random.nextBoolean() ? 300 : 60_000));
      if (at > 0 && random.nextInt(3) == 0) {
        some = Math.min(some, at);
        System.arraycopy(plain, random.nextInt(at - some + 1), plain, at, some);
      } else {
        byte[] fresh = Content.of(random.nextInt(Content.KINDS), random.nextInt(100), some);
        System.arraycopy(fresh, 0, plain, at, some);
      }
      at += some;
    }
    return plain;
  }

  private static byte[] throughRandomWrites(
      byte[] plain, Lz4FrameOptions options, SplittableRandom random) throws IOException {
    var frame = new ByteArrayOutputStream();
    boolean isChannel = random.nextBoolean();
    try (var out =
        isChannel
            ? new Lz4FrameOutputStream(Channels.newChannel(frame), options)
            : new Lz4FrameOutputStream(frame, options)) {
      int max = random.nextBoolean() ? 100 : 200_000;
      for (int at = 0; at < plain.length; ) {
        int some = Math.min(plain.length - at, random.nextInt(max));
        switch (random.nextInt(4)) {
          case 0 -> out.write(plain, at, some);
          case 1 -> assertEquals(some, out.write(ByteBuffer.wrap(plain, at, some)));
          case 2 -> {
            var direct = ByteBuffer.allocateDirect(some).put(plain, at, some).flip();
            assertEquals(some, out.write(direct));
            assertEquals(0, direct.remaining());
          }
          default -> {
            some = Math.min(some, 50);
            for (int i = 0; i < some; i++) {
              out.write(plain[at + i]);
            }
          }
        }
        at += some;
      }
    }
    return frame.toByteArray();
  }

  private static byte[] throughRandomReads(
      byte[] frame, Lz4FrameReadOptions options, SplittableRandom random) throws IOException {
    InputStream below = new RandomPieces(frame, random);
    var in =
        random.nextBoolean()
            ? new Lz4FrameInputStream(below, options)
            : new Lz4FrameInputStream(Channels.newChannel(below), options);
    var plain = new ByteArrayOutputStream();
    int max = random.nextBoolean() ? 300 : 5_000_000;
    byte[] room = new byte[max];
    ByteBuffer direct = ByteBuffer.allocateDirect(max);
    for (int count = 0; count >= 0; ) {
      switch (random.nextInt(5)) {
        case 0 -> {
          int b = in.read();
          count = b < 0 ? -1 : 1;
          room[0] = (byte) b;
        }
        case 1 -> {
          count = in.read(direct.clear().limit(1 + random.nextInt(max)));
          direct.flip().get(room, 0, Math.max(0, count));
        }
        case 2 -> count = in.read(ByteBuffer.wrap(room, 0, 1 + random.nextInt(max)));
        default -> count = in.read(room, 0, 1 + random.nextInt(max));
      }
      assertTrue(count != 0);
      plain.write(room, 0, Math.max(0, count));
    }
    assertEquals(-1, in.read());
    in.close();
    return plain.toByteArray();
  }

  /** Gives random pieces, from one byte to all. */
  private static final class RandomPieces extends ByteArrayInputStream {
    private final SplittableRandom random;
    private final int max;

    RandomPieces(byte[] bytes, SplittableRandom random) {
      super(bytes);
      this.random = random;
      this.max = random.nextBoolean() ? 20 : 100_000;
    }

    @Override
    public int read(byte[] to, int offset, int size) {
      return super.read(to, offset, Math.min(size, 1 + random.nextInt(max)));
    }
  }

  @Test
  void transferringGivesTheWholeContent() throws IOException {
    byte[] plain = mixedContent(new SplittableRandom(3), 300_000);
    for (boolean linked : new boolean[] {false, true}) {
      var options = Lz4FrameOptions.DEFAULT.withBlockSize(Lz4BlockSize.KB_64).withLinked(linked);
      var in = new Lz4FrameInputStream(new ByteArrayInputStream(Lz4Frame.compress(plain, options)));
      assertEquals(plain[0] & 0xFF, in.read());
      var rest = new ByteArrayOutputStream();
      assertEquals(plain.length - 1, in.transferTo(rest));
      assertArrayEquals(Arrays.copyOfRange(plain, 1, plain.length), rest.toByteArray());
      assertEquals(0, in.transferTo(OutputStream.nullOutputStream()));
    }
  }
}
