/**
 * Crash-safe chunks of bytes in files, byte for byte as Fluent's Chunk I/O library has them.
 *
 * <p>{@link holdfast.chunkio.ChunkStore} has {@linkplain holdfast.chunkio.ChunkStream streams},
 * which have {@linkplain holdfast.chunkio.Chunk chunks}, which are appended to. {@link
 * holdfast.chunkio.ChunkReader} reads beside a writer, {@link holdfast.chunkio.ChunkFiles} looks at
 * files without opening a store.
 *
 * <p>The format is described in {@code docs/formats/chunkio.md}.
 */
package holdfast.chunkio;
