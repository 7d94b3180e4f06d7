package holdfast.snapshot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.internal.Disk;
import holdfast.testkit.SimDisk;
import holdfast.testkit.Tier;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Snapshot files with random damage, one or several at a time: a load gives the newest state all of
 * whose files are as they were written, never another one, and refuses only when there is none.
 */
class SnapshotMutationTest {
  private static final long SEED = Tier.seed(20261121);

  /** The files that each state needs, by its sequence number. */
  private static final Map<Long, List<String>> STATES =
      Map.of(
          1L, List.of(full(1)),
          2L, List.of(full(1), incr(1, 2)),
          3L, List.of(full(1), incr(1, 3)),
          4L, List.of(full(4)),
          5L, List.of(full(4), incr(4, 5)),
          6L, List.of(full(4), incr(4, 6)));

  private final SnapshotSeries series = new SnapshotSeries();
  private final Map<String, byte[]> files = new TreeMap<>();

  private static String full(long seq) {
    return "full-%020d.snap".formatted(seq);
  }

  private static String incr(long base, long seq) {
    return "incr-%020d-%020d.snap".formatted(base, seq);
  }

  /** Full at 1 and 4, two incremental ones of each. */
  @BeforeEach
  void save() throws IOException {
    SimDisk disk = SnapshotSeries.disk();
    try (var directory = SnapshotDirectory.open(disk, SnapshotSeries.DIR)) {
      for (long seq = 1; seq <= STATES.size(); seq++) {
        boolean full = STATES.get(seq).size() == 1;
        series.changeAndSave(disk, directory, full ? SnapshotKind.FULL : SnapshotKind.INCREMENTAL);
      }
    }
    for (List<String> names : STATES.values()) {
      for (String name : names) {
        try (Disk.File file = disk.open(path(name), Disk.Mode.READ)) {
          byte[] bytes = new byte[(int) file.size()];
          file.read(MemorySegment.ofArray(bytes), 0);
          files.put(name, bytes);
        }
      }
    }
    assertEquals(STATES.size(), files.size());
  }

  private static Path path(String name) {
    return SnapshotSeries.DIR.resolve(name);
  }

  @Test
  void randomMutationsNeverGiveAWrongStateAndNeverHideAGoodOne() throws IOException {
    SplittableRandom random = new SplittableRandom(SEED);
    int refused = 0;
    int[] loaded = new int[STATES.size() + 1];
    int rounds = Tier.of(10_000, 200_000);
    for (int round = 0; round < rounds; round++) {
      String what = "seed " + SEED + ", round " + round;
      Map<String, byte[]> now = new TreeMap<>(files);
      List<String> names = new ArrayList<>(files.keySet());
      // The newest ones more often: they are tried first.
      for (int i = 1 + random.nextInt(4); i > 0; i--) {
        String name = names.get(random.nextInt(2) == 0 ? random.nextInt(names.size()) : newest(i));
        byte[] other = files.get(names.get(random.nextInt(names.size())));
        now.put(name, mutate(now.get(name), other, random));
      }
      long expected = expected(now);
      SimDisk disk = disk(now);
      if (expected == 0) {
        refused++;
        SnapshotException e = assertThrows(SnapshotException.class, () -> series.check(disk), what);
        assertTrue(e.reason().isDamage() || e.reason() == Reason.NO_BASE, what + ": " + e);
      } else {
        LoadReport report = series.check(disk); // compares all records and the hash
        assertEquals(expected, report.seq(), what + ": " + report);
        loaded[(int) expected]++;
      }
    }
    System.out.println(
        "SnapshotMutationTest: seed "
            + SEED
            + ", loaded "
            + Arrays.toString(loaded)
            + " by"
            + " sequence number, "
            + refused
            + " without any good file");
    for (long seq : STATES.keySet()) {
      assertTrue(loaded[(int) seq] > 0, "no round had to load state " + seq);
    }
    assertTrue(refused > 0, "no round lost everything");
  }

  /** Index of a file of the newest base in the order of names. */
  private static int newest(int i) {
    return List.of(5, 1, 4).get(i % 3);
  }

  /** The newest state whose files are what was written; 0 when there is none. */
  private long expected(Map<String, byte[]> now) {
    return STATES.entrySet().stream()
        .filter(
            state ->
                state.getValue().stream()
                    .allMatch(name -> Arrays.equals(now.get(name), files.get(name))))
        .mapToLong(Map.Entry::getKey)
        .max()
        .orElse(0);
  }

  private static SimDisk disk(Map<String, byte[]> now) throws IOException {
    SimDisk disk = SnapshotSeries.disk();
    for (Map.Entry<String, byte[]> entry : now.entrySet()) {
      try (Disk.File file = disk.open(path(entry.getKey()), Disk.Mode.CREATE_NEW)) {
        file.write(MemorySegment.ofArray(entry.getValue()), 0);
      }
    }
    return disk;
  }

  /** What programs, disks and people do to files. */
  private static byte[] mutate(byte[] file, byte[] other, SplittableRandom random) {
    int size = file.length;
    if (size == 0) {
      return new byte[random.nextInt(64)];
    }
    byte[] out = file.clone();
    int at = random.nextInt(size);
    int count = 1 + random.nextInt(Math.min(size - at, 1 + random.nextInt(512)));
    switch (random.nextInt(9)) {
      case 0 -> out[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> {
        for (int i = 1 + random.nextInt(8); i > 0; i--) {
          out[random.nextInt(size)] = (byte) random.nextInt();
        }
      }
      case 2 -> Arrays.fill(out, at, at + count, (byte) 0);
      case 3 -> {
        for (int i = at; i < at + count; i++) {
          out[i] = (byte) random.nextInt();
        }
      }
      case 4 -> out = Arrays.copyOf(out, at); // cut off
      case 5 -> out = Arrays.copyOf(out, size + count); // a tail of zeros
      case 6 -> {
        // A piece is lost, or there twice.
        int from = random.nextInt(size);
        byte[] joined = Arrays.copyOf(out, at + size - from);
        System.arraycopy(file, from, joined, at, size - from);
        out = joined;
      }
      case 7 -> {
        // A piece of another snapshot, at the same place.
        int from = Math.min(at, other.length);
        int length = Math.min(count, other.length - from);
        System.arraycopy(other, from, out, from, Math.min(length, Math.max(0, size - from)));
      }
      default -> {
        // A number becomes another one: counts, sizes, offsets.
        long word =
            random.nextBoolean() ? random.nextLong(-2, 1 << 20) : -1L >>> random.nextInt(64);
        if (size >= Long.BYTES) {
          MemorySegment.ofArray(out)
              .set(ValueLayout.JAVA_LONG_UNALIGNED, Math.min(at, size - Long.BYTES), word);
        }
      }
    }
    return out;
  }
}
