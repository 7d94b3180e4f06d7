package holdfast.lz4;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.CorruptDataException;
import holdfast.testkit.BlockOracle;
import holdfast.testkit.Content;
import holdfast.testkit.Guarded;
import holdfast.testkit.HostileBlocks;
import holdfast.testkit.NaiveLz4;
import holdfast.testkit.Tier;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Hostile blocks into every kind of memory: the decoder answers as {@link BlockOracle} does, and
 * touches nothing outside of its ranges.
 *
 * <p>Each case has a seed of its own. Failures print it; {@code -Dholdfast.case=SEED} runs that one
 * alone.
 */
class Lz4BlockFuzz {
  private static final int QUICK = 800_000;
  private static final int THOROUGH = 20_000_000;
  private static final int ROOM = 1 << 15;

  /** Where the bytes before the block lie. */
  private enum History {
    NONE,
    PREFIX,
    DICTIONARY,
    DICTIONARY_AND_PREFIX
  }

  /** What the source and the destination are made of. */
  private enum Kind {
    ARRAYS,
    NATIVE,
    WHOLE_ARRAYS,
    HEAP_SEGMENTS,
    HEAP_TO_NATIVE,
    NATIVE_TO_HEAP,
    READ_ONLY_HEAP_SOURCE,
    READ_ONLY_NATIVE_SOURCE,
    HEAP_BUFFERS,
    DIRECT_BUFFERS,
    READ_ONLY_BUFFER_TO_DIRECT,
    DIRECT_TO_HEAP_BUFFER
  }

  /** A dictionary, and a decompressor that has it; most are small, so that offsets miss often. */
  private static final class Dictionary {
    final byte[] bytes;
    final Lz4Decompressor decompressor;

    Dictionary(int size) {
      bytes = Content.of(3, 11, size);
      decompressor = Lz4Decompressor.create().withDictionary(bytes);
    }
  }

  private final Dictionary none = new Dictionary(0);
  private final Dictionary[] small = {
    new Dictionary(1), new Dictionary(4), new Dictionary(8), new Dictionary(70), new Dictionary(300)
  };
  private final Dictionary[] large = {
    new Dictionary(65_535), new Dictionary(65_536), new Dictionary(70_000)
  };

  private final HostileBlocks blocks = new HostileBlocks();
  private final Guarded heapSource = Guarded.heap(ROOM);
  private final Guarded heapTarget = Guarded.heap(4 * ROOM);
  private Guarded nativeSource;
  private Guarded nativeTarget;
  private int accepted;

  @Test
  @Timeout(3600)
  void hostileBlocksAreAnsweredAsTheFormatSaysInEveryKindOfMemory() {
    long given = Long.getLong("holdfast.case", 0);
    long seed = Tier.seed(20_251);
    int cases = given != 0 ? 1 : Tier.of(QUICK, THOROUGH);
    System.out.println("Lz4BlockFuzz seed=" + seed + " cases=" + cases);
    run(
        () -> {
          for (int i = 0; i < cases; i++) {
            check(given != 0 ? given : Content.r(seed, i));
          }
        });
    if (cases > 1) {
      assertTrue(accepted > cases / 5 && accepted < cases * 4 / 5, "accepted " + accepted);
    }
  }

  /** Seeds of cases that failed once. */
  @ParameterizedTest
  @ValueSource(longs = {1})
  void casesThatFailedOnceStayFixed(long caseSeed) {
    run(() -> check(caseSeed));
  }

  /** On a thread with a short stack, because most cases make an exception. */
  private void run(Runnable body) {
    Throwable[] failure = new Throwable[1];
    Thread thread =
        Thread.ofPlatform()
            .start(
                () -> {
                  try (Arena arena = Arena.ofConfined()) {
                    nativeSource = Guarded.nativeMemory(ROOM, arena);
                    nativeTarget = Guarded.nativeMemory(4 * ROOM, arena);
                    body.run();
                  } catch (Throwable e) {
                    failure[0] = e;
                  }
                });
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    if (failure[0] != null) {
      throw new AssertionError(failure[0].getMessage(), failure[0]);
    }
  }

