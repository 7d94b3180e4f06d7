package holdfast.cli;

import holdfast.groove.Groove;
import holdfast.groove.GrooveClassUsage;
import holdfast.groove.GrooveGeometry;
import holdfast.groove.GrooveHandle;
import holdfast.groove.GrooveLeak;
import holdfast.groove.GrooveObject;
import holdfast.groove.GrooveUsage;
import holdfast.groove.GrooveVolume;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** {@code holdfast groove SUBCOMMAND FILE}: objects and volumes in a region file. */
final class GrooveCommand implements Command {
  private static final List<String> SUBCOMMANDS =
      List.of("new", "add", "info", "alloc", "free", "ls", "verify", "recover", "compact", "map");

  private static final List<String> OPTIONS =
      List.of(
          "--block=",
          "--volume=",
          "--max=",
          "--volumes=",
          "--preallocate",
          "--info=",
          "--align=",
          "--tag=",
          "--group=",
          "--grow",
          "--force",
          "--svg=",
          "--csv",
          "--tags");

  private static final int VOLUME_MAX = 5120;

  private Host host;
  private Arguments arguments;
  private Messages messages;

  @Override
  public String name() {
    return "groove";
  }

  @Override
  public String summary() {
    return "allocate and free objects in a region file, list, check and draw it";
  }

  @Override
  public String help() {
    return """
    usage: holdfast groove new FILE [--block N] [--volume SIZE] [--max N] [--volumes N]
                                    [--preallocate]
           holdfast groove add FILE [--volumes N] [--info TEXT] [--preallocate]
           holdfast groove alloc FILE SIZE [--align N] [--tag T] [--group N] [--grow]
           holdfast groove free FILE OFFSET
           holdfast groove info|ls FILE [--json|--csv] [--tags]
           holdfast groove verify FILE [--json]
           holdfast groove recover FILE [--force]
           holdfast groove compact FILE
           holdfast groove map FILE [--svg PICTURE]

    new      makes a region file. With --block (64, 128, 256, 512) or --volume (1M to 1G) it is a
             compact one, without them the layout of the C original: blocks of 512 bytes, volumes
             of 1 GiB. --volumes adds some at once, --max is the most it may ever have (default 64)
    add      adds volumes, one unless --volumes says more
    alloc    allocates an object and prints its offset; exit code 1 when there is no room. --grow
             adds a volume then
    free     frees the object at an offset; exit code 1 when there is none
    info     geometry, volumes, and what each size class holds; with --tags, who holds how much:
             a line for each tag and class, most bytes first. --csv is for spreadsheets
    ls       every object: offset, size, alignment, tag. --csv prints the columns that the tools
             of the C original print
    verify   checks everything; exit code 1 when something is wrong
    recover  rebuilds the file from its objects, also one that was closed, and says what it found.
             With --force objects with damaged headers are dropped; without, they are refused
    compact  gives back what is empty, and shortens the file
    map      draws what is in use, by tag; as text or, with --svg, as a picture

    A file whose owner died is rebuilt by the next command that writes. Those that only read say
    that it has to be, with exit code 1.

    The file is sparse: it needs room for what is in use. --preallocate gets all of it now.

    examples
      holdfast groove new cache.groove --block 64 --volume 1M --volumes 4
      holdfast groove alloc cache.groove 200 --tag 7
      holdfast groove map cache.groove --svg cache.svg
    """;
  }

