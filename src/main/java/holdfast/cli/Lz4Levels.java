package holdfast.cli;

import holdfast.lz4.Lz4Level;

/** What the tool's level numbers mean to the library. */
final class Lz4Levels {
  private Lz4Levels() {}

  /**
   * The level of a number on the command line: 12 and more the highest, 1 and 0 the fast one, below
   * that {@code -n} with acceleration {@code n + 1}, as far as acceleration goes.
   */
  static Lz4Level of(int number, boolean favorDecompressionSpeed) {
    if (number >= 2) {
      return Lz4Level.hc(Math.min(number, Lz4Options.LEVEL_MAX))
          .withFavorDecompressionSpeed(favorDecompressionSpeed);
    }
    return number >= 0
        ? Lz4Level.FAST
        : Lz4Level.fast((int) Math.min(1L - number, Lz4Level.ACCELERATION_MAX));
  }
}
