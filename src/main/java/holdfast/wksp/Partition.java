package holdfast.wksp;

/**
 * What a partition was when it was looked at: a copy.
 *
 * @param gaddrLo address of its first byte
 * @param gaddrHi address one behind its last byte
 * @param tag whose it is, 64 bits without a sign; 0 when it is free
 */
public record Partition(long gaddrLo, long gaddrHi, long tag) {
  /**
   * Its size.
   *
   * @return bytes, at least 1
   */
  public long size() {
    return gaddrHi - gaddrLo;
  }

  /**
   * Whether it can be allocated.
   *
   * @return whether its tag is 0
   */
  public boolean isFree() {
    return tag == 0;
  }

  @Override
  public String toString() {
    return "[" + gaddrLo + "," + gaddrHi + ") tag " + Long.toUnsignedString(tag);
  }
}
