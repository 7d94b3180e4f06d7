package holdfast.cli;

import holdfast.wksp.Partition;
import holdfast.wksp.Wksp;
import holdfast.wksp.WkspCheckpt;
import holdfast.wksp.WkspCheckptInfo;
import holdfast.wksp.WkspCheckptOptions;
import holdfast.wksp.WkspCheckptReport;
import holdfast.wksp.WkspRecovery;
import holdfast.wksp.WkspRestore;
import holdfast.wksp.WkspRestoreOptions;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The workspace on the tour: each part of the input becomes a partition of a mapped workspace,
 * while threads allocate and free beside it; a checkpoint is written; the kill comes while they go
 * on. The fresh process opens the mapped file, and restores the checkpoint into memory.
 */
final class TourWksp implements TourAct {
  static final String REGION = "workspace.wksp";
  static final String CHECKPT = "workspace.ckpt";

  /** Threads that allocate and free beside the work. */
  private static final int CHURNERS = 2;

  private static final long CHURN_TAG = 0xC0FFEEL;
  private static final int CHURN_LIVE = 256;
  private static final int CHURN_SIZE_MAX = 16 << 10;

  /** Room for what the churners have, and for the gaps that they leave. */
  private static final long CHURN_ROOM = 2L * CHURNERS * CHURN_LIVE * CHURN_SIZE_MAX;

  private static final long ALIGN = 64;

  @Override
  public String name() {
    return "wksp";
  }

  @Override
  public void live(TourStage stage) throws IOException {
    long parts = parts(stage);
    long partMax = 2 * parts + 4L * CHURNERS * CHURN_LIVE + 16;
    long dataMax = stage.sample().bytes() + 2 * ALIGN * (parts + 1) + CHURN_ROOM;
    Wksp wksp = Wksp.create(stage.file(REGION), "tour", 1, partMax, dataMax);
    for (int i = 0; i < CHURNERS; i++) {
      churn(wksp, i);
    }
    long bytes = load(stage, wksp);
    stage.say(
        "workspace of "
            + Numbers.size(Wksp.footprint(partMax, dataMax))
            + " in a mapped file: "
            + Numbers.size(bytes)
            + " of the input in "
            + Numbers.grouped(parts)
            + " partitions, beside "
            + CHURNERS
            + " threads that allocate and free");
    stage.fact("bytes", bytes);
    stage.fact("partitions", parts);
    checkpoint(stage, wksp);
  }

  /** How many parts have bytes; an empty file needs no partition. */
  private static long parts(TourStage stage) throws IOException {
    long[] count = {0};
    for (TourFile file : stage.input().files()) {
      stage.sample().eachPart(file, (offset, size) -> count[0] += size == 0 ? 0 : 1);
    }
    return count[0];
  }

  private static void churn(Wksp wksp, int number) {
    Thread thread =
        new Thread(
            () -> {
              SplittableRandom random = new SplittableRandom(number);
              long[] live = new long[CHURN_LIVE];
              while (true) {
                int at = random.nextInt(CHURN_LIVE);
                if (live[at] != Wksp.GADDR_NULL) {
                  wksp.free(live[at]);
                }
                long size = 1L + random.nextInt(CHURN_SIZE_MAX);
                live[at] = wksp.alloc(ALIGN, size, CHURN_TAG);
              }
            },
            "tour-churn-" + number);
    thread.setDaemon(true);
    thread.start();
  }

  private static long load(TourStage stage, Wksp wksp) throws IOException {
    long[] part = {0};
    long[] bytes = {0};
    for (TourFile file : stage.input().files()) {
      try (FileChannel channel = file.open()) {
        stage
            .sample()
            .eachPart(
                file,
                (offset, size) -> {
                  if (size == 0) {
                    return;
                  }
                  long gaddr = wksp.alloc(ALIGN, size, tag(part[0]++));
                  if (gaddr == Wksp.GADDR_NULL) {
                    throw CommandException.problem("the workspace of the tour is full", "");
                  }
                  file.read(channel, offset, wksp.slice(gaddr, size).asByteBuffer());
                  bytes[0] += size;
                });
      }
    }
    return bytes[0];
  }

  /** Tags are above those of the churners, and have bits everywhere. */
  private static long tag(long part) {
    return 0xF11E_0000_0000_0000L + part;
  }

