package holdfast.cli;

import java.io.PrintWriter;
import java.util.spi.ToolProvider;

/** The command line as a tool of the running JVM: {@code ToolProvider.findFirst("holdfast")}. */
public final class HoldfastTool implements ToolProvider {
  /** For the service loader. */
  public HoldfastTool() {}

  @Override
  public String name() {
    return "holdfast";
  }

  @Override
  public int run(PrintWriter out, PrintWriter err, String... args) {
    err.println("holdfast: no commands yet");
    return 2;
  }
}
