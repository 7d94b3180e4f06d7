package holdfast.snapshot;

import holdfast.internal.Crc32c;
import holdfast.internal.Disk;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** The directory of a file that is being written: 48 bytes of native memory for each batch. */
final class DirectoryBuffer {
  private static final int PAGE_ENTRIES = 1024;

  private final Arena arena;
  private final List<MemorySegment> pages = new ArrayList<>();
  private int count;

  DirectoryBuffer(Arena arena) {
    this.arena = arena;
  }

  /** How many entries there are. */
  int count() {
    return count;
  }

  void add(BatchInfo batch) {
    int place = count % PAGE_ENTRIES;
    if (place == 0) {
      pages.add(arena.allocate((long) PAGE_ENTRIES * SnapEntry.SIZE, Long.BYTES));
    }
    SnapEntry.put(pages.getLast(), (long) place * SnapEntry.SIZE, batch);
    count++;
  }

  /** Writes all entries; returns their checksum. */
  int write(Disk.File file, long offset) throws IOException {
    int crc = 0;
    long at = offset;
    for (int i = 0; i < pages.size(); i++) {
      int entries = Math.min(PAGE_ENTRIES, count - i * PAGE_ENTRIES);
      MemorySegment page = pages.get(i).asSlice(0, (long) entries * SnapEntry.SIZE);
      file.write(page, at);
      crc = Crc32c.join(crc, Crc32c.of(page), Crc32c.shift(page.byteSize()));
      at += page.byteSize();
    }
    return crc;
  }
}
