package holdfast.cli;

import java.util.List;

/** The acts of the tour, in order. */
final class TourActs {
  /** Bytes of the input that an act takes, about. */
  static final long SAMPLE_MAX = 64L << 20;

  /** All of them. */
  static final List<TourAct> ALL =
      List.of(new TourWksp(), new TourGroove(), new TourChunkio(), new TourSnapshot());

  private TourActs() {}

  /** The act of a name; {@code null} when there is none. */
  static TourAct named(String name) {
    for (TourAct act : ALL) {
      if (act.name().equals(name)) {
        return act;
      }
    }
    return null;
  }
}
