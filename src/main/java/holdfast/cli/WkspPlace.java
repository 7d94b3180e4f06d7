package holdfast.cli;

/**
 * {@code FILE:GADDR}: an address in a workspace file, split at the last colon.
 *
 * @param file name of the file
 * @param gaddr offset from its start; any 64 bits
 */
record WkspPlace(String file, long gaddr) {
  static WkspPlace parse(String word) {
    int colon = word.lastIndexOf(':');
    if (colon <= 0) {
      throw CommandException.usage("expected FILE:GADDR, not '" + word + "'", "");
    }
    return new WkspPlace(
        word.substring(0, colon), WkspCommand.number("GADDR", word.substring(colon + 1)));
  }

  /** The way back; addresses are printed without a sign. */
  @Override
  public String toString() {
    return file + ":" + Long.toUnsignedString(gaddr);
  }
}
