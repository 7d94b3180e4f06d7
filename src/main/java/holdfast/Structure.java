package holdfast;

import java.util.List;
import java.util.Objects;

/**
 * One part of a file and the parts inside it: what every format's {@code inspect} returns.
 *
 * <p>Made by the classes that know the layout, so that what is shown is what is read. Immutable.
 *
 * @param name what the part is, in the words of the format's description
 * @param offset bytes from the start of the file
 * @param size bytes that the part occupies
 * @param value what it says, for a reader; empty for a part that only groups others
 * @param parts the parts inside, in file order
 */
public record Structure(String name, long offset, long size, String value, List<Structure> parts) {
  /** Checks and copies. */
  public Structure {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(value, "value");
    parts = List.copyOf(parts);
    if (offset < 0 || size < 0) {
      throw new IllegalArgumentException("offset " + offset + ", size " + size + " of " + name);
    }
  }

  /**
   * A part with nothing inside.
   *
   * @param name what the part is
   * @param offset bytes from the start of the file
   * @param size bytes that it occupies
   * @param value what it says
   * @return the part
   */
  public static Structure leaf(String name, long offset, long size, String value) {
    return new Structure(name, offset, size, value, List.of());
  }
}
