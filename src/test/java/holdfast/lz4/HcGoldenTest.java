package holdfast.lz4;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import holdfast.testkit.Content;
import holdfast.testkit.Golden;
import holdfast.testkit.Tier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Levels 2 to 12 write the bytes that the C original wrote, and they decode.
 *
 * <p>The quick tier takes every seventh row of the generated content and every 29th of the corpus,
 * the thorough tier all of both.
 */
class HcGoldenTest {
  private static final int CORPUS_LINKED_MAX = 700_000;
  private static final int CORPUS_DICTIONARY = 70_000;

  private final HcEncoder[] encoders = new HcEncoder[HcLevel.LEVEL_MAX + 1];
  private final HcStream[] streams = new HcStream[HcLevel.LEVEL_MAX + 1];
  private String name = "";
  private byte[] plain = {};

  @Test
  void generatedContentGivesTheSameBlocks() throws Exception {
    int seen = 0;
    for (String[] row : Golden.rows(Golden.path("lz4", "generated.tsv"))) {
      if (row[4].startsWith("a") || seen++ % Tier.of(7, 1) != 0) {
        continue;
      }
      String content = row[0] + " " + row[1] + " " + row[2];
      if (!content.equals(name)) {
        name = content;
        plain =
            Content.of(Integer.parseInt(row[0]), Long.parseLong(row[1]), Integer.parseInt(row[2]));
      }
      int dictionary = row[3].equals("dict") ? plain.length / 3 : 0;
      check(dictionary, plain.length, Arrays.copyOfRange(row, 3, row.length));
    }
    assertTrue(seen > 0, "no row of levels 2 to 12");
  }

  @Test
  void corpusFilesGiveTheSameBlocks() throws Exception {
    Optional<Path> table = Golden.optional("lz4", "blocks.tsv");
    Optional<Path> corpus = Golden.corpus();
    assumeTrue(table.isPresent() && corpus.isPresent(), "no corpus here");
    int seen = 0;
    for (String[] row : Golden.rows(table.get())) {
      if (row[2].startsWith("a") || seen++ % Tier.of(29, 1) != 0) {
        continue;
      }
      if (!row[0].equals(name)) {
        name = row[0];
        plain = read(corpus.get().resolve(name));
      }
      int dictionary = row[1].equals("dict") ? CORPUS_DICTIONARY : 0;
      int end =
          row[1].equals("block")
              ? plain.length
              : Math.min(plain.length, dictionary + CORPUS_LINKED_MAX);
      check(dictionary, end, Arrays.copyOfRange(row, 1, row.length));
    }
    assertTrue(seen > 0, "no row of levels 2 to 12");
  }

  /** Pieces of 64 KiB, as the tool writes them with decompression speed preferred. */
  @ParameterizedTest
  @CsvSource({
    "10, 2, 7, 25734, 76f409e452d7835383debb371c683b6a6ba36d17760fd7a2428f04cfb9e7e87c",
    "10, 3, 1, 18359, a848769a3719289950f7a9334a2de402e474f6ce91c081d6f6b27c271c8920e6",
    "10, 5, 7, 25494, a627b7f0f0b0c8e736adcd414aa5b8d9fdd547ceb30c96be0324abc5757e062f",
    "11, 0, 1, 297, 9332a7bc4136656696a9423f8ebb78a3e689370ceb8bf039b4bd617baee281d8",
    "11, 4, 7, 16348, 80dfdd32850d9b2a0880f453bda731e3688782f39be8c8c9d25d84caee7f3b50",
    "11, 5, 1, 23140, 6d27fe0fa395c4c0456ecded727104dcad8c467faf19182176b47c87f1430427",
    "12, 2, 7, 25734, c74bcedcdfbe7b9bd44b00c31fed07ac4e4795f0815959206e6faed1a4003c8c",
    "12, 3, 7, 18408, 516b228357b63b35f5fc2564a07f7f26b7fdd0a809a0c0914380e8816e5bfab0",
    "12, 4, 1, 16268, 68961f7c061bbcd557b8824002afcea30c6b77906cc3470d499667c514de5812",
  })
  void preferringDecompressionSpeedGivesTheBlocksOfTheTool(
      int level, int kind, long seed, long compressed, String sha256) throws Exception {
    plain = Content.of(kind, seed, 70_000);
    encoders[level] = new HcEncoder(level, true);
    String[] row = {
      "block", String.valueOf(level), "65536", "2", String.valueOf(compressed), sha256
    };
    check(0, plain.length, row);
  }

  /** Compares one row: mode, level, piece, blocks, compressed, sha256. */
  private void check(int dictionary, int end, String[] row) throws NoSuchAlgorithmException {
    String what = name + " " + String.join(" ", row);
    int level = Integer.parseInt(row[1]);
    int piece = row[2].equals("0") ? plain.length : Integer.parseInt(row[2]);
    boolean independent = row[0].equals("block");
    Lz4Decompressor decompressor = Lz4Decompressor.create();
    Lz4StreamDecoder decoder = Lz4StreamDecoder.create();
    HcStream stream = stream(level);
    stream.reset();
    if (row[0].equals("dict")) {
      byte[] apart = Arrays.copyOf(plain, dictionary);
      stream.load(apart, 0, dictionary);
      decoder.setDictionary(apart, 0, dictionary);
    }
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    byte[] block = new byte[Lz4.maxCompressedSize(piece)];
    byte[] back = new byte[plain.length];
    int blocks = 0;
    long compressed = 0;
    int at = dictionary;
    do {
      int size = Math.min(piece, end - at);
      int packed =
          independent
              ? encoder(level).compress(plain, at, size, block, 0, block.length)
              : stream.compress(plain, at, size, block, 0, block.length);
      digest.update(block, 0, packed);
      int unpacked =
          independent
              ? decompressor.decompress(block, 0, packed, back, at, size)
              : decoder.decompress(block, 0, packed, back, at, size);
      assertEquals(size, unpacked, what);
      blocks++;
      compressed += packed;
      at += size;
    } while (at < end);
    assertArrayEquals(
        Arrays.copyOfRange(plain, dictionary, end),
        Arrays.copyOfRange(back, dictionary, end),
        what);
    assertEquals(row[4], String.valueOf(compressed), what);
    assertEquals(row[3], String.valueOf(blocks), what);
    assertEquals(row[5], HexFormat.of().formatHex(digest.digest()), what);
  }

  /** One for all rows of a level, so that what went before is seen to have no influence. */
  private HcEncoder encoder(int level) {
    if (encoders[level] == null) {
      encoders[level] = new HcEncoder(level, false);
    }
    return encoders[level];
  }

  private HcStream stream(int level) {
    if (streams[level] == null) {
      streams[level] = new HcStream(level, false);
    }
    return streams[level];
  }

  private static byte[] read(Path file) throws IOException {
    return Files.readAllBytes(file);
  }
}
