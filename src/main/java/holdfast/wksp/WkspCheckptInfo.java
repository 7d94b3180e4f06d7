package holdfast.wksp;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;

/**
 * What a checkpoint says about its making. Nothing depends on it; it is for people. Immutable.
 *
 * <p>Texts are stored as UTF-8 and hold no zero character.
 *
 * @param mode permissions of the file as the original knows them, for example 0600 octal. Not in
 *     files of style 1
 * @param wallclock nanoseconds since 1970, UTC
 * @param appId number of the application
 * @param threadId number of the thread in it
 * @param hostId number of the machine
 * @param cpuId number of the processor
 * @param groupId id of the process
 * @param tid id of the thread, as the system knows it
 * @param userId number of the user
 * @param app name of the application, at most 39 bytes, as the next five
 * @param thread name of the thread
 * @param host name of the machine
 * @param cpu name of the processor
 * @param group name of the process
 * @param user name of the user
 * @param path what the file was called, at most 4095 bytes; {@code null} for the path that it is
 *     written to. Not in files of style 1
 * @param buildInfo about the program; what is beyond 16383 bytes is cut
 * @param userInfo about the checkpoint; what is beyond 16383 bytes is cut
 */
public record WkspCheckptInfo(
    long mode,
    long wallclock,
    long appId,
    long threadId,
    long hostId,
    long cpuId,
    long groupId,
    long tid,
    long userId,
    String app,
    String thread,
    String host,
    String cpu,
    String group,
    String user,
    String path,
    String buildInfo,
    String userInfo) {

  /** Says nothing: no time, no names, numbers 0, mode 0600. */
  public static final WkspCheckptInfo NONE =
      new WkspCheckptInfo(0600, 0, 0, 0, 0, 0, 0, 0, 0, "", "", "", "", "", "", null, "", "");

  /** Checks the texts. */
  public WkspCheckptInfo {
    checkName(app, "app");
    checkName(thread, "thread");
    checkName(host, "host");
    checkName(cpu, "cpu");
    checkName(group, "group");
    checkName(user, "user");
    check(path == null ? "" : path, CkptInfo.PATH_SIZE_MAX, "path");
    check(buildInfo, Integer.MAX_VALUE, "buildInfo");
    check(userInfo, Integer.MAX_VALUE, "userInfo");
  }

  private static void checkName(String text, String what) {
    check(text, CkptInfo.NAME_SIZE_MAX, what);
  }

  private static void check(String text, int sizeMax, String what) {
    Objects.requireNonNull(text, what);
    if (text.indexOf('\0') >= 0) {
      throw new IllegalArgumentException(what + " holds a zero character");
    }
    int size = text.getBytes(StandardCharsets.UTF_8).length;
    if (size >= sizeMax) {
      throw new IllegalArgumentException(
          what + " must be shorter than " + sizeMax + " bytes: " + size);
    }
  }

  /**
   * What is known about this process: its id, the calling thread, the user's name.
   *
   * @param clock tells the time
   * @param app name of the application, at most 39 bytes
   * @return without any text about the build or the checkpoint
   */
  public static WkspCheckptInfo ofProcess(InstantSource clock, String app) {
    Instant now = clock.instant();
    Thread thread = Thread.currentThread();
    long pid = ProcessHandle.current().pid();
    return new WkspCheckptInfo(
        0600,
        now.getEpochSecond() * 1_000_000_000L + now.getNano(),
        0,
        thread.threadId(),
        0,
        0,
        pid,
        thread.threadId(),
        0,
        app,
        cut(thread.getName()),
        cut(Objects.requireNonNullElse(System.getenv("HOSTNAME"), "")),
        "",
        "",
        cut(System.getProperty("user.name", "")),
        null,
        "",
        "");
  }

  /** As many characters of a name as fit. */
  private static String cut(String name) {
    String text = name.indexOf('\0') >= 0 ? "" : name;
    while (text.getBytes(StandardCharsets.UTF_8).length >= CkptInfo.NAME_SIZE_MAX) {
      text =
          text.substring(0, text.offsetByCodePoints(0, text.codePointCount(0, text.length()) - 1));
    }
    return text;
  }

  /**
   * The same with another text about the checkpoint.
   *
   * @param text what is beyond 16383 bytes is cut when it is written
   * @return a copy
   */
  public WkspCheckptInfo withUserInfo(String text) {
    return with(mode, path, text);
  }

  /**
   * The same with other permissions.
   *
   * @param newMode as in {@link #mode}
   * @return a copy
   */
  public WkspCheckptInfo withMode(long newMode) {
    return with(newMode, path, userInfo);
  }

  /**
   * The same with another name of the file.
   *
   * @param newPath as in {@link #path}
   * @return a copy
   */
  public WkspCheckptInfo withPath(String newPath) {
    return with(mode, newPath, userInfo);
  }

  private WkspCheckptInfo with(long newMode, String newPath, String newUserInfo) {
    return new WkspCheckptInfo(
        newMode,
        wallclock,
        appId,
        threadId,
        hostId,
        cpuId,
        groupId,
        tid,
        userId,
        app,
        thread,
        host,
        cpu,
        group,
        user,
        newPath,
        buildInfo,
        newUserInfo);
  }
}
