package holdfast.cli;

import holdfast.wksp.Partition;
import holdfast.wksp.Wksp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;

/** Replaces allocations of a workspace in a mapped file; what it surely held has to be there. */
final class SelftestWkspVictim implements SelftestVictim {
  private static final int PLACES = 256;
  private static final int SIZE_MIN = 64;
  private static final int SIZE_MAX = 3000;

  @Override
  public String name() {
    return "workspace";
  }

  @Override
  public void work(SelftestScene scene) throws IOException {
    KeptNumbers held = scene.numbers(PLACES);
    Path file = scene.file("workspace");
    try (Wksp wksp =
        Files.exists(file)
            ? Wksp.open(file)
            : Wksp.create(file, "selftest", 1, 4 * PLACES, 1L << 20)) {
      wksp.verify();
      long known = compare(scene, wksp, held);
      if (!scene.compared(known, wksp.tagCount(tags()))) {
        return;
      }
      scene.ready();
      SplittableRandom random = new SplittableRandom();
      while (true) {
        int place = random.nextInt(PLACES);
        long old = held.get(place);
        if (old != Wksp.GADDR_NULL) {
          held.set(place, Wksp.GADDR_NULL); // before it is freed: what is noted is surely held
          wksp.free(old);
        }
        long size = random.nextInt(SIZE_MIN, SIZE_MAX);
        long gaddr = wksp.alloc(16, size, place + 1L);
        if (gaddr != Wksp.GADDR_NULL) {
          OwnerPattern.write(wksp.slice(gaddr, size), gaddr, place);
          held.set(place, gaddr); // after it was written
        }
      }
    }
  }

  private static long[] tags() {
    long[] tags = new long[PLACES];
    for (int i = 0; i < PLACES; i++) {
      tags[i] = i + 1L;
    }
    return tags;
  }

  /** Compares what is noted, and frees what the process was about to note or had just un-noted. */
  private static long compare(SelftestScene scene, Wksp wksp, KeptNumbers held) {
    long known = 0;
    long between = 0;
    for (Partition partition : wksp.partitions()) {
      if (partition.tag() == 0 || partition.tag() > PLACES) {
        continue;
      }
      int place = (int) partition.tag() - 1;
      long gaddr = held.get(place);
      if (gaddr != partition.gaddrLo()) {
        between++;
        wksp.free(partition.gaddrLo());
      } else {
        known++;
        if (!OwnerPattern.isIntact(wksp.slice(gaddr, partition.size()), gaddr, place)) {
          scene.differs("the allocation at " + gaddr + " has other bytes");
        }
      }
    }
    long noted = 0;
    for (int place = 0; place < PLACES; place++) {
      noted += held.get(place) == Wksp.GADDR_NULL ? 0 : 1;
    }
    if (known != noted) {
      scene.differs(noted + " allocations were noted, " + known + " are there");
    }
    if (between > 1) {
      scene.differs(between + " allocations are nobody's, with one thread");
    }
    return noted;
  }
}
