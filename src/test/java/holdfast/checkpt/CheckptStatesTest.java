package holdfast.checkpt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.Progress;
import holdfast.testkit.Content;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Each misuse of the original's table, in both modes, before a frame, in a RAW and an LZ4 one. */
class CheckptStatesTest {
  private static final MemorySegment SMALL = MemorySegment.ofArray(new byte[100]);
  private static final MemorySegment NOTHING = MemorySegment.ofArray(new byte[0]);
  private static final MemorySegment TOO_LARGE = MemorySegment.ofArray(new byte[65_537]);

  /** Where the caller stands: before a frame when null. */
  private static final List<FrameStyle> PLACES =
      Arrays.asList(null, FrameStyle.RAW, FrameStyle.LZ4);

  static Stream<Arguments> places() {
    return PLACES.stream()
        .flatMap(p -> Stream.of(true, false).map(region -> Arguments.of(p, region)));
  }

  private static Checkpt writer(FrameStyle place, boolean region) {
    Checkpt out =
        region
            ? Checkpt.into(MemorySegment.ofArray(new byte[100_000]))
            : Checkpt.to(Channels.newChannel(new ByteArrayOutputStream()));
    if (place != null) {
      out.openFrame(place);
    }
    return out;
  }

  private static Restore reader(FrameStyle place, boolean region) throws IOException {
    byte[] bytes = new byte[100_000];
    Restore in =
        region
            ? Restore.from(MemorySegment.ofArray(bytes))
            : Restore.from(Channels.newChannel(new ByteArrayInputStream(bytes)));
    if (place != null) {
      in.openFrame(place);
    }
    return in;
  }

  /** A call on a writer. */
  private interface WriterCall {
    void on(Checkpt out) throws IOException;
  }

  private interface ReaderCall {
    void on(Restore in) throws IOException;
  }

  private static void failsWriter(
      FrameStyle place, boolean region, Class<? extends Throwable> type, WriterCall call)
      throws IOException {
    Checkpt out = writer(place, region);
    long offset = out.offset();
    assertThrows(type, () -> call.on(out));
    assertFailed(out);
    assertEquals(offset, out.offset());
    out.close();
    out.close();
    IllegalStateException closed =
        assertThrows(IllegalStateException.class, () -> out.openFrame(FrameStyle.RAW));
    assertTrue(closed.getMessage().endsWith("CLOSED"), closed.getMessage());
  }

  private static void assertFailed(Checkpt out) {
    assertFalse(out.canOpen());
    assertFalse(out.inFrame());
    List<Executable> all =
        List.of(
            () -> out.openFrame(FrameStyle.RAW),
            () -> out.meta(SMALL),
            () -> out.data(SMALL),
            () -> out.data(NOTHING),
            () -> out.addFrames(List.of(), null, 1, 70_000, Progress.NONE),
            out::closeFrame);
    for (Executable call : all) {
      IllegalStateException e = assertThrows(IllegalStateException.class, call);
      assertTrue(e.getMessage().endsWith("FAILED"), e.getMessage());
    }
  }

  private static void failsReader(
      FrameStyle place, boolean region, Class<? extends Throwable> type, ReaderCall call)
      throws IOException {
    Restore in = reader(place, region);
    assertThrows(type, () -> call.on(in));
    assertFailed(in);
    in.close();
    IllegalStateException closed =
        assertThrows(IllegalStateException.class, () -> in.openFrame(FrameStyle.RAW));
    assertTrue(closed.getMessage().endsWith("CLOSED"), closed.getMessage());
  }

  private static void assertFailed(Restore in) {
    assertFalse(in.canOpen());
    assertFalse(in.inFrame());
    List<Executable> all =
        List.of(
            () -> in.openFrame(FrameStyle.RAW),
            () -> in.meta(SMALL),
            () -> in.data(SMALL),
            () -> in.data(NOTHING),
            () -> in.skip(0),
            () -> in.seek(0),
            in::closeFrame);
    for (Executable call : all) {
      IllegalStateException e = assertThrows(IllegalStateException.class, call);
      assertTrue(e.getMessage().endsWith("FAILED"), e.getMessage());
    }
  }

  @ParameterizedTest
  @MethodSource("places")
  void misuseOfTheWriterFails(FrameStyle place, boolean region) throws IOException {
    Class<IllegalStateException> state = IllegalStateException.class;
    if (place == null) {
      failsWriter(null, region, NullPointerException.class, out -> out.openFrame(null));
      failsWriter(null, region, state, out -> out.meta(SMALL));
      failsWriter(null, region, state, out -> out.meta(NOTHING));
      failsWriter(null, region, state, out -> out.data(SMALL));
      failsWriter(null, region, state, out -> out.data(NOTHING));
      failsWriter(null, region, state, Checkpt::closeFrame);
      Class<IllegalArgumentException> argument = IllegalArgumentException.class;
      failsWriter(
          null, region, argument, o -> o.addFrames(List.of(), null, 0, 70_000, Progress.NONE));
      failsWriter(
          null, region, argument, o -> o.addFrames(List.of(), null, 1, 69_631, Progress.NONE));
      failsWriter(
          null,
          region,
          NullPointerException.class,
          o -> o.addFrames(List.of(), null, 1, 70_000, null));
    } else {
      failsWriter(place, region, state, out -> out.openFrame(FrameStyle.RAW));
      failsWriter(place, region, state, out -> out.openFrame(FrameStyle.LZ4));
      failsWriter(place, region, NullPointerException.class, out -> out.meta(null));
      failsWriter(place, region, NullPointerException.class, out -> out.data(null));
      failsWriter(place, region, IllegalArgumentException.class, out -> out.meta(TOO_LARGE));
      failsWriter(
          place, region, state, o -> o.addFrames(List.of(), null, 1, 70_000, Progress.NONE));
    }
  }

