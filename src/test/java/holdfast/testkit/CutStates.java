package holdfast.testkit;

import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Every state in which a power cut can leave a disk, position by position.
 *
 * <pre>{@code
 * class 1  all pending units kept; none kept
 * class 2  each single unit lost; each single unit kept
 * class 3  the last write torn at every sector boundary, the rest kept
 * class 4  all subsets of the units of content when they are at most 8, else 256 random ones
 * class 5  each content of classes 1 to 4 with each possible choice of names
 * }</pre>
 *
 * <p>Names are lost <em>ordered</em>, so that each directory keeps a prefix of its operations, and
 * <em>hostile</em>, each by itself, while at most 6 are pending. A state that equals an earlier one
 * with as many promises is left out.
 */
final class CutStates {
  static final int SUBSETS_ALL_MAX = 8;
  static final int SUBSETS_RANDOM = 256;
  static final int HOSTILE_MAX = 6;

  private final SimLog log;
  private final long seed;
  private final boolean hostile;
  private final PowerModel model;
  private final Set<List<Long>> seen = new HashSet<>();

  /** Digests of files for the content choice last asked for, because names vary fastest. */
  private final Map<Integer, Long> fileDigests = new HashMap<>();

  private BitSet digestsOf;

  CutStates(SimLog log, long seed, boolean hostile) {
    this.log = log;
    this.seed = seed;
    this.hostile = hostile;
    this.model = new PowerModel(log);
  }

  /** The model at the position of the state that was handed out last. */
  PowerModel model() {
    return model;
  }

  /** Lazy; to be called once. */
  Stream<CutChoice> all() {
    return sampled(Long.MAX_VALUE);
  }

  /**
   * Lazy; to be called once.
   *
   * @param limit how many states to try: classes 1 to 3 whole, as many of the rest as there is room
   */
  Stream<CutChoice> sampled(long limit) {
    Sampler sampler = limit == Long.MAX_VALUE ? null : sampler(limit);
    return IntStream.rangeClosed(0, log.length())
        .boxed()
        .flatMap(
            position -> {
              moveTo(position);
              Set<BitSet> names = nameChoices();
              Stream<CutChoice> rest = Stream.concat(subsetsOfContent(), products(names));
              return Stream.concat(
                      firstThree(names),
                      sampler == null ? rest : rest.filter(choice -> sampler.take()))
                  .filter(this::isNew);
            });
  }

  private void moveTo(int position) {
    model.advanceTo(position);
    digestsOf = null;
  }

  /** Takes exactly so many of a known number of things, each set of them equally likely. */
  private static final class Sampler {
    private final SplittableRandom random;
    private long wanted;
    private long left;

    Sampler(long seed, long wanted, long left) {
      this.random = new SplittableRandom(seed);
      this.wanted = wanted;
      this.left = left;
    }

    boolean take() {
      boolean taken = random.nextLong(left--) < wanted;
      wanted -= taken ? 1 : 0;
      return taken;
    }
  }

  private Sampler sampler(long limit) {
    CutStates counter = new CutStates(log, seed, hostile);
    long first = 0;
    long rest = 0;
    for (int position = 0; position <= log.length(); position++) {
      counter.moveTo(position);
      Set<BitSet> names = counter.nameChoices();
      long small = counter.firstThree(names).filter(counter::isNew).count();
      long contents = counter.contents().count();
      first += small;
      rest += counter.subsets().count() + contents * names.size();
    }
    return new Sampler(seed, Math.min(rest, Math.max(0, limit - first)), rest);
  }

  private CutChoice choice(int type, BitSet lostUnits, BitSet lostNames) {
    return new CutChoice(model.position(), type, lostUnits, lostNames);
  }

  private static BitSet firstBits(int count) {
    BitSet bits = new BitSet();
    bits.set(0, count);
    return bits;
  }

  private static BitSet bit(int place) {
    BitSet bits = new BitSet();
    bits.set(place);
    return bits;
  }

  private static BitSet allBut(int place, int count) {
    BitSet bits = firstBits(count);
    bits.clear(place);
    return bits;
  }

  private Stream<CutChoice> firstThree(Set<BitSet> names) {
    int count = model.units().size();
    int nameCount = model.names().units().size();
    BitSet noName = new BitSet();
    BitSet allNames = firstBits(nameCount);
    return Stream.of(
            Stream.of(choice(1, new BitSet(), noName), choice(1, firstBits(count), allNames)),
            IntStream.range(0, count).mapToObj(i -> choice(2, bit(i), noName)),
            IntStream.range(0, nameCount).mapToObj(i -> choice(2, new BitSet(), bit(i))),
            IntStream.range(0, count).mapToObj(i -> choice(2, allBut(i, count), allNames)),
            IntStream.range(0, nameCount)
                .mapToObj(i -> choice(2, firstBits(count), allBut(i, nameCount))),
            torn().map(lost -> choice(3, lost, noName)))
        .flatMap(choices -> choices)
        .filter(choice -> names.contains(choice.lostNames()));
  }

