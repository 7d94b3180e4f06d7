package holdfast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NumbersTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "65536, 65536",
    "7B, 7",
    "64K, 65536",
    "64kb, 65536",
    "64KiB, 65536",
    "3m, 3145728",
    "1G, 1073741824",
    "2TiB, 2199023255552",
    "7E, 8070450532247928832",
    "9223372036854775807, 9223372036854775807"
  })
  void sizesAreReadWithTheirUnits(String word, long expected) {
    assertEquals(expected, Numbers.parseSize("--limit-mem", word));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "K", "12Q", "-1", "1.5G", "8E", "9223372036854775808", "1KK", "1 K"})
  void whatIsNoSizeIsAUsageErrorThatNamesTheOption(String word) {
    var e = assertThrows(CommandException.class, () -> Numbers.parseSize("--limit-mem", word));
    assertEquals(ExitCode.USAGE, e.code());
    assertEquals(true, e.getMessage().startsWith("--limit-mem"));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0 B, 0.00",
    "1023, 1023 B, 1023.00",
    "1024, 1.00 KiB, 1.00K",
    "89096, 87.01 KiB, 87.01K",
    "1048575, 1024.00 KiB, 1024.00K",
    "1048576, 1.00 MiB, 1.00M",
    "1932735283, 1.80 GiB, 1.80G",
    "9223372036854775807, 8.00 EiB, 8.00E"
  })
  void sizesAreWrittenForPeopleInTwoForms(long bytes, String size, String shortSize) {
    assertEquals(size, Numbers.size(bytes));
    assertEquals(shortSize, Numbers.shortSize(bytes));
  }

  @Test
  void decimalsAreFixedAndRoundedHalfUp() {
    assertEquals("2.35", Numbers.fixed(2.345000001, 2));
    assertEquals("0.05", Numbers.fixed(0.05, 2));
    assertEquals("10", Numbers.fixed(9.6, 0));
    assertEquals("81.82%", Numbers.percent(89096, 108894));
    assertEquals("100.00%", Numbers.percent(15, 0));
  }

  @Test
  void digitsAreGroupedInThrees() {
    assertEquals("0", Numbers.grouped(0));
    assertEquals("999", Numbers.grouped(999));
    assertEquals("1,000", Numbers.grouped(1000));
    assertEquals("-1,932,735,283", Numbers.grouped(-1_932_735_283L));
    assertEquals("-999", Numbers.grouped(-999));
  }

  @Test
  void timeIsWrittenLikeAClock() {
    assertEquals("0:07", Numbers.clock(7));
    assertEquals("59:59", Numbers.clock(3599));
    assertEquals("3:00:09", Numbers.clock(10_809));
  }
}
