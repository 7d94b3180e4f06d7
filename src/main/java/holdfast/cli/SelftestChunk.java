package holdfast.cli;

import holdfast.chunkio.Chunk;
import holdfast.chunkio.ChunkStore;
import holdfast.chunkio.ChunkStoreOptions;
import holdfast.chunkio.ChunkStream;
import holdfast.chunkio.LoadReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * A chunk store with a sound file, a damaged one, and the left-over of a killed process: it starts,
 * the sound chunk is there, and of the damaged one there is nothing but what was in it.
 */
final class SelftestChunk implements SelftestSubject {
  private static final String STREAM = "events";
  private static final String SOUND = "a-sound";
  private static final String DAMAGED = "b-damaged";
  private static final String LEFT_OVER = "." + DAMAGED + ".tmp";

  /** The report is compared with what is there, so nobody else has to hear of it. */
  private static final ChunkStoreOptions OPTIONS = ChunkStoreOptions.DEFAULT.withoutLogger();

  private final Path root;
  private final byte[] content = SampleText.of(1500);
  private final byte[] sound;

  SelftestChunk(Path folder) throws IOException {
    root = folder.resolve("chunks");
    try (ChunkStore store = ChunkStore.open(root, OPTIONS)) {
      Chunk chunk = store.createStream(STREAM).open(SOUND);
      chunk.setMetadata(SampleText.of(50));
      chunk.append(content);
      chunk.close();
    }
    sound = Files.readAllBytes(root.resolve(STREAM).resolve(SOUND));
  }

  @Override
  public String title() {
    return "chunk store";
  }

  @Override
  public String promise() {
    return "starts, no other byte";
  }

  @Override
  public byte[] sound() {
    return sound.clone();
  }

  @Override
  public Answer read(byte[] damaged) throws Wrong, IOException {
    Folders.delete(root);
    Path stream = Files.createDirectories(root.resolve(STREAM));
    Files.write(stream.resolve(SOUND), sound);
    Files.write(stream.resolve(DAMAGED), damaged);
    Files.write(stream.resolve(LEFT_OVER), damaged);
    try (ChunkStore store = ChunkStore.open(root, OPTIONS)) {
      LoadReport report = store.load();
      ChunkStream events = store.findStream(STREAM);
      if (events == null || !Arrays.equals(content, content(events.chunk(SOUND)))) {
        throw new Wrong("the sound chunk beside it is gone");
      }
      byte[] found = content(events.chunk(DAMAGED));
      if (Arrays.equals(content, found)) {
        return report.isClean() ? Answer.INTACT : Answer.NOTICED;
      }
      if (damaged.length == 0 && found != null && found.length == 0) {
        return Answer.INTACT; // a process may die between making a chunk and writing to it
      }
      if (report.isClean()) {
        throw new Wrong("other bytes, and no word about it");
      }
      if (found != null && !isPrefix(found)) {
        throw new Wrong("a repaired chunk with bytes that were never in it");
      }
      return Answer.NOTICED;
    } catch (RuntimeException e) {
      throw new Wrong("it did not start: " + e);
    }
  }

  private boolean isPrefix(byte[] found) {
    return found.length <= content.length
        && Arrays.equals(found, 0, found.length, content, 0, found.length);
  }

  /** What is in a chunk; null when it is not there. */
  private static byte[] content(Chunk chunk) throws IOException {
    if (chunk == null || (!chunk.isUp() && !chunk.up())) {
      return null;
    }
    return chunk.contentCopy();
  }
}
