package holdfast.cli;

import holdfast.snapshot.LoadOptions;
import holdfast.snapshot.LoadReport;
import holdfast.snapshot.RecordStore;
import holdfast.snapshot.SnapshotKind;
import holdfast.snapshot.SnapshotLoader;
import holdfast.snapshot.SnapshotPolicy;
import holdfast.snapshot.SnapshotService;
import holdfast.wksp.Wksp;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Snapshots: the newest one is damaged, an older one is sound, and a killed process left a file.
 * One of the two states is loaded, whole.
 */
final class SelftestSnapshot implements SelftestSubject {
  private static final SnapshotPolicy POLICY = SnapshotPolicy.builder().every(0, 0).build();

  private final Arena arena = Arena.ofShared();
  private final Path directory;
  private final Path newest;
  private final Path leftOver;
  private final byte[] sound;
  private final MemorySegment region;

  SelftestSnapshot(Path folder) throws IOException {
    directory = folder.resolve("snapshots");
    region = arena.allocate(SelftestRecords.footprint(), Wksp.ALIGN_DEFAULT);
    Path last = null;
    try (RecordStore store = store();
        SnapshotService service = SnapshotService.start(store, directory, POLICY, event -> {})) {
      for (long seq = 1; seq <= 2; seq++) {
        SelftestRecords.publish(store, seq);
        last = service.trigger(SnapshotKind.FULL).join().path();
      }
    }
    newest = last;
    leftOver = directory.resolve("." + newest.getFileName() + ".tmp");
    sound = Files.readAllBytes(newest);
  }

  private RecordStore store() {
    return RecordStore.create(SelftestRecords.wksp(region), SelftestRecords.CONFIG);
  }

  @Override
  public String title() {
    return "snapshots";
  }

  @Override
  public String promise() {
    return "loads, no other byte";
  }

  @Override
  public byte[] sound() {
    return sound.clone();
  }

  @Override
  public Answer read(byte[] damaged) throws Wrong, IOException {
    Files.write(newest, damaged);
    Files.write(leftOver, damaged);
    try (RecordStore store = store()) {
      LoadReport report = SnapshotLoader.load(directory, store, LoadOptions.DEFAULT);
      String wrong = SelftestRecords.compare(store, report.seq());
      if (wrong != null) {
        throw new Wrong(wrong);
      }
      if (report.seq() == 1 && report.rejects().isEmpty()) {
        throw new Wrong("the older state, and no word about it");
      }
      return report.rejects().isEmpty() ? Answer.INTACT : Answer.NOTICED;
    } catch (RuntimeException e) {
      throw new Wrong("refused, with an older sound file beside it: " + e);
    }
  }

  @Override
  public void close() {
    arena.close();
  }
}
