package ai.adraa.inbox.server.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.instancio.Instancio;
import org.instancio.junit.InstancioExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which characters a terminal or a reader could be deceived with. */
@ExtendWith(InstancioExtension.class)
class PlainTextTest {
  @Test
  void eachCharacterOfUnicodeIsPlainOrHiddenByItsCategory() {
    for (int c = 0; c <= Character.MAX_CODE_POINT; c++) {
      boolean hidden =
          List.of(
                      Character.CONTROL,
                      Character.FORMAT,
                      Character.LINE_SEPARATOR,
                      Character.PARAGRAPH_SEPARATOR,
                      Character.SURROGATE)
                  .contains((byte) Character.getType(c))
              && c != 0x200c
              && c != 0x200d;
      String text = new String(Character.toChars(c));
      if (PlainText.isPlain(text) == hidden) {
        assertThat(hidden).as("U+%04X", c).isEqualTo(!PlainText.isPlain(text));
      }
      if (hidden && PlainText.hasVisibleCharacter(text)) {
        assertThat(text).as("U+%04X", c).isNull();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", " ", "\u00a0", "\u3000", "\u200d", "\u0301", "\u3164", "\u2800", "\u1160"})
  void textThatNobodySeesHasNoVisibleCharacter(String text) {
    assertThat(PlainText.hasVisibleCharacter(text)).isFalse();
    assertThat(PlainText.hasVisibleCharacter(text + "x")).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "CRM",
        "Gr\u00fc\u00dfe \u65e5\u672c",
        "\ud83d\udc69\u200d\ud83d\udcbb",
        "\u0645\u06cc\u200c\u0634\u0648\u062f"
      })
  void whatPeopleWriteIsPlainAndStaysAsItIs(String text) {
    assertThat(PlainText.isPlain(text)).isTrue();
    assertThat(PlainText.hasVisibleCharacter(text)).isTrue();
    assertThat(PlainText.escape(text)).isEqualTo(text);
  }

  @Test
  void anyTextIsPlainOnceItIsEscaped() {
    assertThat(PlainText.escape("a\u001b[31m\u202e\ud800z"))
        .isEqualTo("a\\u001b[31m\\u202e\\ud800z");
    assertThat(PlainText.escape("\udb40\udc67"))
        .as("beyond the first plane")
        .isEqualTo("\\udb40\\udc67");
    assertThat(PlainText.escape("a\tb\u0007", "\t")).isEqualTo("a\tb\\u0007");
    Instancio.gen().string().unicode().length(0, 50).stream()
        .limit(500)
        .forEach(text -> assertThat(PlainText.isPlain(PlainText.escape(text))).isTrue());
  }
}
