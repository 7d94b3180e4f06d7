package holdfast.cli;

import holdfast.groove.Groove;
import holdfast.groove.GrooveGeometry;
import holdfast.groove.GrooveHandle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Replaces objects of a region file; what it surely held has to be there. Chance decides whether
 * its handle is a trusted one.
 */
final class SelftestGrooveVictim implements SelftestVictim {
  private static final int PLACES = 512;
  private static final int SIZE_MIN = 16;
  private static final int SIZE_MAX = 2000;

  @Override
  public String name() {
    return "groove region";
  }

  @Override
  public void work(SelftestScene scene) throws IOException {
    KeptNumbers held = scene.numbers(PLACES);
    SplittableRandom random = new SplittableRandom();
    try (Groove groove = open(scene.file("region"));
        GrooveHandle handle = random.nextBoolean() ? groove.handle(0) : groove.trustedHandle(0)) {
      groove.verify();
      long noted = compare(scene, groove, handle, held);
      if (!scene.compared(noted, groove.usage().held())) {
        return;
      }
      scene.ready();
      while (true) {
        int place = random.nextInt(PLACES);
        long old = held.get(place);
        if (old != 0) {
          held.set(place, 0); // before it is freed: what is noted is surely held
          handle.free(old);
        }
        long object = handle.alloc(SIZE_MIN, random.nextInt(SIZE_MIN, SIZE_MAX), place + 1L);
        if (object >= 0) {
          OwnerPattern.write(handle.segment(object), object, place);
          held.set(place, object); // after it was written
        }
      }
    }
  }

  private static Groove open(Path file) throws IOException {
    if (Files.exists(file)) {
      return Groove.openFile(file);
    }
    Groove groove = Groove.createFile(file, GrooveGeometry.compact(64, 1L << 20), 2);
    groove.grow(2, new byte[0], false);
    return groove;
  }

  /** Compares what is noted, and frees what the process was about to note or had just un-noted. */
  private static long compare(
      SelftestScene scene, Groove groove, GrooveHandle handle, KeptNumbers held) {
    Set<Long> noted = new HashSet<>();
    for (int place = 0; place < PLACES; place++) {
      long object = held.get(place);
      if (object == 0) {
        continue;
      }
      noted.add(object);
      if (groove.find(object) == null) {
        scene.differs("the object at " + object + " is gone");
      } else if (!OwnerPattern.isIntact(handle.segment(object), object, place)) {
        scene.differs("the object at " + object + " has other bytes");
      }
    }
    List<Long> between = new ArrayList<>();
    groove.objects(
        object -> {
          if (!noted.contains(object.offset())) {
            between.add(object.offset());
          }
        });
    if (between.size() > 1) {
      scene.differs(between.size() + " objects are nobody's, with one thread");
    }
    between.forEach(handle::free);
    return noted.size();
  }
}
