package holdfast;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** No package knows another one that the architecture does not let it know. */
class DirectionTest {
  private static final Path SOURCES = Path.of("src", "main", "java");

  @Test
  void everyArrowInTheLibraryIsInTheTable() throws IOException {
    Map<Path, List<String>> violations = new TreeMap<>();
    int files = 0;
    for (Path path : sources()) {
      files++;
      List<String> found = Directions.violations(Files.readString(path));
      if (!found.isEmpty()) {
        violations.put(path, found);
      }
    }
    assertEquals(Map.of(), violations);
    assertTrue(files > 10, files + " files");
  }

  private static List<Path> sources() throws IOException {
    try (Stream<Path> walk = Files.walk(SOURCES)) {
      return walk.filter(path -> path.toString().endsWith(".java"))
          .filter(path -> !path.endsWith("module-info.java"))
          .toList();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "holdfast.lz4, import holdfast.wksp.Wksp;, holdfast.lz4 -> holdfast.wksp",
    "holdfast.lz4, import static holdfast.wksp.Wksp.open;, holdfast.lz4 -> holdfast.wksp",
    "holdfast.lz4, import holdfast.chunkio.*;, holdfast.lz4 -> holdfast.chunkio",
    "holdfast.cli, import holdfast.internal.Mem;, holdfast.cli -> holdfast.internal",
    "holdfast.cli, holdfast.internal.Mem.touch(x);, holdfast.cli -> holdfast.internal",
    "holdfast.wksp, import holdfast.lz4.Lz4;, holdfast.wksp -> holdfast.lz4",
    "holdfast.groove, import holdfast.wksp.Wksp;, holdfast.groove -> holdfast.wksp",
    "holdfast.chunkio, import holdfast.checkpt.Restore;, holdfast.chunkio -> holdfast.checkpt",
    "holdfast.internal, import holdfast.lz4.Lz4;, holdfast.internal -> holdfast.lz4",
    "holdfast, import holdfast.internal.Check;, holdfast -> holdfast.internal",
    "holdfast.snapshot, import holdfast.cli.Main;, holdfast.snapshot -> holdfast.cli",
    "holdfast.lz4, import holdfast.lz4.inner.X;, holdfast.lz4 -> holdfast.lz4.inner",
    "holdfast.lz4, import sun.misc.Unsafe;, holdfast.lz4 -> sun.misc.Unsafe",
    "holdfast.lz4, import javax.swing.JFrame;, holdfast.lz4 -> javax.swing.JFrame",
    "holdfast.lz4, import org.junit.jupiter.api.Test;, holdfast.lz4 -> org.junit.jupiter.api.Test",
    "holdfast.other, import java.util.List;, holdfast.other is not in the table",
  })
  void aWrongArrowIsFound(String from, String code, String expected) {
    String source = "/* holdfast.x.Y */\npackage " + from + ";\n" + code + "\nclass A {}\n";
    assertEquals(List.of(expected), Directions.violations(source));
  }

  @ParameterizedTest
  @CsvSource({
    "holdfast.lz4, import holdfast.lz4.Lz4;",
    "holdfast.lz4, import holdfast.CorruptDataException;",
    "holdfast.lz4, import holdfast.internal.Mem;",
    "holdfast.lz4, import static holdfast.internal.Mem.getInt;",
    "holdfast.lz4, import java.util.List;",
    "holdfast.lz4, import jdk.jfr.Event;",
    "holdfast.snapshot, import holdfast.groove.Groove;",
    "holdfast.cli, import holdfast.snapshot.RecordStore;",
    "holdfast.cli, // import holdfast.internal.Mem;",
    "holdfast.cli, /** {@link holdfast.internal.Mem#touch} */",
    "holdfast.cli, 'String s = \"holdfast.internal.Mem.x\";'",
    "holdfast.cli, int holdfast;",
  })
  void anAllowedArrowIsNot(String from, String code) {
    assertEquals(
        List.of(), Directions.violations("package " + from + ";\n" + code + "\nclass A {}\n"));
  }

  @Test
  void quotesInsideCharactersAndTextBlocksDoNotHideCode() {
    String source =
        """
        package holdfast.cli;
        class A {
          char c = '"';
          String s = ""\"
              holdfast.internal.Mem.not(this) ""\";
          Object o = holdfast.internal.Mem.but(this);
          char d = '\\'';
          String t = "\\"";
          Object p = holdfast.internal.Bits.andThis();
        }
        """;
    assertEquals(
        List.of("holdfast.cli -> holdfast.internal", "holdfast.cli -> holdfast.internal"),
        Directions.violations(source));
  }

  @Test
  void aFileWithoutAPackageIsFound() {
    assertEquals(List.of("no package"), Directions.violations("class A {}"));
  }
}