  @Override
  public int run(Host world, List<String> words) throws IOException {
    host = world;
    arguments = Arguments.parse(OPTIONS, words);
    List<String> operands = arguments.operands();
    if (operands.isEmpty()) {
      throw CommandException.usage("groove needs a subcommand", "They are: " + list() + ".");
    }
    String subcommand = operands.getFirst();
    messages = new Messages(host, "holdfast groove " + subcommand, arguments.globals());
    if (!SUBCOMMANDS.contains(subcommand)) {
      throw CommandException.usage(
          "unknown subcommand '" + subcommand + "'",
          (Suggestion.of(subcommand, SUBCOMMANDS) + " They are: " + list() + ".").strip());
    }
    int wanted = subcommand.equals("alloc") || subcommand.equals("free") ? 3 : 2;
    if (operands.size() != wanted) {
      throw CommandException.usage(
          "groove " + subcommand + " needs " + (wanted == 3 ? "a file and a number" : "a file"),
          "");
    }
    try {
      return run(subcommand, host.path(operands.get(1)));
    } catch (FileSystemException e) {
      Failure failure = Failure.of(e);
      if (failure.code() == ExitCode.REFUSED) {
        throw CommandException.about(operands.get(1), failure);
      }
      throw e;
    }
  }

  private static String list() {
    return String.join(", ", SUBCOMMANDS);
  }

  private int run(String subcommand, Path file) throws IOException {
    return switch (subcommand) {
      case "new" -> make(file);
      case "add" -> add(file);
      case "alloc" -> alloc(file);
      case "free" -> free(file);
      case "info" -> info(file);
      case "ls" -> ls(file);
      case "verify" -> verify(file);
      case "recover" -> recover(file);
      case "compact" -> compact(file);
      default -> map(file);
    };
  }

  private int number(String option, int otherwise, int min, int max) {
    String word = arguments.value(option, null);
    return word == null ? otherwise : (int) parse(option, word, min, max);
  }

  private static long parse(String what, String word, long min, long max) {
    long value = Numbers.parseUnsigned(what, word);
    if (value < min || value > max) { // with the highest bit set it is below
      throw CommandException.usage(
          what + " needs a number from " + min + " to " + max + ", not '" + word + "'", "");
    }
    return value;
  }

  /** Opens a file for changing it. */
  private Groove own(Path file) throws IOException {
    Groove groove = Groove.openFile(file);
    if (groove.recovered() != null) {
      messages.warning("its last owner died; rebuilt: " + groove.recovered());
    }
    return groove;
  }

  /** Opens a file that somebody closed. */
  private Groove look(Path file) throws IOException {
    Groove groove = Groove.openFileReadOnly(file);
    if (groove.isUnclean()) {
      groove.close();
      throw CommandException.problem(
          arguments.operands().get(1) + ": its last owner died",
          "'holdfast groove recover' helps.");
    }
    return groove;
  }

  private int recover(Path file) throws IOException {
    try (Groove groove = Groove.recoverFile(file, arguments.has("--force"))) {
      messages.result(arguments.operands().get(1) + ": " + groove.recovered());
    }
    return ExitCode.DONE;
  }

  private int make(Path file) throws IOException {
    GrooveGeometry geometry = GrooveGeometry.STANDARD;
    if (arguments.has("--block") || arguments.has("--volume")) {
      int block = number("--block", 64, 64, 512);
      long volume = Numbers.parseSize("--volume", arguments.value("--volume", "1M"));
      try {
        geometry = GrooveGeometry.compact(block, volume);
      } catch (IllegalArgumentException e) {
        throw CommandException.usage(e.getMessage(), "");
      }
    }
    int max = number("--max", 64, 1, VOLUME_MAX);
    int volumes = number("--volumes", 0, 0, max);
    String name = arguments.operands().get(1);
    if (arguments.has("--preallocate") && !Files.exists(file)) {
      Folders.requireRoom(name, file, volumes * geometry.volumeSize());
    }
    try (Groove groove = Groove.createFile(file, geometry, max)) {
      groove.grow(volumes, new byte[0], arguments.has("--preallocate"));
    } catch (FileAlreadyExistsException e) {
      throw CommandException.refused(name + ": already exists", "Remove it first.");
    }
    messages.detail("made " + file + ", " + geometry + ", " + volumes + " of " + max + " volumes");
    return ExitCode.DONE;
  }

