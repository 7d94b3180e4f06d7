package holdfast.snapshot;

import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.testkit.Tier;
import java.time.Duration;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Random walks of a store next to a model that knows what every transaction has to see. */
class RecordStoreProperties {
  private static final int STEPS = Tier.of(120, 1500);

  @Property(tries = 20)
  void aStoreFollowsTheModel(
      @ForAll long seed, @ForAll HashKind hash, @ForAll @IntRange(min = 1, max = 6) int words) {
    var config = RecordStoreConfig.builder(400).txnMax(12).hash(hash).keySize(8 * words);
    new StoreWalk(config, 12 << 20, 0, seed).run(STEPS);
  }

  @Property(tries = 8)
  void oneChainOfAllRecordsFollowsTheModel(@ForAll long seed, @ForAll HashKind hash) {
    var config = RecordStoreConfig.builder(400).txnMax(12).hash(hash);
    new StoreWalk(config, 12 << 20, 1, seed).run(STEPS);
  }

  @Property(tries = 15)
  void aStoreThatIsAlwaysFullFollowsTheModel(
      @ForAll long seed, @ForAll HashKind hash, @ForAll @IntRange(min = 1, max = 24) int records) {
    var config = RecordStoreConfig.builder(records).txnMax(5).hash(hash);
    new StoreWalk(config, 4 << 20, 0, seed).run(STEPS);
  }

  @Property(tries = 8)
  void frozenRootsThatAreTakenBackFollowTheModel(@ForAll long seed, @ForAll HashKind hash) {
    var config = RecordStoreConfig.builder(400).txnMax(12).hash(hash);
    StoreWalk walk = new StoreWalk(config, 12 << 20, 0, seed);
    walk.limit(new FreezeLimits(20, 1 << 20, Duration.ofDays(1), 3));
    walk.run(STEPS);
    assertTrue(walk.steps() > 0);
  }
}
