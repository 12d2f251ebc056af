package ai.adraa.inbox.conformance.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The field for the code takes what people type and paste. */
@Tag("once")
class ConsoleSignInTest extends SettingsPage {
  /** Each as the code with these texts around it, or the digits of this script. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "Your code is %s, valid 10 minutes",
        "%s\n\nEnter it at https://inbox.example within 10 minutes. (%s)",
        "  %s ",
        "Code:%s."
      })
  void aCodeIsFoundInATextAroundIt(String text) {
    String code = askForCode();
    page.getByLabel("Code").fill(text.replace("%s", code));
    assertSignedIn();
  }

  @ParameterizedTest
  @ValueSource(strings = {"%s %s", "%s-%s", "Your code is %s %s, valid 10 minutes", "%s\u00a0%s"})
  void aCodeIsReadInTwoGroups(String text) {
    String code = askForCode();
    page.getByLabel("Code").fill(text.formatted(code.substring(0, 3), code.substring(3)));
    assertSignedIn();
  }

  /** The zeros: full width, Arabic, Persian, Devanagari, Thai, Tai Tham, mathematical, Adlam. */
  @ParameterizedTest
  @ValueSource(
      ints = {0xFF10, 0x0660, 0x06F0, 0x0966, 0x0E50, 0x1A80, 0x1A90, 0x1D7CE, 0x1D7F6, 0x1E950})
  void aCodeIsReadInTheDigitsOfAnyScript(int zero) {
    String code =
        askForCode()
            .chars()
            .mapToObj(digit -> Character.toString(zero + digit - '0'))
            .collect(Collectors.joining());
    page.getByLabel("Code").fill("“" + code + "”");
    assertSignedIn();
  }

  @Test
  void aTextWithoutExactlyOneCodeStaysAsItIsAndIsNotSent() {
    askForCode();
    for (String text : new String[] {"123456 or 654321", "04211710", "Your code", "12345"}) {
      page.getByLabel("Code").fill(text);
      button("Sign in").click();
      assertThat(page.getByText("Enter the 6 digits from the email.")).isVisible();
      assertThat(page.getByLabel("Code")).hasValue(text);
    }
  }

  private String askForCode() {
    visit.open("/app");
    page.getByLabel("Email").fill("admin@" + workspace + ".example");
    return inbox.mail().codeMailedBy(() -> button("Send code").click());
  }

  private void assertSignedIn() {
    assertThat(page.getByText("Connect your first system")).isVisible();
  }
}
