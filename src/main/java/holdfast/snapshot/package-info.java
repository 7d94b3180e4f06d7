/** Record store and snapshots: being built, nothing of it is exported yet. */
package holdfast.snapshot;
