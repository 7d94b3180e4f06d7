package holdfast.cli;

import holdfast.wksp.Wksp;
import holdfast.wksp.WkspLockedException;
import holdfast.wksp.WkspOptions;
import holdfast.wksp.WkspRecovery;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** {@code holdfast wksp SUBCOMMAND}: workspaces in files, those of C processes included. */
final class WkspCommand implements Command {
  private static final List<String> NAMES =
      List.of(
          "new",
          "alloc",
          "info",
          "free",
          "tag-query",
          "tag-free",
          "memset",
          "write",
          "cat",
          "ls",
          "usage",
          "map",
          "verify",
          "rebuild",
          "reset",
          "checkpt",
          "checkpt-query",
          "restore",
          "diff");

  /** How long a command waits for somebody else's lock. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  @Override
  public String name() {
    return "wksp";
  }

  @Override
  public String summary() {
    return "make, fill, list, draw, repair, checkpoint and restore workspace files";
  }

  @Override
  public String help() {
    return """
    usage: holdfast wksp new FILE --size N [--parts N] [--seed N] [--name NAME]
           holdfast wksp alloc FILE SIZE [--align N] [--tag T]
           holdfast wksp info FILE TAG
           holdfast wksp free FILE:GADDR
           holdfast wksp tag-query FILE:GADDR
           holdfast wksp tag-free FILE TAG...
           holdfast wksp memset FILE:GADDR BYTE
           holdfast wksp write FILE:GADDR [--offset N]
           holdfast wksp cat FILE:GADDR [--offset N] [--length N] [--force]
           holdfast wksp ls FILE|CKPT [--digest] [--json]
           holdfast wksp usage FILE|CKPT [TAG...] [--json]
           holdfast wksp map FILE|CKPT [--svg PICTURE]
           holdfast wksp verify FILE|CKPT
           holdfast wksp rebuild FILE [--seed N]
           holdfast wksp reset FILE [--seed N]
           holdfast wksp checkpt FILE CKPT [--style 1|2|3] [--threads N] [--mode OCTAL]
                                 [--uinfo TEXT] [--tag T]... [--sidecar] [--force]
           holdfast wksp checkpt-query CKPT [--level 0..4] [--json]
           holdfast wksp restore FILE CKPT|- [--seed N] [--tag T]... [--dry-run]
           holdfast wksp diff A B [--json]

    FILE is the workspace, byte for byte, as a process maps it. GADDR is an offset in it.
    CKPT is a checkpoint: all allocations and their content in a file that is meant to be kept.

    new        makes a file of at most SIZE bytes; parts: how many partitions it can have
    alloc      prints FILE:GADDR of a new allocation; exit code 1 when there is no room
    info       prints FILE:GADDR and size of the lowest allocation with a tag, or "- 0"
    free       frees the allocation around an address
    tag-query  prints its tag, or 0
    tag-free   frees all allocations with one of several tags
    memset     stores the same byte everywhere in an allocation
    write      stores standard input in an allocation
    cat        writes an allocation to standard output
    ls         lists all partitions
    usage      adds up: all, free, and those with the tags given
    map        draws where what lies, as text or as an SVG picture
    verify     checks every rule; exit code 1 when one is broken
    rebuild    makes lists and trees anew from the allocations
    reset      frees everything

    checkpt        writes a checkpoint, complete and durable or not at all
    checkpt-query  what a checkpoint is of, who made it when, and what is in it
    restore        replaces all allocations of FILE by those of a checkpoint, each at its address;
                   a FILE that is not there is made as large as the one that was checkpointed
    diff           compares allocations, tags and contents of two workspaces or checkpoints; exit
                   code 1 when they differ

    info, tag-query, cat, ls, usage, map and diff change no byte and wait for nobody. The others
    take the lock; when its owner has died they repair the workspace first, and say so. Numbers
    are decimal or 0x; sizes also 64KiB, 1GiB.

    options
      --align N  a power of two; default 4096
      --tag T    any 64-bit number but 0; default 1. checkpt and restore: only allocations with this
                 tag, or with one of several
      --digest   SHA-256 of each allocation
      --force    binary data to a terminal; checkpt: replace a file that is there
      --style N  of a checkpoint: 1 or 2 is plain, 3 (the default) compressed with LZ4
      --threads  that compress; as many as there are processors by default
      --mode     permissions of the checkpoint, 600 by default
      --uinfo    a text to keep in it
      --sidecar  write checksums to CKPT.hfs; verify and restore use them when they are there
      --level    0 what it is of; 1 who made it; 2 texts; 3 totals (the default); 4 allocations
      --dry-run  check everything, restore nothing

    examples
      holdfast wksp new cache.ws --size 1GiB
      holdfast wksp alloc cache.ws 4096 --tag 7
      holdfast wksp map cache.ws --svg cache.svg
      holdfast wksp checkpt cache.ws cache.ckpt --sidecar
      holdfast wksp restore copy.ws cache.ckpt
    """;
  }

  @Override
  public int run(Host host, List<String> words) throws IOException {
    List<String> rest = new ArrayList<>(words);
    String name = Arguments.takeSubcommand(name(), rest);
    try {
      return run(host, name, rest);
    } catch (WkspLockedException e) {
      throw CommandException.refused(e.getMessage(), "Try again when it is done.");
    } catch (UncheckedIOException e) {
      throw e.getCause();
    } catch (InternalError e) {
      throw new IOException("a page of the mapped file is gone: somebody cut it", e);
    } catch (NoSuchFileException e) {
      throw CommandException.about(e.getFile(), Failure.of(e));
    }
  }

  private static int run(Host host, String name, List<String> words) throws IOException {
    return switch (name) {
      case "new" -> WkspWhole.make(host, words);
      case "verify" -> WkspWhole.verify(host, words);
      case "rebuild" -> WkspWhole.rebuild(host, words);
      case "reset" -> WkspWhole.reset(host, words);
      case "alloc" -> WkspAllocation.alloc(host, words);
      case "info" -> WkspAllocation.info(host, words);
      case "free" -> WkspAllocation.free(host, words);
      case "tag-query" -> WkspAllocation.tagQuery(host, words);
      case "tag-free" -> WkspAllocation.tagFree(host, words);
      case "memset" -> WkspContent.memset(host, words);
      case "write" -> WkspContent.write(host, words);
      case "cat" -> WkspContent.cat(host, words);
      case "ls" -> WkspList.ls(host, words);
      case "usage" -> WkspList.usage(host, words);
      case "map" -> WkspMap.run(host, words);
      case "checkpt" -> WkspCkptMake.run(host, words);
      case "checkpt-query" -> WkspCkptQuery.run(host, words);
      case "restore" -> WkspCkptRestore.run(host, words);
      case "diff" -> WkspDiff.run(host, words);
      default ->
          throw CommandException.usage(
              "unknown subcommand '" + name + "'", Suggestion.of(name, NAMES));
    };
  }

  /** Joins a workspace; what had to be repaired is told. */
  static Wksp open(Host host, Globals globals, String name) throws IOException {
    Wksp wksp = Wksp.open(host.path(name), WkspOptions.DEFAULT.withLockTimeout(PATIENCE));
    for (WkspRecovery recovery : wksp.recoveries()) {
      new Messages(host, "holdfast wksp", globals)
          .warning(
              name
                  + ": process "
                  + Long.toUnsignedString(recovery.owner())
                  + " had died holding the lock; "
                  + (recovery.wasRebuilt()
                      ? "rebuilt, because of " + recovery.damage()
                      : "nothing was damaged"));
    }
    return wksp;
  }

