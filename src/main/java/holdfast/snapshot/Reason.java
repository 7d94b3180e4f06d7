package holdfast.snapshot;

/** Why a snapshot was not written, not loaded, or passed over for another one. */
public enum Reason {
  /** A name that ends like a snapshot's and is none. */
  BAD_NAME,
  /** Fewer bytes than a header and a footer have. */
  TOO_SHORT,
  /** It does not begin like a snapshot. */
  BAD_MAGIC,
  /** Written by a later version of the format. */
  BAD_VERSION,
  /** The header is damaged. */
  BAD_HEADER,
  /** The footer is damaged; also a file that was cut, or never written to its end. */
  BAD_FOOTER,
  /** The footer tells of a file of another size. */
  SIZE_MISMATCH,
  /** Header and footer belong to different files. */
  HEADER_FOOTER_MISMATCH,
  /** The directory is damaged. */
  BAD_DIRECTORY,
  /** The stored bytes of a batch are damaged. */
  BAD_FRAME,
  /** The head or the plain bytes of a batch are damaged. */
  BAD_DATA,
  /** A record breaks a rule. */
  BAD_RECORD,
  /** There are more or fewer records than the footer says. */
  COUNT_MISMATCH,
  /** The records are not those that the footer names. */
  HASH_MISMATCH,
  /** The full snapshot beneath an incremental one is not there, or not usable. */
  NO_BASE,
  /** It was made by another store. */
  WRONG_STORE,
  /** The store has keys of another size. */
  KEY_SIZE,
  /** The system refused something. */
  IO,
  /** The store has no room for the records. */
  STORE_FULL,
  /** Another service has the directory. */
  LOCKED,
  /** The frozen state cost too much and was given up. */
  PRESSURE,
  /** Somebody cancelled. */
  CANCELLED,
  /** The disk has too little room. */
  NO_SPACE,
  /** Something that should not happen; the cause tells. */
  OTHER;

  /**
   * Whether it says that a file is damaged, so that an older one is the next best choice.
   *
   * @return false when something around the file is in the way
   */
  public boolean isDamage() {
    return compareTo(HASH_MISMATCH) <= 0;
  }
}
