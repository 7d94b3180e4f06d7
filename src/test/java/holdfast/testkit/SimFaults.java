package holdfast.testkit;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Plans of the form "the n-th operation of these kinds, on a name like this, fails like that".
 *
 * <pre>{@code
 * disk.faults().fail(3, EnumSet.of(Op.WRITE), "*.tmp", Effect.NO_SPACE);
 * disk.faults().fail(1, SimFaults.FORCES, "*", Effect.IGNORE);
 * }</pre>
 *
 * <p>Each plan counts the operations it fits from the moment it is made, and fires once.
 */
public final class SimFaults {
  /** The kinds of operation. */
  public enum Op {
    OPEN,
    READ,
    WRITE,
    PREALLOCATE,
    TRUNCATE,
    SIZE,
    MAP,
    FORCE,
    FORCE_MAPPED,
    LOCK,
    CLOSE,
    RENAME,
    DELETE,
    LIST,
    CREATE_DIRECTORY,
    FORCE_DIRECTORY,
    ATTRIBUTES,
    SET_ATTRIBUTES,
    USABLE_SPACE
  }

  /** What goes wrong. */
  public enum Effect {
    /** An {@link java.io.IOException} before anything happened; poisons what a force covers. */
    IO_ERROR,
    /** Half of the bytes are written, then there is no space left. */
    NO_SPACE,
    /** The system takes half of the bytes at first; the operation goes on and succeeds. */
    SHORT,
    /** The thread is interrupted, which closes the file. */
    INTERRUPT,
    /** The force claims success and does nothing. */
    IGNORE;

    private boolean fits(Op op) {
      return switch (this) {
        case IO_ERROR -> true;
        case NO_SPACE, SHORT -> op == Op.WRITE || op == Op.PREALLOCATE;
        case INTERRUPT -> op.compareTo(Op.READ) >= 0 && op.compareTo(Op.LOCK) <= 0;
        case IGNORE -> FORCES.contains(op);
      };
    }
  }

  /** Every operation that makes something durable. */
  public static final Set<Op> FORCES = Set.of(Op.FORCE, Op.FORCE_MAPPED, Op.FORCE_DIRECTORY);

  private static final class Plan {
    final Set<Op> ops;
    final Pattern name;
    final Effect effect;
    int left;

    Plan(int n, Set<Op> ops, Pattern name, Effect effect) {
      this.left = n;
      this.ops = ops;
      this.name = name;
      this.effect = effect;
    }
  }

  private final List<Plan> plans = new ArrayList<>();
  private final List<String> fired = new ArrayList<>();
  private final Map<Op, Integer> counts = new EnumMap<>(Op.class);

  SimFaults() {}

  /**
   * Adds a plan.
   *
   * @param n which of the operations that fit, from 1
   * @param ops the kinds that fit; those that cannot have the effect never fit
   * @param name the last part of the path, {@code *} for any characters; of a rename the new name
   * @param effect what goes wrong
   */
  public synchronized void fail(int n, Set<Op> ops, String name, Effect effect) {
    EnumSet<Op> fitting = EnumSet.copyOf(ops);
    fitting.removeIf(op -> !effect.fits(op));
    if (n < 1 || fitting.isEmpty()) {
      throw new IllegalArgumentException(n + " " + ops + " " + effect);
    }
    String regex = Pattern.quote(name).replace("*", "\\E.*\\Q");
    plans.add(new Plan(n, fitting, Pattern.compile(regex), effect));
  }

  /** What went wrong so far, each as {@code effect operation path}. */
  public synchronized List<String> fired() {
    return List.copyOf(fired);
  }

  /** How many operations of these kinds there were, those that failed included. */
  public synchronized int count(Set<Op> ops) {
    return ops.stream().mapToInt(op -> counts.getOrDefault(op, 0)).sum();
  }

  /** Counts an operation; returns what goes wrong with it, or null. */
  synchronized Effect next(Op op, Path path) {
    counts.merge(op, 1, Integer::sum);
    String name = path.getFileName() == null ? "" : path.getFileName().toString();
    for (Plan plan : plans) {
      if (plan.ops.contains(op) && plan.name.matcher(name).matches() && --plan.left == 0) {
        plans.remove(plan);
        fired.add(plan.effect + " " + op + " " + path);
        return plan.effect;
      }
    }
    return null;
  }
}
