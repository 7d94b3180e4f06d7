package holdfast.cli;

/**
 * What came out of one level in one form.
 *
 * @param plain bytes that went in
 * @param packed bytes that they became
 * @param packNanos time inside the compressor
 * @param restoreNanos time inside the decompressor
 * @param difference what is not as it was before, and where; {@code null} when every byte compared
 *     equal
 */
record TourResult(long plain, long packed, long packNanos, long restoreNanos, String difference) {
  /** How many times smaller; 0 when nothing went in. */
  double ratio() {
    return packed == 0 ? 0 : (double) plain / packed;
  }

  /** Plain bytes per second; 0 when nothing went in. */
  double packRate() {
    return plain / Math.max(1e-9, packNanos / 1e9);
  }

  /** Plain bytes per second; 0 when nothing went in. */
  double restoreRate() {
    return plain / Math.max(1e-9, restoreNanos / 1e9);
  }
}
