package holdfast.lz4;

import holdfast.internal.Check;

/**
 * How much work a compressor does for a smaller result.
 *
 * <p>Level 1 is the fast encoder, whose acceleration trades size for speed. Levels 2 to 12 are the
 * high compression encoders: 2 greedy with two tables, 3 to 9 hash chains of growing depth, 10 to
 * 12 optimal parsing. All levels are decoded by the same decoder, at about the same speed.
 *
 * @param level 1 to 12
 * @param acceleration 1 to 65537, only level 1 has values other than 1: how soon the search takes
 *     longer steps
 * @param favorDecompressionSpeed whether levels 10 to 12 avoid what is slow to decode; has no
 *     effect on the others
 */
public record Lz4Level(int level, int acceleration, boolean favorDecompressionSpeed) {
  /** Largest acceleration. */
  public static final int ACCELERATION_MAX = 65_537;

  /** The fast encoder without acceleration. */
  public static final Lz4Level FAST = new Lz4Level(1, 1, false);

  /** Checks the values. */
  public Lz4Level {
    Check.range(level, 1, 12, "level");
    Check.range(acceleration, 1, level == 1 ? ACCELERATION_MAX : 1, "acceleration");
  }

  /**
   * The fast encoder.
   *
   * @param acceleration 1 to {@link #ACCELERATION_MAX}
   * @return the level
   * @throws IllegalArgumentException when the value lies outside
   */
  public static Lz4Level fast(int acceleration) {
    return new Lz4Level(1, acceleration, false);
  }

  /**
   * A high compression encoder.
   *
   * @param level 2 to 12
   * @return the level
   * @throws IllegalArgumentException when the value lies outside
   */
  public static Lz4Level hc(int level) {
    return new Lz4Level(Check.range(level, 2, 12, "level"), 1, false);
  }

  /**
   * The same level with another answer to what is slow to decode.
   *
   * @param favor see the component
   * @return a copy
   */
  public Lz4Level withFavorDecompressionSpeed(boolean favor) {
    return new Lz4Level(level, acceleration, favor);
  }

  /** Whether this is the fast encoder. */
  boolean isFast() {
    return level == 1;
  }
}