  @ParameterizedTest
  @MethodSource("places")
  void misuseOfTheReaderFails(FrameStyle place, boolean region) throws IOException {
    Class<IllegalStateException> state = IllegalStateException.class;
    if (place == null) {
      failsReader(null, region, NullPointerException.class, in -> in.openFrame(null));
      failsReader(null, region, state, in -> in.meta(SMALL));
      failsReader(null, region, state, in -> in.meta(NOTHING));
      failsReader(null, region, state, in -> in.data(SMALL));
      failsReader(null, region, state, in -> in.skip(0));
      failsReader(null, region, state, Restore::closeFrame);
      Class<? extends Throwable> outside = region ? IllegalArgumentException.class : state;
      failsReader(null, region, outside, in -> in.seek(-1));
      failsReader(null, region, outside, in -> in.seek(100_001));
    } else {
      failsReader(place, region, state, in -> in.openFrame(FrameStyle.RAW));
      failsReader(place, region, NullPointerException.class, in -> in.meta(null));
      failsReader(place, region, NullPointerException.class, in -> in.data(null));
      failsReader(place, region, IllegalArgumentException.class, in -> in.meta(TOO_LARGE));
      failsReader(place, region, IllegalArgumentException.class, in -> in.data(SMALL.asReadOnly()));
      failsReader(place, region, IllegalArgumentException.class, in -> in.skip(-1));
      failsReader(place, region, state, in -> in.seek(0));
    }
  }

  @ParameterizedTest
  @MethodSource("places")
  void emptyBuffersAreWrittenAndReadAsNothing(FrameStyle place, boolean region) throws IOException {
    if (place == null) {
      return;
    }
    Checkpt out = writer(place, region);
    out.meta(NOTHING);
    out.data(NOTHING);
    assertTrue(out.inFrame());
    assertEquals(0, out.closeFrame());
    assertTrue(out.canOpen());
    Restore in = reader(place, region);
    in.meta(NOTHING);
    in.data(NOTHING.asReadOnly());
    in.skip(0);
    assertTrue(in.inFrame());
    assertEquals(0, in.closeFrame());
    assertTrue(in.canOpen());
  }

  @ParameterizedTest
  @EnumSource(FrameStyle.class)
  void aSegmentThatCannotBeUsedFails(FrameStyle style) throws IOException {
    MemorySegment closed;
    try (Arena arena = Arena.ofConfined()) {
      closed = arena.allocate(100);
    }
    for (boolean region : new boolean[] {true, false}) {
      failsWriter(style, region, IllegalStateException.class, out -> out.data(closed));
      Restore in = reader(style, region);
      assertThrows(Exception.class, () -> in.data(closed));
      assertFalse(in.inFrame());
    }
  }

  @Test
  void buffersAreAtLeastOneBlock() {
    var bytes = new ByteArrayOutputStream();
    assertEquals(69_632, Checkpt.BUFFER_SIZE_MIN);
    Checkpt.to(Channels.newChannel(bytes), 69_632);
    assertThrows(
        IllegalArgumentException.class, () -> Checkpt.to(Channels.newChannel(bytes), 69_631));
    var in = Channels.newChannel(new ByteArrayInputStream(new byte[0]));
    assertThrows(IllegalArgumentException.class, () -> Restore.from(in, 69_631));
    assertThrows(NullPointerException.class, () -> Checkpt.to(null));
    assertThrows(NullPointerException.class, () -> Checkpt.into(null));
    assertThrows(IllegalArgumentException.class, () -> Checkpt.into(SMALL.asReadOnly()));
  }

  @Test
  void aRawRegionIsFullExactlyAtItsEnd() throws IOException {
    Checkpt out = Checkpt.into(MemorySegment.ofArray(new byte[250]));
    out.openFrame(FrameStyle.RAW);
    out.data(SMALL);
    out.data(SMALL);
    IOException e = assertThrows(IOException.class, () -> out.data(SMALL.asSlice(0, 51)));
    assertEquals(
        "no room: the region has 250 bytes, 51 more do not fit at byte 200", e.getMessage());
    assertEquals(200, out.offset(), "nothing of it was written");
    assertFailed(out);
    Checkpt exact = Checkpt.into(MemorySegment.ofArray(new byte[250]));
    exact.openFrame(FrameStyle.RAW);
    exact.data(SMALL);
    exact.data(SMALL);
    exact.data(SMALL.asSlice(0, 50));
    assertEquals(250, exact.closeFrame());
  }

