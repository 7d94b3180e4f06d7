package holdfast.testkit;

import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;

/**
 * One state in which a power cut leaves a disk.
 *
 * <p>{@link #id} alone, given to {@link SimDisk#state} of a disk that lived through the same
 * operations, brings it back.
 */
public final class CutState {
  private final SimDisk disk;
  private final SimLog log;
  private final CutChoice choice;
  private final PowerModel model;
  private final String id;

  CutState(SimDisk disk, SimLog log, CutChoice choice, PowerModel model, long seed) {
    this.disk = disk;
    this.log = log;
    this.choice = choice;
    this.model = model;
    this.id = choice.text(model, seed);
  }

  /** The state as text, after the ids of the states that the disk itself came from. */
  public String id() {
    return disk.origin().isEmpty() ? id : disk.origin() + " / " + id;
  }

  /** How many events had happened. */
  public int position() {
    return choice.position();
  }

  /** Why the state was made: 1 to 5 as in {@link CutStates}, 0 when it was rebuilt from its id. */
  public int type() {
    return choice.type();
  }

  /** What had been promised, in order; see {@link SimDisk#ack}. */
  public List<Object> acknowledged() {
    return log.acksUpTo(choice.position());
  }

  /** A fresh disk with this content, nothing pending, nothing open, no lock held. */
  public SimDisk disk() {
    if (model.position() != choice.position()) {
      PowerModel again = new PowerModel(log);
      again.advanceTo(choice.position());
      return disk(again);
    }
    return disk(model);
  }

  private SimDisk disk(PowerModel at) {
    List<PowerModel.Unit> units = at.units();
    Set<PowerModel.Unit> lost = new HashSet<>();
    choice.lostUnits().stream().forEach(i -> lost.add(units.get(i)));
    BitSet lostNames = choice.lostNames();
    List<PendingNames.Unit> names = at.names().units();
    Map<Integer, SortedMap<String, Integer>> tree =
        at.names().after(unit -> !lostNames.get(names.indexOf(unit)));
    SimLog birth = new SimLog();
    copy(birth, at, tree, 0, lost);
    return new SimDisk(birth, id());
  }

  private static void copy(
      SimLog birth,
      PowerModel at,
      Map<Integer, SortedMap<String, Integer>> tree,
      int directory,
      Set<PowerModel.Unit> lost) {
    birth.directories.put(directory, tree.get(directory));
    for (int node : tree.get(directory).values()) {
      if (tree.containsKey(node)) {
        copy(birth, at, tree, node, lost);
      } else {
        birth.files.put(node, at.image(node, unit -> !lost.contains(unit)));
      }
    }
  }

  @Override
  public String toString() {
    return id();
  }
}
