package holdfast.groove;

/**
 * An object that somebody holds, as it was when it was looked at.
 *
 * @param offset of its first byte from volume 0: what {@link GrooveHandle#alloc} returned
 * @param size bytes, as asked for
 * @param align as asked for
 * @param tag as given
 * @param sizeClass its class
 * @param index its slot in the superblock
 * @param header offset of its header
 * @param superblock offset of its superblock
 */
public record GrooveObject(
    long offset,
    long size,
    int align,
    long tag,
    int sizeClass,
    int index,
    long header,
    long superblock) {}
