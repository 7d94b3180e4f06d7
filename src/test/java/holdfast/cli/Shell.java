package holdfast.cli;

import holdfast.testkit.Content;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Runs command lines inside this JVM, in a directory of the test's, with streams and an environment
 * of their own: what a test script would do with processes, a hundred times faster.
 */
final class Shell {
  private final Path directory;
  private final Map<String, String> environment = new HashMap<>();
  private Terminal terminal = Terminal.NONE;

  Shell(Path directory) {
    this.directory = directory;
  }

  /** What a command left behind. */
  static final class Result {
    private final int code;
    private final byte[] bytes;
    private final String err;

    private Result(int code, byte[] bytes, String err) {
      this.code = code;
      this.bytes = bytes;
      this.err = err;
    }

    int code() {
      return code;
    }

    /** Standard output. */
    byte[] bytes() {
      return bytes;
    }

    String err() {
      return err;
    }

    /** Standard output as text. */
    String out() {
      return new String(bytes, StandardCharsets.UTF_8);
    }

    /** Fails the test unless the exit code is the expected one. */
    Result expect(int expected) {
      if (code != expected) {
        throw new AssertionError("exit code " + code + " instead of " + expected + "; " + err);
      }
      return this;
    }
  }

  Shell set(String name, String value) {
    environment.put(name, value);
    return this;
  }

  Shell terminal(boolean in, boolean out, boolean err) {
    terminal = new Terminal(in, out, err);
    return this;
  }

  /** Runs {@code holdfast ARGS} with the given standard input. */
  Result feed(byte[] in, String... args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    StringWriter err = new StringWriter();
    Host host =
        new Host(
            new ByteArrayInputStream(in),
            out,
            new PrintWriter(out, false, StandardCharsets.UTF_8),
            new PrintWriter(err),
            environment,
            directory,
            terminal);
    int code = Commands.run(host, args);
    return new Result(code, out.toByteArray(), err.toString());
  }

  /** Runs {@code holdfast ARGS} with nothing on standard input. */
  Result run(String... args) {
    return feed(new byte[0], args);
  }

  /** Runs a command line without quoting, split at blanks. */
  Result line(String line) {
    return run(line.split(" "));
  }

  /** Runs a command line without quoting and expects success. */
  byte[] ok(byte[] in, String line) {
    return feed(in, line.split(" ")).expect(0).bytes();
  }

  Path path(String name) {
    return directory.resolve(name);
  }

  boolean exists(String name) {
    return Files.exists(path(name));
  }

  byte[] read(String name) {
    try {
      return Files.readAllBytes(path(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Path write(String name, byte[] bytes) {
    try {
      return Files.write(path(name), bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Path write(String name, String text) {
    return write(name, text.getBytes(StandardCharsets.UTF_8));
  }

  void delete(String name) {
    try {
      Files.delete(path(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Names of all files in the directory, sorted: shows left-overs. */
  List<String> files() {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Text-like bytes, the same for the same size and seed. */
  static byte[] words(int size, long seed) {
    return Content.of(3, seed, size);
  }

  /** Bytes that do not compress. */
  static byte[] noise(int size, long seed) {
    return Content.of(1, seed, size);
  }

  /** One array after the other, like {@code cat}. */
  static byte[] cat(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    Arrays.stream(parts).forEach(all::writeBytes);
    return all.toByteArray();
  }
}