  private int add(Path file) throws IOException {
    int volumes = number("--volumes", 1, 0, VOLUME_MAX);
    byte[] info = arguments.value("--info", "").getBytes(StandardCharsets.UTF_8);
    if (info.length > 480) {
      throw CommandException.usage("--info takes at most 480 bytes", "");
    }
    try (Groove groove = own(file)) {
      if (arguments.has("--preallocate")) {
        long size = volumes * groove.geometry().volumeSize();
        Folders.requireRoom(arguments.operands().get(1), file, size);
      }
      if (!groove.grow(volumes, info, arguments.has("--preallocate"))) {
        throw CommandException.problem(
            "the file may have " + groove.volumeMax() + " volumes at most", "");
      }
    }
    return ExitCode.DONE;
  }

  private int alloc(Path file) throws IOException {
    long size = Numbers.parseSize("SIZE", arguments.operands().get(2));
    int align = number("--align", 0, 0, 512);
    int group = number("--group", 0, 0, Integer.MAX_VALUE);
    long tag = Numbers.parseUnsigned("--tag", arguments.value("--tag", "0"));
    try (Groove groove = own(file);
        GrooveHandle handle = groove.handle(group, 0)) {
      try {
        long offset = handle.alloc(align, size, tag);
        if (offset == GrooveHandle.FULL
            && arguments.has("--grow")
            && groove.grow(1, new byte[0], false)) {
          offset = handle.alloc(align, size, tag);
        }
        if (offset == GrooveHandle.FULL) {
          throw CommandException.problem(
              "no room for " + size + " bytes", "'holdfast groove add' adds volumes.");
        }
        host.text().println(offset);
        return ExitCode.DONE;
      } catch (IllegalArgumentException e) {
        throw CommandException.usage(e.getMessage(), "");
      }
    }
  }

  private int free(Path file) throws IOException {
    long offset = parse("OFFSET", arguments.operands().get(2), 0, Long.MAX_VALUE);
    try (Groove groove = own(file);
        GrooveHandle handle = groove.handle(0, 0)) {
      if (groove.find(offset) == null || !handle.free(offset)) {
        throw CommandException.problem(
            "no object at offset " + offset, "'holdfast groove ls' lists them.");
      }
    }
    return ExitCode.DONE;
  }

  private int info(Path file) throws IOException {
    try (Groove groove = look(file)) {
      if (arguments.has("--tags")) {
        tags(groove.leaks());
        return ExitCode.DONE;
      }
      GrooveUsage usage = groove.usage();
      if (arguments.has("--csv")) {
        host.text().println("szc,footprint,superblocks,held,cached,nested,free,requested");
        usage.classes().stream().filter(c -> c.superblocks() > 0).forEach(this::csv);
        return ExitCode.DONE;
      }
      host.text()
          .print(arguments.globals().json() ? infoJson(groove, usage) : infoText(groove, usage));
      return ExitCode.DONE;
    }
  }

  private void csv(GrooveClassUsage c) {
    long[] columns = {
      c.sizeClass(),
      c.footprint(),
      c.superblocks(),
      c.held(),
      c.cached(),
      c.nested(),
      c.free(),
      c.requested()
    };
    csv(columns);
  }

  private void csv(long... columns) {
    StringBuilder line = new StringBuilder();
    for (long column : columns) {
      line.append(line.isEmpty() ? "" : ",").append(Long.toUnsignedString(column));
    }
    host.text().println(line);
  }

