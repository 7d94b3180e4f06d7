package holdfast.lz4;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import holdfast.testkit.Content;
import holdfast.testkit.Golden;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Frames written by the original's command: read back, and written again byte for byte. */
class FrameGoldenTest {
  private static final Pattern GENERATED = Pattern.compile("k(\\d)-s(\\d+)-n(\\d+)\\.(.+)\\.lz4");

  /** Corpus files that the names of the optional frames stand for. */
  private static final List<String> CORPUS_FOLDERS =
      List.of("calgary", "canterbury", "artificial", "large", "snappy");

  static Stream<Path> generated() throws IOException {
    return list(Golden.path("lz4", "generated-frames"));
  }

  static Stream<Path> ofTheCorpus() throws IOException {
    Optional<Path> folder = Golden.optional("lz4", "frames");
    return folder.isPresent() && Golden.corpus().isPresent()
        ? list(folder.get())
        : Stream.of(Path.of("none"));
  }

  private static Stream<Path> list(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(".lz4")).sorted().toList().stream();
    }
  }

  @Test
  void thereAreFramesToRead() throws IOException {
    assertTrue(generated().count() > 100);
  }

  @ParameterizedTest
  @MethodSource("generated")
  void aFrameOfTheOriginalGivesItsContent(Path file) throws IOException {
    byte[] frame = Files.readAllBytes(file);
    byte[] plain = contentOf(file);
    assertArrayEquals(plain, Lz4Frame.decompress(frame), file.toString());
    try (var in = new Lz4FrameInputStream(Files.newInputStream(file))) {
      assertArrayEquals(plain, in.readAllBytes(), file.toString());
    }
  }

  @ParameterizedTest
  @MethodSource("generated")
  void theSameContentAndOptionsGiveTheSameFrame(Path file) throws IOException {
    byte[] plain = contentOf(file);
    Lz4FrameOptions options = optionsOf(file, plain.length);
    assertArrayEquals(Files.readAllBytes(file), Lz4Frame.compress(plain, options), file.toString());
    // The same again through a stream that gets the content in small pieces.
    var pieces = new ByteArrayOutputStream();
    try (var out = new Lz4FrameOutputStream(pieces, options)) {
      for (int at = 0; at < plain.length; at += 777) {
        out.write(plain, at, Math.min(777, plain.length - at));
      }
    }
    assertArrayEquals(Files.readAllBytes(file), pieces.toByteArray(), file.toString());
  }

  @ParameterizedTest
  @MethodSource("ofTheCorpus")
  void aFrameOfTheCorpusGivesItsContentAndIsWrittenAgain(Path file) throws IOException {
    assumeTrue(Files.exists(file), "the corpus and its frames are not here");
    String name = file.getFileName().toString();
    byte[] frame = Files.readAllBytes(file);
    if (name.startsWith("multi.") || name.startsWith("mixed.")) {
      assertArrayEquals(concatenationOf(name), Lz4Frame.decompress(frame), name);
      return;
    }
    Matcher parts = Pattern.compile("(.+)\\.([^.]+)\\.lz4").matcher(name);
    assertTrue(parts.matches(), name);
    byte[] plain = parts.group(1).equals("empty") ? new byte[0] : corpusFile(parts.group(1));
    boolean hasDictionary = name.contains("Dprogl");
    var dictionary = hasDictionary ? Lz4Dictionary.of(corpusFile("progl")) : null;
    assertArrayEquals(
        plain,
        Lz4Frame.decompress(frame, Lz4FrameReadOptions.DEFAULT.withDictionary(dictionary, 0)),
        name);
    String letters = parts.group(2).replace("-Dprogl", "");
    Lz4FrameOptions options =
        options(letters.equals("fast5") ? "fast5-B65536" : letters, plain.length)
            .withDictionary(dictionary, 0);
    assumeLevelExists(options.level());
    assertArrayEquals(frame, Lz4Frame.compress(plain, options), name);
  }

  private static byte[] concatenationOf(String name) throws IOException {
    var all = new ByteArrayOutputStream();
    for (String part : name.split("[.-]", -1)) {
      switch (part) {
        case "cphtml" -> all.write(corpusFile("cp.html"));
        case "xargs1" -> all.write(corpusFile("xargs.1"));
        case "fieldsc" -> all.write(corpusFile("fields.c"));
        default -> {}
      }
    }
    return all.toByteArray();
  }

  private static byte[] corpusFile(String name) throws IOException {
    Path corpus = Golden.corpus().orElseThrow();
    for (String folder : CORPUS_FOLDERS) {
      Path file = corpus.resolve(folder).resolve(name);
      if (Files.exists(file)) {
        return Files.readAllBytes(file);
      }
    }
    throw new IOException("no corpus file " + name);
  }

  private static byte[] contentOf(Path file) {
    Matcher name = matcher(file);
    return Content.of(
        Integer.parseInt(name.group(1)),
        Long.parseLong(name.group(2)),
        Integer.parseInt(name.group(3)));
  }

  private static Lz4FrameOptions optionsOf(Path file, int size) {
    Lz4FrameOptions options = options(matcher(file).group(4), size);
    assumeLevelExists(options.level());
    return options;
  }

  private static Matcher matcher(Path file) {
    Matcher name = GENERATED.matcher(file.getFileName().toString());
    assertTrue(name.matches(), file.toString());
    return name;
  }

  /** Options in the letters of the original's command. */
  private static Lz4FrameOptions options(String letters, int size) {
    var options = Lz4FrameOptions.DEFAULT;
    for (String letter : letters.split("-", -1)) {
      options =
          switch (letter) {
            case "l1" -> options;
            case "l2", "l3", "l9", "l12" ->
                options.withLevel(Lz4Level.hc(Integer.parseInt(letter.substring(1))));
            // The command counts the fast levels from 1, the acceleration from 2.
            case "fast5" -> options.withLevel(Lz4Level.fast(6));
            case "legacy" -> Lz4FrameOptions.LEGACY;
            case "BD" -> options.withLinked(true);
            case "BX" -> options.withBlockChecksum(true);
            case "nocrc" -> options.withContentChecksum(false);
            case "cs" -> options.withContentSize(size);
            case "B4", "B5", "B6", "B7" ->
                options.withBlockSize(Lz4BlockSize.ofId(letter.charAt(1) - '0'));
            // Since 1.10 the command no longer cuts at -B1000, but takes the size that holds it.
            case "B1000", "B65536" -> options.withBlockSize(Lz4BlockSize.KB_64);
            default -> throw new AssertionError(letters);
          };
    }
    assertEquals(letters.contains("legacy"), options.legacy());
    return options;
  }

  private static void assumeLevelExists(Lz4Level level) {
    try {
      Lz4Compressor.of(level);
      StreamEngine.of(level);
    } catch (UnsupportedOperationException e) {
      assumeTrue(false, "level " + level.level() + " is not there yet");
    }
  }
}
