/**
 * Checkpoints: buffers of memory in frames, byte for byte as the original writes them.
 *
 * <p>A <b>checkpoint</b> is frames end to end, a <b>frame</b> is buffers end to end, a
 * <b>buffer</b> is a piece of the caller's memory. Nothing else is written: no magic, no sizes, no
 * index, no checksum. Whoever reads has to know the calls that wrote, and formats above this one
 * keep that knowledge in buffers of their own.
 *
 * <pre>{@code
 * checkpoint   frame | frame | ...
 * RAW frame    bytes of buffer 0, bytes of buffer 1, ...
 * LZ4 frame    block, block, ...           each of at most 64 KiB of one buffer, linked to those
 *                                          before it in the frame
 * }</pre>
 *
 * <p>{@link holdfast.checkpt.Checkpt} writes and {@link holdfast.checkpt.Restore} reads, to and
 * from channels and regions of memory, with the same bytes. A {@link holdfast.checkpt.FrameStyle}
 * says how a frame is stored. Frames do not depend on each other: they can be read in any order,
 * and those that are described by {@link holdfast.checkpt.Frame} can be encoded at the same time.
 */
package holdfast.checkpt;
