package holdfast.wksp;

import holdfast.checkpt.FrameStyle;

/**
 * What a checkpoint says about the workspace that it was made of.
 *
 * @param style 1 or 2: which layout the file has
 * @param frames how frames but the first and the last are stored; RAW in a file of style 1
 */
record CkptMeta(int style, FrameStyle frames, int seed, long partMax, long dataMax, String name) {
  long gaddrLo() {
    return WkspGeometry.gaddrLo(partMax);
  }

  long gaddrHi() {
    return gaddrLo() + dataMax;
  }

  /** The format in error messages. */
  String format() {
    return format(style);
  }

  static String format(int style) {
    return style == 1 ? "wksp checkpt v1" : "wksp checkpt v2";
  }
}
