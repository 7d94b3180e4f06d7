package holdfast.wksp;

/** What a restore does about the integrity sidecar {@code FILE.hfs} of a checkpoint. */
public enum WkspSidecar {
  /** Compares the whole file with it when there is one. */
  WHEN_PRESENT,
  /** Refuses a file without one. */
  REQUIRED,
  /** Does not look for one. */
  IGNORE
}
