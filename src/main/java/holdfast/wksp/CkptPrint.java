package holdfast.wksp;

import java.util.Locale;

/** Describes a checkpoint in lines: a tab, a key, a value, and perhaps a text in parentheses. */
final class CkptPrint {
  private static final int KEY_WIDTH = 23;
  private static final int VALUE_WIDTH = 20;

  private final StringBuilder text = new StringBuilder();

  private CkptPrint() {}

  static String preview(CkptMeta meta) {
    CkptPrint print = new CkptPrint();
    print.meta(meta);
    return print.text.toString();
  }

  static String all(CkptFile checkpt, int level) {
    CkptPrint print = new CkptPrint();
    print.meta(checkpt.meta);
    print.making(checkpt);
    if (level >= 2) {
      print.texts(checkpt);
    }
    if (level >= 3) {
      print.totals(checkpt);
    }
    if (level >= 4) {
      print.partitions(checkpt.extents);
    }
    return print.text.toString();
  }

  private void meta(CkptMeta meta) {
    line("style", "" + meta.style(), "");
    line("name", meta.name(), "");
    line("seed", Integer.toUnsignedString(meta.seed()), "");
    line("part_max", "" + meta.partMax(), "");
    line("data_max", "" + meta.dataMax(), "");
  }

  private void making(CkptFile checkpt) {
    WkspCheckptInfo info = checkpt.info;
    line("magic", Long.toHexString(WkspHeader.MAGIC), "");
    line("wallclock", "" + info.wallclock(), "");
    line("app", unsigned(info.appId()), info.app());
    line("thread", unsigned(info.threadId()), info.thread());
    line("host", unsigned(info.hostId()), info.host());
    line("cpu", unsigned(info.cpuId()), info.cpu());
    line("group", unsigned(info.groupId()), info.group());
    line("tid", unsigned(info.tid()), "");
    line("user", unsigned(info.userId()), info.user());
    if (checkpt.meta.style() != V1Header.STYLE) {
      line("frame_style_compressed", "" + checkpt.meta.frames().code(), "");
    }
  }

  private void texts(CkptFile checkpt) {
    WkspCheckptInfo info = checkpt.info;
    if (checkpt.meta.style() != V1Header.STYLE) {
      line("mode", "0" + Long.toOctalString(info.mode()), "");
      longText("path", info.path());
    }
    longText("binfo", info.buildInfo());
    longText("uinfo", info.userInfo());
  }

  private void totals(CkptFile checkpt) {
    line("file_sz", "" + checkpt.size, "");
    if (checkpt.meta.style() != V1Header.STYLE) {
      line("volume_cnt", "" + checkpt.volumeGroups.length, "");
      line("cgroup_cnt", "" + checkpt.groupCount, "");
    }
    line("alloc_cnt", "" + checkpt.extents.count, "");
    line("alloc_sz", "" + checkpt.extents.totalSize(), "");
  }

  private void partitions(Extents extents) {
    for (int i = 0; i < extents.count; i++) {
      text.append(
          String.format(
              Locale.ROOT,
              "\t\tgaddr [%d,%d) tag %s sz %d%n",
              extents.lo[i],
              extents.hi[i],
              unsigned(extents.tag[i]),
              extents.size(i)));
    }
  }

  private void line(String key, String value, String more) {
    text.append('\t').append(left(key, KEY_WIDTH));
    text.append(more.isEmpty() ? value : left(value, VALUE_WIDTH) + " (" + printable(more) + ")");
    text.append(System.lineSeparator());
  }

  private void longText(String key, String value) {
    text.append('\t').append(key).append(System.lineSeparator());
    for (String line : value.split("\n", -1)) {
      text.append("\t\t").append(printable(line)).append(System.lineSeparator());
    }
  }

  /** A text from a file must not steer a terminal. */
  private static String printable(String foreign) {
    StringBuilder shown = new StringBuilder();
    foreign
        .codePoints()
        .forEach(c -> shown.appendCodePoint(Character.isISOControl(c) && c != '\t' ? '?' : c));
    return shown.toString();
  }

  private static String left(String word, int width) {
    return word + " ".repeat(Math.max(0, width - word.length()));
  }

  private static String unsigned(long value) {
    return Long.toUnsignedString(value);
  }
}
