package holdfast;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.lz4.Lz4;
import holdfast.lz4.Lz4BlockInputStream;
import holdfast.lz4.Lz4BlockSize;
import holdfast.lz4.Lz4Compressor;
import holdfast.lz4.Lz4Decompressor;
import holdfast.lz4.Lz4Frame;
import holdfast.lz4.Lz4FrameInputStream;
import holdfast.lz4.Lz4FrameOptions;
import holdfast.lz4.Lz4FrameOutputStream;
import holdfast.lz4.Lz4Level;
import holdfast.lz4.XxHash32;
import holdfast.lz4.XxHash64;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The page for those who come from other libraries is true: our side of it is the code below. */
class MigratingTest {
  private static final Path PAGE = Path.of("docs/migrating.md");
  private static final Path SELF = Path.of("src/test/java/holdfast/MigratingTest.java");
  private static final String OURS = "// holdfast.lz4 ";

  private final byte[] plain =
      "to be or not to be, to be or not to be. ".repeat(50).getBytes(UTF_8);

  @Test
  void blocks() {
    // page
    Lz4Compressor compressor = Lz4Compressor.of(Lz4Level.FAST);
    byte[] block = new byte[Lz4.maxCompressedSize(plain.length)];
    int size = compressor.compress(plain, 0, plain.length, block, 0, block.length);

    Lz4Decompressor decompressor = Lz4Decompressor.create();
    byte[] again = new byte[plain.length];
    int restored = decompressor.decompress(block, 0, size, again, 0, again.length);
    // end
    assertArrayEquals(plain, again);
    assertEquals(plain.length, restored);
    assertEquals(0, compressor.compress(plain, 0, plain.length, block, 0, size - 1));
  }

  @Test
  void arrays() {
    // page
    byte[] block = Lz4.compress(plain, Lz4Level.hc(9));
    byte[] again = Lz4.decompress(block, plain.length);
    // end
    assertArrayEquals(plain, again);
    assertThrows(CorruptDataException.class, () -> Lz4.decompress(block, plain.length - 1));
  }

  @Test
  void theCompressedSizeIsNeeded() {
    int offset = 3;
    byte[] block = Lz4.compress(plain);
    byte[] packed = new byte[offset + block.length];
    System.arraycopy(block, 0, packed, offset, block.length);
    byte[] expected = plain.clone();
    Arrays.fill(plain, (byte) 0);
    Lz4Decompressor decompressor = Lz4Decompressor.create();
    // page
    int size = packed.length - offset; // must be known: stored beside the block, or what is left
    decompressor.decompress(packed, offset, size, plain, 0, plain.length);
    // end
    assertArrayEquals(expected, plain);
  }

  @Test
  void buffers() {
    Lz4Compressor compressor = Lz4Compressor.of(Lz4Level.FAST);
    Lz4Decompressor decompressor = Lz4Decompressor.create();
    ByteBuffer source = ByteBuffer.wrap(plain);
    ByteBuffer target = ByteBuffer.allocateDirect(Lz4.maxCompressedSize(plain.length));
    ByteBuffer copy = ByteBuffer.allocate(plain.length);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment sourceSegment = arena.allocateFrom(ValueLayout.JAVA_BYTE, plain);
      MemorySegment targetSegment = arena.allocate(Lz4.maxCompressedSize(plain.length));
      // page
      int size =
          compressor.compress(source, target); // 0, and no position moved, when it does not fit
      decompressor.decompress(target.flip(), copy);
      long same = compressor.compress(sourceSegment, targetSegment);
      // end
      assertEquals(size, same);
      assertEquals(plain.length, source.position());
      assertArrayEquals(plain, copy.array());
    }
  }

  @Test
  void sizes() throws IOException {
    // page
    byte[] block = Lz4.compress(plain);
    ByteBuffer stored = ByteBuffer.allocate(4 + block.length).order(ByteOrder.LITTLE_ENDIAN);
    stored.putInt(plain.length).put(block).flip();

    int size = stored.getInt();
    if (size < 0 || size > 1 << 20) { // a size from outside: believe it only up to what you accept
      throw new IOException("a size of " + size);
    }
    ByteBuffer again = ByteBuffer.allocate(size);
    Lz4Decompressor.create().decompress(stored, again);
    // end
    assertArrayEquals(plain, again.array());
    assertEquals(0, again.remaining());
  }

  @Test
  void frames() throws IOException {
    var file = new ByteArrayOutputStream();
    byte[][] result = new byte[1][];
    // page
    var options =
        Lz4FrameOptions.DEFAULT.withBlockSize(Lz4BlockSize.KB_64); // and a content checksum
    try (OutputStream out = new Lz4FrameOutputStream(file, options)) {
      out.write(plain);
    }
    // pause
    InputStream stored = new ByteArrayInputStream(file.toByteArray());
    // page
    try (InputStream in = new Lz4FrameInputStream(stored)) {
      byte[] again = in.readAllBytes();
      // pause
      result[0] = again;
      // page
    }
    byte[] atOnce = Lz4Frame.compress(plain, options);
    // end
    assertArrayEquals(plain, result[0]);
    assertArrayEquals(file.toByteArray(), atOnce);
  }

  @Test
  void blockStreams() throws IOException {
    // Made by lz4-java: "abc", and the end.
    byte[] stream =
        HexFormat.of()
            .parseHex(
                "4c5a34426c6f636b16030000000300000022b24c0d616263"
                    + "4c5a34426c6f636b16000000000000000000000000");
    var file = new ByteArrayInputStream(stream);
    // page
    InputStream in = new Lz4BlockInputStream(file);
    InputStream several = new Lz4BlockInputStream(file, Limits.DEFAULT, true);
    // end
    assertEquals("abc", new String(in.readAllBytes(), UTF_8));
    file.reset();
    assertEquals("abc", new String(several.readAllBytes(), UTF_8));
  }

  @Test
  void hashes() {
    // page
    int sum = XxHash32.hash(plain, 0, plain.length, 0);
    XxHash64 hash = new XxHash64(0); // a java.util.zip.Checksum
    hash.update(plain, 0, plain.length);
    long value = hash.getValue();
    // end
    assertEquals(XxHash32.hash(MemorySegment.ofArray(plain), 0), sum);
    assertEquals(XxHash64.hash(plain, 0, plain.length, 0), value);
  }

  @Test
  void theCodeOfThePageIsTheCodeHere() throws IOException {
    List<String> shown =
        find(PAGE, "```java\n(.*?)```").stream()
            .filter(code -> code.startsWith(OURS))
            .map(code -> code.substring(OURS.length()))
            .toList();
    List<String> run =
        find(SELF, " {2}// page\n(.*?) // end\n").stream()
            .map(code -> code.replaceAll("// pause .*?// page ", ""))
            .toList();
    assertEquals(run, shown);
  }

  @Test
  void everyOtherBlockOfCodeSaysWhoseItIs() throws IOException {
    for (String code : find(PAGE, "```java\n(.*?)```")) {
      assertTrue(
          code.startsWith(OURS)
              || code.startsWith("// net.jpountz")
              || code.startsWith("// io.airlift.compress"),
          code);
    }
  }

  /** The first group of every match, with runs of white space made one blank. */
  private static List<String> find(Path file, String pattern) throws IOException {
    Matcher matcher =
        Pattern.compile(pattern, Pattern.DOTALL).matcher(Files.readString(file, UTF_8));
    List<String> found = new ArrayList<>();
    while (matcher.find()) {
      found.add(matcher.group(1).replaceAll("\\s+", " ").strip());
    }
    return found;
  }
}
