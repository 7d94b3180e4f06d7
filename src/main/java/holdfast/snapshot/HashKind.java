package holdfast.snapshot;

/**
 * How the content of a store is named: what one record contributes, and how that is added up.
 *
 * <pre>{@code
 * kind       a record                                   the set                      strength
 * NONE       nothing                                    nothing                      none
 * SUM256     SHA-256 of (u64 value size, key, value)    sum modulo 2^256             accidents
 * LATTICE16  2048 bytes of BLAKE3 of the same           1024 sums modulo 2^16        attackers
 * }</pre>
 *
 * <p>Whoever may choose the records can find two sets with equal {@link #SUM256} by about 2^32
 * steps; nobody knows how to do that for {@link #LATTICE16}.
 */
public enum HashKind {
  /** No hash. Checksums of files remain. */
  NONE(0),

  /** Cheap to keep, exact for every fork; the usual choice. */
  SUM256(1),

  /** For records that an opponent may choose. */
  LATTICE16(2);

  private final int code;

  HashKind(int code) {
    this.code = code;
  }

  /** The number that stands for it in headers and files. */
  int code() {
    return code;
  }

  /** The kind with a code; null when there is none. */
  static HashKind of(int code) {
    for (HashKind kind : values()) {
      if (kind.code == code) {
        return kind;
      }
    }
    return null;
  }
}