  /** Who holds how much. */
  private void tags(List<GrooveLeak> lines) {
    if (arguments.globals().json()) {
      Json json = new Json().object().name("tags").array();
      for (GrooveLeak l : lines) {
        json.object()
            .name("tag")
            .value(Long.toUnsignedString(l.tag()))
            .name("sizeClass")
            .value(l.sizeClass());
        json.name("objects").value(l.objects()).name("requested").value(l.requested());
        json.name("occupied").value(l.occupied()).name("offset").value(l.offset()).end();
      }
      host.text().print(json.end().end());
    } else if (arguments.has("--csv")) {
      host.text().println("tag,szc,objects,requested,occupied,first");
      for (GrooveLeak l : lines) {
        host.text()
            .println(
                String.join(
                    ",",
                    Long.toUnsignedString(l.tag()),
                    Integer.toString(l.sizeClass()),
                    Long.toString(l.objects()),
                    Long.toString(l.requested()),
                    Long.toString(l.occupied()),
                    Long.toString(l.offset())));
      }
    } else {
      host.text().println("class   objects      requested       occupied   first object  tag");
      for (GrooveLeak l : lines) {
        host.text()
            .println(
                Numbers.right(l.sizeClass() < 0 ? "rest" : Integer.toString(l.sizeClass()), 5)
                    + Numbers.right(Long.toString(l.objects()), 10)
                    + Numbers.right(Long.toString(l.requested()), 15)
                    + Numbers.right(Long.toString(l.occupied()), 15)
                    + Numbers.right(Long.toString(l.offset()), 15)
                    + "  "
                    + Long.toUnsignedString(l.tag()));
      }
    }
  }

  private static String infoText(Groove groove, GrooveUsage usage) {
    StringBuilder text = new StringBuilder();
    GrooveGeometry g = groove.geometry();
    text.append("geometry     ")
        .append(g.isStandard() ? "standard" : "compact")
        .append(", blocks of " + g.blockSize() + " bytes, volumes of ")
        .append(Numbers.size(g.volumeSize()))
        .append("\nvolumes      " + usage.volumes() + " of " + groove.volumeMax() + ", ")
        .append(usage.emptyVolumes() + " of them empty\nobjects      " + usage.held())
        .append(", " + Numbers.grouped(usage.requested()) + " bytes in ")
        .append(Numbers.grouped(usage.occupied()) + " occupied\n\n");
    for (GrooveVolume volume : groove.volumes()) {
      text.append("volume " + Numbers.right(Long.toString(volume.index()), 5))
          .append(volume.empty() ? "  empty   " : "  in use  ")
          .append(printable(volume))
          .append('\n');
    }
    text.append("\nclass  footprint  superblocks      held    nested      free      requested\n");
    for (GrooveClassUsage c : usage.classes()) {
      if (c.superblocks() > 0) {
        text.append(Numbers.right(Long.toString(c.sizeClass()), 5))
            .append(Numbers.right(Long.toString(c.footprint()), 11))
            .append(Numbers.right(Long.toString(c.superblocks()), 13))
            .append(Numbers.right(Long.toString(c.held()), 10))
            .append(Numbers.right(Long.toString(c.nested()), 10))
            .append(Numbers.right(Long.toString(c.free()), 10))
            .append(Numbers.right(Long.toString(c.requested()), 15))
            .append('\n');
      }
    }
    return text.toString();
  }

  private static String printable(GrooveVolume volume) {
    byte[] info = volume.info().toArray(ValueLayout.JAVA_BYTE);
    return new String(info, StandardCharsets.UTF_8).replaceAll("\\p{Cntrl}", ".");
  }

  private static String infoJson(Groove groove, GrooveUsage usage) {
    GrooveGeometry g = groove.geometry();
    Json json = new Json().object();
    json.name("standard").value(g.isStandard());
    json.name("blockSize").value(g.blockSize()).name("volumeSize").value(g.volumeSize());
    json.name("volumeMax").value(groove.volumeMax());
    json.name("held").value(usage.held()).name("requested").value(usage.requested());
    json.name("occupied").value(usage.occupied());
    json.name("volumes").array();
    for (GrooveVolume volume : groove.volumes()) {
      json.object().name("index").value(volume.index()).name("empty").value(volume.empty());
      json.name("info").value(printable(volume)).end();
    }
    json.end().name("classes").array();
    for (GrooveClassUsage c : usage.classes()) {
      json.object().name("sizeClass").value(c.sizeClass()).name("footprint").value(c.footprint());
      json.name("superblocks").value(c.superblocks()).name("held").value(c.held());
      json.name("cached").value(c.cached());
      json.name("nested").value(c.nested()).name("free").value(c.free());
      json.name("requested").value(c.requested()).end();
    }
    return json.end().end().toString();
  }

