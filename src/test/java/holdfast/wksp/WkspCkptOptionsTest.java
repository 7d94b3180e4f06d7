package holdfast.wksp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import holdfast.Limits;
import holdfast.Progress;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** Copies of options keep what was asked for before. */
class WkspCkptOptionsTest {
  private static final Progress WATCH = (_, _) -> true;

  @Test
  void checkpointOptionsAreNotMixedUp() {
    WkspCheckptInfo info = WkspCheckptOptions.DEFAULT.info();
    assertEquals(
        new WkspCheckptOptions(WkspCheckptStyle.V1, 3, info, List.of(1L, 2L), true, false, WATCH),
        WkspCheckptOptions.DEFAULT
            .withProgress(WATCH)
            .withReplace(true)
            .withSidecar(true)
            .withTags(List.of(1L, 2L))
            .withInfo(info)
            .withThreads(3)
            .withStyle(WkspCheckptStyle.V1)
            .withReplace(false));
  }

  @Test
  void restoreOptionsAreNotMixedUp() {
    Limits limits = Limits.DEFAULT.withMemoryMax(1 << 20);
    assertEquals(
        new WkspRestoreOptions(
            OptionalInt.of(5), 2, List.of(9L), 10, 20, WkspSidecar.REQUIRED, true, limits, WATCH),
        WkspRestoreOptions.DEFAULT
            .withProgress(WATCH)
            .withLimits(limits)
            .withVerifyFirst(true)
            .withSidecar(WkspSidecar.REQUIRED)
            .withRange(10, 20)
            .withTags(List.of(9L))
            .withThreads(2)
            .withSeed(5));
  }
}