  private static void checkpoint(TourStage stage, Wksp wksp) throws IOException {
    Path file = stage.file(CHECKPT);
    WkspCheckptOptions options =
        WkspCheckptOptions.DEFAULT
            .withThreads(CHURNERS)
            .withInfo(WkspCheckptInfo.ofProcess(Clock.systemUTC(), "holdfast tour"))
            .withSidecar(true);
    WkspCheckptReport report = WkspCheckpt.write(wksp, file, options);
    long rate = Math.round(report.dataSize() / Math.max(1e-9, report.lockedNanos() / 1e9));
    stage.say(
        "checkpoint of "
            + Numbers.size(report.fileSize())
            + ", ratio "
            + Numbers.fixed((double) report.dataSize() / report.fileSize(), 3)
            + ", LZ4 in "
            + CHURNERS
            + " threads at "
            + Numbers.size(rate)
            + "/s, with a sidecar");
    stage.fact("checkpointSize", report.fileSize());
    stage.fact("checkpointBytesPerSecond", rate);
  }

  @Override
  public void revive(TourStage stage) throws IOException {
    try (Wksp wksp = Wksp.open(stage.file(REGION))) {
      wksp.verify();
      String state = "its lock was free";
      for (WkspRecovery recovery : wksp.recoveries()) {
        state =
            recovery.wasRebuilt()
                ? "the owner had died inside an operation: rebuilt"
                : "the owner had died with the lock: verified";
      }
      long equal = compare(stage, wksp, "mapped file");
      stage.say("  mapped file: " + state + "; " + equalText(equal));
      stage.fact("recovered", wksp.recoveries().size());
      for (String line : map(wksp).text().lines().toList()) {
        stage.say("  " + line);
      }
    }
    Path file = stage.file(CHECKPT);
    var preview = WkspRestore.preview(file);
    long footprint = Wksp.footprint(preview.partMax(), preview.dataMax());
    try (Arena arena = Arena.ofShared()) {
      MemorySegment region = arena.allocate(footprint, 4096);
      try (Wksp fresh =
          Wksp.create(region, preview.name(), 7, preview.partMax(), preview.dataMax())) {
        long start = System.nanoTime();
        WkspRestore.restore(fresh, file, WkspRestoreOptions.DEFAULT.withThreads(CHURNERS));
        double seconds = (System.nanoTime() - start) / 1e9;
        fresh.verify();
        long equal = compare(stage, fresh, "checkpoint");
        long rate = Math.round(equal / Math.max(1e-9, seconds));
        stage.say(
            "  checkpoint: restored into memory with another seed at "
                + Numbers.size(rate)
                + "/s; "
                + equalText(equal));
        stage.fact("restoreBytesPerSecond", rate);
      }
    }
  }

  /** The map of the workspace, where all parts of the input count as one tag. */
  private static RegionMap map(Wksp wksp) {
    List<RegionMap.Used> used = new ArrayList<>();
    for (Partition partition : wksp.partitions()) {
      if (partition.tag() != 0) {
        long tag = partition.tag() == CHURN_TAG ? CHURN_TAG : tag(0);
        used.add(new RegionMap.Used(partition.gaddrLo(), partition.gaddrHi(), tag));
      }
    }
    return new RegionMap(wksp.gaddrLo(), wksp.gaddrHi(), used);
  }

  private static String equalText(long bytes) {
    return Numbers.size(bytes) + " compared equal";
  }

  private static long compare(TourStage stage, Wksp wksp, String where) throws IOException {
    byte[] plain = new byte[TourSample.PART_MAX];
    long[] part = {0};
    long[] equal = {0};
    for (TourFile file : stage.input().files()) {
      try (FileChannel channel = file.open()) {
        stage
            .sample()
            .eachPart(
                file,
                (offset, size) -> {
                  if (size == 0) {
                    return;
                  }
                  file.read(channel, offset, ByteBuffer.wrap(plain, 0, size));
                  var found = wksp.tagQuery(1, tag(part[0]++));
                  long at = found.isEmpty() ? 0 : mismatch(wksp, found.getFirst(), plain, size);
                  if (at >= 0) {
                    stage.differs(
                        where
                            + ": "
                            + file.name()
                            + " at byte "
                            + (offset + at)
                            + (found.isEmpty() ? ": its partition is gone" : ": another byte"));
                  } else {
                    equal[0] += size;
                  }
                });
      }
    }
    return equal[0];
  }

  /** Where a partition differs from plain bytes; negative when it does not. */
  private static long mismatch(Wksp wksp, Partition partition, byte[] plain, int size) {
    MemorySegment stored = wksp.slice(partition.gaddrLo(), partition.size());
    return stored.mismatch(MemorySegment.ofArray(plain).asSlice(0, size));
  }
}
