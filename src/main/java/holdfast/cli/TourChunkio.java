package holdfast.cli;

import holdfast.chunkio.Chunk;
import holdfast.chunkio.ChunkRecords;
import holdfast.chunkio.ChunkStore;
import holdfast.chunkio.ChunkStoreOptions;
import holdfast.chunkio.ChunkStream;
import holdfast.chunkio.LoadReport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;

/**
 * The chunk store on the tour: the input becomes events that are appended, each counted outside the
 * store once its append has returned; the kill comes while that goes on. The fresh process loads
 * the store, and finds every event that was counted, and nothing else.
 */
final class TourChunkio implements TourAct {
  static final String STORE = "chunks";
  static final String COUNT = "chunks.count";
  private static final String STREAM = "events";

  /** Bytes of events before the process is ready to be killed, and most of them in all. */
  private static final long READY_BYTES = 16L << 20;

  private static final long BYTES_MAX = 128L << 20;

  private static final long CHUNK_MAX = 2L << 20;

  @Override
  public String name() {
    return "chunkio";
  }

  @Override
  public void live(TourStage stage) throws IOException {
    KeptNumbers count = KeptNumbers.create(stage.file(COUNT), 1);
    ChunkStore store = ChunkStore.open(stage.file(STORE), ChunkStoreOptions.DEFAULT);
    Writer writer = new Writer(stage, store.createStream(STREAM), count);
    Thread thread = new Thread(writer, "tour-events");
    thread.setDaemon(true);
    long start = System.nanoTime();
    thread.start();
    writer.awaitReady();
    double seconds = (System.nanoTime() - start) / 1e9;
    long events = count.get(0);
    long rate = Math.round(events / Math.max(1e-9, seconds));
    stage.say(
        "chunk store: "
            + Numbers.grouped(events)
            + " events of some hundred bytes appended, "
            + Numbers.grouped(rate)
            + " a second, the checksum valid after each");
    stage.fact("eventsPerSecond", rate);
  }

  /** Appends events until there are enough for any kill. */
  private static final class Writer implements Runnable {
    private final TourStage stage;
    private final ChunkStream stream;
    private final KeptNumbers count;
    private final CountDownLatch ready = new CountDownLatch(1);
    private volatile Throwable failure;
    private Chunk chunk;
    private long chunks;
    private long inChunk;
    private long bytes;
    private long events;

    Writer(TourStage stage, ChunkStream stream, KeptNumbers count) {
      this.stage = stage;
      this.stream = stream;
      this.count = count;
    }

    @Override
    public void run() {
      try {
        new TourEvents(stage).each(this::append);
      } catch (IOException | RuntimeException e) {
        failure = e;
      } finally {
        ready.countDown();
      }
    }

    private boolean append(byte[] part, int offset, int size) throws IOException {
      if (chunk == null || inChunk + size + ChunkRecords.PREFIX > CHUNK_MAX) {
        if (chunk != null) {
          chunk.down();
        }
        chunk = stream.open(String.format(Locale.ROOT, "%06d", chunks++));
        inChunk = 0;
      }
      ChunkRecords.append(chunk, MemorySegment.ofArray(part).asSlice(offset, size));
      // Counted only now: from here on the event may not be lost.
      count.set(0, ++events);
      inChunk += size + ChunkRecords.PREFIX;
      bytes += size;
      if (bytes >= READY_BYTES) {
        ready.countDown();
      }
      return bytes < BYTES_MAX;
    }

    void awaitReady() throws IOException {
      try {
        ready.await();
      } catch (InterruptedException e) {
        throw new IOException("interrupted", e);
      }
      if (failure != null) {
        throw new IOException("appending failed", failure);
      }
    }
  }

  @Override
  public void revive(TourStage stage) throws IOException {
    long counted = KeptNumbers.open(stage.file(COUNT)).get(0);
    try (ChunkStore store = ChunkStore.open(stage.file(STORE), ChunkStoreOptions.DEFAULT)) {
      long start = System.nanoTime();
      LoadReport report = store.load();
      double millis = (System.nanoTime() - start) / 1e6;
      ChunkStream stream = store.findStream(STREAM);
      Reader reader = new Reader(stream == null ? List.of() : stream.chunks());
      new TourEvents(stage).each(reader::compare);
      if (reader.difference != null) {
        stage.differs(reader.difference);
      }
      if (reader.events < counted) {
        stage.differs(counted + " events were counted, " + reader.events + " are there");
      }
      stage.say(
          "  "
              + Numbers.count(report.chunks(), "chunk")
              + " loaded and validated in "
              + Numbers.fixed(millis, 1)
              + " ms, "
              + repairs(report)
              + "; "
              + Numbers.grouped(counted)
              + " events counted before the kill, "
              + Numbers.grouped(reader.events)
              + " found, all equal");
      stage.fact("counted", counted);
      stage.fact("found", reader.events);
      stage.fact("repaired", report.problems().size());
    }
  }

  private static String repairs(LoadReport report) {
    int count = report.problems().size();
    return count == 0 ? "nothing to repair" : count + " repaired";
  }

  /** Compares what is stored with the events, one by one. */
  private static final class Reader {
    private final Iterator<Chunk> chunks;
    private Iterator<MemorySegment> records = List.<MemorySegment>of().iterator();
    private long events;
    private String difference;

    Reader(List<Chunk> chunks) {
      this.chunks = chunks.iterator();
    }

    boolean compare(byte[] part, int offset, int size) throws IOException {
      while (!records.hasNext()) {
        if (!chunks.hasNext()) {
          return false;
        }
        Chunk chunk = chunks.next();
        if (!chunk.isUp() && !chunk.up()) {
          throw new UncheckedIOException(new IOException(chunk + " does not come up"));
        }
        records = ChunkRecords.lengthPrefixed(MemorySegment.ofArray(chunk.contentCopy()));
        chunk.down();
      }
      MemorySegment record = records.next();
      MemorySegment event = MemorySegment.ofArray(part).asSlice(offset, size);
      long at = record.mismatch(event);
      if (at >= 0) {
        difference = "event " + events + " differs at its byte " + at;
        return false;
      }
      events++;
      return true;
    }
  }
}