  private void check(long caseSeed) {
    SplittableRandom random = new SplittableRandom(caseSeed);
    History where = History.values()[Math.max(0, random.nextInt(8) - 4)];
    boolean partial = random.nextInt(10) < 3;
    Dictionary dictionary = none;
    if (where == History.DICTIONARY || where == History.DICTIONARY_AND_PREFIX) {
      Dictionary[] pool = random.nextInt(400) == 0 ? large : small;
      dictionary = pool[random.nextInt(pool.length)];
    }
    byte[] prefix = {};
    if (where == History.PREFIX || where == History.DICTIONARY_AND_PREFIX) {
      prefix = Content.of(5, 5, random.nextInt(400) == 0 ? 66_000 : 1 + random.nextInt(80));
    }
    byte[] history = Arrays.copyOf(dictionary.bytes, dictionary.bytes.length + prefix.length);
    System.arraycopy(prefix, 0, history, dictionary.bytes.length, prefix.length);

    blocks.make(random.nextLong(), history.length);
    int capacity = Math.min(blocks.capacity(), ROOM);
    byte[] expected =
        partial
            ? BlockOracle.partial(blocks.bytes(), blocks.size(), history, history.length, capacity)
            : BlockOracle.full(blocks.bytes(), blocks.size(), history, history.length, capacity);
    if (expected != null) {
      accepted++;
    }
    Case all = new Case(caseSeed, dictionary, prefix, capacity, partial, expected);
    all.check(Kind.ARRAYS);
    all.check(Kind.NATIVE);
    all.check(Kind.values()[2 + random.nextInt(Kind.values().length - 2)]);
    if (history.length == 0 && random.nextInt(8) == 0) {
      byte[] block = Arrays.copyOf(blocks.bytes(), blocks.size());
      long size = PlainSize.of(block);
      byte[] ample =
          BlockOracle.full(block, block.length, history, 0, size < 0 ? ROOM : (int) size + 12);
      assertEquals(ample == null ? -1 : ample.length, size, "size of case " + caseSeed);
    }
    if (expected != null && !partial && random.nextInt(16) == 0) {
      byte[] block = Arrays.copyOf(blocks.bytes(), blocks.size());
      assertTrue(Arrays.equals(expected, NaiveLz4.decode(block, history, capacity)), "oracles");
    }
  }

  /** One block and the answer that is due. */
  private final class Case {
    final long caseSeed;
    final Dictionary dictionary;
    final byte[] prefix;
    final int capacity;
    final boolean partial;
    final byte[] expected;
    long refusedAt = -1;

    Case(
        long caseSeed,
        Dictionary dictionary,
        byte[] prefix,
        int capacity,
        boolean partial,
        byte[] expected) {
      this.caseSeed = caseSeed;
      this.dictionary = dictionary;
      this.prefix = prefix;
      this.capacity = capacity;
      this.partial = partial;
      this.expected = expected;
    }

    void check(Kind kind) {
      boolean buffers = kind.name().contains("BUFFER");
      if (buffers && prefix.length > 0) {
        return;
      }
      if (kind == Kind.WHOLE_ARRAYS) {
        wholeArrays();
        return;
      }
      boolean heapFrom =
          switch (kind) {
            case ARRAYS,
                HEAP_SEGMENTS,
                HEAP_TO_NATIVE,
                READ_ONLY_HEAP_SOURCE,
                HEAP_BUFFERS,
                READ_ONLY_BUFFER_TO_DIRECT ->
                true;
            default -> false;
          };
      boolean heapTo =
          switch (kind) {
            case ARRAYS,
                HEAP_SEGMENTS,
                NATIVE_TO_HEAP,
                READ_ONLY_HEAP_SOURCE,
                HEAP_BUFFERS,
                DIRECT_TO_HEAP_BUFFER ->
                true;
            default -> false;
          };
      Guarded src = (heapFrom ? heapSource : nativeSource).holding(blocks.bytes(), blocks.size());
      Guarded dst = (heapTo ? heapTarget : nativeTarget).holding(prefix, prefix.length, capacity);
      long produced;
      try {
        produced = decode(kind, src, dst);
      } catch (CorruptDataException e) {
        produced = -1;
        refused(kind, e);
      } catch (RuntimeException | Error e) {
        throw new AssertionError(describe(kind) + " threw " + e, e);
      }
      require(src.intact() && src.holds(0, blocks.bytes(), blocks.size()), kind, "source changed");
      require(dst.intact(), kind, "wrote outside of the destination");
      require(dst.holds(0, prefix, prefix.length), kind, "history changed");
      if (expected == null) {
        require(produced == -1, kind, "accepted, gave " + produced + " bytes");
      } else {
        require(produced == expected.length, kind, "gave " + produced + " bytes");
        require(dst.holds(prefix.length, expected, expected.length), kind, "gave other bytes");
      }
    }

