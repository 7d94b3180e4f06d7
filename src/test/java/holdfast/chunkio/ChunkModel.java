package holdfast.chunkio;

import static org.junit.jupiter.api.Assertions.assertEquals;

import holdfast.internal.Disk;
import holdfast.lz4.Lz4FrameOptions;
import holdfast.testkit.SimDisk;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * A history of a small store on a simulated disk, and what the store has to hold after each step of
 * it: the oracle of the tests of crashes and faults.
 *
 * <p>Steps: appends of several sizes, syncs, metadata, cuts, transactions kept and given up, a
 * chunk going down and up, a seal, a deletion. Content is text, {@code metadata|content} by name of
 * the chunk, behind {@code SEALED} when it is.
 */
final class ChunkModel {
  static final Path ROOT = Path.of("root");

  /** A step that may fail; returns when it is done. */
  @FunctionalInterface
  interface Step {
    void run(ChunkStream stream) throws IOException;
  }

  /** What the store holds after each step; the first entry is the empty store. */
  final List<Map<String, String>> states = new ArrayList<>();

  private final List<Step> steps = new ArrayList<>();
  private final List<Boolean> promises = new ArrayList<>();

  /** Pages for growth, so that the simulated files stay small. */
  static ChunkStore open(Disk disk, ChunkStoreOptions options) throws IOException {
    ChunkStore store = ChunkStore.open(disk, ROOT, options);
    store.settings.growStep = 4096;
    return store;
  }

  ChunkModel() {
    states.add(new TreeMap<>());
  }

  private Map<String, String> last() {
    return new TreeMap<>(states.getLast());
  }

  private void add(Map<String, String> state, boolean promised, Step step) {
    states.add(state);
    promises.add(promised);
    steps.add(step);
  }

