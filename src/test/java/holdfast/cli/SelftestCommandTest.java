package holdfast.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.CorruptDataException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SelftestCommandTest {
  @TempDir Path directory;
  private Shell shell;

  @BeforeEach
  void start() {
    shell = new Shell(directory);
  }

  private static boolean isEmpty(Path folder) throws IOException {
    try (Stream<Path> list = Files.list(folder)) {
      return list.findAny().isEmpty();
    }
  }

  @Test
  void everyFormatAndEveryPartPassAndNothingIsLeft() throws IOException {
    Shell.Result result = shell.line("selftest --copies 12 --kills 1 .").expect(ExitCode.DONE);
    String text = result.out();
    for (String title :
        new String[] {
          "LZ4 block",
          "LZ4 frame",
          "checkpoint",
          "workspace",
          "groove region",
          "chunk store",
          "snapshots"
        }) {
      assertTrue(text.contains("\n" + title + " "), title + ": " + text);
    }
    assertTrue(text.contains(" damaged copies, 4 kills: nothing lost, no wrong byte ("), text);
    assertFalse(text.contains("WRONG"), text);
    assertTrue(isEmpty(directory), "the folder of the test is removed");
  }

  @Test
  void jsonHasTheSameFacts() {
    String json =
        shell.line("selftest --json --copies 3 --kills 0 --seed 7 .").expect(ExitCode.DONE).out();
    assertTrue(json.startsWith("{\"folder\":\""), json);
    assertTrue(json.contains("\"seed\":7,"), json);
    assertTrue(json.contains("{\"format\":\"LZ4 frame\",\"flips\":3,\"cuts\":3,"), json);
    assertTrue(json.contains("\"kills\":[],"), json);
    assertTrue(json.contains("\"sound\":true,"), json);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "selftest a b",
        "selftest missing",
        "selftest --copies many .",
        "selftest --kills 1000001 .",
        "selftest-worker",
        "selftest-worker work nobody .",
      })
  void whatMakesNoSenseIsRefused(String line) throws IOException {
    shell.line(line).expect(ExitCode.USAGE);
    assertTrue(isEmpty(directory));
  }

  @Test
  void memoryIsAskedForBefore() {
    shell.line("selftest --limit-mem 1M .").expect(ExitCode.REFUSED);
  }

  /** A reader that answers some damage as no reader may. */
  private static final class Liar implements SelftestSubject {
    @Override
    public String title() {
      return "liar";
    }

    @Override
    public String promise() {
      return "nothing";
    }

    @Override
    public byte[] sound() {
      return new byte[600];
    }

    @Override
    public Answer read(byte[] damaged) throws Wrong {
      if (damaged.length < 10) {
        throw new Wrong("too short for me");
      }
      if (damaged.length < 20) {
        throw new ArrayIndexOutOfBoundsException("19");
      }
      if (damaged.length < 600) {
        throw new CorruptDataException("liar", 0, "more", "less");
      }
      return Answer.INTACT;
    }
  }

  @Test
  void wrongAnswersAndStrayExceptionsAreFoundAndTheirFilesKept() throws IOException {
    SelftestCopies.Outcome outcome = SelftestCopies.run(new Liar(), 600, directory, 1);
    assertEquals(600, outcome.copies().get(SelftestDamage.FLIPS));
    assertEquals(600, outcome.copies().get(SelftestDamage.CUTS));
    assertTrue(outcome.wrong() >= 20, "all cuts below 20 are: " + outcome.wrong());
    assertTrue(outcome.noticed() >= 580, "all other cuts are: " + outcome.noticed());
    assertEquals(5, outcome.described().size());
    assertTrue(outcome.described().getFirst().startsWith("liar, cuts 0: too short for me; the"));
    assertEquals(3, Files.size(directory.resolve("wrong-liar-4")));
    SelftestReport report = new SelftestReport(directory, 1);
    report.add(outcome);
    assertTrue(report.verdict().startsWith("WRONG: "), report.verdict());
    assertTrue(report.json(1).contains("\"sound\":false"), report.json(1));
    assertTrue(SelftestReport.line(outcome).contains("\n  WRONG: liar, cuts 3: "));
  }

  @ParameterizedTest
  @EnumSource
  void damageLeavesTheSoundFileAloneAndStaysInItsPart(SelftestDamage damage) {
    byte[] sound = SampleText.of(2000);
    byte[] before = sound.clone();
    int size = 1200;
    for (long way = 0; way < Math.min(3000, damage.ways(size)); way++) {
      byte[] copy = damage.copy(sound, size, way, new SplittableRandom(way));
      assertArrayEquals(before, sound);
      int end = damage == SelftestDamage.SECTORS ? 2000 : size; // whole sectors
      if (copy.length == sound.length) {
        assertTrue(
            Arrays.equals(copy, end, 2000, sound, end, 2000), damage + " " + way + " went beyond");
      }
    }
  }

  /** What a victim says that only looks, after its files were tampered with. */
  private String look(SelftestVictim victim) throws IOException {
    StringWriter said = new StringWriter();
    victim.work(
        new SelftestScene(
            directory, InputStream.nullInputStream(), new ChildVoice(new PrintWriter(said)), true));
    return said.toString();
  }

  @ParameterizedTest
  @ValueSource(strings = {"chunk store", "workspace", "groove region", "snapshots"})
  void aVictimFindsThatSomethingAcknowledgedIsMissing(String name) throws IOException {
    SelftestVictim victim = SelftestKills.victim(name);
    String said = look(victim);
    assertEquals("fact\tacknowledged\t0\nfact\tfound\t0\n", said);
    KeptNumbers.open(directory.resolve("acknowledged")).set(0, 4096);
    said = look(victim);
    assertTrue(said.startsWith("differs\t"), said);
  }

  @Test
  void recordsOfTheWrongPublicationAreFound() throws IOException {
    try (SelftestSnapshot subject = new SelftestSnapshot(directory)) {
      assertEquals(SelftestSubject.Answer.INTACT, read(subject, subject.sound()));
      byte[] damaged = subject.sound();
      damaged[damaged.length / 2] ^= 1;
      assertEquals(SelftestSubject.Answer.NOTICED, read(subject, damaged));
    }
  }

  private static SelftestSubject.Answer read(SelftestSubject subject, byte[] bytes)
      throws IOException {
    try {
      return subject.read(bytes);
    } catch (SelftestSubject.Wrong e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aWorkerEndsWithTheProcessThatStartedIt() throws IOException {
    Path folder = Files.createDirectories(directory.resolve("own"));
    try (Child child =
        Child.start(
            List.of(SelftestWorker.NAME, SelftestWorker.WORK, "workspace", folder.toString()))) {
      assertTrue(child.listen(), child::others);
      child.closeInput();
      assertEquals(ExitCode.PROBLEM, child.exitCode());
    }
  }
}
