package holdfast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class TourSampleTest {
  private static final long MIB = 1 << 20;

  private static TourFiles files(long... sizes) {
    List<TourFile> files = new ArrayList<>();
    long start = 0;
    for (long size : sizes) {
      files.add(new TourFile("f" + files.size(), Path.of("f"), start, size));
      start += size;
    }
    return new TourFiles("in", files, List.of(), start);
  }

  private static List<Long> offsets(TourSample sample, TourFile file) throws IOException {
    List<Long> offsets = new ArrayList<>();
    sample.eachPart(file, (offset, size) -> offsets.add(offset));
    return offsets;
  }

  @Test
  void aSmallInputIsTakenWhole() throws IOException {
    TourFiles input = files(3 * MIB + 1, 0, 5);
    TourSample sample = new TourSample(input, 4 * MIB);
    assertTrue(sample.isWhole());
    assertEquals(input.bytes(), sample.bytes());
    assertEquals(List.of(0L, MIB, 2 * MIB, 3 * MIB), offsets(sample, input.files().get(0)));
    assertEquals(List.of(0L), offsets(sample, input.files().get(1)), "an empty part");
    assertTrue(sample.touches(input.files().get(1)));
  }

  @Test
  void aLargeInputIsSampledEvenly() throws IOException {
    TourFiles input = files(1000 * MIB);
    TourSample sample = new TourSample(input, 10 * MIB);
    assertFalse(sample.isWhole());
    assertEquals(10 * MIB, sample.bytes());
    List<Long> offsets = offsets(sample, input.files().getFirst());
    for (int i = 0; i < 10; i++) {
      assertEquals((100L * i + 99) * MIB, offsets.get(i));
    }
  }

  @Test
  void manySmallFilesAreAsWellRepresentedAsOneLargeOne() throws IOException {
    long[] sizes = new long[100_000];
    Arrays.fill(sizes, 1_000);
    TourSample sample = new TourSample(files(sizes), 20 * MIB);
    assertEquals(20.0, sample.bytes() / (double) MIB, 1.0, "the last window may be short");
  }

  @Test
  void whatIsTakenOfTheFilesAddsUp() throws IOException {
    TourFiles input = files(7 * MIB, 1, 0, 13 * MIB + 77, 999_999, 3 * MIB);
    TourSample sample = new TourSample(input, 6 * MIB);
    long sum = 0;
    for (TourFile file : input.files()) {
      sum += sample.sizeOf(file);
    }
    assertEquals(sample.bytes(), sum);
    assertTrue(sum > 3 * MIB && sum <= 7 * MIB, "sum " + sum);
  }

  @Test
  void evenTheSmallestSampleTakesSomething() throws IOException {
    assertEquals(MIB, new TourSample(files(50 * MIB), 1).bytes());
  }

  @Test
  void theSlowestLevelComesAlongForSmallInputsOrWhenAskedFor() {
    assertEquals(5, TourLevel.plan(false, TourLevel.SMALL).size());
    assertEquals(4, TourLevel.plan(false, TourLevel.SMALL + 1).size());
    assertEquals(5, TourLevel.plan(true, TourLevel.SMALL + 1).size());
  }
}
