package holdfast.testkit;

import static java.nio.file.StandardOpenOption.DELETE_ON_CLOSE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What reads and maps of one file see: its volatile image.
 *
 * <p>The image is a map from sector number to sector; a number that is missing is a hole. Once the
 * file is mapped, its bytes also lie in a scratch file of the real system, whose maps are handed
 * out: so all maps show each other's stores at once, as they do on a real disk. Stores are noticed
 * by comparing the scratch file with the image.
 */
final class SimContent {
  final int id;
  private long size;
  private final Map<Long, Sector> sectors;

  /** Bytes that count as written before, because an earlier life of the disk wrote them. */
  private long backed;

  /** Null until the file is mapped. */
  private FileChannel scratch;

  /** The scratch file from its start to the end of the furthest map. */
  private MemorySegment view = MemorySegment.NULL;

  SimContent(int id, long size, Map<Long, Sector> sectors) {
    this.id = id;
    this.size = size;
    this.sectors = new HashMap<>(sectors);
    this.backed = size;
  }

  long size() {
    return size;
  }

  /** Sectors that have storage. */
  long allocated() {
    return sectors.size();
  }

  /** How many sectors a write to a range would add. */
  long missing(long lo, long hi) {
    long count = 0;
    for (long index = lo / Sector.SIZE; index * Sector.SIZE < hi; index++) {
      count += sectors.containsKey(index) ? 0 : 1;
    }
    return count;
  }

  private Sector sector(long index) {
    return sectors.getOrDefault(index, Sector.ZERO);
  }

  long read(MemorySegment target, long position) {
    long count = Math.max(0, Math.min(target.byteSize(), size - position));
    for (long done = 0; done < count; ) {
      long at = position + done;
      long offset = at % Sector.SIZE;
      long piece = Math.min(Sector.SIZE - offset, count - done);
      MemorySegment.copy(sector(at / Sector.SIZE).segment(), offset, target, done, piece);
      done += piece;
    }
    return count;
  }

  /** Returns the touched sectors as they are afterwards. */
  List<SimLog.Placed> write(MemorySegment source, long position) {
    List<SimLog.Placed> touched = new ArrayList<>();
    for (long done = 0; done < source.byteSize(); ) {
      long at = position + done;
      int offset = (int) (at % Sector.SIZE);
      int piece = (int) Math.min(Sector.SIZE - offset, source.byteSize() - done);
      Sector now = sector(at / Sector.SIZE).with(offset, source, done, piece);
      sectors.put(at / Sector.SIZE, now);
      touched.add(new SimLog.Placed(at / Sector.SIZE, now));
      done += piece;
    }
    size = Math.max(size, position + source.byteSize());
    show(source, position);
    return touched;
  }

  void resize(long newSize) {
    if (newSize < size) {
      sectors.keySet().removeIf(index -> index * Sector.SIZE >= newSize);
      sectors.replaceAll((index, sector) -> sector.cutAt(newSize - index * Sector.SIZE));
      if (newSize < view.byteSize()) {
        view.asSlice(newSize).fill((byte) 0);
      }
      backed = Math.min(backed, newSize);
    }
    size = newSize;
  }

  /** Behind the end of the view nobody looks. */
  private void show(MemorySegment source, long position) {
    long size = Math.min(source.byteSize(), view.byteSize() - position);
    if (size > 0) {
      MemorySegment.copy(source, 0, view, position, size);
    }
  }

  /** Maps a part that lies inside the file. */
  MemorySegment map(MapMode mode, long lo, long length, Arena arena) throws IOException {
    // An interrupt would close the scratch file.
    boolean interrupted = Thread.interrupted();
    try {
      if (scratch == null) {
        scratch =
            FileChannel.open(Files.createTempFile("sim", ".scratch"), READ, WRITE, DELETE_ON_CLOSE);
      }
      long shown = view.byteSize();
      if (shown < lo + length) {
        view = scratch.map(MapMode.READ_WRITE, 0, lo + length, Arena.ofAuto());
        sectors.forEach(
            (index, sector) -> {
              if ((index + 1) * Sector.SIZE > shown) {
                show(sector.segment(), index * Sector.SIZE);
              }
            });
      }
      return scratch.map(mode, lo, length, arena);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Takes over what was stored through maps; returns the sectors that changed. */
  List<SimLog.Placed> observe(String name) {
    List<SimLog.Placed> changed = new ArrayList<>();
    for (long lo = 0; lo < view.byteSize(); lo += Sector.SIZE) {
      long index = lo / Sector.SIZE;
      long hi = Math.min(view.byteSize(), lo + Sector.SIZE);
      long at = MemorySegment.mismatch(view, lo, hi, sector(index).segment(), 0, hi - lo);
      if (at < 0) {
        continue;
      }
      if (lo + at >= size) {
        throw new AssertionError(name + ": store to byte " + (lo + at) + ", file ends at " + size);
      }
      if (!sectors.containsKey(index) && lo + at >= backed) {
        throw new AssertionError(
            name + ": store into a hole at byte " + (lo + at) + ": write or preallocate it before");
      }
      Sector now = sector(index).with(0, view, lo, (int) (hi - lo));
      sectors.put(index, now);
      changed.add(new SimLog.Placed(index, now));
    }
    return changed;
  }
}
