package ai.adraa.inbox.server.text;

import java.text.Normalizer;
import java.util.Locale;

/** The form in which names are searched and sorted. */
public final class SearchKey {
  private SearchKey() {}

  /**
   * Returns the text without differences of letter case and of equivalent characters (Unicode
   * normalization form KC). The stored keys depend on this: a change needs a migration.
   */
  public static String of(String text) {
    return Normalizer.normalize(text, Normalizer.Form.NFKC)
        .toUpperCase(Locale.ROOT)
        .toLowerCase(Locale.ROOT);
  }
}
