import com.google.googlejavaformat.java.Formatter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Checks ("check") or rewrites ("apply") the layout of every .java file below the given roots. */
class Format {
  public static void main(String[] args) throws Exception {
    boolean apply = args[0].equals("apply");
    Formatter formatter = new Formatter();
    List<Path> bad = new ArrayList<>();
    int count = 0;
    for (int i = 1; i < args.length; i++) {
      Path root = Path.of(args[i]);
      if (!Files.exists(root)) {
        continue;
      }
      List<Path> files;
      try (Stream<Path> walk = Files.walk(root)) {
        files = walk.filter(p -> p.toString().endsWith(".java")).sorted().toList();
      }
      for (Path file : files) {
        count++;
        String text = Files.readString(file);
        String wanted = formatter.formatSourceAndFixImports(text);
        if (!text.equals(wanted)) {
          bad.add(file);
          if (apply) {
            Files.writeString(file, wanted);
          }
        }
      }
    }
    System.out.println(
        "format: " + count + " files, " + bad.size() + (apply ? " rewritten" : " to be rewritten"));
    if (!bad.isEmpty() && !apply) {
      bad.forEach(p -> System.err.println("  " + p));
      System.err.println("run: mvn -Pformat process-sources");
      System.exit(1);
    }
  }
}
