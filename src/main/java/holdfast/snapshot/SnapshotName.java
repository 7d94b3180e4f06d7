package holdfast.snapshot;

import java.util.regex.Pattern;

/**
 * Names of files in a directory of snapshots: 20 digits each, so that they sort by age.
 *
 * <pre>{@code
 * full-<seq>.snap             incr-<base>-<seq>.snap
 * .full-<seq>.snap.tmp        being written          .lock    who writes here
 * full-<seq>.snap.damaged     put aside
 * }</pre>
 *
 * <p>A name is a hint for people; header and footer decide.
 */
final class SnapshotName {
  static final String LOCK = ".lock";
  static final String EXTENSION = ".snap";
  private static final String DAMAGED = ".damaged";

  private static final String BODY = "(full-\\d{20}|incr-\\d{20}-\\d{20})\\.snap";
  private static final Pattern FINAL = Pattern.compile(BODY);
  private static final Pattern TEMPORARY = Pattern.compile("\\." + BODY + "\\.tmp");

  private SnapshotName() {}

  /** The name that a file of this header has. */
  static String of(SnapHeader header) {
    return header.kind() == SnapshotKind.FULL
        ? "full-%020d.snap".formatted(header.seq())
        : "incr-%020d-%020d.snap".formatted(header.baseSeq(), header.seq());
  }

  static boolean isFinal(String name) {
    return FINAL.matcher(name).matches();
  }

  static boolean isTemporary(String name) {
    return TEMPORARY.matcher(name).matches();
  }

  /** While it is written. */
  static String temporary(String name) {
    return "." + name + ".tmp";
  }

  /** When it stood in the way of a sound one. */
  static String damaged(String name) {
    return name + DAMAGED;
  }
}