  private int ls(Path file) throws IOException {
    try (Groove groove = look(file)) {
      if (arguments.globals().json()) {
        Json json = new Json().object().name("objects").array();
        groove.objects(
            o ->
                json.object()
                    .name("offset")
                    .value(o.offset())
                    .name("size")
                    .value(o.size())
                    .name("align")
                    .value(o.align())
                    .name("tag")
                    .value(Long.toUnsignedString(o.tag())) // many readers have 53 bits
                    .name("sizeClass")
                    .value(o.sizeClass())
                    .end());
        host.text().print(json.end().end());
      } else if (arguments.has("--csv")) {
        host.text().println("obj_off,sz,align,tag,szc,idx,hdr_off,superblock_off");
        groove.objects(
            o ->
                csv(
                    o.offset(),
                    o.size(),
                    o.align(),
                    o.tag(),
                    o.sizeClass(),
                    o.index(),
                    o.header(),
                    o.superblock()));
      } else {
        host.text().println("        offset        size  align  tag");
        groove.objects(this::line);
      }
      return ExitCode.DONE;
    }
  }

  private void line(GrooveObject o) {
    host.text()
        .println(
            Numbers.right(Long.toString(o.offset()), 14)
                + Numbers.right(Long.toString(o.size()), 12)
                + Numbers.right(Long.toString(o.align()), 7)
                + "  "
                + Long.toUnsignedString(o.tag()));
  }

  private int verify(Path file) throws IOException {
    try (Groove groove = look(file)) {
      groove.verify();
      GrooveUsage usage = groove.usage();
      if (arguments.globals().json()) {
        host.text()
            .print(
                new Json()
                    .object()
                    .name("sound")
                    .value(true)
                    .name("held")
                    .value(usage.held())
                    .end());
      } else {
        messages.result(
            arguments.operands().get(1)
                + ": sound, "
                + Numbers.count(usage.held(), "object")
                + " in "
                + Numbers.count(usage.volumes(), "volume"));
      }
      return ExitCode.DONE;
    }
  }

  private int compact(Path file) throws IOException {
    long before = size(file);
    try (Groove groove = own(file)) {
      groove.compact();
      long removed = 0;
      while (groove.removeVolume() != Groove.EMPTY) {
        removed++;
      }
      messages.detail(Numbers.count(removed, "empty volume") + " given back");
    }
    messages.result(Numbers.size(before) + " -> " + Numbers.size(size(file)));
    return ExitCode.DONE;
  }

  private static long size(Path file) throws IOException {
    if (!Files.exists(file)) {
      throw new NoSuchFileException(file.toString());
    }
    return Files.size(file);
  }

  private int map(Path file) throws IOException {
    try (Groove groove = look(file)) {
      List<GrooveVolume> volumes = groove.volumes();
      long end = volumes.isEmpty() ? 0 : volumes.getLast().index() + 1;
      List<RegionMap.Used> used = new ArrayList<>();
      groove.objects(o -> used.add(used(groove.geometry(), o)));
      RegionMap map = new RegionMap(0, end * groove.geometry().volumeSize(), used);
      String picture = arguments.value("--svg", null);
      if (picture == null) {
        host.text().print(map.text());
      } else {
        map.write(host.path(picture), picture, arguments.operands().get(1));
      }
      return ExitCode.DONE;
    }
  }

  private static RegionMap.Used used(GrooveGeometry geometry, GrooveObject o) {
    return new RegionMap.Used(o.header(), o.header() + geometry.footprint(o.sizeClass()), o.tag());
  }
}
