package holdfast.cli;

import holdfast.chunkio.Chunk;
import holdfast.chunkio.ChunkRecords;
import holdfast.chunkio.ChunkStore;
import holdfast.chunkio.ChunkStoreOptions;
import holdfast.chunkio.ChunkStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Locale;

/** Appends events, a chunk for each process; what was counted has to be there, in order. */
final class SelftestChunkVictim implements SelftestVictim {
  private static final int EVENTS_MAX = 20_000;
  private static final int EVENT_MIN = 16;
  private static final int EVENT_STEPS = 200;
  private static final ChunkStoreOptions OPTIONS = ChunkStoreOptions.DEFAULT.withoutLogger();

  @Override
  public String name() {
    return "chunk store";
  }

  private static byte[] event(long number) {
    byte[] event = new byte[EVENT_MIN + (int) (number * 31 % EVENT_STEPS)];
    for (int i = 0; i < event.length; i++) {
      event[i] = (byte) ((number >>> (8 * (i & 3))) ^ i);
    }
    return event;
  }

  @Override
  public void work(SelftestScene scene) throws IOException {
    KeptNumbers count = scene.numbers(1);
    try (ChunkStore store = ChunkStore.open(scene.file("chunks"), OPTIONS)) {
      store.load();
      ChunkStream stream = store.stream("events");
      long found = compare(scene, stream);
      if (found < count.get(0)) {
        scene.differs(count.get(0) + " events were counted, " + found + " are there");
      }
      if (!scene.compared(count.get(0), found)) {
        return;
      }
      Chunk chunk = stream.open(String.format(Locale.ROOT, "%06d", stream.chunks().size()));
      for (long number = found; number < found + EVENTS_MAX; number++) {
        ChunkRecords.append(chunk, MemorySegment.ofArray(event(number)));
        count.set(0, number + 1);
        if (number == found) {
          scene.ready();
        }
      }
      scene.awaitKill();
    }
  }

  private static long compare(SelftestScene scene, ChunkStream stream) throws IOException {
    long number = 0;
    for (Chunk chunk : stream.chunks()) {
      if (!chunk.isUp() && !chunk.up()) {
        scene.differs(chunk + " does not come up");
        return number;
      }
      Iterator<MemorySegment> records =
          ChunkRecords.lengthPrefixed(MemorySegment.ofArray(chunk.contentCopy()));
      while (records.hasNext()) {
        byte[] event = records.next().toArray(ValueLayout.JAVA_BYTE);
        if (!Arrays.equals(event, event(number))) {
          scene.differs("event " + number + " has other bytes");
          return number;
        }
        number++;
      }
      chunk.down();
    }
    return number;
  }
}
