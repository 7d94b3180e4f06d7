package holdfast.testkit;

import holdfast.CorruptDataException;
import holdfast.Limits;
import holdfast.UnsupportedFormatException;
import holdfast.chunkio.ChunkTarget;
import holdfast.groove.HostileGroove;
import holdfast.lz4.Lz4;
import holdfast.lz4.Lz4Compressor;
import holdfast.lz4.Lz4Decompressor;
import holdfast.lz4.Lz4Dictionary;
import holdfast.lz4.Lz4Frame;
import holdfast.lz4.Lz4FrameInputStream;
import holdfast.lz4.Lz4FrameReadOptions;
import holdfast.lz4.Lz4Level;
import holdfast.lz4.Lz4StreamEncoder;
import holdfast.snapshot.SnapshotTarget;
import holdfast.wksp.HostileCkpt;
import holdfast.wksp.HostileWksp;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.SplittableRandom;

/**
 * The bodies of the coverage-guided fuzz targets: each takes any bytes at all and throws an {@link
 * AssertionError} when the library did something wrong with them.
 *
 * <p>The engine calls them from {@code fuzz/}; the normal build calls them with every input that is
 * kept there. The first bytes of an input choose sizes and modes, the rest is what is decoded or
 * compressed; missing bytes count as 0. The result says whether the library accepted the input.
 */
public final class FuzzTargets {
  private static final byte[] NONE = {};
  private static final int DICTIONARY_SIZE = 1 << 16;
  private static final byte[] DICTIONARY = Content.of(3, 11, DICTIONARY_SIZE);
  private static final Limits FRAME_LIMITS = new Limits(4 << 20, 32 << 20);

  private FuzzTargets() {}

  /** Damage to the table of a workspace, and what is then done with it: see {@link HostileWksp}. */
  public static boolean wkspUse(byte[] input) {
    return HostileWksp.run(input);
  }

  /** Damage to an allocator or to a region header, and what is then done: {@link HostileGroove}. */
  public static boolean groove(byte[] input) {
    return HostileGroove.run(input);
  }

  /** Any bytes as a checkpoint of a workspace, from a file and from a stream. */
  public static boolean wkspRestore(byte[] input) {
    return HostileCkpt.run(input);
  }

  /** Byte 0 bit 0: in part; bytes 1 and 2: room; then the block. */
  public static boolean blockDecode(byte[] input) {
    Input in = new Input(input);
    boolean partial = (in.next() & 1) != 0;
    int capacity = in.nextShort();
    return decode(in.rest(), NONE, NONE, capacity, partial);
  }

  /** As above, then byte 3: size of the prefix, bytes 4 and 5: size of the dictionary. */
  public static boolean blockDecodeWithDictionary(byte[] input) {
    Input in = new Input(input);
    boolean partial = (in.next() & 1) != 0;
    int capacity = in.nextShort();
    byte[] prefix = Content.of(5, 5, in.next());
    int size = in.nextShort();
    byte[] dictionary = Arrays.copyOfRange(DICTIONARY, DICTIONARY_SIZE - size, DICTIONARY_SIZE);
    return decode(in.rest(), dictionary, prefix, capacity, partial);
  }

  /** Any bytes as a chunk file. */
  public static boolean chunk(byte[] input) {
    return ChunkTarget.load(input);
  }

  /** Header, directory and footer of a snapshot with checksums made right. */
  public static boolean snapshotStructure(byte[] input) {
    return SnapshotTarget.structure(input);
  }

  /** The data of one batch in a snapshot that is sound otherwise; byte 0: records. */
  public static boolean snapshotBatch(byte[] input) {
    return SnapshotTarget.batch(input);
  }

  /** A whole snapshot with checksums made right, loaded into a store beside a sound older one. */
  public static boolean snapshotLoad(byte[] input) {
    return SnapshotTarget.load(input);
  }

