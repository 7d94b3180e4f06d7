package holdfast.wksp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.CorruptDataException;
import holdfast.Limits;
import holdfast.Progress;
import holdfast.UnsupportedFormatException;
import holdfast.checkpt.FrameStyle;
import holdfast.internal.Disk;
import holdfast.internal.Mem;
import holdfast.internal.OsDisk;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Checkpoints that somebody made up, with one thing wrong: it is told where and what, by every way
 * to read a file and before anything is touched; by a pipe, when it comes by.
 *
 * <pre>{@code
 *   0 header, 80 info with numbers of anybody's choice from 88 to 152
 * 240 group      tag 1 [1152,1160)                       264 data command, 288 bytes
 * 296 group      tag 2 [1160,1168), tag 3 [1200,1216)    344 data command, 368 bytes
 * 392 appendix   2 groups, none before    416 offsets 240 296    432 counts 1 2
 * 448 group      tag 4 [2000,2008)                       472 data command, 496 bytes
 * 504 appendix   1 group, before it 392   528 offset 448         536 count 1
 * 544 volumes    the last appendix is at 504
 * 568 footer     568 allocations 4, 576 groups 3, 584 volumes 2, 592 volumes at 544
 * }</pre>
 *
 * <p>A change is {@code place=number}, of eight bytes, or of four with an {@code i} behind the
 * place.
 */
class WkspCheckptMalformedTest {
  private static final long PART_MAX = 16;
  private static final long DATA_MAX = 65_536;
  private static final int FOOTER = 568;
  private static final int SIZE = 688;
  private static final long MAX = -1;

  @TempDir Path directory;

