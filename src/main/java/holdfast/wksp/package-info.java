/**
 * Workspaces: one region of memory or one mapped file, dealt out in tagged partitions, best fit.
 *
 * <p>{@link holdfast.wksp.Wksp} makes, joins and looks at them. Addresses are offsets, so a region
 * means the same in every process and in a file; layout and algorithms are those of the original in
 * C, with which a mapped region can be shared. A process that dies in the middle of an operation
 * leaves a workspace that repairs itself when the next one takes the lock.
 */
package holdfast.wksp;
