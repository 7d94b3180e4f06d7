/**
 * Checksums beside files whose formats have none: {@code FILE.hfs} finds any change of {@code
 * FILE}.
 *
 * <p>{@link holdfast.sidecar.Sidecars} makes and checks them. Vocabulary: a <em>block</em> is a
 * piece of the file with a checksum of its own, 64 KiB as written here, so that damage is told by
 * ranges. The format is described in {@code docs/formats/sidecar.md}.
 */
package holdfast.sidecar;
