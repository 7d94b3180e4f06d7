package holdfast.testkit;

import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;

/**
 * Runs the test methods of a class on a {@code Mem} whose every access is a step that {@link
 * Interleavings} schedules.
 *
 * <pre>{@code
 * @ExtendWith(SteppedMem.class)
 * class MyModelTest {
 *   @Test
 *   void nothingIsLost() {
 *     Interleavings.of(plan -> { ... }).explore();
 *   }
 * }
 * }</pre>
 *
 * <p>The class is loaded a second time, with the library and all else of the project, by a class
 * loader whose {@code Mem} is compiled from the same source with a call of {@link Steps} at the
 * head of every accessor, see {@link PatchedMem}; the test method runs there. Loops that wait call
 * {@link Thread#onSpinWait}, which becomes {@link Steps#pause} in there, see {@link SpinPoints}.
 * Life-cycle methods ({@code @BeforeEach} and the like) and parameters other than strings and
 * numbers are not for such classes. All of them share one loader, so that the code is warm.
 */
public final class SteppedMem implements InvocationInterceptor {
  /** The head of an accessor: 2 is its name, 3 the width. */
  private static final Pattern ACCESS =
      Pattern.compile(
          "(public static \\w+ ((?:get|put|cas|cax|getAnd[A-Z][a-z]+)(Byte|Short|Int|Long)\\w*)"
              + "\\(\\s*MemorySegment segment, long offset[^)]*\\) \\{)");

  private static final Pattern COPY = Pattern.compile("(public static void copy\\([^)]*\\) \\{)");
  private static final Pattern FILL = Pattern.compile("(public static void fill\\([^)]*\\) \\{)");

  private static final Pattern GET_BYTES =
      Pattern.compile("(public static void getBytes\\([^)]*\\) \\{)");
  private static final Pattern PUT_BYTES =
      Pattern.compile("(public static void putBytes\\([^)]*\\) \\{)");

  /** For JUnit. */
  public SteppedMem() {}

  @Override
  public void interceptTestMethod(
      Invocation<Void> invocation,
      ReflectiveInvocationContext<Method> call,
      ExtensionContext extension)
      throws Throwable {
    inside(invocation, call);
  }

  @Override
  public void interceptTestTemplateMethod(
      Invocation<Void> invocation,
      ReflectiveInvocationContext<Method> call,
      ExtensionContext extension)
      throws Throwable {
    inside(invocation, call);
  }

  private static void inside(Invocation<Void> invocation, ReflectiveInvocationContext<Method> call)
      throws Throwable {
    invocation.skip();
    Class<?> type = Class.forName(call.getTargetClass().getName(), true, Once.LOADER);
    Method method =
        type.getDeclaredMethod(
            call.getExecutable().getName(), call.getExecutable().getParameterTypes());
    Constructor<?> constructor = type.getDeclaredConstructor();
    AccessibleObject.setAccessible(new AccessibleObject[] {method, constructor}, true);
    try {
      method.invoke(constructor.newInstance(), call.getArguments().toArray());
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  /** The source of {@code Mem} with a call before each access. */
  static String patch(String source) {
    String patched =
        ACCESS
            .matcher(source)
            .replaceAll(
                match ->
                    Matcher.quoteReplacement(
                        match.group(1) + step(match.group(2), match.group(3))));
    patched = copy(COPY, patched, "source", "target");
    patched = copy(GET_BYTES, patched, "source", "MemorySegment.ofArray(target)");
    patched = copy(PUT_BYTES, patched, "MemorySegment.ofArray(source)", "target");
    return PatchedMem.insert(
        FILL,
        patched,
        " if (holdfast.testkit.Steps.fill(target, targetOffset, size, value)) { return; }");
  }

  private static String copy(Pattern head, String code, String source, String target) {
    return PatchedMem.insert(
        head,
        code,
        " if (holdfast.testkit.Steps.copy("
            + source
            + ", sourceOffset, "
            + target
            + ", targetOffset, size)) { return; }");
  }

  private static String step(String name, String width) {
    int size =
        switch (width) {
          case "Byte" -> 1;
          case "Short" -> 2;
          case "Int" -> 4;
          default -> 8;
        };
    return " holdfast.testkit.Steps.access(\"" + name + "\", segment, offset, " + size + ");";
  }

  /** Made once for each JVM that runs tests. */
  private static final class Once {
    static final ClassLoader LOADER =
        PatchedMem.loader(PatchedMem.compile(SteppedMem::patch), SpinPoints::replace);
  }
}
