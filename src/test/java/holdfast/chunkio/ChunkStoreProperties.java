package holdfast.chunkio;

import holdfast.chunkio.ChunkWorld.Setup;
import java.io.IOException;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** Any history of a store gives what the same history of strings gives. */
class ChunkStoreProperties {
  /** What can be done. */
  enum Kind {
    OPEN,
    APPEND,
    WRITE_AT,
    METADATA,
    BEGIN,
    COMMIT,
    ROLLBACK,
    SYNC,
    DOWN,
    UP,
    UP_FORCED,
    LOCK,
    UNLOCK,
    PIN,
    UNPIN,
    SEAL,
    TRIM,
    CLOSE,
    DELETE,
    LOAD,
    REOPEN,
    KILL,
    CHECK
  }

  /** One operation; what it does not need is not looked at. */
  record Operation(Kind kind, int chunk, int size, int at) {}

  @Property
  void behavesLikeAMapOfStrings(
      @ForAll("setups") List<Setup> setups,
      @ForAll("limits") long chunkBytesMax,
      @ForAll("histories") List<Operation> history)
      throws IOException {
    ChunkWorld world = new ChunkWorld(setups.getFirst(), chunkBytesMax);
    for (int i = 0; i < world.size(); i++) {
      world.open(i); // short histories do something, too
    }
    int opened = 1;
    for (Operation it : history) {
      Setup next = setups.get(opened % setups.size());
      if (it.kind == Kind.REOPEN || it.kind == Kind.KILL) {
        opened++;
      }
      run(world, it, next);
      world.check();
    }
    world.end();
  }

  private static void run(ChunkWorld world, Operation it, Setup next) throws IOException {
    int chunk = it.chunk % world.size();
    switch (it.kind) {
      case OPEN -> world.open(chunk);
      case APPEND -> world.append(chunk, it.size);
      case WRITE_AT -> world.writeAt(chunk, it.size, it.at);
      case METADATA -> world.setMetadata(chunk, it.size);
      case BEGIN -> world.begin(chunk);
      case COMMIT -> world.commit(chunk);
      case ROLLBACK -> world.rollback(chunk);
      case SYNC -> world.sync(chunk);
      case DOWN -> world.down(chunk);
      case UP -> world.up(chunk, false);
      case UP_FORCED -> world.up(chunk, true);
      case LOCK -> world.lock(chunk);
      case UNLOCK -> world.unlock(chunk);
      case PIN -> world.pin(chunk, true);
      case UNPIN -> world.pin(chunk, false);
      case SEAL -> world.seal(chunk);
      case TRIM -> world.trim(chunk);
      case CLOSE -> world.close(chunk);
      case DELETE -> world.delete(chunk);
      case LOAD -> world.load();
      case REOPEN -> world.reopen(next);
      case KILL -> world.kill(next);
      case CHECK -> world.checkAll();
    }
  }

  @Provide
  Arbitrary<List<Setup>> setups() {
    return Combinators.combine(
            Arbitraries.of(Engine.class),
            // A strict store refuses files of one without checksums, so it has no place here.
            Arbitraries.of(ChecksumMode.MAINTAIN, ChecksumMode.OFF),
            Arbitraries.of(SyncLevel.class),
            Arbitraries.of(Trim.class),
            Arbitraries.integers().between(1, 4),
            Arbitraries.of(false, true),
            Arbitraries.of(true, false),
            Arbitraries.integers().between(1, 2))
        .as(Setup::new)
        .list()
        .ofMinSize(1)
        .ofMaxSize(3);
  }

  @Provide
  Arbitrary<Long> limits() {
    return Arbitraries.of(ChunkLayout.SIZE_MAX, 3000L);
  }

  @Provide
  Arbitrary<List<Operation>> histories() {
    Arbitrary<Kind> kinds =
        Arbitraries.frequencyOf(
            Tuple.of(5, Arbitraries.of(Kind.class)), Tuple.of(4, Arbitraries.just(Kind.APPEND)));
    Arbitrary<Integer> sizes =
        Arbitraries.frequencyOf(
            Tuple.of(6, Arbitraries.integers().between(0, 60)),
            Tuple.of(2, Arbitraries.integers().between(0, 1500)),
            Tuple.of(1, Arbitraries.integers().between(3000, 9000)));
    return Combinators.combine(
            kinds,
            Arbitraries.integers().between(0, 4),
            sizes,
            Arbitraries.integers().between(0, 20_000))
        .as(Operation::new)
        .list()
        .ofMaxSize(60);
  }
}
