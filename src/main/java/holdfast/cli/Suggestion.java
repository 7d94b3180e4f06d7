package holdfast.cli;

/** Finds the word that the user may have meant. */
final class Suggestion {
  private Suggestion() {}

  /**
   * The known word closest to a given one, as a sentence to add to an error.
   *
   * @return empty when none is close
   */
  static String of(String word, Iterable<String> known) {
    String best = "";
    int bestDistance = 1 + word.length() / 3;
    for (String candidate : known) {
      int distance = distance(word, candidate);
      if (distance <= bestDistance && (best.isEmpty() || distance < bestDistance)) {
        best = candidate;
        bestDistance = distance;
      }
    }
    return best.isEmpty() ? "" : "Did you mean " + best + "?";
  }

  /** Fewest insertions, deletions, replacements and swaps of neighbours that turn a into b. */
  static int distance(String a, String b) {
    int[][] cost = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          cost[i][j] = i + j;
          continue;
        }
        int replace = cost[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        cost[i][j] = Math.min(replace, Math.min(cost[i - 1][j], cost[i][j - 1]) + 1);
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          cost[i][j] = Math.min(cost[i][j], cost[i - 2][j - 2] + 1);
        }
      }
    }
    return cost[a.length()][b.length()];
  }
}
