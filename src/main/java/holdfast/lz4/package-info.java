/**
 * LZ4: blocks, linked streams, dictionaries and frames, byte for byte as the original writes.
 *
 * <p>A <b>frame</b> is what files and networks want: it knows its own sizes and checks itself. Take
 * {@link holdfast.lz4.Lz4FrameOutputStream} and {@link holdfast.lz4.Lz4FrameInputStream}, or {@link
 * holdfast.lz4.Lz4Frame} for arrays:
 *
 * <pre>{@code
 * var options = Lz4FrameOptions.DEFAULT.withLevel(Lz4Level.fast(2)).withBlockChecksum(true);
 * try (var out = new Lz4FrameOutputStream(Files.newOutputStream(file), options)) {
 *   out.write(plain);
 * }
 * var limits = Limits.DEFAULT.withOutputMax(1 << 20);
 * var careful = Lz4FrameReadOptions.DEFAULT.withLimits(limits);
 * try (var in = new Lz4FrameInputStream(Files.newInputStream(file), careful)) {
 *   again = in.readAllBytes();
 * }
 * for (Lz4FrameInfo info : Lz4Frame.list(file)) {
 *   blocks += info.blockCount();
 * }
 * }</pre>
 *
 * <p>A <b>block</b> is the bare result of the compressor, for those who keep the sizes themselves:
 * {@link holdfast.lz4.Lz4}, {@link holdfast.lz4.Lz4Compressor}, {@link
 * holdfast.lz4.Lz4Decompressor}. Blocks that follow one another and share their history are
 * <b>linked streams</b>: {@link holdfast.lz4.Lz4StreamEncoder} and {@link
 * holdfast.lz4.Lz4StreamDecoder}.
 */
package holdfast.lz4;
