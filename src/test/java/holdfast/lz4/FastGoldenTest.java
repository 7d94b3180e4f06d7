package holdfast.lz4;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import holdfast.testkit.Content;
import holdfast.testkit.Golden;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The fast level writes the bytes that the C original wrote, and reads them back. */
class FastGoldenTest {
  private static final int CORPUS_LINKED_MAX = 700_000;
  private static final int CORPUS_DICTIONARY = 70_000;

  @Test
  void generatedContentGivesTheSameBlocks() throws Exception {
    int rows = 0;
    String before = "";
    byte[] plain = {};
    for (String[] row : Golden.rows(Golden.path("lz4", "generated.tsv"))) {
      if (!row[4].startsWith("a")) {
        continue;
      }
      String content = row[0] + "," + row[1] + "," + row[2];
      if (!content.equals(before)) {
        plain =
            Content.of(Integer.parseInt(row[0]), Long.parseLong(row[1]), Integer.parseInt(row[2]));
        before = content;
      }
      int dictionary = row[3].equals("dict") ? plain.length / 3 : 0;
      check(content, plain, dictionary, plain.length, Arrays.copyOfRange(row, 3, row.length));
      rows++;
    }
    assertTrue(rows > 0, "no row of the fast level");
  }

  @Test
  void corpusFilesGiveTheSameBlocks() throws Exception {
    Optional<Path> table = Golden.optional("lz4", "blocks.tsv");
    Optional<Path> corpus = Golden.corpus();
    assumeTrue(table.isPresent() && corpus.isPresent(), "no corpus here");
    int rows = 0;
    String before = "";
    byte[] plain = {};
    for (String[] row : Golden.rows(table.get())) {
      if (!row[2].startsWith("a")) {
        continue;
      }
      if (!row[0].equals(before)) {
        plain = read(corpus.get().resolve(row[0]));
        before = row[0];
      }
      int dictionary = row[1].equals("dict") ? CORPUS_DICTIONARY : 0;
      int end =
          row[1].equals("block")
              ? plain.length
              : Math.min(plain.length, dictionary + CORPUS_LINKED_MAX);
      check(row[0], plain, dictionary, end, Arrays.copyOfRange(row, 1, row.length));
      rows++;
    }
    assertTrue(rows > 0, "no row of the fast level");
  }

  /** Compares one row: mode, level, piece, blocks, compressed, sha256. */
  private static void check(String content, byte[] plain, int dictionary, int end, String[] row)
      throws NoSuchAlgorithmException {
    try (Arena arena = Arena.ofConfined()) {
      check(content, plain, dictionary, end, row, arena);
    }
  }

  private static void check(
      String content, byte[] plain, int dictionary, int end, String[] row, Arena arena)
      throws NoSuchAlgorithmException {
    String name = content + " " + String.join(" ", row);
    Lz4Level level = Lz4Level.fast(Integer.parseInt(row[1].substring(1)));
    int piece = row[2].equals("0") ? plain.length : Integer.parseInt(row[2]);
    boolean independent = row[0].equals("block");
    Lz4Compressor compressor = Lz4Compressor.of(level);
    Lz4Decompressor decompressor = Lz4Decompressor.create();
    Lz4StreamEncoder encoder = Lz4StreamEncoder.of(level);
    Lz4StreamDecoder decoder = Lz4StreamDecoder.create();
    if (dictionary > 0) {
      byte[] apart = Arrays.copyOf(plain, dictionary);
      encoder.loadDictionary(apart, 0, dictionary);
      decoder.setDictionary(apart, 0, dictionary);
    }
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    byte[] block = new byte[Lz4.maxCompressedSize(piece)];
    byte[] back = new byte[plain.length];
    MemorySegment nativePlain = copyOf(plain, arena);
    MemorySegment nativeBlock = arena.allocate(block.length);
    MemorySegment nativeBack = arena.allocate(Math.max(1, piece));
    int blocks = 0;
    long compressed = 0;
    int at = dictionary;
    do {
      int size = Math.min(piece, end - at);
      int packed =
          independent
              ? compressor.compress(plain, at, size, block, 0, block.length)
              : encoder.compress(plain, at, size, block, 0, block.length);
      digest.update(block, 0, packed);
      int unpacked =
          independent
              ? decompressor.decompress(block, 0, packed, back, at, size)
              : decoder.decompress(block, 0, packed, back, at, size);
      assertEquals(size, unpacked, name);
      if (independent) {
        // Native memory, by whatever kernel this JVM may use for it.
        MemorySegment piecePlain = nativePlain.asSlice(at, size);
        long nativePacked = compressor.compress(piecePlain, nativeBlock);
        MemorySegment exact = nativeBlock.asSlice(0, nativePacked);
        assertEquals(-1, exact.mismatch(MemorySegment.ofArray(block).asSlice(0, packed)), name);
        MemorySegment room = nativeBack.asSlice(0, size);
        assertEquals(size, decompressor.decompress(exact, room), name);
        assertEquals(-1, room.mismatch(piecePlain), name);
      }
      blocks++;
      compressed += packed;
      at += size;
    } while (at < end);
    assertArrayEquals(
        Arrays.copyOfRange(plain, dictionary, end),
        Arrays.copyOfRange(back, dictionary, end),
        name);
    assertEquals(row[4], String.valueOf(compressed), name);
    assertEquals(row[3], String.valueOf(blocks), name);
    assertEquals(row[5], HexFormat.of().formatHex(digest.digest()), name);
  }

  private static MemorySegment copyOf(byte[] bytes, Arena arena) {
    MemorySegment copy = arena.allocate(Math.max(1, bytes.length));
    MemorySegment.copy(bytes, 0, copy, ValueLayout.JAVA_BYTE, 0, bytes.length);
    return copy;
  }

  private static byte[] read(Path file) throws IOException {
    return Files.readAllBytes(file);
  }
}
