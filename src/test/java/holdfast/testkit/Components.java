package holdfast.testkit;

import java.lang.reflect.RecordComponent;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/** Compares records component by component. */
public final class Components {
  private Components() {}

  /** Names of the components that differ. */
  public static <R extends Record> Set<String> changed(R one, R other) {
    Set<String> names = new TreeSet<>();
    for (RecordComponent component : one.getClass().getRecordComponents()) {
      try {
        Object before = component.getAccessor().invoke(one);
        if (!Objects.equals(before, component.getAccessor().invoke(other))) {
          names.add(component.getName());
        }
      } catch (ReflectiveOperationException e) {
        throw new LinkageError(component.toString(), e);
      }
    }
    return names;
  }
}
