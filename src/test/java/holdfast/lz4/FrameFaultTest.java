package holdfast.lz4;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.fail;

import holdfast.CorruptDataException;
import holdfast.UnsupportedFormatException;
import holdfast.testkit.Content;
import holdfast.testkit.Tier;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Frames that were damaged on their way: with a content checksum nothing goes unnoticed. */
class FrameFaultTest {
  private static final int SECTOR = 512;

  /** Plain bytes of each fixture; several blocks, compressed and stored ones. */
  private static final int SIZE = Tier.of(4_500, 66_000);

  private static final int CUT = Tier.of(1_200, 20_000);

  @SuppressWarnings("ArrayRecordComponent")
  private record Fixture(String name, byte[] plain, byte[] frame) {}

  private static List<Fixture> fixtures() {
    var plain = new ByteArrayOutputStream();
    plain.writeBytes(Content.of(3, 1, SIZE / 3));
    plain.writeBytes(Content.of(1, 1, SIZE / 3));
    plain.writeBytes(Content.of(4, 1, SIZE / 3));
    byte[] content = plain.toByteArray();
    var base = Lz4FrameOptions.DEFAULT.withBlockCut(CUT);
    var fixtures = new ArrayList<Fixture>();
    for (boolean linked : new boolean[] {false, true}) {
      for (boolean blockChecksum : new boolean[] {false, true}) {
        var options =
            base.withLinked(linked)
                .withBlockChecksum(blockChecksum)
                .withContentSize(blockChecksum ? content.length : Lz4FrameOptions.UNKNOWN);
        String name = (linked ? "linked" : "independent") + (blockChecksum ? " with all" : "");
        fixtures.add(new Fixture(name, content, Lz4Frame.compress(content, options)));
      }
    }
    return fixtures;
  }

  @Test
  void everyFlippedBitIsNoticed() {
    for (Fixture fixture : fixtures()) {
      byte[] frame = fixture.frame().clone();
      for (int bit = 0; bit < 8 * frame.length; bit++) {
        frame[bit >> 3] ^= (byte) (1 << (bit & 7));
        requireNoticed(fixture, frame, "bit " + bit);
        frame[bit >> 3] ^= (byte) (1 << (bit & 7));
      }
    }
  }

  @Test
  void twoFlippedBitsAreNoticed() {
    long seed = Tier.seed(20_260_204);
    var random = new SplittableRandom(seed);
    for (Fixture fixture : fixtures()) {
      byte[] frame = fixture.frame().clone();
      for (int round = 0; round < Tier.of(10_000, 250_000); round++) {
        int a = random.nextInt(8 * frame.length);
        int b = random.nextInt(8 * frame.length);
        if (a != b) {
          frame[a >> 3] ^= (byte) (1 << (a & 7));
          frame[b >> 3] ^= (byte) (1 << (b & 7));
          requireNoticed(fixture, frame, "seed=" + seed + " bits " + a + " and " + b);
          frame[a >> 3] ^= (byte) (1 << (a & 7));
          frame[b >> 3] ^= (byte) (1 << (b & 7));
        }
      }
    }
  }

  @Test
  void everyTruncationIsNoticed() {
    for (Fixture fixture : fixtures()) {
      for (int size = 0; size < fixture.frame().length; size++) {
        byte[] cut = Arrays.copyOf(fixture.frame(), size);
        var e = assertThrows(CorruptDataException.class, () -> Lz4Frame.decompress(cut));
        assertEquals(size, e.offset(), fixture.name());
        assertEquals("the end of the input", e.found());
      }
    }
  }

  @Test
  void everyExtensionIsNoticed() {
    for (Fixture fixture : fixtures()) {
      for (int more = 1; more <= 4096; more += Tier.thorough() ? 1 : 1 + more / 16) {
        int size = fixture.frame().length;
        byte[] longer = Arrays.copyOf(fixture.frame(), size + more);
        var e = assertThrows(CorruptDataException.class, () -> Lz4Frame.decompress(longer));
        assertEquals(size, e.offset(), fixture.name());
      }
    }
  }

  @Test
  void everySectorThatIsLostDoubledOrSwappedIsNoticed() {
    for (Fixture fixture : fixtures()) {
      byte[] frame = fixture.frame();
      for (int lo = 0; lo + 2 * SECTOR <= frame.length; lo += SECTOR) {
        byte[] zeroed = frame.clone();
        Arrays.fill(zeroed, lo, lo + SECTOR, (byte) 0);
        requireNoticed(fixture, zeroed, "zeroed at " + lo);
        byte[] doubled = frame.clone();
        System.arraycopy(frame, lo, doubled, lo + SECTOR, SECTOR);
        requireNoticed(fixture, doubled, "doubled at " + lo);
        byte[] swapped = doubled.clone();
        System.arraycopy(frame, lo + SECTOR, swapped, lo, SECTOR);
        requireNoticed(fixture, swapped, "swapped at " + lo);
      }
    }
  }

  /**
   * Damage may only go unnoticed where it does not matter, as in a match that now copies the same
   * bytes from elsewhere: the content must be the same then.
   */
  private static void requireNoticed(Fixture fixture, byte[] frame, String damage) {
    byte[] plain;
    try {
      plain = Lz4Frame.decompress(frame);
    } catch (CorruptDataException | UnsupportedFormatException e) {
      return;
    }
    if (!Arrays.equals(plain, fixture.plain())) {
      fail(fixture.name() + ", " + damage + ": other content");
    }
  }

  @Test
  void aFailedReadLeavesNothingOfTheBlockInItsResult() throws Exception {
    byte[] plain = Content.of(3, 2, 20_000);
    var options = Lz4FrameOptions.DEFAULT.withBlockCut(10_000).withBlockChecksum(true);
    byte[] frame = Lz4Frame.compress(plain, options);
    frame[frame.length - 20] ^= 1;
    for (boolean large : new boolean[] {false, true}) {
      var in = new Lz4FrameInputStream(new ByteArrayInputStream(frame));
      byte[] room = new byte[large ? 100_000 : 7_000];
      var read = new ByteArrayOutputStream();
      assertThrows(
          CorruptDataException.class,
          () -> {
            for (int count; (count = in.read(room, 0, room.length)) >= 0; ) {
              read.write(room, 0, count);
            }
          });
      assertArrayEquals(Arrays.copyOf(plain, 10_000), read.toByteArray());
      assertEquals(0, in.available());
    }
  }
}
