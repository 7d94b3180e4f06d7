package holdfast.wksp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.internal.Mem;
import holdfast.testkit.ChildJvm;
import holdfast.testkit.KilledChild;
import holdfast.testkit.Tier;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real processes, killed by the system in the middle of their work on a mapped file.
 *
 * <p>The child tells through a pipe what it is about to do, and then that it has done it. The
 * parent kills it after a random number of these, recovers the file, and compares: all that was
 * done is there, the one thing that was under way may be.
 */
class WkspKillTest {
  private static final int FREE = 0;
  private static final int ALLOC = 1;
  private static final int DONE = 2;

  @TempDir Path dir;

  /** Works for ever. */
  static final class Child {
    private Child() {}

    public static void main(String[] args) throws IOException {
      var random = new SplittableRandom(Long.parseLong(args[1]));
      try (FileOutputStream out = new FileOutputStream(FileDescriptor.out)) {
        Wksp wksp = Wksp.open(Path.of(args[0]));
        List<Long> live = new ArrayList<>();
        for (Partition p : wksp.partitions()) {
          if (!p.isFree()) {
            live.add(p.gaddrLo());
          }
        }
        while (true) {
          if (!live.isEmpty() && (live.size() > 60 || random.nextBoolean())) {
            long gaddr = live.remove(random.nextInt(live.size()));
            tell(out, FREE, gaddr, 0, 0);
            wksp.free(gaddr);
            tell(out, DONE, gaddr, 0, 0);
          } else {
            long size = 8L + random.nextInt(500);
            long tag = random.nextLong() | 1;
            tell(out, ALLOC, 0, size, tag);
            long gaddr = wksp.alloc(8, size, tag);
            Mem.putLong(wksp.slice(gaddr, size), size - 8, tag);
            tell(out, DONE, gaddr, size, tag);
            live.add(gaddr);
          }
        }
      }
    }

    private static void tell(FileOutputStream out, int what, long gaddr, long size, long tag)
        throws IOException {
      // One write of less than a page is whole or absent in the pipe.
      out.write(
          ByteBuffer.allocate(28).putInt(what).putLong(gaddr).putLong(size).putLong(tag).array());
    }
  }

  /** What the parent knows. */
  private static final class Books {
    final Map<Long, Partition> done = new HashMap<>();
    int what = DONE;
    long gaddr;
    long size;
    long tag;

    void read(DataInputStream in) throws IOException {
      byte[] message = new byte[28];
      in.readFully(message);
      ByteBuffer buffer = ByteBuffer.wrap(message);
      int next = buffer.getInt();
      long place = buffer.getLong();
      long bytes = buffer.getLong();
      long owner = buffer.getLong();
      if (next == DONE && what == ALLOC) {
        done.put(place, new Partition(place, place + bytes, owner));
      } else if (next == DONE) {
        done.remove(place);
      }
      what = next;
      gaddr = place;
      size = bytes;
      tag = owner;
    }

    /** Compares, and learns what became of the operation that was under way. */
    void settle(Wksp wksp, String when) {
      wksp.verify();
      Map<Long, Partition> found = new HashMap<>();
      for (Partition p : wksp.partitions()) {
        if (!p.isFree()) {
          found.put(p.gaddrLo(), p);
        }
      }
      if (what == FREE && !found.containsKey(gaddr)) {
        done.remove(gaddr);
      }
      for (Partition p : found.values()) {
        if (done.containsKey(p.gaddrLo())) {
          MemorySegment memory = wksp.segment(p.gaddrLo());
          assertEquals(p.tag(), Mem.getLong(memory, p.size() - 8), when);
        } else {
          assertTrue(what == ALLOC && p.size() == size && p.tag() == tag, when + ": " + p);
          Mem.putLong(wksp.segment(p.gaddrLo()), p.size() - 8, p.tag());
          done.put(p.gaddrLo(), p);
        }
      }
      assertEquals(done, found, when);
      what = DONE;
    }
  }

  @Test
  @Timeout(3600) // 1,000 kills in the long run
  void allThatWasDoneIsThereAfterAKill() throws Exception {
    long seed = Tier.seed(77);
    System.out.println("wksp kills, seed " + seed);
    int kills = Tier.of(300, 1000);
    try (ExecutorService pool = Executors.newFixedThreadPool(3)) {
      List<Future<Integer>> results = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        Path file = dir.resolve("w" + i);
        long own = seed + i;
        Callable<Integer> task = () -> killOften(file, own, kills / 3);
        results.add(pool.submit(task));
      }
      int inTheMiddle = 0;
      for (Future<Integer> result : results) {
        inTheMiddle += result.get();
      }
      System.out.println(kills + " kills, the lock was held in " + inTheMiddle);
      assertTrue(inTheMiddle > 0, "no kill ever hit an operation");
    }
  }

  private static int killOften(Path file, long seed, int kills) throws Exception {
    var random = new SplittableRandom(seed);
    Books books = new Books();
    int inTheMiddle = 0;
    Wksp.create(file, "kill", 1, 256, 64 << 10).close();
    for (int kill = 0; kill < kills; kill++) {
      long own = random.nextLong();
      killOne(file, own, 1 + random.nextInt(1500), books);
      try (Wksp wksp = Wksp.open(file)) {
        inTheMiddle += wksp.recoveries().size();
        books.settle(wksp, "seed " + seed + " kill " + kill);
      }
    }
    return inTheMiddle;
  }

  private static void killOne(Path file, long seed, int messages, Books books) throws Exception {
    Process child =
        new ProcessBuilder(
                ChildJvm.command(
                    Child.class, KilledChild.CHEAP, file.toString(), Long.toString(seed)))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (DataInputStream in = new DataInputStream(child.getInputStream())) {
      for (int i = 0; i < messages; i++) {
        books.read(in);
      }
      child.toHandle().destroyForcibly(); // leaves the pipe open
      while (true) {
        books.read(in); // what was in the pipe
      }
    } catch (EOFException e) {
      assertEquals(KilledChild.EXIT, child.waitFor());
    } finally {
      child.destroyForcibly();
    }
  }
}
