package holdfast.snapshot;

/** What a snapshot file holds. */
public enum SnapshotKind {
  /** Every record of the store. */
  FULL(1),

  /** The records that changed or were removed since the full snapshot beneath it. */
  INCREMENTAL(2);

  private final int code;

  SnapshotKind(int code) {
    this.code = code;
  }

  /** The number that stands for it in files. */
  int code() {
    return code;
  }

  /** The kind with a code; null when there is none. */
  static SnapshotKind of(int code) {
    for (SnapshotKind kind : values()) {
      if (kind.code == code) {
        return kind;
      }
    }
    return null;
  }
}
