package holdfast.chunkio;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Appends numbered records to one chunk until the system refuses, three times; prints what was
 * acknowledged after each refusal.
 */
final class ChunkFullChild {
  static final int RECORD = 1000;

  private ChunkFullChild() {}

  /** Root and engine. */
  public static void main(String[] arguments) throws IOException {
    ChunkStoreOptions options = Chunks.QUIETLY.withEngine(Engine.valueOf(arguments[1]));
    try (ChunkStore store = ChunkStore.open(Path.of(arguments[0]), options)) {
      Chunk chunk = store.stream("s").open("c");
      int count = 0;
      for (int failures = 0; failures < 3; ) {
        try {
          chunk.append(record(count));
          chunk.sync();
          count++;
        } catch (IOException e) {
          failures++;
          System.out.println("refused " + count + " " + e.getMessage());
        }
      }
    } catch (IOException e) {
      // What a staged chunk still holds in its buffer has no room either.
      System.out.println("not closed " + e.getMessage());
    }
  }

  static byte[] record(int number) {
    return ChunkModel.bytes(ChunkModel.text(number, RECORD));
  }
}
