/**
 * Record stores, and files that hold their states.
 *
 * <p>A {@link holdfast.snapshot.RecordStore} is a map from keys to values in a workspace, with
 * <b>transactions</b> that fork: each sees its own changes over those of its parent, and at last
 * over what was <b>published</b>. Publishing makes one of them the state and ends its competitors.
 * A removed key leaves a <b>tombstone</b>, for as long as snapshots need it. The <b>root</b> is
 * what was published and can be <b>frozen</b>: then it stands still, and what is published
 * meanwhile waits in the <b>pending root</b>, until it is <b>drained</b>.
 *
 * <p>A <b>snapshot</b> is a file with the records of a store at one sequence number: a <b>full</b>
 * one has all of them, an <b>incremental</b> one those that changed or were removed since the full
 * one beneath it, its <b>base</b>. A state is therefore never spread over more than two files.
 *
 * <pre>{@code
 * full at 100 <--- incremental at 110     every incremental one refers to its full one alone,
 *             <--- incremental at 120     so any of them may be lost
 * full at 200 <--- incremental at 210
 * }</pre>
 *
 * <p>Files appear complete and durable or not at all. {@link holdfast.snapshot.SnapshotLoader}
 * finds the newest state whose files are sound, and says what it passed over; {@link
 * holdfast.snapshot.SnapshotFiles} looks into files, compares and merges them. Sequence numbers are
 * the caller's: strictly increasing, gaps allowed. A {@link holdfast.snapshot.ContentHash} names
 * the records of a state, whatever history they have.
 */
package holdfast.snapshot;
