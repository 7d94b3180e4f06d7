package holdfast.groove;

import java.lang.foreign.MemorySegment;

/**
 * A volume as it was when it was looked at.
 *
 * @param index its number; it begins at this number times the volume size
 * @param empty whether it holds nothing, and so can be removed
 * @param info a copy of the bytes that were given when it was added, at most 480
 */
public record GrooveVolume(long index, boolean empty, MemorySegment info) {}
