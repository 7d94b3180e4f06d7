package holdfast.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.internal.Disk;
import holdfast.internal.Mem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class PatchedMemTest {
  private static final Path PAIR = Path.of("pair");

  /** Two longs in a map that must never differ: the second is stored last. */
  private static void storePair(SimDisk disk, long value) throws IOException {
    try (Disk.File file = disk.open(PAIR, Disk.Mode.CREATE);
        Arena arena = Arena.ofConfined()) {
      file.preallocate(0, 16);
      MemorySegment map = file.map(MapMode.READ_WRITE, 0, 16, arena);
      Mem.putLong(map, 0, value);
      Mem.putLongRelease(map, 8, value);
    }
  }

  private static long[] pair(SimDisk disk) {
    MemorySegment content = MemorySegment.ofArray(disk.content().get("pair"));
    return new long[] {Mem.getLong(content, 0), Mem.getLong(content, 8)};
  }

  /** Runs inside the loader. */
  public static final class KilledBetweenTwoStores implements Runnable {
    /** For the loader. */
    public KilledBetweenTwoStores() {}

    @Override
    public void run() {
      Set<String> seen = new TreeSet<>();
      for (long n = 1; n <= 3; n++) {
        SimDisk disk = new SimDisk();
        Stores.dieAt(n);
        boolean killed = false;
        try {
          storePair(disk, 7);
        } catch (Stores.Killed e) {
          killed = true;
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
        assertEquals(n <= 2, killed);
        assertEquals(Math.min(n - 1, 2), Stores.count());
        Stores.dieAt(Long.MAX_VALUE);
        disk.kill();
        assertTrue(disk.openFiles().isEmpty());
        seen.add(Arrays.toString(pair(disk)));
      }
      assertEquals(Set.of("[0, 0]", "[7, 0]", "[7, 7]"), seen);
    }
  }

  @Test
  void aKillBetweenTwoStoresIsShown() throws Throwable {
    PatchedMem.run(KilledBetweenTwoStores.class);
  }

  /** Runs inside the loader. */
  public static final class BulkStores implements Runnable {
    /** For the loader. */
    public BulkStores() {}

    @Override
    public void run() {
      MemorySegment source = MemorySegment.ofArray(new byte[] {1, 2, 3, 4});
      String[] expected = {"[0, 0, 0, 0]", "[1, 2, 0, 0]", "[1, 2, 3, 4]", "[5, 5, 3, 4]"};
      for (int n = 1; n <= expected.length; n++) {
        byte[] target = new byte[4];
        Stores.dieAt(n);
        assertThrows(
            Stores.Killed.class,
            () -> {
              Mem.copy(source, 0, MemorySegment.ofArray(target), 0, 4);
              Mem.fill(MemorySegment.ofArray(target), 0, 4, (byte) 5);
            });
        assertEquals(expected[n - 1], Arrays.toString(target));
      }
    }
  }

  @Test
  void aBulkStoreCanDieHalfWay() throws Throwable {
    PatchedMem.run(BulkStores.class);
  }

  /** Runs inside the loader. */
  public static final class EveryStore implements Runnable {
    /** For the loader. */
    public EveryStore() {}

    /** Each method of Mem with zeros for all arguments behind the segment and the offset. */
    @Override
    public void run() {
      for (Method method : stores()) {
        Object[] arguments = new Object[method.getParameterCount()];
        for (int i = 0; i < arguments.length; i++) {
          Class<?> type = method.getParameterTypes()[i];
          arguments[i] =
              type == MemorySegment.class
                  ? MemorySegment.ofArray(new long[2])
                  : type == byte[].class
                      ? new byte[2]
                      : type == byte.class
                          ? (Object) (byte) 0
                          : type == short.class
                              ? (Object) (short) 0
                              : type == int.class ? (Object) 0 : (Object) 0L;
        }
        Stores.dieAt(Long.MAX_VALUE);
        try {
          method.invoke(null, arguments);
        } catch (ReflectiveOperationException e) {
          throw new LinkageError(method.getName(), e);
        }
        boolean bulk = Set.of("copy", "putBytes", "fill").contains(method.getName());
        assertEquals(bulk ? 2 : 1, Stores.count(), method.getName());
      }
    }
  }

  private static Set<Method> stores() {
    return Arrays.stream(Mem.class.getDeclaredMethods())
        .filter(method -> Modifier.isPublic(method.getModifiers()))
        .filter(method -> !method.getName().matches("get(?!And)\\w+|touch|\\w+Fence"))
        .collect(Collectors.toSet());
  }

  @Test
  void everyMethodOfMemThatIsNotAReadCounts() throws Throwable {
    assertTrue(stores().size() >= 20, stores().toString());
    PatchedMem.run(EveryStore.class);
  }

  /** Runs inside the loader. */
  public static final class Failing implements Runnable {
    /** For the loader. */
    public Failing() {}

    @Override
    public void run() {
      throw new AssertionError("from inside");
    }
  }

  @Test
  void aFailedAssertionArrives() {
    AssertionError error = assertThrows(AssertionError.class, () -> PatchedMem.run(Failing.class));
    assertEquals("from inside", error.getMessage());
  }

  @Test
  void theOrdinaryMemCountsNothing() throws IOException {
    Stores.dieAt(1);
    SimDisk disk = new SimDisk();
    storePair(disk, 7);
    assertEquals(0, Stores.count());
    assertFalse(Arrays.equals(new long[2], pair(disk)));
  }
}
