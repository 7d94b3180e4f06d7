package holdfast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.cli.Lz4Options.Mode;
import holdfast.cli.Lz4Options.Sparse;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class Lz4OptionParserTest {
  private static Lz4Options parse(String line) {
    return Lz4OptionParser.parse("lz4", null, null, List.of(line.split(" ")));
  }

  @Test
  void shortOptionsJoinInAnyOrder() {
    Lz4Options o = parse("-vqB4D in out");
    assertEquals(2, o.globals.verbosity());
    assertEquals(4, o.blockId);
    assertTrue(o.linkedBlocks);
    assertEquals(List.of("in", "out"), o.names);

    o = parse("-9BDXvf");
    assertEquals(9, o.level);
    assertTrue(o.linkedBlocks && o.blockChecksum && o.force);
    assertEquals(3, o.globals.verbosity());

    o = parse("-12B5DBXBI");
    assertEquals(12, o.level);
    assertEquals(5, o.blockId);
    assertFalse(o.linkedBlocks);
  }

  @Test
  void aDictionaryIsTheRestOfTheWordOrTheNextWord() {
    assertEquals("dict", parse("-dD dict").dictionary);
    assertEquals("dict", parse("-dDdict").dictionary);
    assertEquals(Mode.DECOMPRESS, parse("-dD dict").mode);
    assertThrows(CommandException.class, () -> parse("-dD"));
  }

  @Test
  void benchmarkOptionsJoinLikeTheOriginals() {
    Lz4Options o = parse("-b3e9i0");
    assertEquals(Mode.BENCHMARK, o.mode);
    assertEquals(3, o.level);
    assertEquals(9, o.benchmarkLastLevel);
    assertEquals(0, o.benchmarkSeconds);
    assertFalse(o.benchmarkDecodeOnly);
    assertTrue(parse("-bdi0 x").benchmarkDecodeOnly);
    assertTrue(parse("-db x").benchmarkDecodeOnly);
    assertEquals(1, parse("-bi1").level);
    assertTrue(parse("-bS x").benchmarkSeparately);
  }

  @ParameterizedTest
  @CsvSource({
    "-B4, 65536, 4",
    "-B5, 262144, 5",
    "-B6, 1048576, 6",
    "-B7, 4194304, 7",
    "-B32, 32, 4",
    "-B65536, 65536, 4",
    "-B65537, 65537, 5",
    "-B262144, 262144, 5",
    "-B262145, 262145, 6",
    "-B1048576, 1048576, 6",
    "-B1048577, 1048577, 7",
    "-B4194304, 4194304, 7",
    "-B10485760, 4194304, 7"
  })
  void blockSizesAreNumbersOrBytes(String option, int size, int id) {
    assertEquals(size, parse(option).blockSize());
    assertEquals(id, parse(option).blockId);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-B",
        "-B3",
        "-B8",
        "-B31",
        "-Bf",
        "-B99999999999",
        "--fast=0",
        "--fast=-1",
        "--fast=x",
        "--nonsense",
        "-Q",
        "--rm=1",
        "--threads",
        "--threads=x",
        "--progress=perhaps",
        "--limit-mem=none",
        "-T9999999999"
      })
  void whatMakesNoSenseIsAUsageError(String line) {
    var e = assertThrows(CommandException.class, () -> parse(line));
    assertEquals(ExitCode.USAGE, e.code());
  }

  @Test
  void theLastOfContradictingOptionsWins() {
    assertEquals(Mode.COMPRESS, parse("-dtz").mode);
    assertEquals(-7, parse("-9 --fast=7").level);
    assertEquals(12, parse("--fast --best").level);
    assertEquals(Sparse.NEVER, parse("--sparse --no-sparse").sparse);
    assertFalse(parse("--rm -k").removeSource);
    assertFalse(parse("--content-size --no-content-size").contentSize);
    assertFalse(parse("-f --no-force").force);
  }

  @Test
  void namesThatLookLikeOptionsGoBehindTwoDashes() {
    Lz4Options o = parse("--rm -- -d -d.lz4");
    assertEquals(List.of("-d", "-d.lz4"), o.names);
    assertEquals(Mode.AUTO, o.mode);
    assertEquals(List.of("-", "-"), parse("-z - -").names);
  }

  @Test
  void theEnvironmentGivesDefaultsThatOptionsOverride() {
    assertEquals(9, Lz4OptionParser.parse("lz4", "9", "3", List.of()).level);
    assertEquals(-3, Lz4OptionParser.parse("lz4", "-3", "3", List.of()).level);
    assertEquals(3, Lz4OptionParser.parse("lz4", "9", "3", List.of()).threads);
    assertEquals(1, Lz4OptionParser.parse("lz4", "9", "3", List.of("-1T4")).level);
    assertEquals(4, Lz4OptionParser.parse("lz4", "9", "3", List.of("-1T4")).threads);
    assertEquals(1, Lz4OptionParser.parse("lz4", "many", "all", List.of()).level);
    assertEquals(0, Lz4OptionParser.parse("lz4", "many", "all", List.of()).threads);
  }

  @Test
  void theOtherNamesOfTheToolPresetTheirOptions() {
    assertEquals(Mode.DECOMPRESS, Lz4OptionParser.parse("unlz4", null, null, List.of()).mode);
    Lz4Options cat = Lz4OptionParser.parse("lz4cat", null, null, List.of("a", "b"));
    assertEquals(Mode.DECOMPRESS, cat.mode);
    assertTrue(cat.multiple && cat.passThrough());
  }

  @Test
  void onlyForceTogetherWithExplicitStdoutPassesForeignBytesThrough() {
    assertTrue(parse("-dcf").passThrough());
    assertTrue(parse("-f --stdout").passThrough());
    assertFalse(parse("-df").passThrough());
    assertFalse(parse("-dc").passThrough());
  }
}
