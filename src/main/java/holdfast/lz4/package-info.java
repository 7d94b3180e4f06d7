/** LZ4: blocks, linked streams, dictionaries and frames, byte for byte as the original writes. */
package holdfast.lz4;
