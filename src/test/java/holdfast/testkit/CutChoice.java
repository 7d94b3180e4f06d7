package holdfast.testkit;

import java.util.BitSet;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which pending units a power cut loses, and its form as text.
 *
 * <pre>{@code
 * k=143 lost={141.2,142.0-3} names=2 seed=7
 *   k      position in the log
 *   lost   units of content that are lost, or kept={...} where that is shorter; event.index,
 *          event.first-last for a run
 *   names  how many pending operations on names are kept, counted from the first; {139.0} lists
 *          them where they are not the first ones
 *   seed   of the random choices; the rest of the text does not depend on it
 * }</pre>
 *
 * @param position in the log
 * @param type class of the state, 1 to 5, see {@link CutStates}; 0 when rebuilt from text
 * @param lostUnits by place in {@link PowerModel#units}
 * @param lostNames by place in {@link PendingNames#units}
 */
record CutChoice(int position, int type, BitSet lostUnits, BitSet lostNames) {
  private static final Pattern TEXT =
      Pattern.compile("k=(\\d+) (lost|kept)=\\{(.*?)\\} names=(\\d+|\\{.*?\\}) seed=-?\\d+");

  boolean keeps(int unit) {
    return !lostUnits.get(unit);
  }

  /** The text, for the model at this position. */
  String text(PowerModel model, long seed) {
    List<String> units = model.units().stream().map(Object::toString).toList();
    List<String> names = model.names().units().stream().map(Object::toString).toList();
    BitSet keptUnits = complement(lostUnits, units.size());
    boolean shorterLost = lostUnits.cardinality() <= keptUnits.cardinality();
    BitSet keptNames = complement(lostNames, names.size());
    boolean prefix = keptNames.nextClearBit(0) == keptNames.cardinality();
    return "k=%d %s={%s} names=%s seed=%d"
        .formatted(
            position,
            shorterLost ? "lost" : "kept",
            list(units, shorterLost ? lostUnits : keptUnits),
            prefix ? keptNames.cardinality() : "{" + list(names, keptNames) + "}",
            seed);
  }

  private static BitSet complement(BitSet set, int size) {
    BitSet rest = (BitSet) set.clone();
    rest.flip(0, size);
    return rest;
  }

  /** Runs of one event are written {@code 7.2-5}. */
  private static String list(List<String> all, BitSet chosen) {
    StringBuilder text = new StringBuilder();
    for (int lo = chosen.nextSetBit(0); lo >= 0; ) {
      int hi = lo;
      while (chosen.get(hi + 1)
          && event(all.get(hi + 1)).equals(event(all.get(lo)))
          && index(all.get(hi + 1)) == index(all.get(hi)) + 1) {
        hi++;
      }
      text.append(text.isEmpty() ? "" : ",").append(all.get(lo));
      if (hi > lo) {
        text.append('-').append(index(all.get(hi)));
      }
      lo = chosen.nextSetBit(hi + 1);
    }
    return text.toString();
  }

  private static String event(String unit) {
    return unit.substring(0, unit.indexOf('.'));
  }

  private static int index(String unit) {
    return Integer.parseInt(unit.substring(unit.indexOf('.') + 1));
  }

  /** The position that a text speaks of. */
  static int position(String text) {
    return Integer.parseInt(match(text).group(1));
  }

  private static Matcher match(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("not the id of a state: " + text);
    }
    return matcher;
  }

  /** Reads a text back, with the model at its position. */
  static CutChoice parse(String text, PowerModel model) {
    Matcher matcher = match(text);
    List<String> units = model.units().stream().map(Object::toString).toList();
    List<String> names = model.names().units().stream().map(Object::toString).toList();
    BitSet listed = places(units, matcher.group(3));
    BitSet lost = matcher.group(2).equals("lost") ? listed : complement(listed, units.size());
    String kept = matcher.group(4);
    BitSet keptNames = new BitSet();
    if (kept.startsWith("{")) {
      keptNames = places(names, kept.substring(1, kept.length() - 1));
    } else {
      keptNames.set(0, Integer.parseInt(kept));
    }
    return new CutChoice(model.position(), 0, lost, complement(keptNames, names.size()));
  }

  private static BitSet places(List<String> all, String list) {
    BitSet places = new BitSet();
    for (String part : list.isEmpty() ? new String[0] : list.split(",", -1)) {
      String[] ends = part.split("-", -1);
      int lo = all.indexOf(ends[0]);
      int count = ends.length == 1 ? 1 : Integer.parseInt(ends[1]) - index(ends[0]) + 1;
      if (lo < 0 || lo + count > all.size()) {
        throw new IllegalArgumentException("no unit " + part + " is pending: " + all);
      }
      places.set(lo, lo + count);
    }
    return places;
  }
}
