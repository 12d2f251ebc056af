package ai.adraa.inbox.conformance.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import ai.adraa.inbox.conformance.support.TestInbox.NewToken;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Request;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A token is found by what people have of it, and a secret that is pasted never leaves the browser.
 */
@Tag("once")
class SearchTest extends SettingsPage {
  private static final int PREFIX = 14;

  private final List<Request> requests = new CopyOnWriteArrayList<>();

  @BeforeEach
  void listen() {
    requests.clear();
    visit.context.onRequest(requests::add);
  }

  @Test
  void theOldestOfManyIsFoundByOneRequest() {
    NewToken oldest = inbox.createToken(admin, "Data warehouse");
    inbox.revoke(admin, inbox.createToken(admin, "Data lake").id()).then().statusCode(200);
    createTokens(100, i -> "System " + i);
    open();
    assertThat(page.getByText("102 tokens")).isVisible();
    for (String text :
        List.of(
            "data WARE", "house", oldest.secret().substring(0, PREFIX), oldest.id(), "adraa_")) {
      requests.clear();
      search().fill(text);
      page.waitForCondition(() -> !searches().isEmpty());
      if (text.equals("adraa_")) {
        assertThat(page.getByText("102 tokens found")).isVisible();
      } else {
        assertThat(page.getByText("1 token found")).isVisible();
        assertThat(row("Data warehouse")).isVisible();
      }
      assertThat(searches()).hasSize(1);
    }

    tab("Revoked").click();
    search().fill("data");
    assertThat(row("Data lake")).isVisible();
    assertThat(page.getByText("1 token found")).isVisible();
    assertThat(tab("Revoked")).hasAttribute("aria-current", "true");

    search().fill("nothing of that name");
    assertThat(page.getByText("No revoked tokens match.")).isVisible();
    button("Search all tokens").click();
    assertThat(page.getByText("No tokens match.")).isVisible();
    assertThat(search()).hasValue("nothing of that name");
    button("Show all tokens").click();
    assertThat(page.getByText("102 tokens")).isVisible();
    assertThat(search()).hasValue("");
  }

  @Test
  void theAddressKeepsTheView() {
    inbox.createToken(admin, "Data warehouse");
    inbox.createToken(admin, "Shop");
    open();
    search().fill("data");
    assertThat(row("Shop")).hasCount(0);
    assertThat(page).hasURL(inbox.url() + settings() + "?query=data");
    page.reload();
    assertThat(search()).hasValue("data");
    assertThat(page.getByText("1 token found")).isVisible();

    link("Data warehouse").click();
    assertThat(heading()).hasText("Data warehouse");
    page.goBack();
    assertThat(search()).hasValue("data");
    assertThat(page.getByText("1 token found")).isVisible();
    assertThat(row("Shop")).hasCount(0);
  }

  /** What people paste: around it, or in other letters. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "%s",
        "  %s\n",
        "Bearer %s",
        "Authorization: Bearer %s",
        "ADRAA_TOKEN=%s",
        "\"%s\"",
        "https://inbox.example/?token=%s&x=1",
      })
  void aSecretThatIsPastedIsCutInTheBrowser(String text) {
    NewToken token = inbox.createToken(admin, "Shop");
    inbox.createToken(admin, "CRM");
    open();
    assertThat(page.getByText("2 tokens")).isVisible();
    search().fill(text.formatted(token.secret()));
    assertThat(search()).hasValue(token.secret().substring(0, PREFIX));
    assertThat(page.getByText("A secret was shortened to its prefix.")).isVisible();
    assertThat(page.getByText("1 token found")).isVisible();
    assertThat(row("Shop")).isVisible();
    assertNothingOf(token.secret());
  }

  @Test
  void aSecretThatIsTypedOrInCapitalsOrOfASessionIsCutToo() {
    NewToken token = inbox.createToken(admin, "Shop");
    String session = inbox.signInForBearer("admin@" + workspace + ".example").session();
    open();
    search().pressSequentially(token.secret());
    assertThat(page.getByText("1 token found")).isVisible();
    search().fill(token.secret().toUpperCase(Locale.ROOT));
    assertThat(search()).hasValue(token.secret().substring(0, PREFIX).toUpperCase(Locale.ROOT));
    assertThat(page.getByText("1 token found")).isVisible();
    search().fill("Bearer " + session);
    assertThat(page.getByText("No tokens match.")).isVisible();
    assertNothingOf(token.secret());
    assertNothingOf(session);
  }

  @Test
  void theFieldForANameSendsNothingOfASecret() {
    NewToken token = inbox.createToken(admin, "Shop");
    stopClock();
    open();
    createButton().click();
    for (String secret :
        List.of(token.secret(), token.secret().toUpperCase(Locale.ROOT), "x " + token.secret())) {
      page.getByLabel("Name").fill(secret);
      pass(Duration.ofSeconds(1));
    }
    page.getByLabel("Name").fill("Shop");
    pass(Duration.ofSeconds(1));
    assertThat(page.locator("dialog")).containsText("already has this name");
    assertNothingOf(token.secret());
  }

  @Test
  void ofASecretInTheAddressOnlyThePrefixIsSentOn() {
    NewToken token = inbox.createToken(admin, "Shop");
    inbox.createToken(admin, "CRM");
    open("?status=active&query=" + token.secret());
    assertThat(search()).hasValue(token.secret().substring(0, PREFIX));
    assertThat(page.getByText("1 token found")).isVisible();
    // The request for the page itself was made by whoever typed the address.
    requests.removeIf(Request::isNavigationRequest);
    assertNothingOf(token.secret());
    assertThat(page.url()).doesNotContain(token.secret());
  }

  private Locator search() {
    return page.getByLabel("Search tokens");
  }

  private List<String> searches() {
    return requests.stream()
        .map(Request::url)
        .filter(url -> url.contains("/tokens?") && url.contains("query="))
        .toList();
  }

  /** Not more of it than its first 14 characters was in any request. */
  private void assertNothingOf(String secret) {
    String tooMuch = secret.substring(0, PREFIX + 1).toLowerCase(Locale.ROOT);
    assertThat(requests).isNotEmpty();
    for (Request request : requests) {
      String sent =
          request.url()
              + Objects.toString(request.postData(), "")
              + request.headers().getOrDefault("referer", "");
      assertThat(sent.toLowerCase(Locale.ROOT)).doesNotContain(tooMuch);
    }
  }
}
