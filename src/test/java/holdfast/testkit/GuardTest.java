package holdfast.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class GuardTest {
  private static final String TABLE =
      """
      # A comment.
      zero is refused
        in  Codec
        by  CodecTest#zero
        -   if (x == 0) {
        +   if (false) {

      the length is looked at
        in  Codec
        by  wksp.WkspTest
        jvm -Da=b -Xmx1g
        -   check(length);
        -   go(length);
        +   go(length);
      """;

  @Test
  void anEntryIsANameAndItsLines() {
    assertEquals(
        List.of(
            new Guard(
                "zero is refused",
                "holdfast.lz4.Codec",
                "holdfast.lz4.CodecTest#zero",
                List.of(),
                "if (x == 0) {",
                "if (false) {"),
            new Guard(
                "the length is looked at",
                "holdfast.lz4.Codec",
                "holdfast.wksp.WkspTest",
                List.of("-Da=b", "-Xmx1g"),
                "check(length);\ngo(length);",
                "go(length);")),
        Guard.parse("holdfast.lz4.", TABLE));
  }

  @Test
  void theTestIsAClassAndPerhapsAMethod() {
    List<Guard> guards = Guard.parse("holdfast.lz4.", TABLE);
    assertEquals("holdfast.lz4.CodecTest", guards.get(0).testClass());
    assertEquals("zero", guards.get(0).testMethod());
    assertEquals("holdfast.wksp.WkspTest", guards.get(1).testClass());
    assertEquals("", guards.get(1).testMethod());
  }

  @Test
  void lineBreaksDoNotCount() {
    Guard guard = Guard.parse("p.", TABLE).getFirst();
    assertEquals("a; if (false) { b }", guard.switchedOff("a; if (x\n    == 0) { b }"));
  }

  @Test
  void aTextThatIsNotThereOrThereTwiceIsAnErrorThatNamesTheGuard() {
    Guard guard = Guard.parse("p.", TABLE).getFirst();
    for (String source : List.of("", "if (x == 0) { } if (x == 0) { }")) {
      String message =
          assertThrows(IllegalArgumentException.class, () -> guard.switchedOff(source))
              .getMessage();
      assertTrue(message.contains("zero is refused"), message);
    }
  }

  @Test
  void anEntryWithoutItsLinesIsRefused() {
    for (String table :
        List.of(
            "name\n  in A\n  by B\n",
            "name\n  by B\n  - x\n",
            "name\n  in A\n  - x\n",
            "name\n  in A\n  by B\n  - x\n  what\n")) {
      assertThrows(IllegalArgumentException.class, () -> Guard.parse("p.", table), table);
    }
  }
}
