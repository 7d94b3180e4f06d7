package holdfast.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The tree of schedules, walked depth first: at each step of the run that is under way it says
 * which thread goes on, and between two runs it finds the next branch.
 *
 * <pre>{@code
 * runs          a a a b b b            a a b ...               one node for each step that was
 * nodes         o-o-o-o-o-o            o-o-o                   chosen: threads that could go on,
 *                   ^ backtrack {b}        ^ chosen b,         those to try, those tried
 *                                            sleeping a
 * }</pre>
 */
final class Search {
  /** One choice. Sets of threads are bit masks. */
  private static final class Node {
    final int enabled;
    final StepEvent[] sleep;
    int asleep;
    int backtrack;
    int done;
    int chosen;

    Node(int enabled, int threads) {
      this.enabled = enabled;
      sleep = new StepEvent[threads];
    }
  }

  static final int NONE = -1;

  private final boolean reduced;
  private final SplittableRandom random;
  private final String script;
  private final List<Node> nodes = new ArrayList<>();
  private List<StepEvent> previous = List.of();

  /** From here on the run under way has events that no earlier run had. */
  private int fresh;

  /**
   * @param reduced whether one schedule of each class of equivalent ones is enough
   * @param random for random schedules, or null
   * @param script the schedule to follow, then whatever fits; or null
   */
  Search(boolean reduced, SplittableRandom random, String script) {
    this.reduced = reduced;
    this.random = random;
    this.script = script;
  }

  /** Who goes on after this many steps; {@link #NONE} when all that could are asleep. */
  int choose(List<StepEvent> trace, int enabled, int threads) {
    int step = trace.size();
    if (random != null) {
      return pick(enabled, random.nextInt(Integer.bitCount(enabled)));
    }
    if (script != null && step < script.length()) {
      return script.charAt(step) - 'a';
    }
    if (step < nodes.size()) {
      return nodes.get(step).chosen;
    }
    Node node = new Node(enabled, threads);
    if (step > 0 && script == null) {
      inheritSleep(node, nodes.get(step - 1), trace.get(step - 1));
    }
    int candidates = enabled & ~node.asleep;
    if (candidates == 0) {
      return NONE;
    }
    // Staying on the same thread is cheapest; any choice is right.
    int last = step == 0 ? 0 : trace.get(step - 1).thread;
    node.chosen = (candidates >>> last & 1) != 0 ? last : Integer.numberOfTrailingZeros(candidates);
    node.backtrack = reduced ? 1 << node.chosen : enabled;
    if (script == null) {
      nodes.add(node);
    }
    return node.chosen;
  }

  private static int pick(int set, int which) {
    int left = set;
    for (int i = 0; i < which; i++) {
      left &= left - 1;
    }
    return Integer.numberOfTrailingZeros(left);
  }

  private void inheritSleep(Node node, Node parent, StepEvent step) {
    for (int thread = 0; reduced && thread < node.sleep.length; thread++) {
      StepEvent sleeping = parent.sleep[thread];
      if (sleeping != null && thread != step.thread && sleeping.commutes(step)) {
        node.sleep[thread] = sleeping;
        node.asleep |= 1 << thread;
      }
    }
  }

  /** Whether races of the event with earlier ones have been looked for in an earlier run. */
  boolean known(StepEvent event) {
    return event.index < fresh || !reduced || random != null || script != null;
  }

  /** The event of the same place in the run before, while both follow the same path; or null. */
  StepEvent twin(StepEvent event) {
    return event.index < fresh ? previous.get(event.index) : null;
  }

  /**
   * Takes note that {@code later} could have come before {@code earlier}: some thread that brings
   * this about has to be tried instead of {@code earlier}.
   */
  void race(List<StepEvent> trace, StepEvent earlier, StepEvent later) {
    Node node = nodes.get(earlier.index);
    int[] first = new int[node.sleep.length];
    int initials = 0;
    for (int i = earlier.index + 1; i <= later.index; i++) {
      StepEvent event = trace.get(i);
      if ((event != later && earlier.before(event)) || first[event.thread] != 0) {
        continue;
      }
      boolean initial = true;
      for (int thread = 0; thread < first.length; thread++) {
        initial &= first[thread] == 0 || event.clock[thread] < first[thread];
      }
      first[event.thread] = event.local;
      if (initial) {
        initials |= 1 << event.thread;
      }
    }
    if ((initials & (node.backtrack | node.asleep)) == 0) {
      // None of them can go on there: the later event waits for the earlier one.
      node.backtrack |= Integer.lowestOneBit(initials & node.enabled);
    }
  }

  /** Prepares the next run; false when the tree has been walked. */
  boolean next(List<StepEvent> trace) {
    while (!nodes.isEmpty()) {
      Node node = nodes.getLast();
      node.done |= 1 << node.chosen;
      if (reduced) {
        node.asleep |= 1 << node.chosen;
        node.sleep[node.chosen] = trace.get(nodes.size() - 1);
      }
      int rest = node.backtrack & ~node.done & ~node.asleep;
      if (rest != 0) {
        node.chosen = Integer.numberOfTrailingZeros(rest);
        fresh = nodes.size() - 1;
        previous = trace;
        return true;
      }
      nodes.removeLast();
    }
    return false;
  }
}
