/**
 * The vocabulary that all pieces of Holdfast share: how damage, missing features, progress, limits
 * and the structure of a file are expressed.
 *
 * <p>The pieces themselves live in packages of their own; {@link holdfast.lz4} is the codec.
 */
package holdfast;