  private static byte[] sound() {
    byte[] bytes = new byte[SIZE];
    MemorySegment file = MemorySegment.ofArray(bytes);
    CkptMeta meta = new CkptMeta(2, FrameStyle.RAW, 7, PART_MAX, DATA_MAX, "made-up");
    CkptHeader.put(file, meta);
    byte[][] texts = CkptInfo.texts(WkspCheckptInfo.NONE.withUserInfo("sixteen"), "");
    byte[] joined = CkptInfo.join(texts);
    CkptInfo.put(file.asSlice(80), WkspCheckptInfo.NONE, texts);
    System.arraycopy(joined, 0, bytes, 224, joined.length);
    ByteBuffer words = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).position(240);
    put(words, 1, 1152, 1160, 0, MAX, MAX, 11);
    put(words, 2, 1160, 1168, 3, 1200, 1216, 0, MAX, MAX, 22, 33, 33);
    put(words, 0, 2, 0, 240, 296, 1, 2);
    put(words, 4, 2000, 2008, 0, MAX, MAX, 44);
    put(words, 0, 1, 392, 448, 1);
    put(words, 0, MAX, 504);
    assertEquals(FOOTER, words.position());
    new CkptFooter(4, 3, 2, 544).put(file.asSlice(FOOTER), meta, SIZE);
    return bytes;
  }

  private static void put(ByteBuffer words, long... values) {
    for (long value : values) {
      words.putLong(value);
    }
  }

  private static byte[] changed(String changes) {
    byte[] bytes = sound();
    ByteBuffer words = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    for (String change : changes.split(" ", -1)) {
      String[] parts = change.split("=", 2);
      long value = parts[1].equals("max") ? MAX : Long.decode(parts[1]);
      if (parts[0].endsWith("i")) {
        words.putInt(Integer.parseInt(parts[0].replace("i", "")), (int) value);
      } else {
        words.putLong(Integer.parseInt(parts[0]), value);
      }
    }
    return bytes;
  }

  private static Wksp target() {
    return GoldenCkpt.target(PART_MAX, DATA_MAX);
  }

  private static void restoreStream(Wksp wksp, byte[] bytes) throws IOException {
    WkspRestore.restore(
        wksp, Channels.newChannel(new ByteArrayInputStream(bytes)), WkspRestoreOptions.DEFAULT);
  }

  @Test
  void withNothingWrongAllIsRead() throws IOException {
    Path path = Files.write(directory.resolve("file"), sound());
    assertEquals(40, WkspRestore.verify(path, 1, Limits.DEFAULT, Progress.NONE));
    for (boolean stream : new boolean[] {false, true}) {
      Wksp wksp = target();
      if (stream) {
        restoreStream(wksp, sound());
      } else {
        WkspRestore.restore(wksp, path, WkspRestoreOptions.DEFAULT);
      }
      wksp.verify();
      assertEquals(
          List.of(
              new Partition(1152, 1160, 1),
              new Partition(1160, 1168, 2),
              new Partition(1200, 1216, 3),
              new Partition(2000, 2008, 4)),
          wksp.partitions().stream().filter(p -> !p.isFree()).toList());
      assertEquals(22, Mem.getLong(wksp.region().mem, 1160));
      assertEquals(44, Mem.getLong(wksp.region().mem, 2000));
    }
  }

  /** Rules that a file and a pipe share. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          another magic             | 0=1                 |   0 | 0xf17eda2c3731c591                 | 0x1
          unused bytes              | 16i=7               |  16 | 0                                  | 7
          a name with a blank       | 20i=32              |  20 | a name of 1 to 39 allowed characters | none
          no partition              | 64=0                |  64 | a possible part_max and data_max   | 0 and 65536
          more data than addresses  | 72=max              |  64 | a possible part_max and data_max   | 16 and 18446744073709551615
          a text without its zero   | 152=0               |  80 | text 0 of 1 to 40 bytes            | 0
          a text that is too large  | 152=41              |  80 | text 0 of 1 to 40 bytes            | 41
          a zero elsewhere          | 152=2 216=7         |  80 | text 0 of 1 bytes                  | a zero elsewhere
          before the data           | 248=1151            | 240 | a range inside [1152,66688)        | [1151,1160)
          behind the data           | 456=66687 464=66689 | 448 | a range inside [1152,66688)        | [66687,66689)
          nothing                   | 464=2000            | 448 | a range inside [1152,66688)        | [2000,2000)
          an end above all          | 464=max             | 448 | a range inside [1152,66688)        | [2000,18446744073709551615)
          the second of a group     | 336=1200            | 320 | a range inside [1152,66688)        | [1200,1200)
          no data command           | 352=5               | 344 | a data command                     | 0x0 0x5 0xffffffffffffffff
          the footer's size         | 600=689             | 600 | 688                                | 689
          the footer's data_max     | 608=65537           | 608 | 65536                              | 65537
          the footer's part_max     | 616=17              | 616 | 16                                 | 17
          the footer's seed         | 624i=8              | 624 | 7                                  | 8
          the footer's name         | 628i=0x6564616e     | 628 | the name in the header             | another
          the footer's unused bytes | 668i=1              | 668 | 0                                  | 1
          the footer's frame style  | 672i=2              | 672 | 1                                  | 2
          the footer's style        | 676i=1              | 676 | 2                                  | 1
          the footer's magic        | 680=5               | 680 | 1045158180063951470                | 5
          """)
  void isToldByFilesAndPipes(
      String name, String changes, long offset, String expected, String found) throws IOException {
    byte[] bytes = changed(changes);
    requireFile(bytes, offset, expected, found);
    requirePipe(bytes, offset, expected, found);
  }

  /** Rules of those who find everything by way of offsets. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # The info frame holds numbers of anybody's choice: a command, for example.
          volumes in the info         | 96=0 104=max 112=0 568=0 576=0 584=0 592=96 | 592 | an offset in [240,568)             | 96
          volumes in the footer       | 568=0 576=max 584=0 592=568 | 592 | an offset in [240,568)             | 568
          volumes behind the end      | 592=689                | 592 | an offset in [240,568)             | 689
          volumes at no offset        | 592=max                | 592 | an offset in [240,568)             | 18446744073709551615
          volumes elsewhere           | 592=545                | 545 | a volumes command                  | 0xff00000000000000 0xf8ffffffffffffff 0x400000000000001
          volumes that are data       | 560=max                | 544 | a volumes command                  | 0x0 0xffffffffffffffff 0xffffffffffffffff
          appendix in the info        | 96=0 104=0 112=0 520=96 568=1 576=1 | 504 | the offset of an appendix in [240,448) | 96
          appendix in volumes         | 560=544                | 544 | the offset of an appendix in [240,544) | 544
          appendix behind volumes     | 560=560                | 544 | the offset of an appendix in [240,544) | 560
          appendix at no offset       | 560=-9223372036854775808 | 544 | the offset of an appendix in [240,544) | 9223372036854775808
          appendix before itself      | 520=504                | 504 | the offset of an appendix in [240,448) | 504
          appendix among its groups   | 520=448                | 504 | the offset of an appendix in [240,448) | 448
          appendix elsewhere          | 560=496                | 496 | an appendix command                | 0x2c 0x0 0x1
          too many groups             | 512=1025               | 504 | at most 1024 groups                | 1025
          groups beyond counting      | 512=-2                 | 504 | at most 1024 groups                | 18446744073709551614
          appendix in a group         | 400=3 432=320 440=1 448=1 456=2000 568=5000 | 392 | a frame up to byte 448             | one up to 464
          group in the info           | 96=0 104=max 112=max 416=96 432=0 568=3 | 392 | an offset in [240,296) for group 0 | 96
          groups that descend         | 416=296 424=240        | 392 | an offset in [240,240) for group 0 | 296
          a group twice               | 424=240 440=1 568=3    | 392 | an offset in [240,240) for group 0 | 240
          group in its appendix       | 424=392                | 392 | an offset in [240,392) for group 1 | 392
          group in the next volume    | 424=448                | 392 | an offset in [240,392) for group 1 | 448
          group at no offset          | 528=max                | 504 | an offset in [240,504) for group 0 | 18446744073709551615
          more allocations than all   | 536=5                  | 504 | at most 4 allocations in group 0   | 5
          allocations beyond counting | 536=max 568=max        | 504 | at most 18446744073709551615 allocations in group 0 | 18446744073709551615
          fewer volumes               | 584=1                  | 392 | 1 volumes                          | one more
          more volumes                | 584=3                  | 568 | 3 volumes                          | 2
          fewer groups                | 576=2                  | 568 | 2 groups                           | 3
          more groups                 | 576=4                  | 568 | 4 groups                           | 3
          more allocations            | 568=5                  | 568 | 0 allocations left                 | 1
          one that is not listed      | 536=0 568=3            | 448 | a data command                     | 0x4 0x7d0 0x7d8
          one that is not there       | 432=2 568=5            | 264 | a meta command                     | 0x0 0xffffffffffffffff 0xffffffffffffffff
          a group without its data    | 464=2016               | 496 | 16 bytes of data                   | 8 bytes up to the next frame
          the second's data           | 336=1217               | 376 | 17 bytes of data                   | 16 bytes up to the next frame
          commands in the next frame  | 416=272 272=1 280=1152 288=1153 296=0 304=max 312=max | 296 | a frame up to byte 296             | one beyond
          allocations that overlap    | 304=1159 312=1167      |   0 | allocations beside each other      | two that overlap
          one inside another          | 304=1206 312=1210      |   0 | allocations beside each other      | two that overlap
          the same one twice          | 456=1152 464=1160      |   0 | allocations beside each other      | two that overlap
          """)
  void isToldByFiles(String name, String changes, long offset, String expected, String found)
      throws IOException {
    requireFile(changed(changes), offset, expected, found);
  }

  /** What the index at the end of a pipe says has to be what came by. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          groups without appendix  | 392=0 400=max 408=0 | 392 | 0 groups without an appendix     | 2
          another last appendix    | 560=392             | 544 | 504 as the last appendix         | 392
          no last appendix         | 560=0               | 544 | 504 as the last appendix         | 0
          neither of the commands  | 552=5 560=max       | 544 | 504 as the last appendix         | 18446744073709551615
          fewer groups in a volume | 400=1               | 392 | 2 groups                         | 1
          more groups in a volume  | 400=3               | 392 | 2 groups                         | 3
          another appendix before  | 520=240             | 504 | 392 as the appendix before       | 240
          no appendix before       | 520=0               | 504 | 392 as the appendix before       | 0
          a group elsewhere        | 424=297             | 392 | 296 as the offset of a group     | 297
          fewer in a group         | 440=1               | 392 | 2 allocations in a group         | 1
          more in a group          | 536=2               | 504 | 1 allocations in a group         | 2
          fewer allocations        | 568=3               | 568 | 4 allocations                    | 3
          more groups              | 576=4               | 568 | 3 groups                         | 4
          fewer volumes            | 584=1               | 568 | 2 volumes                        | 1
          volumes elsewhere        | 592=240             | 568 | 544 as the offset of the volumes | 240
          allocations that overlap | 304=1159 312=1167   | 688 | allocations beside each other    | two that overlap
          """)
  void isToldByPipes(String name, String changes, long offset, String expected, String found)
      throws IOException {
    requirePipe(changed(changes), offset, expected, found);
  }

  @Test
  void aPipeHasNoMoreGroupsInAVolumeThanTheFormatAllows() throws IOException {
    byte[] bytes = Arrays.copyOf(sound(), 240 + 1025 * 24);
    ByteBuffer words = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).position(240);
    for (int g = 0; g < 1025; g++) {
      put(words, 0, MAX, MAX);
    }
    requirePipe(bytes, 240 + 1024 * 24, "at most 1024 groups", "one more");
  }

  /** Where only a part is wanted, the rest has to be sound all the same. */
  @Test
  void whatIsNotWantedIsCheckedToo() throws IOException {
    byte[] bytes = changed("304=1159 312=1167");
    Path path = Files.write(directory.resolve("file"), bytes);
    WkspRestoreOptions one = WkspRestoreOptions.DEFAULT.withTags(List.of(4L));
    refused(
        wksp -> WkspRestore.restore(wksp, path, one),
        "wksp checkpt v2",
        0,
        "allocations beside each other",
        "two that overlap");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          a later style       | 8i=3 676i=3  |   8 | style 3 is not known
          style 0             | 8i=0 676i=0  |   8 | style 0 is not known
          a later frame style | 12i=3 672i=3 |  12 | frame style 3 is not known
          """)
  void anotherVersionIsNotSupported(String name, String changes, long offset, String what)
      throws IOException {
    requireUnsupported(changed(changes), "wksp checkpt v2", offset, what);
  }

  private void requireUnsupported(byte[] bytes, String format, long offset, String what)
      throws IOException {
    Path path = Files.write(directory.resolve("file"), bytes);
    for (Executable way :
        List.<Executable>of(
            () -> WkspRestore.preview(bytes),
            () -> WkspRestore.preview(path),
            () -> WkspRestore.verify(path, 1, Limits.DEFAULT, Progress.NONE),
            () -> WkspRestore.restore(target(), path, WkspRestoreOptions.DEFAULT),
            () -> restoreStream(target(), bytes))) {
      var e = assertThrows(UnsupportedFormatException.class, way);
      assertEquals(format, e.format());
      assertEquals(offset, e.offset());
      assertTrue(e.getMessage().endsWith(what), e.getMessage());
    }
  }

  /** Sizes of LZ4 blocks, which are looked at without decoding: the second of two buffers. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          nothing                 | ''       |     1 |  5 | a block                       | the end of the frame at 5
          a size and no block     | 010000   |     1 |  5 | a block                       | the end of the frame at 8
          no byte                 | 00000010 |     1 |  5 | a block of 1 plain bytes      | one of 0 bytes
          more than the worst     | 12000010 |     1 |  5 | a block of 1 plain bytes      | one of 18 bytes
          too small for so much   | 01000010 |   256 |  5 | a block of 256 plain bytes    | one of 1 bytes
          too small for the first | 01010010 | 65537 |  5 | a block of 65536 plain bytes  | one of 257 bytes
          beyond the frame        | 02000010 |     1 | 10 | a frame up to byte 9          | a block beyond
          """)
  void sizesOfBlocksArePossible(
      String name, String hex, long plain, long offset, String expected, String found)
      throws IOException {
    Path path = Files.write(directory.resolve("file"), HexFormat.of().parseHex("0200001061" + hex));
    try (Disk.File file = OsDisk.INSTANCE.open(path, Disk.Mode.READ)) {
      FileBytes bytes = new FileBytes(file, file.size(), "test", 64);
      assertEquals(5, Lz4Walk.pass(bytes, 0, 1, file.size()));
      var e =
          assertThrows(
              CorruptDataException.class, () -> Lz4Walk.pass(bytes, 5, plain, file.size()));
      assertEquals(message("wksp checkpt v2", offset, expected, found), e.getMessage());
    }
  }

  /** The beginning of a file of style 1, and numbers. */
  private static byte[] v1(long dataMax, long... numbers) {
    CkptMeta meta = new CkptMeta(1, FrameStyle.RAW, 7, PART_MAX, dataMax, "made-up");
    byte[] header = V1Header.make(meta, WkspCheckptInfo.NONE);
    byte[] bytes = Arrays.copyOf(header, header.length + numbers.length * Svw.SIZE_MAX);
    int end = header.length;
    for (long number : numbers) {
      end = Svw.put(bytes, end, number);
    }
    return Arrays.copyOf(bytes, end);
  }

  /** Where the first number behind the header stands. */
  private static final int V1_END = v1(DATA_MAX).length;

  @Test
  void anotherVersionOfTheFirstStyleIsNotSupported() throws IOException {
    for (byte style : new byte[] {0, 2, 63}) {
      byte[] bytes = v1(DATA_MAX, 1, 1152, 1, 0, 0);
      assertEquals(1 << 1, bytes[Svw.SIZE_MAX]);
      bytes[Svw.SIZE_MAX] = (byte) (style << 1);
      requireUnsupported(bytes, "wksp checkpt v1", 9, "style " + style + " is not known");
    }
  }

  @Test
  void dataOfTheFirstStyleEndInsideTheFile() throws IOException {
    // Tag, address and size take 1, 3 and 1 bytes; of the 3 bytes of data there are 2.
    byte[] cut = v1(DATA_MAX, 1, 1152, 3, 0, 0);
    requireV1(cut, V1_END + 5, "3 bytes of data", "2 bytes");
    byte[] most = v1(DATA_MAX, 1, 1152, DATA_MAX, 0);
    requireV1(most, V1_END + 7, DATA_MAX + " bytes of data", "1 bytes");
    // With the place where they begin, so many are more than a number can tell.
    long max = Long.MAX_VALUE - 1152 - 1024;
    byte[] wrapped = v1(max, 1, 1152, 1, 0, 1, 1153, max - 1, 0);
    int at = wrapped.length - 1;
    requireV1(wrapped, at, (max - 1) + " bytes of data", "1 bytes");
  }

  private void requireV1(byte[] bytes, long offset, String expected, String found)
      throws IOException {
    requireFile("wksp checkpt v1", bytes, offset, expected, found);
  }

  private void requireFile(byte[] bytes, long offset, String expected, String found)
      throws IOException {
    requireFile("wksp checkpt v2", bytes, offset, expected, found);
  }

  private void requireFile(String format, byte[] bytes, long offset, String expected, String found)
      throws IOException {
    Path path = Files.write(directory.resolve("file"), bytes);
    WkspRestoreOptions options = WkspRestoreOptions.DEFAULT;
    for (Reading reading :
        List.<Reading>of(
            wksp -> WkspRestore.restore(wksp, path, options),
            wksp -> WkspRestore.restore(wksp, path, options.withVerifyFirst(true).withThreads(2)),
            wksp -> WkspRestore.partitions(path, Limits.DEFAULT),
            wksp -> WkspRestore.verify(path, 1, Limits.DEFAULT, Progress.NONE))) {
      var e = refused(reading, format, offset, expected, found);
      assertFalse(WkspRestore.wasReset(e));
    }
  }

  private static void requirePipe(byte[] bytes, long offset, String expected, String found) {
    refused(wksp -> restoreStream(wksp, bytes), "wksp checkpt v2", offset, expected, found);
  }

  private static String message(String format, long offset, String expected, String found) {
    return new CorruptDataException(format, offset, expected, found).getMessage();
  }

  /** One way to read a file or pipe, into a workspace if it wants one. */
  @FunctionalInterface
  private interface Reading {
    void into(Wksp wksp) throws IOException;
  }

  private static CorruptDataException refused(
      Reading reading, String format, long offset, String expected, String found) {
    Wksp wksp = target();
    var e = assertThrows(CorruptDataException.class, () -> reading.into(wksp));
    assertEquals(message(format, offset, expected, found), e.getMessage());
    wksp.verify();
    assertEquals(-1, wksp.lockOwner());
    assertEquals(WkspRestore.wasReset(e) ? 0 : 100, wksp.usage(99).taggedSize());
    return e;
  }
}
