package holdfast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import holdfast.Structure;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class JsonTest {
  @Test
  void nestedValuesGetTheirCommasAndBrackets() {
    Json json = new Json();
    json.object().name("a").value(1).name("b").array().value("x").value(true).array().end().end();
    json.name("c").object().end().name("d").value((String) null).name("e").value(2.5).end();
    assertEquals(
        "{\"a\":1,\"b\":[\"x\",true,[]],\"c\":{},\"d\":null,\"e\":2.5}\n", json.toString());
  }

  @Test
  void everythingBeyondPrintableAsciiIsEscaped() {
    String text = "\"\\/\n\r\t\0\u007f\u00e9\u2028\ud83d\ude00";
    assertEquals(
        "\"\\\"\\\\/\\n\\r\\t\\u0000\\u007f\\u00e9\\u2028\\ud83d\\ude00\"\n",
        new Json().value(text).toString());
  }

  @Test
  void numbersThatJsonLacksBecomeNull() {
    assertEquals(
        "[null,null]\n", new Json().array().value(Double.NaN).value(1 / 0.0).end().toString());
  }

  @Test
  void aStructureIsWrittenWithItsParts() {
    Structure leaf = Structure.leaf("magic", 0, 4, "0x184D2204");
    Structure tree = new Structure("frame", 0, 15, "", List.of(leaf));
    assertEquals(
        "{\"name\":\"frame\",\"offset\":0,\"size\":15,\"value\":\"\",\"parts\":[{\"name\":\"magic\",\"offset\":0,\"size\":4,\"value\":\"0x184D2204\",\"parts\":[]}]}\n",
        new Json().value(tree).toString());
  }

  @Property
  void anyStringComesBackFromItsJsonForm(@ForAll String text) {
    assertEquals(text, unquote(new Json().value(text).toString().strip()));
  }

  /** Reads a JSON string by the rules of the format, independently of the writer. */
  private static String unquote(String json) {
    StringBuilder text = new StringBuilder();
    for (int i = 1; i < json.length() - 1; i++) {
      char c = json.charAt(i);
      if (c < ' ' || c == '"') {
        throw new AssertionError("raw " + (int) c);
      }
      if (c != '\\') {
        text.append(c);
        continue;
      }
      switch (json.charAt(++i)) {
        case 'n' -> text.append('\n');
        case 'r' -> text.append('\r');
        case 't' -> text.append('\t');
        case '"' -> text.append('"');
        case '\\' -> text.append('\\');
        case 'u' -> {
          text.append((char) Integer.parseInt(json.substring(i + 1, i + 5), 16));
          i += 4;
        }
        default -> throw new AssertionError(json);
      }
    }
    return text.toString();
  }
}
