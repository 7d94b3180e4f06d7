package holdfast.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A number that outlives the process that counts, whatever ends it: a store into a mapped file. */
final class TourCount {
  private final MappedByteBuffer map;

  private TourCount(MappedByteBuffer map) {
    this.map = map;
  }

  /** Makes the file; the number is 0. */
  static TourCount create(Path file) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.allocate(Long.BYTES), 0);
      return new TourCount(channel.map(FileChannel.MapMode.READ_WRITE, 0, Long.BYTES));
    }
  }

  /** The number as it was left. */
  static long read(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return channel.map(FileChannel.MapMode.READ_ONLY, 0, Long.BYTES).getLong(0);
    }
  }

  void set(long number) {
    map.putLong(0, number);
  }

  long get() {
    return map.getLong(0);
  }
}
