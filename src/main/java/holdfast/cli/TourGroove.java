package holdfast.cli;

import holdfast.groove.Groove;
import holdfast.groove.GrooveGeometry;
import holdfast.groove.GrooveHandle;
import holdfast.groove.GrooveRecovery;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * The lock-free allocator on the tour: threads allocate and free objects in a region file and write
 * into each who it is; a table outside the region knows the objects that are surely held. The kill
 * comes in the middle. The fresh process recovers the region, finds every object of the table with
 * its content, and frees what is in nobody's table.
 */
final class TourGroove implements TourAct {
  static final String REGION = "objects.groove";
  static final String TABLE = "objects.table";

  private static final int THREADS = 2;
  private static final int LIVE = 4096;
  private static final int SIZE_MIN = 16;
  private static final int SIZE_MAX = 4000;
  private static final int VOLUMES = 32;

  /** Pairs of calls of each thread before the process is ready to be killed. */
  private static final int READY_PAIRS = 200_000;

  private static final int BLOCK = 64;
  private static final long VOLUME = 1L << 20;

  @Override
  public String name() {
    return "groove";
  }

  @Override
  public void live(TourStage stage) throws IOException {
    GrooveGeometry geometry = GrooveGeometry.compact(BLOCK, VOLUME);
    Groove groove = Groove.createFile(stage.file(REGION), geometry, VOLUMES);
    groove.grow(VOLUMES, new byte[0], false);
    KeptNumbers table = KeptNumbers.create(stage.file(TABLE), THREADS * LIVE);
    List<Worker> workers = new ArrayList<>();
    long start = System.nanoTime();
    for (int i = 0; i < THREADS; i++) {
      Worker worker = new Worker(groove.handle(), table, i);
      workers.add(worker);
      Thread thread = new Thread(worker, "tour-objects-" + i);
      thread.setDaemon(true);
      thread.start();
    }
    for (Worker worker : workers) {
      worker.awaitReady();
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    long rate = Math.round((double) THREADS * READY_PAIRS / Math.max(1e-9, seconds));
    stage.say(
        "lock-free allocator in a region file of "
            + Numbers.size(VOLUMES * VOLUME)
            + ": "
            + THREADS
            + " threads replace "
            + Numbers.grouped(LIVE)
            + " objects each, "
            + Numbers.grouped(rate)
            + " times a second in all");
    stage.fact("pairsPerSecond", rate);
  }

  /** Replaces objects for ever. A place in the table is written by one thread only. */
  private static final class Worker implements Runnable {
    private final GrooveHandle handle;
    private final KeptNumbers table;
    private final int number;
    private volatile int pairs;
    private volatile Throwable failure;

    Worker(GrooveHandle handle, KeptNumbers table, int number) {
      this.handle = handle;
      this.table = table;
      this.number = number;
    }

    @Override
    public void run() {
      SplittableRandom random = new SplittableRandom(number);
      try {
        for (long tag = 1; ; tag++) {
          replace(number * LIVE + random.nextInt(LIVE), random, tag);
          pairs = (int) Math.min(READY_PAIRS, tag);
        }
      } catch (RuntimeException | Error e) {
        failure = e;
      }
    }

    private void replace(int at, SplittableRandom random, long tag) {
      long old = table.get(at);
      if (old != 0) {
        table.set(at, 0); // before it is freed: what is in the table is surely held
        if (!handle.free(old)) {
          throw new IllegalStateException("the object at " + old + " was not held");
        }
      }
      long object = handle.alloc(SIZE_MIN, random.nextInt(SIZE_MIN, SIZE_MAX), tag);
      if (object >= 0) {
        OwnerPattern.write(handle.segment(object), object, tag);
        table.set(at, object); // after it was written
      }
    }

    void awaitReady() throws IOException {
      try {
        while (pairs < READY_PAIRS && failure == null) {
          Thread.sleep(1);
        }
      } catch (InterruptedException e) {
        throw new IOException("interrupted", e);
      }
      if (failure != null) {
        throw new IOException("a thread of the tour failed", failure);
      }
    }
  }

  @Override
  public void revive(TourStage stage) throws IOException {
    KeptNumbers table = KeptNumbers.open(stage.file(TABLE));
    Set<Long> known = new HashSet<>();
    for (int at = 0; at < table.count(); at++) {
      if (table.get(at) != 0) {
        known.add(table.get(at));
      }
    }
    try (Groove groove = Groove.openFile(stage.file(REGION))) {
      groove.verify();
      GrooveRecovery recovery = groove.recovered();
      stage.say(
          recovery == null
              ? "  its owner had closed it; verified"
              : "  recovered: "
                  + Numbers.count(recovery.undone(), "half-done operation")
                  + " undone; verified");
      try (GrooveHandle handle = groove.handle()) {
        for (long offset : known) {
          if (groove.find(offset) == null) {
            stage.differs("the object at " + offset + " is gone");
          } else if (!OwnerPattern.isIntact(handle.segment(offset), offset, handle.tag(offset))) {
            stage.differs("the object at " + offset + " has another content");
          }
        }
        List<Long> between = new ArrayList<>();
        List<RegionMap.Used> used = new ArrayList<>();
        groove.objects(
            object -> {
              used.add(new RegionMap.Used(object.offset(), object.offset() + object.size(), 1));
              if (!known.contains(object.offset())) {
                between.add(object.offset());
              }
            });
        if (between.size() > THREADS) {
          stage.differs(between.size() + " objects are in no table, with " + THREADS + " threads");
        }
        between.forEach(handle::free);
        groove.verify();
        long leaked = groove.usage().held() - known.size();
        if (leaked != 0) {
          stage.differs(leaked + " objects leaked");
        }
        stage.say(
            "  "
                + Numbers.grouped(known.size())
                + " objects of the table are held and intact; freed "
                + between.size()
                + " that a thread had in hand; leaked "
                + leaked);
        stage.fact("held", known.size());
        stage.fact("inHand", between.size());
        used.sort((a, b) -> Long.compare(a.lo(), b.lo()));
        for (String line : new RegionMap(0, VOLUMES * VOLUME, used).text().lines().toList()) {
          stage.say("  " + line);
        }
      }
    }
  }
}
