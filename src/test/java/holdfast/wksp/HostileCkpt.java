package holdfast.wksp;

import holdfast.CorruptDataException;
import holdfast.Limits;
import holdfast.UnsupportedFormatException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Any bytes as a checkpoint of a workspace: from a stream, and from a file with and without a look
 * at everything before.
 *
 * <p>Whatever happens, the target is sound, unlocked, and as it was or reset or restored; and what
 * the stream accepts, the file does, with the same result.
 */
public final class HostileCkpt {
  private static final Limits LIMITS = Limits.DEFAULT.withMemoryMax(1 << 20);

  private HostileCkpt() {}

  /**
   * Restores an input in all ways.
   *
   * @return whether it was accepted from a file
   */
  public static boolean run(byte[] input) {
    try {
      Path file = Files.createTempFile("hostile", ".ckpt");
      try {
        Files.write(file, input);
        return run(input, file);
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean run(byte[] input, Path file) throws IOException {
    long partMax = partMax(input);
    WkspRestoreOptions options = WkspRestoreOptions.DEFAULT.withLimits(LIMITS);
    Wksp stream =
        restore(
            partMax,
            false,
            wksp ->
                WkspRestore.restore(
                    wksp, Channels.newChannel(new ByteArrayInputStream(input)), options));
    Wksp once = restore(partMax, false, wksp -> WkspRestore.restore(wksp, file, options));
    Wksp twice =
        restore(
            partMax, true, wksp -> WkspRestore.restore(wksp, file, options.withVerifyFirst(true)));
    same(once, twice, "with and without a look before");
    // Of style 2, bytes behind the end and holes are for one of the two only.
    if (stream != null && once != null) {
      same(stream, once, "from a stream and from a file");
    }
    return once != null;
  }

  /** As many as the input says, in reason: so that its addresses can be inside the target. */
  private static long partMax(byte[] input) {
    try {
      return Math.min(64, WkspRestore.preview(input).partMax());
    } catch (CorruptDataException | UnsupportedFormatException e) {
      return 16;
    }
  }

  private static void same(Wksp a, Wksp b, String what) {
    require((a == null) == (b == null), what + ": accepted only once");
    if (a != null) {
      List<Partition> all = a.partitions();
      require(all.equals(b.partitions()), what + ": " + all + " and " + b.partitions());
      for (Partition p : all) {
        require(
            p.isFree() || a.segment(p.gaddrLo()).mismatch(b.segment(p.gaddrLo())) < 0,
            what + ": the content of " + p);
      }
    }
  }

  /** One way to restore. */
  @FunctionalInterface
  private interface Way {
    void into(Wksp wksp) throws IOException;
  }

  /** The workspace after a restore; null when it was refused. */
  private static Wksp restore(long partMax, boolean decodedBefore, Way way) throws IOException {
    Wksp wksp = GoldenCkpt.target(partMax, 1 << 16);
    long before = wksp.usage(99).taggedSize(); // nothing where there is but one record
    RuntimeException thrown = null;
    try {
      way.into(wksp);
    } catch (CorruptDataException | UnsupportedFormatException | IllegalArgumentException e) {
      thrown = e;
    }
    wksp.verify();
    require(wksp.lockOwner() == -1, "locked");
    if (thrown == null) {
      return wksp;
    }
    boolean reset = WkspRestore.wasReset(thrown);
    require(!(reset && decodedBefore), "reset after all was decoded");
    require(wksp.usage(99).taggedSize() == (reset ? 0 : before), "neither as it was nor reset");
    require(!reset || wksp.partitions().size() == 1, "reset and not empty");
    return null;
  }

  private static void require(boolean holds, String what) {
    if (!holds) {
      throw new AssertionError(what);
    }
  }
}
