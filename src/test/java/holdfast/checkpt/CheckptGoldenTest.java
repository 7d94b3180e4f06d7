package holdfast.checkpt;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.testkit.Content;
import holdfast.testkit.Golden;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The bytes of the original, both ways, in every mode. */
class CheckptGoldenTest {
  static List<Script> scripts() {
    return Script.all();
  }

  @Test
  void allCasesAreThere() {
    assertEquals(13, scripts().size());
  }

  @ParameterizedTest
  @ValueSource(ints = {69_632, 69_633, 200_000, 1 << 18, 1 << 20})
  void aChannelGetsTheBytesOfTheOriginalWhateverTheBuffer(int bufferSize) throws IOException {
    for (Script script : scripts()) {
      var bytes = new ByteArrayOutputStream();
      try (Checkpt out = Checkpt.to(Channels.newChannel(bytes), bufferSize)) {
        assertEquals(script.offsets(), script.write(out), script.name());
      }
      assertArrayEquals(script.golden(), bytes.toByteArray(), script.name());
    }
  }

  @ParameterizedTest
  @MethodSource("scripts")
  void aRegionGetsTheBytesOfTheOriginal(Script script) throws IOException {
    byte[] golden = script.golden();
    try (Arena arena = Arena.ofConfined()) {
      for (MemorySegment region :
          List.of(
              MemorySegment.ofArray(new byte[golden.length]),
              arena.allocate(golden.length),
              arena.allocate(golden.length + 1000).asSlice(13, golden.length))) {
        Checkpt out = Checkpt.into(region);
        assertEquals(script.offsets(), script.write(out));
        assertEquals(golden.length, out.offset());
        assertArrayEquals(golden, region.toArray(ValueLayout.JAVA_BYTE));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("scripts")
  void theOriginalIsReadFromARegion(Script script) throws IOException {
    byte[] golden = script.golden();
    readAll(script, Restore.from(MemorySegment.ofArray(golden).asReadOnly()));
    try (Arena arena = Arena.ofConfined();
        Arena shared = Arena.ofShared()) {
      for (Arena a : List.of(arena, shared, Arena.ofAuto())) {
        MemorySegment region = a.allocate(golden.length + 7).asSlice(7);
        region.copyFrom(MemorySegment.ofArray(golden));
        readAll(script, Restore.from(region));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("scripts")
  void theOriginalIsReadFromAPipe(Script script) throws IOException {
    var pipe = Channels.newChannel(new ByteArrayInputStream(script.golden()));
    Restore in = Restore.from(pipe, Restore.BUFFER_SIZE_MIN);
    assertEquals(Restore.SIZE_UNKNOWN, in.size());
    readAll(script, in);
  }

  @ParameterizedTest
  @MethodSource("scripts")
  void theOriginalIsReadFromAFile(Script script) throws IOException {
    Path file = Golden.path("checkpt", script.name() + ".ckpt");
    try (FileChannel channel = FileChannel.open(file)) {
      Restore in = Restore.from(channel, 100_000);
      assertEquals(channel.size(), in.size());
      readAll(script, in);
    }
  }

  private static void readAll(Script script, Restore in) throws IOException {
    List<Long> offsets = new ArrayList<>();
    List<Script.Row> rows = script.rows();
    List<List<Script.Buffer>> frames = script.frames();
    for (int f = 0; f < rows.size(); f++) {
      offsets.add(in.openFrame(rows.get(f).style()));
      readBuffers(in, frames.get(f), script.name() + " frame " + f);
      offsets.add(in.closeFrame());
    }
    assertEquals(script.offsets(), offsets);
    in.close();
  }

  private static void readBuffers(Restore in, List<Script.Buffer> buffers, String where)
      throws IOException {
    for (int b = 0; b < buffers.size(); b++) {
      Script.Buffer buffer = buffers.get(b);
      byte[] content = buffer.content();
      byte[] found = new byte[content.length];
      // What one call wrote the other may read.
      if (buffer.size() <= Restore.META_MAX && (b & 1) == 0) {
        in.meta(MemorySegment.ofArray(found));
      } else {
        in.data(MemorySegment.ofArray(found));
      }
      assertArrayEquals(content, found, where + " buffer " + b);
    }
  }

  @ParameterizedTest
  @MethodSource("scripts")
  void framesAreReadInAnyOrder(Script script) throws IOException {
    Path file = Golden.path("checkpt", script.name() + ".ckpt");
    List<Integer> order = new ArrayList<>();
    for (int f = 0; f < script.rows().size(); f++) {
      order.addAll(List.of(f, f));
    }
    Collections.shuffle(order, new Random(1));
    try (FileChannel channel = FileChannel.open(file)) {
      for (Restore in :
          List.of(
              Restore.from(channel, Restore.BUFFER_SIZE_MIN),
              Restore.from(MemorySegment.ofArray(script.golden())))) {
        in.seek(in.size());
        for (int f : order) {
          Script.Row row = script.rows().get(f);
          in.seek(row.lo());
          assertEquals(row.lo(), in.openFrame(row.style()));
          readBuffers(in, script.frames().get(f), script.name() + " frame " + f);
          assertEquals(row.hi(), in.closeFrame());
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("scripts")
  void buffersCanBeLeftOut(Script script) throws IOException {
    Path file = Golden.path("checkpt", script.name() + ".ckpt");
    try (FileChannel channel = FileChannel.open(file)) {
      for (Restore in :
          List.of(
              Restore.from(channel, Restore.BUFFER_SIZE_MIN),
              Restore.from(Channels.newChannel(new ByteArrayInputStream(script.golden()))),
              Restore.from(MemorySegment.ofArray(script.golden())))) {
        for (int f = 0; f < script.rows().size(); f++) {
          Script.Row row = script.rows().get(f);
          in.openFrame(row.style());
          List<Script.Buffer> buffers = script.frames().get(f);
          for (int b = 0; b < buffers.size(); b++) {
            if (b % 3 == 1) {
              readBuffers(in, List.of(buffers.get(b)), script.name() + " frame " + f);
            } else {
              in.skip(buffers.get(b).size());
            }
          }
          assertEquals(row.hi(), in.closeFrame());
        }
      }
    }
  }

  /** Case 12: after more than 1 GiB the next frame is a first one again. */
  @Test
  void theHistoryIsClearedAfterOneGibibyte() throws IOException, NoSuchAlgorithmException {
    Script script = Script.of("12_history_reset");
    var digest = new Digest();
    Checkpt out = Checkpt.to(digest);
    MemorySegment zeros = MemorySegment.ofArray(new byte[16 * Block.PLAIN_MAX]);
    List<Long> offsets = new ArrayList<>();
    for (Script.Step step : script.steps()) {
      switch (step) {
        case Script.Open o -> offsets.add(out.openFrame(o.style()));
        case Script.Close c -> offsets.add(out.closeFrame());
        case Script.Buffer b when b.kind() == 0 -> {
          // Whole chunks: the same blocks as one buffer of all.
          long rest = b.size();
          for (; rest > zeros.byteSize(); rest -= zeros.byteSize()) {
            out.data(zeros);
          }
          out.data(zeros.asSlice(0, rest));
        }
        case Script.Buffer b -> out.meta(MemorySegment.ofArray(b.content()));
      }
    }
    assertEquals(script.offsets(), offsets);
    assertEquals(4_522_443, digest.size);
    assertEquals("9c8a5d855a59c59fd695585d59a9e8519ac1de0956fb322820b5770a146e9d7f", digest.hex());
  }

  /** A channel that keeps a digest only. */
  private static final class Digest implements WritableByteChannel {
    private final MessageDigest sha;
    private long size;

    Digest() throws NoSuchAlgorithmException {
      sha = MessageDigest.getInstance("SHA-256");
    }

    @Override
    public int write(java.nio.ByteBuffer bytes) {
      int count = bytes.remaining();
      sha.update(bytes);
      size += count;
      return count;
    }

    String hex() {
      return HexFormat.of().formatHex(sha.digest());
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() {}
  }

  /** What the original says about damaged files, and that we are never more permissive. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void damageThatTheOriginalFindsIsFound(boolean region) throws IOException {
    List<String[]> rows = Golden.rows(Golden.path("checkpt", "mutations.tsv"));
    assertTrue(rows.size() > 30);
    for (String[] row : rows) {
      Script script = Script.of(row[0]);
      byte[] bytes = damaged(script.golden(), row);
      String verdict = row[region ? 5 : 4];
      Restore in =
          region
              ? Restore.from(MemorySegment.ofArray(bytes))
              : Restore.from(Channels.newChannel(new ByteArrayInputStream(bytes)));
      assertEquals(expected(verdict), verdict(script, in), String.join(" ", row));
    }
  }

  private static byte[] damaged(byte[] golden, String[] row) {
    int number = Integer.parseInt(row[2]);
    return switch (row[1]) {
      case "truncate" -> Arrays.copyOf(golden, number);
      case "append" -> Arrays.copyOf(golden, golden.length + number);
      case "xor" -> {
        golden[number] ^= (byte) Integer.parseInt(row[3]);
        yield golden;
      }
      default -> throw new IllegalArgumentException(row[1]);
    };
  }

  /** Ours has one kind of error for damaged and missing bytes. */
  private static String expected(String verdict) {
    return verdict.replaceFirst(" err .*", "");
  }

  private static String verdict(Script script, Restore in) throws IOException {
    int op = 0;
    for (Script.Step step : script.steps()) {
      try {
        switch (step) {
          case Script.Open o -> in.openFrame(o.style());
          case Script.Close c -> in.closeFrame();
          case Script.Buffer b -> {
            byte[] found = new byte[b.size()];
            in.data(MemorySegment.ofArray(found));
            if (!Arrays.equals(b.content(), found)) {
              return "MISMATCH op " + op;
            }
          }
        }
      } catch (holdfast.CorruptDataException e) {
        return "FAIL op " + op;
      }
      op++;
    }
    return "OK " + op + " ops";
  }

  @Test
  void theGeneratorIsTheOneOfTheOriginal() {
    assertEquals(0xe5fdc025e13eeed5L, Content.r(1, 0));
  }
}
