package holdfast.lz4;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.testkit.Content;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every public method that takes memory refuses every range that is not one, before it touches
 * anything; the methods are found by reflection, so that a new one cannot be forgotten.
 *
 * <p>A {@code byte[]} followed by two ints is a range: offset, then size.
 */
class Lz4ArgumentsTest {
  private static final int SIZE = 64;

  /** One method of one of the classes below, with an object to call it on. */
  record Call(Supplier<Object> maker, Method method) {
    Object[] arguments() {
      Class<?>[] types = method.getParameterTypes();
      Object[] arguments = new Object[types.length];
      for (int i = 0; i < types.length; i++) {
        arguments[i] = argument(types, i);
      }
      return arguments;
    }

    /** Valid ones: each array is wholly in its range, there is no history. */
    private static Object argument(Class<?>[] types, int i) {
      if (types[i] == byte[].class) {
        return block();
      }
      if (types[i] == MemorySegment.class) {
        return MemorySegment.ofArray(block());
      }
      if (types[i] == ByteBuffer.class) {
        return ByteBuffer.wrap(block());
      }
      if (types[i] == int.class) {
        return i >= 2 && types[i - 1] == int.class && types[i - 2] == byte[].class ? SIZE : 0;
      }
      if (types[i] == long.class) {
        return 0L;
      }
      return types[i] == Lz4Level.class ? Lz4Level.FAST : null;
    }

    /** A valid block, so that a decoder gets as far as its destination: a run of 62 literals. */
    private static byte[] block() {
      byte[] block = Content.of(3, 1, SIZE);
      block[0] = (byte) 0xf0;
      block[1] = SIZE - 2 - 15;
      return block;
    }

    void invoke(Object... arguments) throws Throwable {
      try {
        method.invoke(Modifier.isStatic(method.getModifiers()) ? null : maker.get(), arguments);
      } catch (InvocationTargetException e) {
        throw e.getCause();
      }
    }

    @Override
    public String toString() {
      return method.getDeclaringClass().getSimpleName()
          + "."
          + method.getName()
          + Arrays.toString(method.getParameterTypes());
    }
  }

  /** Objects in a state in which every method is legal and has something to do. */
  private static List<Supplier<Object>> objects() {
    byte[] history = Content.of(3, 9, SIZE);
    return List.of(
        () -> Lz4Compressor.of(Lz4Level.FAST),
        () -> Lz4Decompressor.create(),
        () -> {
          Lz4StreamEncoder encoder = Lz4StreamEncoder.of(Lz4Level.FAST);
          encoder.loadDictionary(history, 0, SIZE);
          return encoder;
        },
        () -> Lz4StreamDecoder.create(),
        () -> Lz4Dictionary.of(history));
  }

  private static Stream<Call> calls(Class<?> parameter) {
    List<Call> calls = new ArrayList<>();
    for (Supplier<Object> maker : objects()) {
      for (Method method : maker.get().getClass().getDeclaredMethods()) {
        if (Modifier.isPublic(method.getModifiers())
            && List.of(method.getParameterTypes()).contains(parameter)) {
          calls.add(new Call(maker, method));
        }
      }
    }
    return calls.stream();
  }

  static Stream<Call> withArrays() {
    return calls(byte[].class).filter(c -> ranges(c.method.getParameterTypes()).length > 0);
  }

  static Stream<Call> withSegments() {
    return calls(MemorySegment.class);
  }

  static Stream<Call> withBuffers() {
    return calls(ByteBuffer.class);
  }

  /** Positions of the arrays that are followed by an offset and a size. */
  private static int[] ranges(Class<?>[] types) {
    return IntStream.range(0, types.length)
        .filter(
            i ->
                types[i] == byte[].class
                    && i + 2 < types.length
                    && types[i + 1] == int.class
                    && types[i + 2] == int.class)
        .toArray();
  }

  @Test
  void theTableIsNotEmpty() {
    assertTrue(withArrays().count() >= 10, "array methods " + withArrays().toList());
    assertTrue(withSegments().count() >= 10, "segment methods " + withSegments().toList());
    assertTrue(withBuffers().count() >= 4, "buffer methods " + withBuffers().toList());
  }

  @ParameterizedTest
  @MethodSource("withArrays")
  void rangesThatLeaveTheirArrayAreRefused(Call call) {
    int[][] bad = {
      {-1, 1},
      {-1, 0},
      {0, -1},
      {1, -1},
      {0, SIZE + 1},
      {1, SIZE},
      {SIZE, 1},
      {SIZE + 1, 0},
      {Integer.MAX_VALUE, 1},
      {1, Integer.MAX_VALUE},
      {Integer.MAX_VALUE, Integer.MAX_VALUE},
      {Integer.MIN_VALUE, 0},
      {0, Integer.MIN_VALUE},
      {Integer.MIN_VALUE, Integer.MIN_VALUE},
      {Integer.MIN_VALUE, Integer.MAX_VALUE},
      {-SIZE, SIZE}
    };
    for (int at : ranges(call.method.getParameterTypes())) {
      for (int[] range : bad) {
        Object[] arguments = call.arguments();
        arguments[at + 1] = range[0];
        arguments[at + 2] = range[1];
        byte[][] before = copies(arguments);
        assertThrows(
            IndexOutOfBoundsException.class,
            () -> call.invoke(arguments),
            "argument " + at + " with range " + Arrays.toString(range));
        assertArrayEquals(before, copies(arguments), "memory changed");
      }
    }
  }

