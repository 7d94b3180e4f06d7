package holdfast.lz4;

import holdfast.CorruptDataException;
import holdfast.Limits;
import holdfast.Structure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * Reads the "LZ4Block" streams that the lz4-java library writes with a class of this name. They are
 * not LZ4 frames, and no other tool reads them; this is for data that exists. To write, take {@link
 * Lz4FrameOutputStream}.
 *
 * <pre>{@code
 * stream = block* end          every block, and the end, begins with a header:
 *
 * byte 0          8       9            13           17         21
 *      +----------+-------+------------+------------+----------+-- ... --+
 *      | LZ4Block | token | compressed |   plain    | checksum |  data   |
 *      +----------+-------+------------+------------+----------+-- ... --+
 *
 * token       high half 1: data is plain, 2: data is an LZ4 block
 *             low half  n: blocks of up to 2^(n + 10) bytes, n = 0..15
 * compressed  size of the data, 4 bytes little-endian; so is
 * plain       size of what it decodes to; both are 0 at the end
 * checksum    xxh32 of the plain bytes with seed 0x9747B28C, low 28 bits; 0 at the end
 * }</pre>
 *
 * <p>The input need not be trusted: this hands out bytes whose checksum was right, or throws {@link
 * CorruptDataException} with the offset in the input, within the {@link Limits}; every later read
 * throws it again. Buffers grow with the bytes that really came, not with what a header claims.
 *
 * <p><b>Not thread safe.</b>
 */
public final class Lz4BlockInputStream extends InputStream {
  private static final String FORMAT = "lz4-java block stream";

  /** "LZ4Block" as a little-endian number. */
  private static final long MAGIC = 0x6B636F6C42345A4CL;

  private static final int TOKEN_OFFSET = 8;
  private static final int COMPRESSED_OFFSET = TOKEN_OFFSET + 1;
  private static final int PLAIN_OFFSET = COMPRESSED_OFFSET + 4;
  private static final int CHECKSUM_OFFSET = PLAIN_OFFSET + 4;
  private static final int HEADER_SIZE = CHECKSUM_OFFSET + 4;

  private static final int METHOD_PLAIN = 1;
  private static final int METHOD_LZ4 = 2;
  private static final int BLOCK_SHIFT_MIN = 10;

  private static final int SEED = 0x9747B28C;
  private static final int CHECKSUM_MASK = 0x0FFF_FFFF;

  private static final int READ_MIN = 64 << 10;
  private static final long EXPANSION_MAX = 255;

  /** What an entry of the list of parts costs, generously. */
  private static final int PART_SIZE = 256;

  private final ByteSource source;
  private final Limits limits;
  private final boolean concatenated;
  private final Lz4Decompressor blocks;
  private final byte[] header = new byte[HEADER_SIZE];
  private final byte[] single = new byte[1];
  private byte[] data = {};
  private byte[] plain = {};
  private int lo;
  private int hi;

  /** Input bytes taken so far. */
  private long offset;

  private long total;
  private boolean anyEnd;
  private boolean done;
  private boolean closed;
  private CorruptDataException failure;

  /** What was come across; null unless somebody wants to know. */
  private List<Structure> parts;

  /**
   * Reads one stream, within {@link Limits#DEFAULT}, and nothing behind it.
   *
   * @param in where it comes from; closed with this. Unbuffered input is fine
   */
  public Lz4BlockInputStream(InputStream in) {
    this(in, Limits.DEFAULT, false);
  }

  /**
   * Reads one stream or several.
   *
   * @param in where it comes from; closed with this
   * @param limits what may be spent; the largest blocks need 64 MiB of memory
   * @param concatenated whether to go on with the next stream up to the end of the input, instead
   *     of stopping at the first end
   */
  public Lz4BlockInputStream(InputStream in, Limits limits, boolean concatenated) {
    this.source = ByteSource.of(Objects.requireNonNull(in, "in"));
    this.limits = Objects.requireNonNull(limits, "limits");
    this.blocks = Lz4Decompressor.within(limits);
    this.concatenated = concatenated;
  }

