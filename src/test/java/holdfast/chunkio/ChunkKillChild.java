package holdfast.chunkio;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.SplittableRandom;

/**
 * Appends numbered records to a store until it is killed, and notes each in a file outside of the
 * store after the append returned.
 *
 * <pre>{@code
 * record   size of all (4) | number (8) | bytes that follow from the number
 * chunk    c-NUMBER of its first record, in 12 digits; a new one after 32 KiB
 * }</pre>
 *
 * <p>Now and then a chunk gets metadata, is cut and appended to again, goes down and up, or gets
 * several records in a transaction: the numbers in a chunk stay without a gap all the while.
 */
final class ChunkKillChild {
  static final int CHUNK_SIZE = 32 << 10;

  /** Records before the parent may kill. */
  static final int WARM_UP = 30;

  private ChunkKillChild() {}

  /** Root, acknowledgement file, first number, seed. */
  public static void main(String[] arguments) throws IOException {
    Path root = Path.of(arguments[0]);
    long number = Long.parseLong(arguments[2]);
    SplittableRandom random = new SplittableRandom(Long.parseLong(arguments[3]));
    ChunkStoreOptions options =
        Chunks.QUIETLY
            .withSync(SyncLevel.NONE)
            .withUpOnDemand(true)
            .withUpMax(4)
            .withEngine(Engine.MAPPED);
    try (FileChannel acks =
            FileChannel.open(
                Path.of(arguments[1]),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE,
                StandardOpenOption.APPEND);
        Arena arena = Arena.ofConfined();
        ChunkStore store = ChunkStore.open(root, options)) {
      store.load();
      ByteBuffer ack = ByteBuffer.allocateDirect(Long.BYTES);
      MemorySegment record = arena.allocate(4096, 8);
      ChunkStream stream = store.stream("s");
      // The first appends load classes; the kills are to come in the middle of quick ones.
      long ready = number + WARM_UP;
      while (true) {
        String name = "c-%012d".formatted(number);
        Chunk known = stream.chunk(name); // created, and killed before the first record
        Chunk chunk = known == null ? stream.open(name) : known;
        if (random.nextInt(3) == 0) {
          chunk.setMetadata(("from " + number).getBytes(StandardCharsets.UTF_8));
        }
        while (chunk.contentSize() < CHUNK_SIZE) {
          int kind = random.nextInt(200);
          int count = 1;
          if (kind == 0) {
            chunk.begin();
            count = 1 + random.nextInt(5);
          }
          for (int i = 0; i < count; i++) {
            chunk.append(record(record, number + i));
          }
          if (kind == 0) {
            chunk.commit();
          } else if (kind == 1) {
            chunk.down();
            chunk.up();
          } else if (kind == 2) {
            chunk.setMetadata(new byte[random.nextInt(300)]);
          } else if (kind == 3) {
            MemorySegment last = record(record, number);
            chunk.writeAt(chunk.contentSize() - last.byteSize(), last);
          }
          number += count;
          ack.clear().putLong(number).flip();
          acks.write(ack);
          if (number >= ready) {
            ready = Long.MAX_VALUE;
            System.out.println("ready");
            System.out.flush();
          }
        }
        if (random.nextBoolean()) {
          chunk.close();
        }
      }
    }
  }

  /** The record of a number, in memory that is large enough. */
  static MemorySegment record(MemorySegment memory, long number) {
    SplittableRandom random = new SplittableRandom(number);
    int size = 12 + random.nextInt(random.nextInt(10) == 0 ? 3000 : 300);
    memory.set(ValueLayout.JAVA_INT_UNALIGNED, 0, size);
    memory.set(ValueLayout.JAVA_LONG_UNALIGNED, 4, number);
    for (int i = 12; i < size; i++) {
      memory.set(ValueLayout.JAVA_BYTE, i, (byte) (number * 31 + i));
    }
    return memory.asSlice(0, size);
  }
}