  /** The operands, when there are as many as there should be. */
  static List<String> operands(Arguments arguments, String... names) {
    if (arguments.operands().size() != names.length) {
      throw CommandException.usage("expected " + String.join(" ", names), "");
    }
    return arguments.operands();
  }

  /** A number of 64 bits without a sign, decimal or hexadecimal. */
  static long number(String what, String word) {
    return Numbers.parseUnsigned(what, word);
  }

  /** A number of 32 bits without a sign. */
  static int seed(String word) {
    long value = number("--seed", word);
    if (value < 0 || value > 0xFFFF_FFFFL) {
      throw CommandException.usage("--seed must fit in 32 bits: " + word, "");
    }
    return (int) value;
  }

  /** What {@code --tag} was given, once or several times; empty for all. */
  static List<Long> tags(Arguments arguments) {
    List<Long> tags = new ArrayList<>();
    for (String word : arguments.values("--tag")) {
      long tag = number("--tag", word);
      if (tag == 0) {
        throw CommandException.usage("no allocation has tag 0", "");
      }
      tags.add(tag);
    }
    return tags;
  }

  /** A number of bytes, decimal with an optional unit, or hexadecimal. */
  static long size(String what, String word) {
    if (word.startsWith("0x") || word.startsWith("0X")) {
      long value = number(what, word);
      if (value < 0) {
        throw CommandException.usage(what + ": " + word + " is beyond 2^63 - 1 bytes", "");
      }
      return value;
    }
    return Numbers.parseSize(what, word);
  }
}
