package holdfast.wksp;

/**
 * What a checkpoint is of, as its first bytes say.
 *
 * @param style 1 or 2: the layout of the file; what is written with {@link WkspCheckptStyle#V3}
 *     says 2
 * @param name name of the workspace
 * @param seed its seed
 * @param partMax how many partitions it could have
 * @param dataMax its data bytes
 */
public record WkspCheckptPreview(int style, String name, int seed, long partMax, long dataMax) {
  static WkspCheckptPreview of(CkptMeta meta) {
    return new WkspCheckptPreview(
        meta.style(), meta.name(), meta.seed(), meta.partMax(), meta.dataMax());
  }

  /**
   * Where its data begin.
   *
   * @return address of the first data byte
   */
  public long gaddrLo() {
    return WkspGeometry.gaddrLo(partMax);
  }

  /**
   * Where its data end.
   *
   * @return address one behind the last data byte
   */
  public long gaddrHi() {
    return gaddrLo() + dataMax;
  }
}
