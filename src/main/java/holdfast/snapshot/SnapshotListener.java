package holdfast.snapshot;

/** Told what a service does. */
@FunctionalInterface
public interface SnapshotListener {
  /** Wants to know nothing. */
  SnapshotListener NONE = event -> {};

  /**
   * Takes an event, always on the one thread of the service: while this runs the service does
   * nothing else, but for a merge that has begun. What it throws is logged the first time, and
   * forgotten.
   *
   * @param event what happened
   */
  void on(SnapshotEvent event);
}
