package holdfast.groove;

import holdfast.internal.Mem;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.SplittableRandom;

/**
 * The process that {@link RecoverySigkillTest} kills. Each of its threads frees what the other one
 * allocated, so that objects go from cache to cache. It ends by itself after a minute.
 */
public final class RecoveryKillChild {
  /** The handles of its threads; the JVM of the last kind has native access. */
  enum Kind {
    ORDINARY,
    TRUSTED,
    DIRECT
  }

  static final int THREADS = 2;
  static final int VOLUMES_MAX = 6;

  /** Objects that a thread holds at most, and notes. */
  private static final int SLOTS = 400;

  private static final long LIFE_NANOS = 60_000_000_000L;

  private RecoveryKillChild() {}

  /** Region file, notes, kind, seed. */
  public static void main(String[] arguments) throws Exception {
    Arena arena = Arena.ofShared();
    MemorySegment notes = map(Path.of(arguments[1]), arena);
    Groove groove = Groove.openFile(Path.of(arguments[0]));
    Kind kind = Kind.valueOf(arguments[2]);
    if (DirectHeader.AVAILABLE != (kind == Kind.DIRECT)) {
      throw new AssertionError(kind + ", but native access: " + DirectHeader.AVAILABLE);
    }
    SplittableRandom random = new SplittableRandom(Long.parseLong(arguments[3]));
    for (int t = 0; t < THREADS; t++) {
      int own = t;
      SplittableRandom next = random.split();
      Thread.ofPlatform().start(() -> work(groove, kind, notes, own, next));
    }
    System.out.println("ready");
  }

  /** A word for each object of each thread: its offset while it surely exists, else 0. */
  static MemorySegment map(Path notes, Arena arena) throws IOException {
    try (FileChannel file =
        FileChannel.open(
            notes, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE)) {
      return file.map(
          FileChannel.MapMode.READ_WRITE, 0, (long) THREADS * SLOTS * Long.BYTES, arena);
    }
  }

  /** Those of the first thread are small; of the second one some are as large as they may be. */
  static long size(long tag) {
    return tag % 2 == 0 ? tag % 300 : tag % 16 == 1 ? tag % 8000 : 300 + tag % 300;
  }

  private static void work(
      Groove groove, Kind kind, MemorySegment notes, int thread, SplittableRandom random) {
    long end = System.nanoTime() + LIFE_NANOS;
    try (GrooveHandle handle =
        kind == Kind.ORDINARY ? groove.handle(thread) : groove.trustedHandle(thread)) {
      while (System.nanoTime() < end) {
        int what = random.nextInt(2000);
        if (what == 0) {
          groove.compact();
        } else if (what == 1) {
          groove.removeVolume();
        } else if (what == 2) {
          groove.grow(1, new byte[0], false);
        } else {
          int slot = random.nextInt(THREADS * SLOTS);
          if (slot / SLOTS == thread) {
            alloc(
                groove,
                handle,
                notes,
                (long) slot * Long.BYTES,
                2 * random.nextInt(500_000) + thread);
          } else {
            free(handle, notes, (long) slot * Long.BYTES);
          }
        }
      }
    } catch (Throwable e) {
      e.printStackTrace();
      Runtime.getRuntime().halt(1);
    }
  }

  private static void alloc(
      Groove groove, GrooveHandle handle, MemorySegment notes, long at, long tag)
      throws IOException {
    if (Mem.getLongAcquire(notes, at) != 0) {
      return; // the other one did not free it yet
    }
    long object = handle.alloc(16, size(tag), tag);
    if (object == GrooveHandle.FULL) {
      groove.grow(1, new byte[0], false);
      return;
    }
    handle.segment(object).fill((byte) tag);
    // Publishes the bytes: a note is never there before what it promises. Pairs with free.
    Mem.putLongRelease(notes, at, object);
  }

  private static void free(GrooveHandle handle, MemorySegment notes, long at) {
    long object = Mem.getLongAcquire(notes, at);
    if (object != 0) {
      Mem.putLongRelease(notes, at, 0); // before the store in free
      if (!handle.free(object)) {
        throw new AssertionError("not there: " + object);
      }
    }
  }
}