  /**
   * Shows every part of the streams of an input, up to its end. All blocks are decoded and checked
   * on the way.
   *
   * @param in where it comes from; left open
   * @param limits what may be spent; the memory limit bounds the list of parts too
   * @return a tree of one level: blocks and ends
   * @throws IOException if the input cannot be read
   * @throws CorruptDataException if the input holds something else, or is damaged
   */
  public static Structure inspect(InputStream in, Limits limits) throws IOException {
    var reader = new Lz4BlockInputStream(in, limits, true);
    reader.parts = new ArrayList<>();
    boolean more;
    do {
      more = reader.nextBlock();
    } while (more);
    return new Structure(FORMAT, 0, reader.offset, reader.total + " plain bytes", reader.parts);
  }

  /**
   * Reads one byte. Many at once are faster.
   *
   * @return 0 to 255, or -1 at the end
   * @throws IOException if what is below cannot be read, or this is closed
   */
  @Override
  public int read() throws IOException {
    return read(single, 0, 1) < 0 ? -1 : single[0] & 0xFF;
  }

  /**
   * Reads some bytes: at most what is left of one block.
   *
   * @param to array for them
   * @param at index of the first
   * @param size most that are wanted
   * @return how many, at least 1 unless {@code size} is 0; -1 at the end
   * @throws IOException if what is below cannot be read, or this is closed; the bytes of the block
   *     begun are lost then
   */
  @Override
  public int read(byte[] to, int at, int size) throws IOException {
    Objects.checkFromIndexSize(at, size, to.length);
    requireOpen();
    if (size == 0) {
      return 0;
    }
    while (lo == hi) {
      if (done || !nextBlock()) {
        return -1;
      }
    }
    int count = Math.min(size, hi - lo);
    System.arraycopy(plain, lo, to, at, count);
    lo += count;
    return count;
  }

  /**
   * How many bytes are decoded already.
   *
   * @return bytes that can be read without touching what is below
   * @throws IOException if this is closed
   */
  @Override
  public int available() throws IOException {
    requireOpen();
    return hi - lo;
  }

  /**
   * Closes what is below. Does nothing when closed before.
   *
   * @throws IOException if what is below cannot be closed
   */
  @Override
  public void close() throws IOException {
    if (!closed) {
      closed = true;
      source.close();
    }
  }

  private boolean nextBlock() throws IOException {
    if (failure != null) {
      throw failure;
    }
    try {
      return block();
    } catch (CorruptDataException e) {
      failure = e;
      throw e;
    }
  }

  /** Reads a block, or an end; {@code false} when nothing follows. */
  private boolean block() throws IOException {
    long start = offset;
    int got = fill(header, HEADER_SIZE);
    if (got == 0 && concatenated && anyEnd) {
      done = true;
      return false;
    }
    requireAll(got, HEADER_SIZE, "a block header");
    long magic = (long) StripeHash.LONG.get(header, 0);
    if (magic != MAGIC) {
      throw corrupt(start, "the magic LZ4Block", "0x%016x".formatted(magic));
    }
    int token = header[TOKEN_OFFSET] & 0xFF;
    int method = token >>> 4;
    if (method != METHOD_PLAIN && method != METHOD_LZ4) {
      throw corrupt(start + TOKEN_OFFSET, "method 1 or 2", String.valueOf(method));
    }
    int blockMax = 1 << (BLOCK_SHIFT_MIN + (token & 0x0F));
    int size = FrameLayout.getWord(header, COMPRESSED_OFFSET);
    int plainSize = FrameLayout.getWord(header, PLAIN_OFFSET);
    int checksum = FrameLayout.getWord(header, CHECKSUM_OFFSET);
    if (plainSize < 0 || plainSize > blockMax) {
      throw corrupt(start + PLAIN_OFFSET, "0 to " + blockMax + " plain bytes", plainSize + "");
    }
    // One byte of a block stands for 255 at most.
    boolean fits =
        (method == METHOD_PLAIN || plainSize == 0)
            ? size == plainSize
            : size > 0
                && size <= Lz4Block.maxCompressedSize(plainSize)
                && plainSize <= EXPANSION_MAX * size;
    if (!fits) {
      throw corrupt(
          start + COMPRESSED_OFFSET,
          "a size that " + plainSize + " plain bytes can have",
          String.valueOf(size));
    }
    note(start, method, size, plainSize);
    if (plainSize == 0) {
      return end(start, checksum);
    }
    check(start, (long) size + plainSize, plainSize);
    read(size);
    decode(method, size, plainSize, start, checksum);
    return true;
  }

