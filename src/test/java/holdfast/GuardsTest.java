package holdfast;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.testkit.Guard;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The tables of guards fit the sources: a change of guarded code changes its entry, too. That the
 * tests fail without the guards is seen by {@code mvn test -Psabotage}.
 */
class GuardsTest {
  private static final Path SOURCES = Path.of("src", "main", "java");

  @Test
  void everyGuardIsInItsSourceOnce() throws IOException {
    List<String> wrong = new ArrayList<>();
    for (Guard guard : Guard.readAll(Guard.TABLES)) {
      try {
        String source = Files.readString(guard.source(SOURCES));
        assertNotEquals(source, guard.switchedOff(source), guard.name());
      } catch (IllegalArgumentException e) {
        wrong.add(e.getMessage());
      }
    }
    assertEquals(List.of(), wrong);
  }

  @Test
  void everyTestThatIsNamedIsThere() throws IOException, ClassNotFoundException {
    for (Guard guard : Guard.readAll(Guard.TABLES)) {
      Class<?> type = Class.forName(guard.testClass());
      Stream<Method> methods = Stream.of(type.getDeclaredMethods());
      assertTrue(
          guard.testMethod().isEmpty()
              || methods.anyMatch(method -> method.getName().equals(guard.testMethod())),
          () -> guard.name() + ": no " + guard.test());
    }
  }

  @Test
  void thereAreManyGuardsAndTheirNamesDiffer() throws IOException {
    List<Guard> guards = Guard.readAll(Guard.TABLES);
    Set<String> names = new HashSet<>();
    for (Guard guard : guards) {
      assertTrue(names.add(guard.type() + ": " + guard.name()), guard.name());
    }
    assertTrue(guards.size() >= 80, guards.size() + " guards");
  }
}
