package holdfast.cli;

import holdfast.Limits;
import holdfast.wksp.Partition;
import holdfast.wksp.WkspCheckptInfo;
import holdfast.wksp.WkspCheckptPreview;
import holdfast.wksp.WkspRestore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** {@code holdfast wksp checkpt-query}: what a checkpoint says about itself. */
final class WkspCkptQuery {
  private static final String LEVEL = "--level";
  private static final int LEVEL_MAX = 4;

  private WkspCkptQuery() {}

  static int run(Host host, List<String> words) throws IOException {
    Arguments arguments = Arguments.parse(List.of(LEVEL + "="), words);
    String ckpt = WkspCommand.operands(arguments, "CKPT").getFirst();
    long level = WkspCommand.number(LEVEL, arguments.value(LEVEL, "3"));
    if (level < 0 || level > LEVEL_MAX) {
      throw CommandException.usage("--level must be in 0 to " + LEVEL_MAX, "");
    }
    Path path = host.path(ckpt);
    Limits limits = WkspCkptSource.limits(arguments.globals());
    host.text()
        .print(
            arguments.globals().json()
                ? json(ckpt, path, (int) level, limits)
                : WkspRestore.print(path, (int) level, limits));
    return ExitCode.DONE;
  }

  private static String json(String ckpt, Path path, int level, Limits limits) throws IOException {
    WkspCheckptPreview preview = WkspRestore.preview(path);
    Json json = new Json().object();
    json.name("file").value(ckpt);
    json.name("style").value(preview.style());
    json.name("name").value(preview.name());
    json.name("seed").value(preview.seed() & 0xFFFF_FFFFL);
    json.name("partMax").value(preview.partMax());
    json.name("dataMax").value(preview.dataMax());
    if (level >= 1) {
      WkspCheckptInfo info = WkspRestore.info(path);
      making(json, info);
      if (level >= 2) {
        if (preview.style() > 1) { // the first style knows neither
          json.name("mode").value("0" + Long.toOctalString(info.mode()));
          json.name("path").value(info.path());
        }
        json.name("buildInfo").value(info.buildInfo());
        json.name("userInfo").value(info.userInfo());
      }
    }
    if (level >= 3) {
      contents(json, path, level, limits);
    }
    return json.end().toString();
  }

  /** As text, because these are 64 bits without a sign, and many readers of JSON have 53. */
  private static void making(Json json, WkspCheckptInfo info) {
    json.name("wallclock").value("" + info.wallclock());
    who(json, "app", info.appId(), info.app());
    who(json, "thread", info.threadId(), info.thread());
    who(json, "host", info.hostId(), info.host());
    who(json, "cpu", info.cpuId(), info.cpu());
    who(json, "group", info.groupId(), info.group());
    json.name("tid").value(Long.toUnsignedString(info.tid()));
    who(json, "user", info.userId(), info.user());
  }

  private static void who(Json json, String key, long id, String name) {
    json.name(key).object();
    json.name("id").value(Long.toUnsignedString(id)).name("name").value(name).end();
  }

  private static void contents(Json json, Path path, int level, Limits limits) throws IOException {
    List<Partition> allocations = WkspRestore.partitions(path, limits);
    json.name("fileSize").value(Files.size(path));
    json.name("allocCount").value(allocations.size());
    json.name("allocSize").value(allocations.stream().mapToLong(Partition::size).sum());
    if (level >= LEVEL_MAX) {
      json.name("allocations").array();
      for (Partition p : allocations) {
        json.object().name("gaddrLo").value(p.gaddrLo()).name("gaddrHi").value(p.gaddrHi());
        json.name("tag").value(Long.toUnsignedString(p.tag())).end();
      }
      json.end();
    }
  }
}