    /** Without any room around the ranges: a read or write outside is an exception. */
    private void wholeArrays() {
      byte[] src = Arrays.copyOf(blocks.bytes(), blocks.size());
      byte[] dst = Arrays.copyOf(prefix, prefix.length + capacity);
      Lz4Decompressor decompressor = dictionary.decompressor;
      try {
        int produced =
            partial
                ? decompressor.decompressPartialAfter(
                    src, 0, src.length, dst, prefix.length, capacity, prefix.length)
                : decompressor.decompressAfter(
                    src, 0, src.length, dst, prefix.length, capacity, prefix.length);
        byte[] found = Arrays.copyOfRange(dst, prefix.length, prefix.length + produced);
        require(Arrays.equals(expected, found), Kind.WHOLE_ARRAYS, "gave other bytes");
      } catch (CorruptDataException e) {
        refused(Kind.WHOLE_ARRAYS, e);
      } catch (RuntimeException | Error e) {
        throw new AssertionError(describe(Kind.WHOLE_ARRAYS) + " threw " + e, e);
      }
    }

    private long decode(Kind kind, Guarded src, Guarded dst) {
      Lz4Decompressor decompressor = dictionary.decompressor;
      return switch (kind) {
        case ARRAYS -> arrays(decompressor, src, dst);
        case READ_ONLY_HEAP_SOURCE, READ_ONLY_NATIVE_SOURCE ->
            segments(decompressor, src.segment().asReadOnly(), dst.segment());
        case HEAP_BUFFERS, DIRECT_BUFFERS, DIRECT_TO_HEAP_BUFFER ->
            buffers(decompressor, src.buffer(), dst.buffer());
        case READ_ONLY_BUFFER_TO_DIRECT ->
            buffers(decompressor, src.buffer().asReadOnlyBuffer(), dst.buffer());
        default -> segments(decompressor, src.segment(), dst.segment());
      };
    }

    private long arrays(Lz4Decompressor decompressor, Guarded src, Guarded dst) {
      int to = dst.offset() + prefix.length;
      if (prefix.length == 0) {
        return partial
            ? decompressor.decompressPartial(
                src.array(), src.offset(), src.size(), dst.array(), to, capacity)
            : decompressor.decompress(
                src.array(), src.offset(), src.size(), dst.array(), to, capacity);
      }
      return partial
          ? decompressor.decompressPartialAfter(
              src.array(), src.offset(), src.size(), dst.array(), to, capacity, prefix.length)
          : decompressor.decompressAfter(
              src.array(), src.offset(), src.size(), dst.array(), to, capacity, prefix.length);
    }

    private long segments(Lz4Decompressor decompressor, MemorySegment src, MemorySegment dst) {
      if (prefix.length == 0) {
        return partial
            ? decompressor.decompressPartial(src, dst)
            : decompressor.decompress(src, dst);
      }
      return partial
          ? decompressor.decompressPartialAfter(src, dst, prefix.length)
          : decompressor.decompressAfter(src, dst, prefix.length);
    }

    private long buffers(Lz4Decompressor decompressor, ByteBuffer src, ByteBuffer dst) {
      int from = src.position();
      int to = dst.position();
      try {
        int produced =
            partial ? decompressor.decompressPartial(src, dst) : decompressor.decompress(src, dst);
        assertEquals(src.limit(), src.position(), "source position");
        assertEquals(to + produced, dst.position(), "destination position");
        return produced;
      } catch (CorruptDataException e) {
        assertEquals(from, src.position(), "source position after a refusal");
        assertEquals(to, dst.position(), "destination position after a refusal");
        throw e;
      }
    }

    /** The same block is refused at the same place, whatever the memory. */
    private void refused(Kind kind, CorruptDataException e) {
      require(expected == null, kind, "refused: " + e.getMessage());
      require(e.format().equals("lz4 block"), kind, "format " + e.format());
      require(
          e.offset() >= 0 && e.offset() <= blocks.size(),
          kind,
          "offset outside: " + e.getMessage());
      if (refusedAt < 0) {
        refusedAt = e.offset();
      }
      require(refusedAt == e.offset(), kind, e.getMessage() + ", but elsewhere at " + refusedAt);
    }

    private void require(boolean holds, Kind kind, String what) {
      if (!holds) {
        throw new AssertionError(describe(kind) + ": " + what);
      }
    }

    private String describe(Kind kind) {
      return kind
          + (partial ? " partial" : "")
          + " capacity="
          + capacity
          + " prefix="
          + prefix.length
          + " dictionary="
          + dictionary.bytes.length
          + " block="
          + HexFormat.of().formatHex(blocks.bytes(), 0, Math.min(blocks.size(), 200))
          + (blocks.size() > 200 ? "..., " + blocks.size() + " bytes" : "")
          + " expected "
          + (expected == null ? "a refusal" : expected.length + " bytes")
          + "; again: mvn test -Dtest=Lz4BlockFuzz -Dholdfast.case="
          + caseSeed;
    }
  }
}