  @ParameterizedTest
  @MethodSource("withArrays")
  void noMemoryAtAllIsANullPointerException(Call call) {
    nullsAreRefused(call, byte[].class);
  }

  @ParameterizedTest
  @MethodSource("withSegments")
  void noSegmentIsANullPointerException(Call call) {
    nullsAreRefused(call, MemorySegment.class);
  }

  @ParameterizedTest
  @MethodSource("withBuffers")
  void noBufferIsANullPointerException(Call call) {
    nullsAreRefused(call, ByteBuffer.class);
  }

  private static void nullsAreRefused(Call call, Class<?> type) {
    for (int i = 0; i < call.method.getParameterCount(); i++) {
      if (call.method.getParameterTypes()[i] == type) {
        Object[] arguments = call.arguments();
        arguments[i] = null;
        assertThrows(NullPointerException.class, () -> call.invoke(arguments), "argument " + i);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("withSegments")
  void aClosedSegmentIsAnIllegalState(Call call) {
    Arena arena = Arena.ofConfined();
    MemorySegment closed = arena.allocate(SIZE);
    arena.close();
    eachSegment(call, closed, IllegalStateException.class);
  }

  @ParameterizedTest
  @MethodSource("withSegments")
  void aSegmentOfAnotherThreadIsTheWrongThread(Call call) throws InterruptedException {
    MemorySegment[] made = new MemorySegment[1];
    Thread other = Thread.ofPlatform().start(() -> made[0] = Arena.ofConfined().allocate(SIZE));
    other.join();
    eachSegment(call, made[0], WrongThreadException.class);
  }

  private static void eachSegment(
      Call call, MemorySegment bad, Class<? extends Exception> expected) {
    for (int i = 0; i < call.method.getParameterCount(); i++) {
      if (call.method.getParameterTypes()[i] == MemorySegment.class) {
        Object[] arguments = call.arguments();
        arguments[i] = bad;
        assertThrows(expected, () -> call.invoke(arguments), "argument " + i);
      }
    }
  }

  @Test
  void aHistoryThatDoesNotLieBeforeTheDestinationIsRefused() {
    byte[] src = {0};
    byte[] dst = new byte[SIZE];
    Lz4Decompressor decompressor = Lz4Decompressor.create();
    for (int history : new int[] {-1, 11, SIZE, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
      assertThrows(
          IndexOutOfBoundsException.class,
          () -> decompressor.decompressAfter(src, 0, 1, dst, 10, 20, history));
      assertThrows(
          IndexOutOfBoundsException.class,
          () -> decompressor.decompressPartialAfter(src, 0, 1, dst, 10, 20, history));
    }
    MemorySegment room = MemorySegment.ofArray(dst);
    for (long history : new long[] {-1, SIZE + 1, Long.MAX_VALUE, Long.MIN_VALUE}) {
      assertThrows(
          IndexOutOfBoundsException.class,
          () -> decompressor.decompressAfter(MemorySegment.ofArray(src), room, history));
      assertThrows(
          IndexOutOfBoundsException.class,
          () -> decompressor.decompressPartialAfter(MemorySegment.ofArray(src), room, history));
    }
  }

  @Test
  void sizesAndLevelsOutsideTheirRangesAreRefused() {
    for (int size : new int[] {-1, Integer.MIN_VALUE, Lz4.INPUT_SIZE_MAX + 1, Integer.MAX_VALUE}) {
      assertThrows(IllegalArgumentException.class, () -> Lz4.maxCompressedSize(size));
    }
    assertThrows(IllegalArgumentException.class, () -> Lz4.decompress(new byte[1], -1));
    for (int level : new int[] {Integer.MIN_VALUE, -1, 0, 1, 13, Integer.MAX_VALUE}) {
      assertThrows(IllegalArgumentException.class, () -> Lz4Level.hc(level));
    }
    for (int acceleration : new int[] {Integer.MIN_VALUE, -1, 0, 65_538, Integer.MAX_VALUE}) {
      assertThrows(IllegalArgumentException.class, () -> Lz4Level.fast(acceleration));
    }
  }

  private static byte[][] copies(Object[] arguments) {
    return Stream.of(arguments)
        .filter(a -> a instanceof byte[])
        .map(a -> ((byte[]) a).clone())
        .toArray(byte[][]::new);
  }
}
