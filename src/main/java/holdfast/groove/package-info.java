/**
 * Groove: a lock-free allocator of objects over volumes of off-heap memory, and a concurrent map
 * beside it; in memory that the caller gives.
 *
 * <p>Words: a <b>volume</b> is the unit in which memory is added; a <b>block</b> the unit of
 * objects; an <b>object</b> one slot of a <b>superblock</b>, held by a user or itself cut up as a
 * superblock; a <b>size class</b> the superblocks with objects of one size; a <b>group</b> the
 * threads that allocate from the same superblock. Offsets are bytes from the start of volume 0.
 *
 * <p>{@link holdfast.groove.Groove} is the allocator, {@link holdfast.groove.GrooveHandle} what a
 * thread allocates through, {@link holdfast.groove.GrooveGeometry} the sizes.
 *
 * <p>{@link holdfast.groove.GrooveMap} is the map, {@link holdfast.groove.GrooveEntry} what goes in
 * and out, {@link holdfast.groove.GrooveMapCursor} walks over it.
 */
package holdfast.groove;
