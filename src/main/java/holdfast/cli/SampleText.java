package holdfast.cli;

import java.nio.charset.StandardCharsets;

/** Text to measure on when the user names no file: the same in every run. */
final class SampleText {
  /** Enough that start and end of a pass do not count. */
  static final int SIZE = 10_000_000;

  private static final String[] WORDS =
      ("the a of to and in is it was for on are as with his they at be this have from or one had by"
              + " word but not what all were we when your can said there use an each which she do"
              + " how their if will up other about out many then them these so some her would make"
              + " like him into time has look two more write go see number no way could people my"
              + " than first water been call who oil its now find long down day did get come made"
              + " may part record value segment offset length buffer checkpoint workspace memory")
          .split(" ");

  private SampleText() {}

  /** Sentences of words, of which the short ones are the frequent ones. */
  static byte[] of(long size) {
    StringBuilder text = new StringBuilder((int) size + 64);
    long state = 88_172_645_463_325_252L;
    int left = 0;
    while (text.length() < size) {
      // Marsaglia's xorshift with the triple 13, 7, 17.
      state ^= state << 13;
      state ^= state >>> 7;
      state ^= state << 17;
      double u = (state >>> 11) * 0x1p-53;
      boolean starts = left == 0;
      left = starts ? 4 + (int) (state & 15) : left - 1;
      String word = WORDS[(int) (u * u * WORDS.length)];
      text.append(starts ? Character.toUpperCase(word.charAt(0)) : word.charAt(0));
      text.append(word, 1, word.length()).append(left == 0 ? ".\n" : " ");
    }
    text.setLength((int) size);
    return text.toString().getBytes(StandardCharsets.US_ASCII);
  }
}
