package holdfast.chunkio;

import java.util.ResourceBundle;

/** Says nothing, where everything is in the result. */
final class NoLogger implements System.Logger {
  static final NoLogger INSTANCE = new NoLogger();

  private NoLogger() {}

  @Override
  public String getName() {
    return "holdfast.chunkio.none";
  }

  @Override
  public boolean isLoggable(Level level) {
    return false;
  }

  @Override
  public void log(Level level, ResourceBundle bundle, String message, Throwable thrown) {}

  @Override
  public void log(Level level, ResourceBundle bundle, String format, Object... values) {}
}
