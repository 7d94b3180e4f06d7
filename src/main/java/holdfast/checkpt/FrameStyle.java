package holdfast.checkpt;

/** How the buffers of a frame are stored. */
public enum FrameStyle {
  /** One behind the other, as they are. */
  RAW(1),
  /** In linked LZ4 blocks of up to 64 KiB of plain bytes. */
  LZ4(2);

  private final int code;

  FrameStyle(int code) {
    this.code = code;
  }

  /**
   * The number that stands for the style in formats built upon this one.
   *
   * @return 1 or 2
   */
  public int code() {
    return code;
  }

  /**
   * The style that a number stands for.
   *
   * @param code 1 or 2; 0 is the default, which is {@link #RAW}
   * @return the style, or {@code null} when no style has this number
   */
  public static FrameStyle of(int code) {
    return switch (code) {
      case 0, 1 -> RAW;
      case 2 -> LZ4;
      default -> null;
    };
  }
}