  /** The sectors of the last write from each boundary on. */
  private Stream<BitSet> torn() {
    List<PowerModel.Unit> units = model.units();
    int hi = units.size();
    while (hi > 0 && units.get(hi - 1).isSize()) {
      hi--;
    }
    int lo = hi;
    while (lo > 0 && units.get(lo - 1).event == units.get(hi - 1).event) {
      lo--;
    }
    int end = hi;
    return IntStream.range(lo + 1, hi)
        .mapToObj(
            from -> {
              BitSet lost = new BitSet();
              lost.set(from, end);
              return lost;
            });
  }

  private Stream<CutChoice> subsetsOfContent() {
    return subsets().map(lost -> choice(4, lost, new BitSet()));
  }

  private Stream<BitSet> subsets() {
    int count = model.units().size();
    if (count <= SUBSETS_ALL_MAX) {
      return IntStream.range(0, 1 << count).mapToObj(bits -> BitSet.valueOf(new long[] {bits}));
    }
    SplittableRandom random = new SplittableRandom(seed * 31 + model.position());
    return IntStream.range(0, SUBSETS_RANDOM)
        .mapToObj(
            _ -> {
              BitSet lost = new BitSet();
              for (int i = 0; i < count; i++) {
                lost.set(i, random.nextBoolean());
              }
              return lost;
            });
  }

  /** What classes 1 to 4 lose of the content. */
  private Stream<BitSet> contents() {
    int count = model.units().size();
    return count <= SUBSETS_ALL_MAX
        ? subsets() // all of them
        : Stream.of(
                Stream.of(new BitSet(), firstBits(count)),
                IntStream.range(0, count).mapToObj(CutStates::bit),
                IntStream.range(0, count).mapToObj(i -> allBut(i, count)),
                torn(),
                subsets())
            .flatMap(lost -> lost);
  }

  private Stream<CutChoice> products(Set<BitSet> names) {
    return contents().flatMap(lost -> names.stream().map(lostNames -> choice(5, lost, lostNames)));
  }

  /** Every set of operations on names that can be lost. */
  private Set<BitSet> nameChoices() {
    List<PendingNames.Unit> units = model.names().units();
    Set<BitSet> choices = new LinkedHashSet<>();
    choices.add(new BitSet());
    choices.add(firstBits(units.size()));
    orderedNames(units, choices);
    if (hostile && units.size() <= HOSTILE_MAX) {
      for (long bits = 0; bits < 1 << units.size(); bits++) {
        choices.add(BitSet.valueOf(new long[] {bits}));
      }
    }
    choices.removeIf(lost -> tree(lost) == null);
    return choices;
  }

  /** A prefix for each directory: all combinations while they are few, else random ones. */
  private void orderedNames(List<PendingNames.Unit> units, Set<BitSet> choices) {
    Map<Integer, BitSet> byDirectory = new LinkedHashMap<>();
    for (int i = 0; i < units.size(); i++) {
      byDirectory.computeIfAbsent(units.get(i).directory, _ -> new BitSet()).set(i);
    }
    long combinations = 1;
    for (BitSet places : byDirectory.values()) {
      combinations = Math.min(Integer.MAX_VALUE, combinations * (places.cardinality() + 1L));
    }
    boolean few = combinations <= SUBSETS_RANDOM;
    SplittableRandom random = new SplittableRandom(seed * 37 + model.position());
    for (long number = 0; number < Math.min(combinations, SUBSETS_RANDOM); number++) {
      BitSet lost = new BitSet();
      long rest = few ? number : random.nextLong() >>> 1;
      for (BitSet places : byDirectory.values()) {
        int kept = (int) (rest % (places.cardinality() + 1));
        rest /= places.cardinality() + 1;
        places.stream().skip(kept).forEach(lost::set);
      }
      choices.add(lost);
    }
  }

  private Map<Integer, SortedMap<String, Integer>> tree(BitSet lostNames) {
    List<PendingNames.Unit> units = model.names().units();
    return model.names().after(unit -> !lostNames.get(units.indexOf(unit)));
  }

  private boolean isNew(CutChoice choice) {
    if (!choice.lostUnits().equals(digestsOf)) {
      fileDigests.clear();
      digestsOf = choice.lostUnits();
    }
    List<PowerModel.Unit> units = model.units();
    Set<PowerModel.Unit> lost = new HashSet<>();
    choice.lostUnits().stream().forEach(i -> lost.add(units.get(i)));
    Predicate<PowerModel.Unit> kept = unit -> !lost.contains(unit);
    long digest =
        PowerModel.digest(
            tree(choice.lostNames()),
            0,
            file -> fileDigests.computeIfAbsent(file, id -> model.digest(id, kept)));
    return seen.add(List.of(digest, (long) log.acksUpTo(model.position()).size()));
  }
}
