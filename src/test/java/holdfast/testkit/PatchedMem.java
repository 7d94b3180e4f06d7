package holdfast.testkit;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;

/**
 * Runs test code on a {@code Mem} that dies at the n-th store, to show what a SIGKILL between two
 * stores leaves behind.
 *
 * <p>The source of {@code holdfast.internal.Mem} gets a call of {@link Stores#next} at the head of
 * every method that stores (a bulk store becomes two: first its half, then the whole), is compiled
 * with the running JDK, and is put in front of the library in a class loader of its own:
 *
 * <pre>{@code
 * ordinary loader                     loader of this class
 * MyKillTest  --- run(Body) --->      Body, the piece under test, SimDisk, Stores: loaded again
 * JUnit  <----- (shared) -----        Mem: the patched one
 * }</pre>
 *
 * <p>The body is a public class with a public constructor that implements {@link Runnable}. It runs
 * wholly inside; only classes outside {@code holdfast} are shared with the caller, so failed
 * assertions arrive as they are. It sets {@link Stores#dieAt}, runs the piece until {@link
 * Stores.Killed}, and looks at what {@link SimDisk#kill} left:
 *
 * <pre>{@code
 * for (long n = 1; ; n++) {
 *   SimDisk disk = new SimDisk();
 *   Stores.dieAt(n);
 *   try {
 *     work(disk);
 *     return;                       // it had fewer than n stores
 *   } catch (Stores.Killed e) {
 *     Stores.dieAt(Long.MAX_VALUE);
 *     disk.kill();
 *     check(disk, "killed before store " + n);
 *   }
 * }
 * }</pre>
 *
 * <p>A kill never shows a missing force; for that there is {@link PowerCuts}.
 */
public final class PatchedMem {
  private static final String NAME = "holdfast.internal.Mem";
  private static final Path SOURCE =
      Path.of("src", "main", "java", "holdfast", "internal", "Mem.java");

  /** The head of a method, down to its brace; group 2 is the name. */
  private static final Pattern STORE =
      Pattern.compile("(public static \\w+ (put\\w+|cas\\w+|cax\\w+|getAnd\\w+)\\([^)]*\\) \\{)");

  private static final Pattern COPY = Pattern.compile("(public static void copy\\([^)]*\\) \\{)");
  private static final Pattern PUT_BYTES =
      Pattern.compile("(public static void putBytes\\([^)]*\\) \\{)");
  private static final Pattern FILL = Pattern.compile("(public static void fill\\([^)]*\\) \\{)");
  private static final String NEXT = " holdfast.testkit.Stores.next();";

  private PatchedMem() {}

  /**
   * Loads a class again, on the patched {@code Mem}, and runs it.
   *
   * @param body a public class with a public constructor
   * @throws Throwable what it throws
   */
  public static void run(Class<? extends Runnable> body) throws Throwable {
    Class<?> inside = Class.forName(body.getName(), true, loader(Once.MEM, bytes -> bytes));
    try {
      ((Runnable) inside.getConstructor().newInstance()).run();
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  /**
   * A loader with everything of the project in it.
   *
   * @param mem the compiled class to take for {@code Mem}
   * @param change what to do to every other class file
   */
  static ClassLoader loader(byte[] mem, UnaryOperator<byte[]> change) {
    return new Loader(mem, change);
  }

  /** The source of {@code Mem} with a call before each store. */
  static String patch(String source) {
    String patched = STORE.matcher(source).replaceAll("$1" + NEXT);
    patched =
        insert(
            PUT_BYTES,
            patched,
            NEXT
                + " MemorySegment.copy("
                + "source, sourceOffset, target, JAVA_BYTE, targetOffset, size / 2);");
    patched =
        insert(
            COPY,
            patched,
            NEXT
                + " MemorySegment.copy(source, sourceOffset, target, targetOffset, size / 2);"
                + NEXT);
    return insert(
        FILL, patched, NEXT + " target.asSlice(targetOffset, size / 2).fill(value);" + NEXT);
  }

  static String insert(Pattern head, String source, String code) {
    Matcher matcher = head.matcher(source);
    if (!matcher.find()) {
      throw new AssertionError("no method like " + head + " in " + SOURCE);
    }
    return source.substring(0, matcher.end()) + code + source.substring(matcher.end());
  }

  /**
   * Compiles a changed {@code Mem} with the running JDK.
   *
   * @param patch from the source to the changed source
   */
  static byte[] compile(UnaryOperator<String> patch) {
    try {
      Path dir = Files.createTempDirectory("patched-mem");
      Path source = dir.resolve("Mem.java");
      Files.writeString(source, patch.apply(Files.readString(SOURCE)));
      ToolProvider javac =
          ToolProvider.findFirst("javac")
              .orElseThrow(() -> new AssertionError("the tests need a JDK, not a JRE"));
      ByteArrayOutputStream output = new ByteArrayOutputStream();
      int exit =
          javac.run(
              new PrintStream(output),
              new PrintStream(output),
              "-proc:none",
              "-nowarn",
              "-d",
              dir.toString(),
              "-cp",
              ChildJvm.classPath(),
              source.toString());
      if (exit != 0) {
        throw new AssertionError("the patched Mem does not compile:\n" + output);
      }
      byte[] mem =
          Files.readAllBytes(dir.resolve("holdfast").resolve("internal").resolve("Mem.class"));
      try (Stream<Path> files = Files.walk(dir)) {
        files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
      }
      return mem;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Compiled once for each JVM that runs tests. */
  private static final class Once {
    static final byte[] MEM = compile(PatchedMem::patch);
  }

  /** Loads everything of the project itself, and the rest from where the tests have it. */
  private static final class Loader extends ClassLoader {
    private final byte[] mem;
    private final UnaryOperator<byte[]> change;

    Loader(byte[] mem, UnaryOperator<byte[]> change) {
      super(PatchedMem.class.getClassLoader());
      this.mem = mem;
      this.change = change;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (!name.startsWith("holdfast.")) {
        return super.loadClass(name, resolve);
      }
      synchronized (getClassLoadingLock(name)) {
        Class<?> known = findLoadedClass(name);
        return known != null ? known : define(name);
      }
    }

    private Class<?> define(String name) throws ClassNotFoundException {
      if (name.equals(NAME)) {
        return defineClass(name, mem, 0, mem.length);
      }
      String file = name.replace('.', '/') + ".class";
      try (InputStream stream = getParent().getResourceAsStream(file)) {
        if (stream == null) {
          throw new ClassNotFoundException(name);
        }
        byte[] bytes = change.apply(stream.readAllBytes());
        return defineClass(name, bytes, 0, bytes.length);
      } catch (IOException e) {
        throw new ClassNotFoundException(name, e);
      }
    }
  }
}