  @Test
  void anLz4RegionIsFullExactlyAtItsEnd() throws IOException {
    byte[] golden = Script.of("08_frame_state").golden();
    for (int size = 0; size <= golden.length; size++) {
      Checkpt out = Checkpt.into(MemorySegment.ofArray(new byte[size]));
      if (size == golden.length) {
        Script.of("08_frame_state").write(out);
      } else {
        assertThrows(IOException.class, () -> Script.of("08_frame_state").write(out));
        assertFailed(out);
      }
    }
  }

  @Test
  void offsetsOfAFileAreItsPositions(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("embedded");
    try (FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      channel.position(1000);
      Checkpt out = Checkpt.to(channel);
      assertEquals(0, out.openFrame(FrameStyle.LZ4));
      out.data(SMALL);
      long size = out.closeFrame();
      assertEquals(1000 + size, channel.size());
      channel.position(1000);
      Restore in = Restore.from(channel);
      assertEquals(1000, in.openFrame(FrameStyle.LZ4));
      in.data(SMALL);
      assertEquals(1000 + size, in.closeFrame());
      assertEquals(1000 + size, in.size());
      channel.position(5000);
      assertThrows(IllegalArgumentException.class, () -> Restore.from(channel));
    }
    FileChannel closed = FileChannel.open(file);
    closed.close();
    assertThrows(IOException.class, () -> Restore.from(closed));
  }

  @Test
  void aPipeCannotSeek() throws IOException {
    Restore in = reader(null, false);
    assertEquals(Restore.SIZE_UNKNOWN, in.size());
    IllegalStateException e = assertThrows(IllegalStateException.class, () -> in.seek(0));
    assertEquals("checkpt: seek in a channel that cannot seek", e.getMessage());
    assertFailed(in);
  }

  @Test
  void codesOfStylesAreThoseOfTheOriginal() {
    assertEquals(1, FrameStyle.RAW.code());
    assertEquals(2, FrameStyle.LZ4.code());
    assertEquals(FrameStyle.RAW, FrameStyle.of(0));
    assertEquals(FrameStyle.RAW, FrameStyle.of(1));
    assertEquals(FrameStyle.LZ4, FrameStyle.of(2));
    assertNull(FrameStyle.of(3));
    assertNull(FrameStyle.of(-1));
  }

  @Test
  void aBufferMayBeAddedAndReadInParts() throws IOException {
    byte[] plain = holdfast.testkit.Content.of(3, 5, 300_000);
    MemorySegment whole = MemorySegment.ofArray(plain);
    var one = new ByteArrayOutputStream();
    var parts = new ByteArrayOutputStream();
    Checkpt out = Checkpt.to(Channels.newChannel(one));
    out.openFrame(FrameStyle.LZ4);
    out.data(whole);
    out.closeFrame();
    Checkpt other = Checkpt.to(Channels.newChannel(parts));
    other.openFrame(FrameStyle.LZ4);
    other.data(whole.asSlice(0, 131_072));
    other.meta(whole.asSlice(131_072, 65_536));
    other.data(whole.asSlice(196_608));
    other.closeFrame();
    assertTrue(Arrays.equals(one.toByteArray(), parts.toByteArray()));
  }

  @ParameterizedTest
  @MethodSource("places")
  void aRestartedWriterIsAsGoodAsANewOne(FrameStyle place, boolean region) throws IOException {
    byte[] plain = Content.of(3, 8, 90_000);
    MemorySegment first = MemorySegment.ofArray(new byte[200_000]);
    MemorySegment again = MemorySegment.ofArray(new byte[200_000]);
    var stream = new ByteArrayOutputStream();
    Checkpt fresh = Checkpt.into(first);
    Checkpt used = region ? Checkpt.into(again) : Checkpt.to(Channels.newChannel(stream));
    used.openFrame(FrameStyle.LZ4);
    used.data(MemorySegment.ofArray(plain).asSlice(100));
    if (place != null) {
      used.closeFrame();
      used.openFrame(place);
      used.meta(SMALL);
    } else {
      assertThrows(IllegalStateException.class, () -> used.openFrame(FrameStyle.RAW));
    }
    used.restart();
    assertEquals(0, used.offset());
    stream.reset();
    for (Checkpt out : List.of(fresh, used)) {
      out.openFrame(FrameStyle.LZ4);
      out.meta(SMALL);
      out.data(MemorySegment.ofArray(plain));
      out.closeFrame();
      assertEquals(fresh.offset(), out.offset());
    }
    MemorySegment found = region ? again : MemorySegment.ofArray(stream.toByteArray());
    assertEquals(-1, first.asSlice(0, fresh.offset()).mismatch(found.asSlice(0, used.offset())));
    used.close();
    assertThrows(IllegalStateException.class, used::restart);
  }
}
