package holdfast.wksp;

import holdfast.CorruptDataException;
import holdfast.Progress;
import holdfast.checkpt.FrameStyle;
import holdfast.checkpt.Restore;
import holdfast.internal.Disk;
import holdfast.internal.Workers;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Reads the data of a checkpoint, whose structure is known, to where it belongs, by several
 * threads.
 *
 * <pre>{@code
 * LZ4   each thread takes the next group, until there is none
 * RAW   the same, but large allocations are left out, and afterwards read in pieces of 4 MiB
 * }</pre>
 *
 * <p>Reads are positional, by each thread into a buffer of its own, or straight to the target. A
 * file that changes meanwhile is noticed at its commands and frame ends at the latest.
 */
final class CkptReader {
  /** Bytes of a buffer, and of a piece; multiples of the 64 KiB of a block. */
  private static final int BUFFER_SIZE = 1 << 18;

  private static final long PIECE = 4L << 20;

  private final Disk.File file;
  private final CkptFile checkpt;
  private final boolean[] which;
  private final MemorySegment target;
  private final WkspContents sink;
  private final int threads;
  private final CkptMeter meter;
  private final AtomicInteger nextGroup = new AtomicInteger();
  private final AtomicLong nextPiece = new AtomicLong();

  /** What is shown, when there is one who looks. */
  private MemorySegment part;

  /** Set when a thread failed, so that the others stop. */
  private volatile boolean failed;

  /** Large allocations of RAW frames: which, where their bytes are, pieces of those before. */
  private int largeCount;

  private int[] largeExtent = {};
  private long[] largeOffset = {};
  private long[] largePieces = {0};

  /**
   * Prepares.
   *
   * @param which allocations to read; null for all
   * @param target the region; null to decode and drop everything
   */
  CkptReader(
      Disk.File file,
      CkptFile checkpt,
      boolean[] which,
      MemorySegment target,
      int threads,
      Progress progress) {
    this(file, checkpt, which, target, null, threads, progress);
  }

  /** Prepares to show everything, in the order of the file and by one thread. */
  CkptReader(Disk.File file, CkptFile checkpt, WkspContents sink, Progress progress) {
    this(file, checkpt, null, null, sink, 1, progress);
  }

  private CkptReader(
      Disk.File file,
      CkptFile checkpt,
      boolean[] which,
      MemorySegment target,
      WkspContents sink,
      int threads,
      Progress progress) {
    this.file = file;
    this.checkpt = checkpt;
    this.which = which;
    this.target = target;
    this.sink = sink;
    this.threads = threads;
    this.meter = new CkptMeter(progress, checkpt.extents.totalSize());
  }

  private boolean isRaw() {
    return checkpt.meta.frames() == FrameStyle.RAW;
  }

  void run() throws IOException {
    if (isRaw() && target == null && sink == null) {
      return; // the structure was all there is to check
    }
    if (isRaw() && target != null) {
      findLarge();
    }
    long jobs = checkpt.groupCount + largePieces[largeCount];
    Workers.run((int) Math.max(1, Math.min(threads, jobs)), worker -> work());
  }

  private void findLarge() {
    Extents extents = checkpt.extents;
    for (int pass = 0; pass < 2; pass++) {
      int n = 0;
      for (int g = 0; g < checkpt.groupCount; g++) {
        long position = checkpt.groupData[g];
        for (int i = checkpt.groupFirst[g]; i < checkpt.groupFirst[g + 1]; i++) {
          if (isLarge(i) && pass == 1) {
            largeExtent[n] = i;
            largeOffset[n] = checkpt.dataOffset == null ? position : checkpt.dataOffset[i];
            largePieces[n + 1] = largePieces[n] + (extents.size(i) + PIECE - 1) / PIECE;
          }
          n += isLarge(i) ? 1 : 0;
          position += extents.size(i);
        }
      }
      if (pass == 0) {
        largeCount = n;
        largeExtent = new int[n];
        largeOffset = new long[n];
        largePieces = new long[n + 1];
      }
    }
  }

  private boolean isWanted(int i) {
    return which == null || which[i];
  }

  private boolean isLarge(int i) {
    // Files are read straight to native memory only.
    return isRaw()
        && target != null
        && isWanted(i)
        && checkpt.extents.size(i) >= PIECE
        && target.isNative();
  }

  private void work() throws IOException {
    try (Restore in = CkptFile.reader(file, BUFFER_SIZE, Integer.MAX_VALUE);
        Arena arena = Arena.ofConfined()) {
      MemorySegment command = arena.allocate(CkptCommand.FOOTPRINT, Long.BYTES);
      long news = 0;
      for (int g; !failed && (g = nextGroup.getAndIncrement()) < checkpt.groupCount; ) {
        news += checkpt.dataOffset == null ? group(in, g, command) : pieces(in, g);
        if (news >= CkptMeter.STEP) {
          meter.add(news);
          news = 0;
        }
      }
      meter.add(news);
      long all = largePieces[largeCount];
      for (long p; !failed && (p = nextPiece.getAndIncrement()) < all; ) {
        piece(p);
      }
    } catch (Throwable e) {
      failed = true;
      throw e;
    }
  }

