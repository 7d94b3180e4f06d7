package holdfast.cli;

import holdfast.CorruptDataException;
import holdfast.UnsupportedFormatException;
import holdfast.snapshot.SnapshotException;
import holdfast.wksp.WkspResetException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Damages copies of one format's file in every way, and looks at what its reader answers. */
final class SelftestCopies {
  /** Most wrong answers that are described, and whose files are kept. */
  private static final int DESCRIBED_MAX = 5;

  /**
   * What came of a format.
   *
   * @param title of the format
   * @param promise of its reader
   * @param copies how many of each kind of damage were read
   * @param noticed how many of them were noticed; the others did no harm
   * @param wrong how many answers were wrong
   * @param described the first of these
   * @param nanos time it took
   */
  record Outcome(
      String title,
      String promise,
      Map<SelftestDamage, Long> copies,
      long noticed,
      long wrong,
      List<String> described,
      long nanos) {
    long total() {
      return copies.values().stream().mapToLong(Long::longValue).sum();
    }
  }

  private final SelftestSubject subject;
  private final Path folder;
  private final long seed;
  private final Map<SelftestDamage, Long> copies = new EnumMap<>(SelftestDamage.class);
  private final List<String> described = new ArrayList<>();
  private long noticed;
  private long wrong;

  private SelftestCopies(SelftestSubject subject, Path folder, long seed) {
    this.subject = subject;
    this.folder = folder;
    this.seed = seed;
  }

  /**
   * Goes through the kinds of damage.
   *
   * @param max most copies of each kind; fewer when there are fewer ways, else spread evenly
   * @param folder where files with wrong answers are left
   */
  static Outcome run(SelftestSubject subject, int max, Path folder, long seed) throws IOException {
    long start = System.nanoTime();
    SelftestCopies all = new SelftestCopies(subject, folder, seed);
    for (SelftestDamage damage : SelftestDamage.values()) {
      all.run(damage, max);
    }
    return new Outcome(
        subject.title(),
        subject.promise(),
        all.copies,
        all.noticed,
        all.wrong,
        all.described,
        System.nanoTime() - start);
  }

  private void run(SelftestDamage damage, int max) throws IOException {
    byte[] sound = subject.sound();
    int size = subject.damagedSize();
    long ways = damage.ways(size);
    long count = Math.min(max, ways);
    for (long i = 0; i < count; i++) {
      long way = ways == count ? i : (long) ((double) ways / count * i);
      SplittableRandom random = new SplittableRandom(seed * 31 + i);
      byte[] damaged = damage.copy(sound, size, way, random);
      if (!Arrays.equals(damaged, sound)) {
        copies.merge(damage, 1L, Long::sum);
        read(damage, i, damaged);
      }
    }
  }

  private void read(SelftestDamage damage, long number, byte[] damaged) throws IOException {
    try {
      noticed += subject.read(damaged) == SelftestSubject.Answer.NOTICED ? 1 : 0;
    } catch (CorruptDataException
        | UnsupportedFormatException
        | SnapshotException
        | WkspResetException e) {
      noticed++;
    } catch (SelftestSubject.Wrong e) {
      wrong(damage, number, damaged, e.getMessage());
    } catch (RuntimeException | Error e) {
      wrong(damage, number, damaged, "it threw " + e);
    }
  }

  private void wrong(SelftestDamage damage, long number, byte[] damaged, String what)
      throws IOException {
    if (wrong++ < DESCRIBED_MAX) {
      Path kept = folder.resolve("wrong-" + subject.title().replace(' ', '-') + "-" + wrong);
      Files.write(kept, damaged);
      described.add(
          subject.title()
              + ", "
              + damage.title()
              + " "
              + number
              + ": "
              + what
              + "; the file is "
              + kept);
    }
  }
}
