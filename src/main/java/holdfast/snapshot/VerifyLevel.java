package holdfast.snapshot;

/** How much of a snapshot file is checked. */
public enum VerifyLevel {
  /** Header, footer and directory, and that they agree: reads a few pages. */
  STRUCTURE,

  /** Also the checksum of every stored byte: reads the file once. */
  CRC,

  /** Also every record, and of a full snapshot that the records are those the footer names. */
  FULL
}
