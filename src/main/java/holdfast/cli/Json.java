package holdfast.cli;

import holdfast.Structure;

/**
 * Writes one JSON document, value by value.
 *
 * <pre>{@code
 * Json json = new Json();
 * json.object().name("file").value("a.lz4").name("sizes").array().value(1).value(2).end().end();
 * }</pre>
 *
 * <p>Everything outside printable ASCII is escaped, so the bytes are the same in every encoding.
 * The caller keeps the grammar: a name before each member, an {@link #end} for each opening.
 */
final class Json {
  private final StringBuilder text = new StringBuilder();

  /** Closing brackets still owed, the innermost last. */
  private final StringBuilder open = new StringBuilder();

  /** Whether the next value or name follows another one. */
  private boolean needsComma;

  Json object() {
    return open('{', '}');
  }

  Json array() {
    return open('[', ']');
  }

  private Json open(char opening, char closing) {
    separate();
    text.append(opening);
    open.append(closing);
    needsComma = false;
    return this;
  }

  /** Closes the innermost object or array. */
  Json end() {
    int last = open.length() - 1;
    text.append(open.charAt(last));
    open.setLength(last);
    needsComma = true;
    return this;
  }

  Json name(String name) {
    separate();
    quote(name);
    text.append(':');
    needsComma = false;
    return this;
  }

  Json value(String value) {
    separate();
    if (value == null) {
      text.append("null");
    } else {
      quote(value);
    }
    return this;
  }

  Json value(long value) {
    separate();
    text.append(value);
    return this;
  }

  Json value(boolean value) {
    separate();
    text.append(value);
    return this;
  }

  /** A number that need not be whole; JSON has no infinities, they become {@code null}. */
  Json value(double value) {
    separate();
    if (Double.isFinite(value)) {
      text.append(value);
    } else {
      text.append("null");
    }
    return this;
  }

  /** A part of a file with all the parts inside. */
  Json value(Structure part) {
    object();
    name("name").value(part.name());
    name("offset").value(part.offset());
    name("size").value(part.size());
    name("value").value(part.value());
    name("parts").array();
    for (Structure inner : part.parts()) {
      value(inner);
    }
    return end().end();
  }

  private void separate() {
    if (needsComma) {
      text.append(',');
    }
    needsComma = true;
  }

  private void quote(String value) {
    text.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '"' -> text.append("\\\"");
        case '\\' -> text.append("\\\\");
        case '\n' -> text.append("\\n");
        case '\r' -> text.append("\\r");
        case '\t' -> text.append("\\t");
        default -> {
          if (c >= ' ' && c < 0x7F) {
            text.append(c);
          } else {
            // A lone surrogate stays legal JSON this way, and would not be legal UTF-8.
            text.append("\\u").append(Integer.toHexString(0x10000 | c), 1, 5);
          }
        }
      }
    }
    text.append('"');
  }

  /** The document, with a line end. */
  @Override
  public String toString() {
    assert open.isEmpty() : "unclosed: " + open;
    return text + "\n";
  }
}