  private static boolean decode(
      byte[] block, byte[] dictionary, byte[] prefix, int capacity, boolean partial) {
    byte[] history = concat(dictionary, prefix);
    byte[] expected =
        partial
            ? BlockOracle.partial(block, block.length, history, history.length, capacity)
            : BlockOracle.full(block, block.length, history, history.length, capacity);
    Lz4Decompressor decompressor = Lz4Decompressor.create().withDictionary(dictionary);
    byte[] room = Arrays.copyOf(prefix, prefix.length + capacity);
    long place = -1;
    byte[] found = null;
    try {
      int lo = prefix.length;
      int produced =
          partial
              ? decompressor.decompressPartialAfter(block, 0, block.length, room, lo, capacity, lo)
              : decompressor.decompressAfter(block, 0, block.length, room, lo, capacity, lo);
      found = Arrays.copyOfRange(room, lo, lo + produced);
    } catch (CorruptDataException e) {
      place = e.offset();
    }
    same(expected, found, "arrays");
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment dst = arena.allocate(room.length);
      MemorySegment.copy(prefix, 0, dst, ValueLayout.JAVA_BYTE, 0, prefix.length);
      MemorySegment src = arena.allocate(block.length).copyFrom(MemorySegment.ofArray(block));
      long produced =
          partial
              ? decompressor.decompressPartialAfter(src, dst, prefix.length)
              : decompressor.decompressAfter(src, dst, prefix.length);
      same(
          expected,
          dst.asSlice(prefix.length, produced).toArray(ValueLayout.JAVA_BYTE),
          "native memory");
    } catch (CorruptDataException e) {
      same(expected, null, "native memory");
      require(place == e.offset(), "refused at " + place + " and at " + e.offset());
    }
    return expected != null;
  }

  /**
   * Byte 0: how the input is split; then frames. Decoded in one call and through a stream that gets
   * and gives the bytes in pieces: both end the same way.
   */
  public static boolean frameDecode(byte[] input) {
    Input in = new Input(input);
    SplittableRandom random = new SplittableRandom(in.next());
    byte[] frames = in.rest();
    var options = Lz4FrameReadOptions.DEFAULT.withLimits(FRAME_LIMITS);
    byte[] atOnce = null;
    String failure = null;
    try {
      atOnce = Lz4Frame.decompress(frames, options);
    } catch (CorruptDataException | UnsupportedFormatException e) {
      failure = e.toString();
    }
    var pieces = new ByteArrayOutputStream();
    String pieceFailure = null;
    try (var stream = new Lz4FrameInputStream(new Splitter(frames, random), options)) {
      byte[] room = new byte[1 + random.nextInt(random.nextBoolean() ? 20 : 100_000)];
      for (int n = 0; n >= 0; n = stream.read(room, 0, 1 + random.nextInt(room.length))) {
        pieces.write(room, 0, n);
      }
    } catch (CorruptDataException | UnsupportedFormatException e) {
      pieceFailure = e.toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    require(
        String.valueOf(failure).equals(String.valueOf(pieceFailure)),
        "at once: " + failure + ", in pieces: " + pieceFailure);
    require(pieces.size() <= FRAME_LIMITS.outputMax(), "more than the limit");
    if (failure == null) {
      same(atOnce, pieces.toByteArray(), "in pieces");
    }
    return failure == null;
  }

  /**
   * Bytes 0 and 1: level or acceleration; bytes 2 and 3: room for the fill; then the plain bytes.
   * Compressed from arrays and native memory, whole and as much as fits.
   */
  public static boolean roundTrip(byte[] input) {
    Input in = new Input(input);
    Lz4Level level = level(in.next(), in.next());
    int room = in.nextShort();
    byte[] plain = in.rest();
    Lz4Compressor compressor = Lz4Compressor.of(level);
    byte[] dst = new byte[Lz4.maxCompressedSize(plain.length)];
    int size = compressor.compress(plain, 0, plain.length, dst, 0, dst.length);
    byte[] block = Arrays.copyOf(dst, size);
    same(plain, NaiveLz4.decodeStrictly(block, NONE, plain.length), "naive decoder");
    same(plain, Lz4.decompress(block, plain.length), "decoder");
    require(
        compressor.compress(plain, 0, plain.length, dst, 0, size) == size, "exact room is enough");
    require(
        size == 1 || compressor.compress(plain, 0, plain.length, dst, 0, size - 1) == 0,
        "one byte less is not");
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment src = arena.allocate(plain.length).copyFrom(MemorySegment.ofArray(plain));
      MemorySegment to = arena.allocate(dst.length);
      long native1 = compressor.compress(src, to);
      same(block, to.asSlice(0, native1).toArray(ValueLayout.JAVA_BYTE), "native memory");
    }
    byte[] small = new byte[room];
    int filled = compressor.fill(plain, 0, plain.length, small, 0, room);
    int used = (int) compressor.consumed();
    require(filled <= room && (filled > 0 || room == 0), "filled " + filled + " of " + room);
    if (filled > 0) {
      same(
          Arrays.copyOf(plain, used),
          NaiveLz4.decodeStrictly(Arrays.copyOf(small, filled), NONE, used),
          "filled block");
      require(used == plain.length || filled > room - 16 || room < 16, "room left: " + filled);
    }
    return true;
  }

  /** Level 2 to 12 when the first number is at least 224, else an acceleration. */
  private static Lz4Level level(int a, int b) {
    return a < 224 ? Lz4Level.fast(1 + a * b) : Lz4Level.hc(2 + (a - 224) % 11);
  }

  /** A program for a linked stream, see {@link LinkedStreamWalk}. */
  public static boolean linkedStream(byte[] input) {
    new LinkedStreamWalk(input).run();
    return true;
  }

  /** Calls of a reader and a checkpoint, see {@link RestoreTarget}. */
  public static boolean restore(byte[] input) {
    return new RestoreTarget(new Input(input)).run();
  }

  /** Byte 0: level 2 to 12, and whether decompression speed is preferred; then a program. */
  public static boolean hcStream(byte[] input) {
    Input in = new Input(input);
    Lz4Level level = hcLevel(in.next());
    new LinkedStreamWalk(in.rest(), level).run();
    return true;
  }

  /**
   * Byte 0 as above, bytes 1 and 2: size of the dictionary, bytes 3 and 4: room; then the plain
   * bytes. Compressed with the dictionary loaded and attached, with much room and with that.
   */
  public static boolean hcDictionary(byte[] input) {
    Input in = new Input(input);
    Lz4Level level = hcLevel(in.next());
    int size = in.nextShort();
    byte[] dictionary = Arrays.copyOfRange(DICTIONARY, DICTIONARY_SIZE - size, DICTIONARY_SIZE);
    int room = in.nextShort();
    byte[] plain = in.rest();
    var ready = Lz4Dictionary.of(dictionary);
    var encoder = Lz4StreamEncoder.of(level);
    byte[] block = new byte[Lz4.maxCompressedSize(plain.length)];
    for (boolean attached : new boolean[] {false, true}) {
      begin(encoder, dictionary, ready, attached);
      int packed = encoder.compress(plain, 0, plain.length, block, 0, block.length);
      byte[] expected = Arrays.copyOf(block, packed);
      String how = attached ? "attached" : "loaded";
      same(plain, NaiveLz4.decodeStrictly(expected, dictionary, plain.length), how);
      byte[] back = new byte[plain.length];
      Lz4Decompressor.create()
          .withDictionary(dictionary)
          .decompress(block, 0, packed, back, 0, back.length);
      same(plain, back, how + ", decoder");

      begin(encoder, dictionary, ready, attached);
      int limited = Math.min(room, block.length);
      int fits = encoder.compress(plain, 0, plain.length, block, 0, limited);
      require(fits == 0 ? limited < block.length : fits == packed, how + ", room " + room);
      same(fits == 0 ? NONE : expected, Arrays.copyOf(block, fits), how + ", limited");
    }
    return true;
  }

  private static void begin(
      Lz4StreamEncoder encoder, byte[] dictionary, Lz4Dictionary ready, boolean attached) {
    if (attached) {
      encoder.attach(ready);
    } else {
      encoder.loadDictionary(dictionary, 0, dictionary.length);
    }
  }

  private static Lz4Level hcLevel(int number) {
    return Lz4Level.hc(2 + number % 11).withFavorDecompressionSpeed(number / 11 % 2 != 0);
  }

  private static byte[] concat(byte[] a, byte[] b) {
    byte[] both = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, both, a.length, b.length);
    return both;
  }

  static void same(byte[] expected, byte[] found, String who) {
    if (!Arrays.equals(expected, found)) {
      throw new AssertionError(who + ": expected " + show(expected) + ", found " + show(found));
    }
  }

  static void require(boolean holds, String what) {
    if (!holds) {
      throw new AssertionError(what);
    }
  }

  private static String show(byte[] bytes) {
    return bytes == null
        ? "a refusal"
        : bytes.length + " bytes " + HexFormat.of().formatHex(bytes, 0, Math.min(40, bytes.length));
  }

  /** The bytes of an input, one by one. */
  static final class Input {
    private final byte[] bytes;
    private int at;

    Input(byte[] bytes) {
      this.bytes = bytes;
    }

    boolean isEmpty() {
      return at >= bytes.length;
    }

    int next() {
      return at < bytes.length ? bytes[at++] & 0xff : 0;
    }

    int nextShort() {
      return next() | next() << 8;
    }

    byte[] rest() {
      return Arrays.copyOfRange(bytes, Math.min(at, bytes.length), bytes.length);
    }
  }

  /** Gives its bytes in pieces of random size. */
  private static final class Splitter extends ByteArrayInputStream {
    private final SplittableRandom random;
    private final int pieceMax;

    Splitter(byte[] bytes, SplittableRandom random) {
      super(bytes);
      this.random = random;
      this.pieceMax = random.nextBoolean() ? 1 : 1 + random.nextInt(300);
    }

    @Override
    public synchronized int read(byte[] to, int offset, int size) {
      return super.read(to, offset, Math.min(size, 1 + random.nextInt(pieceMax)));
    }
  }
}
