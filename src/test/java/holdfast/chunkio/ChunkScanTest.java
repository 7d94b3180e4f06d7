package holdfast.chunkio;

import static org.junit.jupiter.api.Assertions.assertEquals;

import holdfast.internal.Disk;
import holdfast.internal.OsDisk;
import holdfast.testkit.Golden;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a look at each damaged, unsealed and old file of the golden set says. */
class ChunkScanTest {
  private static ChunkScan scan(Path file) throws IOException {
    ChunkScan scan = new ChunkScan();
    try (Disk.File open = OsDisk.INSTANCE.open(file, Disk.Mode.READ)) {
      scan.scan(open, true);
    }
    return scan;
  }

  @ParameterizedTest
  @CsvSource({
    "00-good-reference.chk, SEALED, NONE, 43",
    "01-bad-magic-0.chk, CORRUPT, BAD_LAYOUT, 0",
    "02-bad-magic-1.chk, CORRUPT, BAD_LAYOUT, 0",
    "03-bad-crc-bit.chk, CORRUPT, BAD_CHECKSUM, 0",
    "04-crc-zero.chk, UNCHECKED, NONE, 43",
    "05-crc-little-endian.chk, CORRUPT, BAD_CHECKSUM, 0",
    "06-crc-pad-byte6.chk, SEALED, NONE, 43",
    "07-crc-pad-byte9.chk, SEALED, NONE, 43",
    "08-free-pad-14-21.chk, SEALED, NONE, 43",
    "09-meta-flip.chk, CORRUPT, BAD_CHECKSUM, 0",
    "10-content-flip.chk, CORRUPT, BAD_CHECKSUM, 0",
    "11-slack-dirty.chk, SEALED, NONE, 43",
    "12-size-0.chk, FRESH, NONE, 0",
    "13-size-1.chk, CORRUPT, BAD_FILE_SIZE, 0",
    "15-size-23.chk, CORRUPT, BAD_FILE_SIZE, 0",
    "16-size-24.chk, CORRUPT, BAD_FILE_SIZE, 0",
    "17-cut-in-meta.chk, CORRUPT, BAD_FILE_SIZE, 0",
    "18-cut-in-content.chk, CORRUPT, BAD_FILE_SIZE, 0",
    "19-cut-1-short.chk, CORRUPT, BAD_FILE_SIZE, 0",
    "20-cut-exact.chk, SEALED, NONE, 43",
    "21-clen-plus-1.chk, TORN, NONE, 43",
    "22-clen-minus-1.chk, TORN, NONE, 43",
    "23-clen-max.chk, TORN, NONE, 43",
    "24-clen-past-file.chk, TORN, NONE, 43",
    "25-clen-fills-file.chk, TORN, NONE, 43",
    "26-clen-zero-untrimmed.chk, TORN, NONE, 43",
    "27-clen-zero-trimmed.chk, SEALED, NONE, 43",
    "28-mlen-plus-1.chk, CORRUPT, BAD_CHECKSUM, 0",
    "29-mlen-minus-1.chk, CORRUPT, BAD_CHECKSUM, 0",
    "30-mlen-65535.chk, CORRUPT, BAD_FILE_SIZE, 0",
    "31-mlen-zero.chk, CORRUPT, BAD_CHECKSUM, 0",
    "33-all-zero-4096.chk, CORRUPT, BAD_LAYOUT, 0",
    "34-all-ff-4096.chk, CORRUPT, BAD_LAYOUT, 0",
    "35-header-zeroed-body-kept.chk, CORRUPT, BAD_LAYOUT, 0",
    "36-text-file.chk, CORRUPT, BAD_LAYOUT, 0",
    "37-tail-page-zeroed.chk, CORRUPT, BAD_CHECKSUM, 0",
    "38-foreign-zero-len-field.chk, CORRUPT, BAD_LAYOUT, 0",
    "39-unfinalised-crc-state.chk, UNSEALED, NONE, 43",
    "40-torn-append-len-old.chk, TORN, NONE, 22",
    "41-torn-append-data-missing.chk, CORRUPT, BAD_CHECKSUM, 0",
    "42-torn-append-crc-old.chk, TORN, NONE, 11",
  })
  void damagedFiles(String name, ChunkState state, ChunkError error, long size) throws IOException {
    ChunkScan scan = scan(Golden.path("chunkio", "stores", "damaged-crc", "s", name));
    assertEquals(state, scan.state, () -> scan.reason);
    assertEquals(error, scan.error);
    if (state != ChunkState.CORRUPT) {
      assertEquals(size, scan.contentSize);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "legacy, empty, SEALED, 0",
    "legacy, exact-crc, SEALED, 14",
    "legacy, exact-crc-meta, SEALED, 28",
    "legacy, exact-plain, UNCHECKED, 14",
    "legacy, first-byte-zero, TORN, 7",
    "legacy, meta-only, SEALED, 0",
    "legacy, padded-crc, TORN, 14",
    "legacy, padded-plain, UNCHECKED, 4072",
    "unsynced, fresh, FRESH, 0",
    "unsynced, never-synced, UNSEALED, 5",
    "unsynced, appended-after-sync, UNSEALED, 12",
    "unsynced, meta-unsynced, UNSEALED, 4",
  })
  void oldAndUnsealedFiles(String store, String name, ChunkState state, long size)
      throws IOException {
    ChunkScan scan = scan(Golden.path("chunkio", "stores", store, "s", name));
    assertEquals(state, scan.state, () -> scan.reason);
    assertEquals(size, scan.contentSize);
  }
}
