package holdfast.cli;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Numbers that outlive the process that writes them, whatever ends it: words of a mapped file.
 *
 * <p>A store is ordered behind everything that the thread did before, and nothing that it does
 * later comes before the store; so a number tells what was surely done. Each place has one writer.
 */
final class KeptNumbers {
  private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG;
  private static final VarHandle PLACE = WORD.arrayElementVarHandle();

  private final MemorySegment map;

  private KeptNumbers(MemorySegment map) {
    this.map = map;
  }

  /** Makes the file; all numbers are 0. */
  static KeptNumbers create(Path file, int count) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.allocate(Math.multiplyExact(count, Long.BYTES)), 0);
      return map(channel);
    }
  }

  /** Opens a file that a process left, to read it and to go on. */
  static KeptNumbers open(Path file) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      return map(channel);
    }
  }

  private static KeptNumbers map(FileChannel channel) throws IOException {
    return new KeptNumbers(
        channel.map(FileChannel.MapMode.READ_WRITE, 0, channel.size(), Arena.global()));
  }

  /** How many there are. */
  int count() {
    return (int) (map.byteSize() / Long.BYTES);
  }

  long get(int place) {
    return map.getAtIndex(WORD, place);
  }

  /** Stores a number, between what this thread did before and what it does later. */
  void set(int place, long number) {
    PLACE.setRelease(map, 0L, (long) place, number); // read by the next process, after the kill
    VarHandle.fullFence();
  }
}
