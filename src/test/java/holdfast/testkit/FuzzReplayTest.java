package holdfast.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Every input that the fuzz targets keep, without the fuzzing engine.
 *
 * <p>A file lies at {@code <Class>Inputs/<method>/<name>} below the package of the engine's tests,
 * and the method has the same name in {@link FuzzTargets}. A {@code hostile-} input is one that
 * must be refused, a {@code found-} one may be either; all others are accepted.
 */
class FuzzReplayTest {
  private static final Path INPUTS =
      Path.of("fuzz", "src", "test", "resources", "holdfast", "fuzz");

  @TestFactory
  Stream<DynamicTest> keptInputs() throws IOException {
    return files().stream()
        .map(file -> DynamicTest.dynamicTest(INPUTS.relativize(file).toString(), () -> run(file)));
  }

  @Test
  void everyTargetKeepsInputs() throws IOException {
    List<Path> files = files();
    for (Method method : FuzzTargets.class.getDeclaredMethods()) {
      if (Modifier.isPublic(method.getModifiers())) {
        long count = files.stream().filter(f -> target(f).equals(method.getName())).count();
        assertTrue(count >= 5, method.getName() + " keeps " + count + " inputs in " + INPUTS);
      }
    }
  }

  private static void run(Path file) throws Throwable {
    Method target = FuzzTargets.class.getMethod(target(file), byte[].class);
    String name = file.getFileName().toString();
    try {
      boolean accepted = (boolean) target.invoke(null, (Object) Files.readAllBytes(file));
      if (!name.startsWith("found-")) {
        assertEquals(!name.startsWith("hostile-"), accepted, () -> file + " accepted");
      }
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private static String target(Path file) {
    return file.getParent().getFileName().toString();
  }

  private static List<Path> files() throws IOException {
    try (Stream<Path> walk = Files.walk(INPUTS)) {
      return walk.filter(Files::isRegularFile).sorted().toList();
    }
  }
}
