package holdfast.wksp;

import holdfast.checkpt.FrameStyle;

/** How a checkpoint is laid out. All styles are read by all versions of the original. */
public enum WkspCheckptStyle {
  /**
   * The first format: header, then tag, address, size and bytes of one allocation after another.
   */
  V1(1, FrameStyle.RAW),
  /** Groups of allocations in RAW frames. */
  V2(2, FrameStyle.RAW),
  /** Groups of allocations in LZ4 frames; the default. */
  V3(3, FrameStyle.LZ4);

  private final int number;
  private final FrameStyle frames;

  WkspCheckptStyle(int number, FrameStyle frames) {
    this.number = number;
    this.frames = frames;
  }

  FrameStyle frames() {
    return frames;
  }

  /**
   * The style that a number stands for.
   *
   * @param number 1, 2 or 3; 0 is the default, which is {@link #V3}
   * @return the style, or {@code null} when no style has this number
   */
  public static WkspCheckptStyle of(int number) {
    return switch (number) {
      case 1 -> V1;
      case 2 -> V2;
      case 0, 3 -> V3;
      default -> null;
    };
  }

  /**
   * The number by which the original knows it.
   *
   * @return 1, 2 or 3
   */
  public int number() {
    return number;
  }
}
