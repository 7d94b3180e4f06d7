package holdfast.chunkio;

import holdfast.internal.Disk;

/** How a chunk of a file-system stream is opened. */
public enum OpenMode {
  /** For reading; the file must exist. */
  READ(Disk.Mode.READ),
  /** For reading and appending; the file must exist. */
  WRITE(Disk.Mode.WRITE),
  /** For reading and appending; the file is created when it does not exist. */
  CREATE(Disk.Mode.CREATE),
  /** For reading and appending; the file must not exist. */
  CREATE_NEW(Disk.Mode.CREATE_NEW);

  private final Disk.Mode mode;

  OpenMode(Disk.Mode mode) {
    this.mode = mode;
  }

  Disk.Mode mode() {
    return mode;
  }
}