  /** Reads a frame of style 2; returns how many bytes the meter has still to be told of. */
  private long group(Restore in, int g, MemorySegment command) throws IOException {
    Extents extents = checkpt.extents;
    int first = checkpt.groupFirst[g];
    int end = checkpt.groupFirst[g + 1];
    in.seek(checkpt.groupOffset[g]);
    in.openFrame(checkpt.meta.frames());
    for (int i = first; i <= end; i++) {
      in.meta(command);
      boolean same =
          i < end
              ? CkptCommand.is(command, extents.tag[i], extents.lo[i], extents.hi[i])
              : CkptCommand.isData(command);
      if (!same) {
        throw changed(in.offset());
      }
    }
    long news = 0;
    for (int i = first; i < end && !failed; i++) {
      long size = extents.size(i);
      if (sink != null) {
        news += show(in, i);
      } else if (target == null || !isWanted(i) || isLarge(i)) {
        news += skip(in, size, isLarge(i));
      } else {
        news += read(in, extents.lo[i], size);
      }
      if (news >= CkptMeter.STEP) {
        meter.add(news);
        news = 0;
      }
    }
    long found = in.closeFrame();
    if (found != checkpt.groupEnd[g] && !failed) {
      throw changed(found);
    }
    return news;
  }

  /** What large allocations add to the meter, their pieces tell. */
  private long skip(Restore in, long size, boolean large) throws IOException {
    long news = size;
    if (isRaw()) {
      in.skip(size);
      return large ? 0 : size;
    }
    // In parts, for the meter. Each is a multiple of a block, so the blocks are the same.
    for (long lo = 0; lo < size && !failed; lo += PIECE) {
      long part = Math.min(PIECE, size - lo);
      in.skip(part);
      if (size > PIECE) {
        meter.add(part);
        news -= part;
      }
    }
    return news;
  }

  private long read(Restore in, long gaddr, long size) throws IOException {
    if (size <= PIECE) {
      in.data(target.asSlice(gaddr, size));
      return size;
    }
    for (long lo = 0; lo < size && !failed; lo += PIECE) {
      long part = Math.min(PIECE, size - lo);
      in.data(target.asSlice(gaddr + lo, part));
      meter.add(part);
    }
    return 0;
  }

  /** Shows an allocation, in parts that are multiples of a block, so the blocks are the same. */
  private long show(Restore in, int i) throws IOException {
    long size = checkpt.extents.size(i);
    Partition allocation = checkpt.extents.partition(i);
    if (part == null) {
      part = MemorySegment.ofArray(new byte[BUFFER_SIZE]);
    }
    for (long lo = 0; lo < size; lo += BUFFER_SIZE) {
      MemorySegment bytes = part.asSlice(0, Math.min(BUFFER_SIZE, size - lo));
      in.data(bytes);
      sink.accept(allocation, lo, bytes.asReadOnly());
      if (size > BUFFER_SIZE) {
        meter.add(bytes.byteSize());
      }
    }
    return size > BUFFER_SIZE ? 0 : size;
  }

  /** Reads the small allocations of a group of style 1, each from its own place. */
  private long pieces(Restore in, int g) throws IOException {
    long news = 0;
    for (int i = checkpt.groupFirst[g]; i < checkpt.groupFirst[g + 1]; i++) {
      if (isWanted(i) && !isLarge(i)) {
        in.seek(checkpt.dataOffset[i]);
        in.openFrame(FrameStyle.RAW);
        if (sink != null) {
          news -= checkpt.extents.size(i);
          news += show(in, i);
        } else {
          in.data(target.asSlice(checkpt.extents.lo[i], checkpt.extents.size(i)));
        }
        in.closeFrame();
      }
      news += isLarge(i) ? 0 : checkpt.extents.size(i);
    }
    return news;
  }

  /** Reads 4 MiB of a large allocation. */
  private void piece(long p) throws IOException {
    int n = 0;
    for (int hi = largeCount; n + 1 < hi; ) { // the last one whose pieces begin at or before p
      int middle = (n + hi) >>> 1;
      if (largePieces[middle] <= p) {
        n = middle;
      } else {
        hi = middle;
      }
    }
    int i = largeExtent[n];
    long offset = (p - largePieces[n]) * PIECE;
    long size = Math.min(PIECE, checkpt.extents.size(i) - offset);
    MemorySegment room = target.asSlice(checkpt.extents.lo[i] + offset, size);
    if (file.read(room, largeOffset[n] + offset) < size) {
      throw new IOException(file.path() + " became shorter while it was read");
    }
    meter.add(size);
  }

  private CorruptDataException changed(long at) {
    return new CorruptDataException(
        checkpt.format(), at, "what was there before", "a file that changes while it is read");
  }
}
