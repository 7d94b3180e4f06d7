package holdfast.groove;

/**
 * What a size class uses.
 *
 * @param sizeClass its number
 * @param footprint bytes that one object occupies, its header included
 * @param superblocks how many there are
 * @param held objects that users hold
 * @param cached objects that handles keep for themselves, held by nobody
 * @param nested objects that are superblocks of other classes
 * @param free objects that can be allocated
 * @param requested bytes that the holders asked for
 */
public record GrooveClassUsage(
    int sizeClass,
    long footprint,
    long superblocks,
    long held,
    long cached,
    long nested,
    long free,
    long requested) {}
