package holdfast.snapshot;

/** Told what a service does. */
@FunctionalInterface
public interface SnapshotListener {
  /** Wants to know nothing. */
  SnapshotListener NONE = event -> {};

  /**
   * Takes an event, on the thread of the service: while this runs the service does nothing else.
   * What it throws is logged the first time, and forgotten.
   *
   * @param event what happened
   */
  void on(SnapshotEvent event);
}