  static String text(int seed, int size) {
    SplittableRandom random = new SplittableRandom(seed);
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < size; i++) {
      text.append((char) ('a' + random.nextInt(26)));
    }
    return text.toString();
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  static String string(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  private static final String SEALED = "SEALED ";

  private static String mark(String value) {
    return value.startsWith(SEALED) ? SEALED : "";
  }

  private static String metadata(String value) {
    return value.substring(mark(value).length(), value.indexOf('|'));
  }

  private static String content(String value) {
    return value.substring(value.indexOf('|') + 1);
  }

  void create(String name) {
    Map<String, String> state = last();
    state.put(name, "|");
    add(state, false, stream -> stream.open(name));
  }

  void append(String name, String text) {
    Map<String, String> state = last();
    state.merge(name, text, String::concat);
    add(state, false, stream -> stream.chunk(name).append(bytes(text)));
  }

  void sync(String name) {
    add(last(), true, stream -> stream.chunk(name).sync());
  }

  void metadata(String name, String text) {
    Map<String, String> state = last();
    String old = state.get(name);
    state.put(name, mark(old) + text + "|" + content(old));
    add(state, false, stream -> stream.chunk(name).setMetadata(bytes(text)));
  }

  void cut(String name, int offset, String text) {
    Map<String, String> state = last();
    String old = state.get(name);
    state.put(name, metadata(old) + "|" + content(old).substring(0, offset) + text);
    add(
        state,
        false,
        stream -> stream.chunk(name).writeAt(offset, MemorySegment.ofArray(bytes(text))));
  }

  /** Two appends, and a change of the metadata when one is given, that count together. */
  void transaction(String name, String first, String second, String metadata) {
    Map<String, String> state = last();
    String old = state.get(name);
    state.put(
        name, (metadata == null ? metadata(old) : metadata) + "|" + content(old) + first + second);
    add(
        state,
        true,
        stream -> {
          Chunk chunk = stream.chunk(name);
          chunk.begin();
          chunk.append(bytes(first));
          if (metadata != null) {
            chunk.setMetadata(bytes(metadata));
          }
          chunk.append(bytes(second));
          chunk.commit();
        });
  }

  void rollback(String name, String text, int cutTo) {
    add(
        last(),
        false,
        stream -> {
          Chunk chunk = stream.chunk(name);
          chunk.begin();
          chunk.append(bytes(text));
          if (cutTo >= 0) {
            chunk.writeAt(cutTo, MemorySegment.ofArray(bytes(text.toUpperCase(Locale.ROOT))));
          }
          chunk.rollback();
        });
  }

  /** Durable when it returns, whatever the level of the store. */
  void seal(String name) {
    Map<String, String> state = last();
    state.put(name, SEALED + state.get(name));
    add(state, true, stream -> stream.chunk(name).seal(Lz4FrameOptions.DEFAULT));
  }

  void downAndUp(String name) {
    add(
        last(),
        false,
        stream -> {
          stream.chunk(name).down();
          stream.chunk(name).up();
        });
  }

  void delete(String name) {
    Map<String, String> state = last();
    state.remove(name);
    add(state, false, stream -> stream.chunk(name).delete());
  }

  /** Runs all steps; tells the disk what is promised: the number of steps that must survive. */
  void run(SimDisk disk, ChunkStoreOptions options, boolean everyStep) throws IOException {
    try (ChunkStore store = open(disk, options)) {
      ChunkStream stream = store.stream("s");
      for (int i = 0; i < steps.size(); i++) {
        steps.get(i).run(stream);
        if (everyStep || promises.get(i)) {
          disk.ack(i + 1);
        }
      }
    }
  }

  int size() {
    return steps.size();
  }

  Step step(int i) {
    return steps.get(i);
  }

  boolean isPromise(int i) {
    return promises.get(i);
  }

  /** What a store holds. */
  static Map<String, String> content(ChunkStore store) throws IOException {
    Map<String, String> found = new TreeMap<>();
    for (ChunkStream stream : store.streams()) {
      for (Chunk chunk : stream.chunks()) {
        String value = string(chunk.metadata()) + "|" + string(chunk.contentCopy());
        found.put(chunk.name(), (chunk.isSealed() ? SEALED : "") + value);
      }
    }
    return found;
  }

  /** Opens, loads, compares with what may be there, and checks that the original takes it all. */
  void check(SimDisk disk, ChunkStoreOptions options, int promised) throws IOException {
    Map<String, String> found;
    LoadReport report;
    try (ChunkStore store = open(disk, options)) {
      report = store.load();
      found = content(store);
      store.verify();
    }
    int matched = -1;
    for (int i = promised; i < states.size(); i++) {
      if (states.get(i).equals(found)) {
        matched = i;
        break;
      }
    }
    if (matched < 0) {
      throw new AssertionError(
          "promised %d of %d: %s\nfound %s\n%s"
              .formatted(
                  promised, steps.size(), brief(states.get(promised)), brief(found), report));
    }
    String once = disk.fingerprint();
    originalTakesAll(disk);
    try (ChunkStore store = open(disk, options)) {
      LoadReport second = store.load();
      assertEquals(List.of(), second.problems(), "the second load");
      assertEquals(found, content(store));
    }
    assertEquals(once, disk.fingerprint(), "the second load changed something");
  }

  private static Map<String, String> brief(Map<String, String> state) {
    Map<String, String> brief = new TreeMap<>(state);
    brief.replaceAll(
        (_, value) ->
            value.length() < 40
                ? value
                : value.substring(0, 30) + "... " + value.length() + " " + value.hashCode());
    return brief;
  }

  /** With checksums on, every chunk file is fine for the original. */
  static void originalTakesAll(SimDisk disk) throws IOException {
    for (String name : disk.content().keySet()) {
      if (name.startsWith("root/s/") && !name.endsWith("/") && !name.contains("/.")) {
        try (Disk.File file = disk.open(Path.of(name), Disk.Mode.READ)) {
          assertEquals(ChunkError.NONE, OriginalVerdict.of(file, true).error(), name);
        }
      }
    }
  }

  /** Seals of chunks that were synced, that were not, that are empty, and what may follow. */
  static ChunkModel seals() {
    ChunkModel model = new ChunkModel();
    model.create("a");
    model.append("a", text(1, 300));
    model.append("a", text(1, 300)); // again, so that there is something to compress
    model.seal("a");
    model.create("b");
    model.seal("b");
    model.create("c");
    model.metadata("c", "tag");
    model.append("c", text(2, 700));
    model.sync("c");
    model.append("c", text(3, 20));
    model.seal("c");
    model.metadata("c", "a longer tag");
    model.sync("c");
    model.downAndUp("c");
    model.metadata("a", "tag");
    model.create("d");
    model.append("d", text(4, 5000));
    model.transaction("d", text(5, 20), text(6, 700), "tag");
    model.cut("d", 4000, text(7, 30));
    model.seal("d");
    model.delete("b");
    return model;
  }

  /** A bit of everything. */
  static ChunkModel usual() {
    ChunkModel model = new ChunkModel();
    model.create("a");
    model.append("a", text(1, 300));
    model.append("a", text(2, 700));
    model.sync("a");
    model.append("a", text(3, 20));
    model.append("a", text(4, 3200)); // grows
    model.sync("a");
    model.create("b");
    model.metadata("b", "tag");
    model.append("b", text(5, 10));
    model.append("b", text(6, 10));
    model.sync("b");
    model.metadata("b", "a longer tag");
    model.append("b", text(7, 10));
    model.sync("b");
    model.cut("b", 5, text(8, 30));
    model.append("b", text(9, 10));
    model.sync("b");
    model.transaction("b", text(10, 20), text(11, 700), null);
    model.rollback("b", text(12, 20), -1);
    model.append("b", text(13, 20));
    model.transaction("b", text(14, 20), text(15, 20), "third");
    model.rollback("b", text(16, 20), 3);
    model.downAndUp("b");
    model.append("b", text(17, 20));
    model.sync("b");
    model.cut("b", 0, "");
    model.append("b", text(18, 20));
    model.sync("b");
    model.delete("a");
    return model;
  }
}
