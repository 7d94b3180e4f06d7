package holdfast.groove;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * The worked example of the format's description is what the allocator writes, and is read back.
 */
class GrooveDocumentTest {
  private static final Pattern ROW =
      Pattern.compile("\\| (state|volume) \\| (\\d+) \\| `([0-9a-f]{16})` \\|.*");

  private static List<String> documented() throws IOException {
    List<String> rows = new ArrayList<>();
    for (String line : Files.readAllLines(Path.of("docs", "formats", "groove.md"))) {
      Matcher row = ROW.matcher(line);
      if (row.matches()) {
        rows.add(row.group(1) + " " + row.group(2) + " " + row.group(3));
      }
    }
    return rows;
  }

  private static void words(String range, MemorySegment bytes, List<String> rows) {
    for (long at = 0; at < bytes.byteSize(); at += 8) {
      long word = bytes.get(ValueLayout.JAVA_LONG, at);
      if (word != 0) {
        rows.add("%s %d %016x".formatted(range, at, word));
      }
    }
  }

  @Test
  void theExampleIsWhatTheAllocatorWrites() throws IOException {
    List<String> rows = new ArrayList<>();
    try (Bytes bytes = new Bytes(Bytes.SMALL, 1)) {
      GrooveHandle handle = bytes.groove.handle(0, 0);
      handle
          .segment(handle.alloc(16, 5, 42))
          .copyFrom(MemorySegment.ofArray("hello".getBytes(StandardCharsets.US_ASCII)));
      bytes.groove.close();
      words("state", bytes.state, rows);
      words("volume", bytes.volumes, rows);
    }
    assertEquals(String.join("\n", rows), String.join("\n", documented()));
  }

  @Test
  void theExampleCanBeRead() throws IOException {
    try (Bytes bytes = new Bytes(Bytes.SMALL, 0)) {
      bytes.groove.close();
      MemorySegment volumes = Arena.ofAuto().allocate(1 << 20, 4096);
      bytes.state.fill((byte) 0);
      for (String row : documented()) {
        String[] f = row.split(" ", -1);
        (f[0].equals("state") ? bytes.state : volumes)
            .set(ValueLayout.JAVA_LONG, Long.parseLong(f[1]), Long.parseUnsignedLong(f[2], 16));
      }
      Groove groove = Groove.open(Bytes.SMALL, bytes.state, volumes);
      groove.verify();
      List<GrooveObject> objects = new ArrayList<>();
      groove.objects(objects::add);
      assertEquals(1, objects.size());
      assertEquals(42, objects.getFirst().tag());
      MemorySegment hello = groove.handle().segment(objects.getFirst().offset());
      assertEquals(
          "hello", new String(hello.toArray(ValueLayout.JAVA_BYTE), StandardCharsets.US_ASCII));
    }
  }
}
