package holdfast.cli;

import java.io.InputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.spi.ToolProvider;

/**
 * The command line as a tool of the running JVM: {@code ToolProvider.findFirst("holdfast")}.
 *
 * <p>Never ends the JVM, reads no environment variables, has no standard input and no terminal.
 * Commands that write bytes to standard output need the {@link PrintStream} form.
 */
public final class HoldfastTool implements ToolProvider {
  /** For the service loader. */
  public HoldfastTool() {}

  @Override
  public String name() {
    return "holdfast";
  }

  @Override
  public int run(PrintWriter out, PrintWriter err, String... args) {
    return Commands.run(host(null, out, err), args);
  }

  @Override
  public int run(PrintStream out, PrintStream err, String... args) {
    PrintWriter text = new PrintWriter(out, false, out.charset());
    PrintWriter messages = new PrintWriter(err, false, err.charset());
    int code = Commands.run(host(out, text, messages), args);
    out.flush();
    return code;
  }

  private static Host host(PrintStream bytes, PrintWriter out, PrintWriter err) {
    return new Host(
        InputStream.nullInputStream(), bytes, out, err, Map.of(), Path.of(""), Terminal.NONE);
  }
}
