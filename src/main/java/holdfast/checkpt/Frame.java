package holdfast.checkpt;

import java.io.IOException;

/**
 * A frame that is described before it is written, so that any thread can encode it; see {@link
 * Checkpt#addFrames}.
 */
public interface Frame {
  /**
   * How its buffers are stored.
   *
   * @return the same at each call
   */
  FrameStyle style();

  /**
   * Adds the buffers, by {@link Checkpt#meta} and {@link Checkpt#data} and no other method.
   *
   * <p>Called twice: once by the thread that called {@code addFrames}, to learn the sizes, without
   * reading a byte of the buffers; once by any thread, to encode them, so that the memory has to be
   * accessible by all of them. Both calls must add buffers of the same sizes.
   *
   * @param out where the buffers go; valid until this returns
   * @throws IOException as thrown by {@code out}
   */
  void addTo(Checkpt out) throws IOException;
}
