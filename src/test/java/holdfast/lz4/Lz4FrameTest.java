package holdfast.lz4;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.CorruptDataException;
import holdfast.Limits;
import holdfast.Structure;
import holdfast.testkit.Content;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Lz4FrameTest {
  private static final byte[] PLAIN = Content.of(3, 1, 150_000);

  /** One frame of each kind. */
  private static byte[] stream() {
    var options =
        Lz4FrameOptions.DEFAULT
            .withBlockSize(Lz4BlockSize.KB_64)
            .withLinked(true)
            .withBlockChecksum(true)
            .withContentSize(PLAIN.length)
            .withDictionary(null, 0xCAFEL);
    byte[] skippable = Lz4Frame.skippable(2, new byte[3]);
    var all = new ByteArrayOutputStream();
    all.writeBytes(Lz4Frame.compress(PLAIN, options));
    all.writeBytes(skippable);
    all.writeBytes(Lz4Frame.compress(PLAIN, Lz4FrameOptions.LEGACY));
    all.writeBytes(Lz4Frame.compress(Content.of(1, 1, 100_000)));
    return all.toByteArray();
  }

  @Test
  void aSkippableFrameIsPassedOver() {
    byte[] content = {1, 2, 3};
    byte[] frame = Lz4Frame.skippable(15, content);
    assertEquals("5f2a4d1803000000010203", HexFormat.of().formatHex(frame));
    assertEquals(0, Lz4Frame.decompress(frame).length);
    assertEquals(8, Lz4Frame.skippable(0, new byte[0]).length);
    assertThrows(IllegalArgumentException.class, () -> Lz4Frame.skippable(16, content));
    assertThrows(IllegalArgumentException.class, () -> Lz4Frame.skippable(-1, content));
  }

  @Test
  void everyFrameIsListedWithWhatItSays(@TempDir Path folder) throws IOException {
    byte[] stream = stream();
    Path file = Files.write(folder.resolve("all.lz4"), stream);
    List<Lz4FrameInfo> infos = Lz4Frame.list(file);
    assertEquals(4, infos.size());

    Lz4FrameInfo full = infos.get(0);
    assertEquals(Lz4FrameInfo.Kind.FRAME, full.kind());
    assertEquals(0, full.offset());
    assertEquals(Lz4BlockSize.KB_64, full.blockSize());
    assertTrue(full.linked() && full.blockChecksum() && full.contentChecksum());
    assertEquals(0xCAFE, full.dictionaryId());
    assertEquals(PLAIN.length, full.contentSize());
    assertEquals(PLAIN.length, full.plainSize());
    assertEquals(3, full.blockCount());
    assertEquals(0, full.storedCount());

    Lz4FrameInfo skippable = infos.get(1);
    assertEquals(Lz4FrameInfo.Kind.SKIPPABLE, skippable.kind());
    assertEquals(full.size(), skippable.offset());
    assertEquals(11, skippable.size());
    assertEquals(0, skippable.plainSize());
    assertNull(skippable.blockSize());

    Lz4FrameInfo legacy = infos.get(2);
    assertEquals(Lz4FrameInfo.Kind.LEGACY, legacy.kind());
    assertEquals(1, legacy.blockCount());
    assertEquals(Lz4FrameInfo.UNKNOWN, legacy.plainSize());

    Lz4FrameInfo noise = infos.get(3);
    assertEquals(100_000, noise.plainSize());
    assertEquals(Lz4FrameInfo.UNKNOWN, noise.contentSize());
    assertEquals(Lz4FrameInfo.UNKNOWN, noise.dictionaryId());
    assertEquals(noise.blockCount(), noise.storedCount());
    assertEquals(stream.length, noise.offset() + noise.size());

    var pipe = Channels.newChannel(new ByteArrayInputStream(stream));
    assertEquals(infos, Lz4Frame.list(pipe, Limits.DEFAULT));
  }

  @Test
  void thePartsOfAFrameFillItWithoutAGap(@TempDir Path folder) throws IOException {
    byte[] stream = stream();
    Path file = Files.write(folder.resolve("all.lz4"), stream);
    Structure scanned = Lz4Frame.inspect(file);
    assertEquals(stream.length, scanned.size());
    requireNoGap(scanned);
    var options = Lz4FrameReadOptions.DEFAULT.withDictionary(Lz4Dictionary.of(new byte[0]), 0);
    try (var channel = Files.newByteChannel(file)) {
      Structure decoded = Lz4Frame.inspect(channel, options, true);
      requireNoGap(decoded);
      assertEquals("compressed", word(decoded.parts().get(2).parts().get(1), 0));
      assertTrue(decoded.parts().get(2).parts().get(1).value().endsWith(" for 150000"));
      assertEquals("content of 150000 bytes", decoded.parts().get(2).value());
    }
  }

  private static String word(Structure part, int index) {
    return part.value().split("[ ,]", -1)[index];
  }

  private static void requireNoGap(Structure whole) {
    long at = whole.offset();
    for (Structure part : whole.parts()) {
      assertEquals(at, part.offset(), part.toString());
      at += part.size();
      if (!part.parts().isEmpty()) {
        requireNoGap(part);
      }
    }
    assertEquals(whole.offset() + whole.size(), at, whole.name());
  }

  @Test
  void theFieldsOfAHeaderAreShownByName() throws IOException {
    var channel = Channels.newChannel(new ByteArrayInputStream(stream()));
    Structure frame = Lz4Frame.inspect(channel, Lz4FrameReadOptions.DEFAULT, false).parts().get(0);
    List<String> names = frame.parts().stream().map(Structure::name).toList();
    assertEquals(
        List.of(
            "magic",
            "FLG",
            "BD",
            "content size",
            "dictionary id",
            "header checksum",
            "block 0",
            "block 1",
            "block 2",
            "end mark",
            "content checksum"),
        names);
    assertEquals(
        "0x5d: version 1, linked blocks, block checksums, content checksum",
        frame.parts().get(1).value());
    assertEquals("0x40: blocks of up to 65536 bytes", frame.parts().get(2).value());
    assertEquals("150000", frame.parts().get(3).value());
    assertEquals("0x0000cafe", frame.parts().get(4).value());
  }

  @Test
  void damageOfTheStructureIsFoundWithoutDecodingAndTheRestWithIt() throws IOException {
    byte[] stream = Lz4Frame.compress(PLAIN);
    stream[stream.length - 1] ^= 1;
    var options = Lz4FrameReadOptions.DEFAULT;
    Lz4Frame.inspect(Channels.newChannel(new ByteArrayInputStream(stream)), options, false);
    var again = Channels.newChannel(new ByteArrayInputStream(stream));
    var e = assertThrows(CorruptDataException.class, () -> Lz4Frame.inspect(again, options, true));
    assertEquals(stream.length - 4, e.offset());
    var cut = Channels.newChannel(new ByteArrayInputStream(stream, 0, 1000));
    assertEquals(
        1000,
        assertThrows(CorruptDataException.class, () -> Lz4Frame.list(cut, Limits.DEFAULT))
            .offset());
  }

  @Test
  void aListOfTooManyFramesIsRefused() throws IOException {
    byte[] frames = new byte[8 * 1000];
    for (int at = 0; at < frames.length; at += 8) {
      FrameLayout.putWord(frames, at, FrameLayout.SKIPPABLE_MAGIC);
    }
    var all = Channels.newChannel(new ByteArrayInputStream(frames));
    assertEquals(1000, Lz4Frame.list(all, Limits.DEFAULT).size());
    var again = Channels.newChannel(new ByteArrayInputStream(frames));
    assertThrows(
        CorruptDataException.class,
        () -> Lz4Frame.list(again, Limits.DEFAULT.withMemoryMax(100_000)));
  }

  @Test
  void anArrayComesBackAsItWas() {
    assertArrayEquals(PLAIN, Lz4Frame.decompress(Lz4Frame.compress(PLAIN)));
  }
}
