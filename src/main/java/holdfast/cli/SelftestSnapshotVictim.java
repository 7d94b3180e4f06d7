package holdfast.cli;

import holdfast.snapshot.LoadOptions;
import holdfast.snapshot.LoadReport;
import holdfast.snapshot.RecordStore;
import holdfast.snapshot.SnapshotEvent;
import holdfast.snapshot.SnapshotLoader;
import holdfast.snapshot.SnapshotPolicy;
import holdfast.snapshot.SnapshotService;
import holdfast.wksp.Wksp;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;

/** Publishes while snapshots are written; what was complete has to load, or something newer. */
final class SelftestSnapshotVictim implements SelftestVictim {
  private static final SnapshotPolicy POLICY = SnapshotPolicy.builder().every(200, 50).build();

  @Override
  public String name() {
    return "snapshots";
  }

  @Override
  public void work(SelftestScene scene) throws IOException {
    KeptNumbers completed = scene.numbers(1);
    Path directory = Files.createDirectories(scene.file("snapshots"));
    try (Arena arena = Arena.ofShared();
        RecordStore store =
            RecordStore.create(
                SelftestRecords.wksp(
                    arena.allocate(SelftestRecords.footprint(), Wksp.ALIGN_DEFAULT)),
                SelftestRecords.CONFIG)) {
      LoadReport report = SnapshotLoader.load(directory, store, LoadOptions.DEFAULT);
      if (report.seq() < completed.get(0)) {
        scene.differs(
            "publication " + completed.get(0) + " was saved, " + report.seq() + " came back");
      }
      String wrong = SelftestRecords.compare(store, report.seq());
      if (wrong != null) {
        scene.differs(wrong);
      }
      store.verify();
      if (!scene.compared(completed.get(0), report.seq())) {
        return;
      }
      SnapshotService.start(store, directory, POLICY, event -> hear(event, completed, scene));
      for (long seq = report.seq() + 1; ; seq++) {
        SelftestRecords.publish(store, seq);
      }
    }
  }

  private static void hear(SnapshotEvent event, KeptNumbers completed, SelftestScene scene) {
    if (event instanceof SnapshotEvent.Completed done) {
      completed.set(0, done.info().seq());
      scene.ready(); // heard once: nobody listens any more after the first
    }
  }
}
