package holdfast.groove;

import holdfast.internal.Mem;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.SplittableRandom;

/** The process that {@link RecoverySigkillTest} kills. It ends by itself after a minute. */
public final class RecoveryKillChild {
  static final int THREADS = 2;
  static final int VOLUMES_MAX = 6;

  /** Objects that a thread holds at most, and notes. */
  private static final int SLOTS = 400;

  private static final long LIFE_NANOS = 60_000_000_000L;

  private RecoveryKillChild() {}

  /** Region file, notes, seed. */
  public static void main(String[] arguments) throws Exception {
    Arena arena = Arena.ofShared();
    MemorySegment notes = map(Path.of(arguments[1]), arena);
    Groove groove = Groove.openFile(Path.of(arguments[0]));
    SplittableRandom random = new SplittableRandom(Long.parseLong(arguments[2]));
    for (int t = 0; t < THREADS; t++) {
      long first = (long) t * SLOTS * Long.BYTES;
      SplittableRandom own = random.split();
      Thread.ofPlatform().start(() -> work(groove, notes, first, own));
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

  /** Most are small; some are as large as they may be. */
  static long size(long tag) {
    return tag % 16 == 0 ? tag % 8000 : tag % 300;
  }

  private static void work(
      Groove groove, MemorySegment notes, long first, SplittableRandom random) {
    long end = System.nanoTime() + LIFE_NANOS;
    try (GrooveHandle handle = groove.handle()) {
      while (System.nanoTime() < end) {
        int what = random.nextInt(2000);
        if (what == 0) {
          groove.compact();
        } else if (what == 1) {
          groove.removeVolume();
        } else if (what == 2) {
          groove.grow(1, new byte[0], false);
        } else {
          change(groove, handle, notes, first + (long) random.nextInt(SLOTS) * 8, random);
        }
      }
    } catch (Throwable e) {
      e.printStackTrace();
      Runtime.getRuntime().halt(1);
    }
  }

  private static void change(
      Groove groove, GrooveHandle handle, MemorySegment notes, long at, SplittableRandom random)
      throws IOException {
    long offset = notes.get(ValueLayout.JAVA_LONG, at);
    if (offset == 0) {
      long tag = random.nextInt(1 << 20);
      long object = handle.alloc(16, size(tag), tag);
      if (object == GrooveHandle.FULL) {
        groove.grow(1, new byte[0], false);
        return;
      }
      handle.segment(object).fill((byte) tag);
      // Publishes the bytes: a note is never there before what it promises.
      Mem.putLongRelease(notes, at, object);
    } else {
      Mem.putLongRelease(notes, at, 0); // before the compare-and-set in free
      if (!handle.free(offset)) {
        throw new AssertionError("not there: " + offset);
      }
    }
  }
}
