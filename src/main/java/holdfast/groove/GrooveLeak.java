package holdfast.groove;

/**
 * Objects of one tag and one size class that somebody holds: a line of the leak report.
 *
 * @param tag as given to {@link GrooveHandle#alloc}; 0 with {@code sizeClass} -1 for the rest, when
 *     there are more kinds than are told apart
 * @param sizeClass their class; -1 for the rest
 * @param objects how many there are
 * @param requested bytes that were asked for
 * @param occupied bytes that they occupy, headers and rounding included
 * @param offset of the one that lies first
 */
public record GrooveLeak(
    long tag, int sizeClass, long objects, long requested, long occupied, long offset) {}
