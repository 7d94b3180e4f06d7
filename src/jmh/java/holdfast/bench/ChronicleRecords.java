package holdfast.bench;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import net.openhft.chronicle.queue.ChronicleQueue;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;
import net.openhft.chronicle.wire.DocumentContext;

/**
 * Chronicle Queue: a document for each record, no checksum. Its files are made for 80 MB and more,
 * so a queue takes the records of 32 of our files before the next one is created.
 */
final class ChronicleRecords implements ChunkWriter {
  private static final int FILES_OF_A_QUEUE = 32;

  private byte[] bytes;
  private Path dir;
  private ChronicleQueue queue;
  private ExcerptAppender appender;
  private int files;

  @Override
  public void fill(Path dir, String name, MemorySegment records, int[] sizes) throws IOException {
    if (bytes == null) {
      bytes = records.toArray(ValueLayout.JAVA_BYTE);
    }
    if (files == FILES_OF_A_QUEUE) {
      close();
    }
    if (queue == null) {
      this.dir = dir.resolve("queue-" + name);
      queue = SingleChronicleQueueBuilder.binary(this.dir).build();
      appender = queue.createAppender();
    }
    for (int done = 0, i = 0; done < CHUNK_SIZE; i++) {
      int size = sizes[i % sizes.length];
      try (DocumentContext document = appender.writingDocument()) {
        document.wire().bytes().write(bytes, done, size);
      }
      done += size;
    }
    files++;
  }

  @Override
  public void close() throws IOException {
    if (queue != null) {
      appender.close();
      queue.close();
      queue = null;
      files = 0;
      ChunkAppendBench.delete(dir);
    }
  }
}
