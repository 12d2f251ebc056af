package ai.adraa.inbox.server.text;

import java.util.Locale;
import java.util.PrimitiveIterator;

/**
 * Distinguishes visible characters from those that control a terminal, hide text or change its
 * order.
 */
public final class PlainText {
  // Joiners: parts of emoji, and of words in Persian and in Indic scripts.
  private static final int ZERO_WIDTH_NON_JOINER = 0x200c;
  private static final int ZERO_WIDTH_JOINER = 0x200d;

  private PlainText() {}

  /**
   * Returns true if the text has no control, format or line separator character (the general
   * categories Cc, Cf, Zl, Zp and Cs of Unicode), except the two joiners.
   */
  public static boolean isPlain(String text) {
    return text.codePoints().noneMatch(PlainText::isHidden);
  }

  /** Returns true if at least one character of the text is visible. */
  public static boolean hasVisibleCharacter(String text) {
    return text.codePoints().anyMatch(PlainText::isVisible);
  }

  /** Returns the text with each hidden character as a Unicode escape, such as \u001b. */
  public static String escape(String text) {
    return escape(text, "");
  }

  /**
   * Returns the text with hidden characters escaped.
   *
   * @param except characters that are not escaped
   */
  public static String escape(String text, String except) {
    if (isPlain(text)) {
      return text;
    }
    StringBuilder escaped = new StringBuilder(text.length() + 16);
    PrimitiveIterator.OfInt characters = text.codePoints().iterator();
    while (characters.hasNext()) {
      int character = characters.nextInt();
      if (!isHidden(character) || except.indexOf(character) >= 0) {
        escaped.appendCodePoint(character);
        continue;
      }
      for (char unit : Character.toChars(character)) {
        escaped.append(String.format(Locale.ROOT, "\\u%04x", (int) unit));
      }
    }
    return escaped.toString();
  }

  private static boolean isHidden(int character) {
    return switch (Character.getType(character)) {
      case Character.CONTROL,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE ->
          true;
      case Character.FORMAT -> character != ZERO_WIDTH_NON_JOINER && character != ZERO_WIDTH_JOINER;
      default -> false;
    };
  }

  private static boolean isVisible(int character) {
    return switch (Character.getType(character)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SPACE_SEPARATOR,
          Character.SURROGATE,
          Character.NON_SPACING_MARK,
          Character.ENCLOSING_MARK ->
          false;
      default -> !isBlank(character);
    };
  }

  /** Returns true for letters and symbols without a shape: the Hangul fillers and empty Braille. */
  private static boolean isBlank(int character) {
    return switch (character) {
      case 0x115f, 0x1160, 0x3164, 0xffa0, 0x2800 -> true;
      default -> false;
    };
  }
}
