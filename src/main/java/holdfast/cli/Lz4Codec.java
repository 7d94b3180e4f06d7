package holdfast.cli;

import holdfast.Progress;
import java.io.IOException;
import java.io.OutputStream;

/**
 * Turns the bytes of one input into those of its output: {@link Lz4Packer}, {@link Lz4Unpacker}.
 */
interface Lz4Codec extends AutoCloseable {
  /**
   * Reads the input to its end.
   *
   * @param out where the result goes; flushed, not closed
   * @param progress told how many bytes of the input are done
   * @return how many bytes were read and written
   */
  Tally run(Input input, OutputStream out, Progress progress) throws IOException;

  /** The suffix of a sentence that tells what was done with the bytes. */
  String describe(Tally tally);

  /** Frees threads, if there are any. */
  @Override
  void close();

  /**
   * What went through a codec.
   *
   * @param read bytes of the input
   * @param written bytes of the output
   */
  record Tally(long read, long written) {}
}