  /** Adds a block to the parts, if they are wanted. */
  private void note(long start, int method, int size, int plainSize) {
    if (parts == null) {
      return;
    }
    if (parts.size() >= limits.memoryMax() / PART_SIZE) {
      throw corrupt(
          start,
          "a listing that fits into " + limits.memoryMax() + " bytes",
          parts.size() + " parts and more");
    }
    String value =
        method == METHOD_PLAIN
            ? "stored, " + size + " bytes"
            : "compressed, " + size + " bytes for " + plainSize;
    parts.add(
        plainSize == 0
            ? Structure.leaf("end", start, HEADER_SIZE, "")
            : Structure.leaf("block", start, HEADER_SIZE + (long) size, value));
  }

  private boolean end(long start, int checksum) {
    if (checksum != 0) {
      throw corrupt(start + CHECKSUM_OFFSET, "checksum 0 at the end", FrameLayout.hex(checksum));
    }
    anyEnd = true;
    done = !concatenated;
    return concatenated;
  }

  private void check(long start, long memory, int plainSize) {
    if (memory > limits.memoryMax()) {
      throw corrupt(
          start,
          "a block that needs at most " + limits.memoryMax() + " bytes of memory",
          "one that needs " + memory);
    }
    if (plainSize > limits.outputMax() - total) {
      throw corrupt(
          start, "at most " + limits.outputMax() + " plain bytes, as the limits allow", "more");
    }
  }

  /** Reads data of a block; the array at most doubles before the bytes are there. */
  private void read(int size) throws IOException {
    int got = 0;
    while (got < size) {
      if (got == data.length) {
        data = Arrays.copyOf(data, Math.max(READ_MIN, Math.min(size, 2 * got)));
      }
      int want = Math.min(size, data.length) - got;
      int count = source.read(data, got, want);
      if (count < 0) {
        requireAll(got, size, "the rest of a block");
      }
      got += count;
      offset += count;
    }
  }

  private void decode(int method, int size, int plainSize, long start, int checksum) {
    if (plain.length < plainSize) {
      plain = new byte[plainSize];
    }
    long dataStart = start + HEADER_SIZE;
    if (method == METHOD_PLAIN) {
      System.arraycopy(data, 0, plain, 0, size);
    } else {
      int produced;
      try {
        produced = blocks.decompress(data, 0, size, plain, 0, plainSize);
      } catch (CorruptDataException e) {
        throw corrupt(dataStart + e.offset(), e.expected(), e.found());
      }
      if (produced != plainSize) {
        throw corrupt(dataStart, plainSize + " plain bytes", String.valueOf(produced));
      }
    }
    int found = XxHash32.hash(plain, 0, plainSize, SEED) & CHECKSUM_MASK;
    if (found != checksum) {
      throw corrupt(
          start + CHECKSUM_OFFSET, "checksum " + FrameLayout.hex(found), FrameLayout.hex(checksum));
    }
    total += plainSize;
    lo = 0;
    hi = plainSize;
  }

  /** Fills an array from its start, as far as the input goes. */
  private int fill(byte[] to, int size) throws IOException {
    int got = 0;
    while (got < size) {
      int count = source.read(to, got, size - got);
      if (count < 0) {
        break;
      }
      got += count;
      offset += count;
    }
    return got;
  }

  private void requireAll(int got, int size, String expected) {
    if (got < size) {
      throw corrupt(offset, expected, "the end of the input");
    }
  }

  private void requireOpen() throws ClosedChannelException {
    if (closed) {
      throw new ClosedChannelException();
    }
  }

  private static CorruptDataException corrupt(long at, String expected, String found) {
    return new CorruptDataException(FORMAT, at, expected, found);
  }
}
