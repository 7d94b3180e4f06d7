package holdfast;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What is published: one jar of our own classes that needs nothing but java.base. */
class PublishedIT {
  private static byte[] entry(String name) throws IOException {
    try (JarFile jar = new JarFile(BuiltJar.PATH.toFile());
        InputStream stream = jar.getInputStream(jar.getEntry(name))) {
      return stream.readAllBytes();
    }
  }

  @Test
  void theJarHoldsOurClassesTheLicenceAndNothingElse() throws IOException {
    try (JarFile jar = new JarFile(BuiltJar.PATH.toFile())) {
      Set<String> others =
          jar.stream()
              .filter(entry -> !entry.isDirectory())
              .map(entry -> entry.getName())
              .filter(name -> !name.matches("holdfast/.*\\.class"))
              .collect(Collectors.toCollection(TreeSet::new));
      assertEquals(
          Set.of(
              "META-INF/LICENSE",
              "holdfast/cli/version.txt",
              "META-INF/MANIFEST.MF",
              "module-info.class"),
          others);
      assertFalse(
          jar.stream().anyMatch(entry -> entry.getName().startsWith("holdfast/testkit")),
          "no test classes");
    }
    assertArrayEquals(Files.readAllBytes(Path.of("LICENSE")), entry("META-INF/LICENSE"));
  }

  @Test
  void theManifestTellsVersionAndMainClass() throws IOException {
    Manifest manifest = new Manifest(new ByteArrayInputStream(entry("META-INF/MANIFEST.MF")));
    assertEquals(BuiltJar.VERSION, manifest.getMainAttributes().getValue("Implementation-Version"));
    assertEquals("Holdfast", manifest.getMainAttributes().getValue("Implementation-Title"));
    assertEquals("holdfast.cli.Boot", manifest.getMainAttributes().getValue("Main-Class"));
  }

  @Test
  void theModuleRequiresJavaBaseAndExportsNoInnards() throws IOException {
    ModuleDescriptor module = ModuleDescriptor.read(ByteBuffer.wrap(entry("module-info.class")));
    assertEquals("holdfast", module.name());
    for (ModuleDescriptor.Requires needed : module.requires()) {
      assertTrue(
          needed.name().equals("java.base")
              || needed.modifiers().contains(ModuleDescriptor.Requires.Modifier.STATIC),
          needed.toString());
    }
    Set<String> exported =
        module.exports().stream().map(ModuleDescriptor.Exports::source).collect(Collectors.toSet());
    assertTrue(exported.containsAll(Set.of("holdfast", "holdfast.lz4")), exported.toString());
    assertFalse(exported.contains("holdfast.internal"));
    assertFalse(exported.contains("holdfast.cli"));
    assertEquals(Set.of(), module.opens());
  }

  @Test
  void theClassesAreForJava22AndTheLauncherForJava17() throws IOException {
    try (JarFile jar = new JarFile(BuiltJar.PATH.toFile())) {
      for (String name :
          jar.stream().map(entry -> entry.getName()).filter(n -> n.endsWith(".class")).toList()) {
        boolean old = List.of("module-info.class", "holdfast/cli/Boot.class").contains(name);
        int major = ByteBuffer.wrap(entry(name)).getShort(6);
        assertEquals(old ? 61 : 66, major, name);
      }
    }
  }

  @Test
  void thePublishedPomHasNoDependencies() throws IOException {
    String pom = Files.readString(Path.of(System.getProperty("holdfast.pom")));
    assertTrue(pom.contains("<artifactId>holdfast</artifactId>"), pom);
    assertTrue(pom.contains("<name>Apache-2.0</name>"), pom);
    for (String absent : List.of("dependenc", "<build>", "<profile", "<repositor", "<parent>")) {
      assertFalse(pom.contains(absent), absent);
    }
  }
}
