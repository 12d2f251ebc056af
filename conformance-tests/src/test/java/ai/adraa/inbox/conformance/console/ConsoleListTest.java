package ai.adraa.inbox.conformance.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import ai.adraa.inbox.conformance.support.Browser.Visit;
import ai.adraa.inbox.conformance.support.TestInbox.NewToken;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Request;
import com.microsoft.playwright.options.AriaRole;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The list of tokens: its order, filters, tabs and counts, and how it follows what happens. */
@Tag("once")
class ConsoleListTest extends SettingsPage {
  private static final Duration REFRESH = Duration.ofSeconds(11);

  @Test
  void headingsSortAndSayHow() {
    List.of("beta", "Alpha", "gamma").forEach(name -> inbox.createToken(admin, name));
    use(inbox.createToken(admin, "delta"));
    open();
    assertOrder("delta", "gamma", "Alpha", "beta");
    assertThat(column("Created")).hasAttribute("aria-sort", "descending");

    sortBy("Name");
    assertOrder("Alpha", "beta", "delta", "gamma");
    assertThat(column("Name")).hasAttribute("aria-sort", "ascending");
    assertThat(page.locator("th[aria-sort]")).hasCount(1);
    assertThat(column("Name").getByRole(AriaRole.BUTTON)).isFocused();

    sortBy("Last used");
    assertThat(column("Last used")).hasAttribute("aria-sort", "descending");
    assertOrder("delta", "gamma", "Alpha", "beta");
    sortBy("Last used");
    assertThat(column("Last used")).hasAttribute("aria-sort", "ascending");
    assertThat(page.locator("tbody tr").last()).containsText("delta");

    page.reload();
    assertThat(column("Last used")).hasAttribute("aria-sort", "ascending");
    page.goBack();
    assertThat(column("Last used")).hasAttribute("aria-sort", "descending");
  }

  @Test
  void aPhoneSortsByAChoice() {
    List.of("beta", "Alpha").forEach(name -> inbox.createToken(admin, name));
    page.setViewportSize(360, 740);
    open();
    assertThat(page.locator("thead")).not().isInViewport();
    page.getByLabel("Sort").selectOption("name");
    assertOrder("Alpha", "beta");
    page.getByLabel("Sort").selectOption("-createdAt");
    assertOrder("Alpha", "beta");
  }

  @Test
  void tokensThatNobodyUsesAreMarkedAndFound() {
    CLOCK.advance(Duration.ofDays(-100));
    try {
      visit.close();
      visit();
      use(inbox.createToken(admin, "Long ago"));
      use(inbox.createToken(admin, "Gone"));
      inbox.createToken(admin, "Forgotten");
    } finally {
      CLOCK.advance(Duration.ofDays(100));
    }
    visitAgain();
    use(inbox.createToken(admin, "Busy"));
    inbox.createToken(admin, "New");
    String gone = asAdmin().get(api("/tokens?query=Gone")).then().extract().path("tokens[0].id");
    inbox.revoke(admin, gone).then().statusCode(200);
    open();

    Map.of("Long ago", "Unused for 90 days", "Forgotten", "Never used", "New", "Never used")
        .forEach((name, mark) -> assertThat(row(name)).containsText(mark));
    for (String name : List.of("Busy", "Gone")) {
      assertThat(row(name)).not().containsText("nused");
      assertThat(row(name)).not().containsText("ever used");
    }

    page.getByLabel("Use").selectOption("never");
    // Longest unused first.
    assertOrder("Forgotten", "New");
    assertThat(page.getByText("2 tokens found")).isVisible();
    assertThat(tab("Active")).hasAttribute("aria-current", "true");

    page.getByLabel("Use").selectOption("unused");
    // The last use of one, and the creation of the other, was that long ago.
    assertThat(page.locator("tbody tr")).hasCount(2);
    assertThat(row("Long ago")).isVisible();
    assertThat(row("Forgotten")).isVisible();

    page.reload();
    assertThat(page.getByLabel("Use")).hasValue("unused");
    assertThat(page.locator("tbody tr")).hasCount(2);
    tab("Expired").click();
    assertThat(page.getByText("No expired tokens match.")).isVisible();
    button("Search all tokens").click();
    assertThat(page.locator("tbody tr")).hasCount(3);
    assertThat(row("Gone")).containsText("Revoked");
  }

  @Test
  void revokingUnderATabRemovesTheRowAndKeepsTheFocusAtItsPlace() {
    List.of("One", "Two", "Three").forEach(name -> inbox.createToken(admin, name));
    open();
    tab("Active").click();
    assertThat(page.getByText("3 tokens")).isVisible();

    revoke("Two");
    assertThat(row("Two")).hasCount(0);
    assertThat(row("One")).isFocused();
    assertThat(page.getByText("2 tokens")).isVisible();
    assertThat(tab("Active")).hasText("Active 2");
    assertThat(tab("Revoked")).hasText("Revoked 1");
    assertThat(tab("All")).hasText("All 3");

    revoke("One");
    assertThat(row("Three")).isFocused();
    revoke("Three");
    assertThat(page.getByText("There are no active tokens.")).isVisible();
    assertThat(heading()).isFocused();
    assertThat(tab("Active")).hasText("Active 0");
    button("Show all tokens").click();
    assertThat(page.locator("tbody tr")).hasCount(3);
    assertThat(row("Three")).containsText("Revoked");
  }

  @Test
  void anotherAdminsChangesAppear() {
    NewToken shop = inbox.createToken(admin, "Shop");
    stopClock();
    open();
    assertThat(page.getByText("1 token")).isVisible();
    // Beside a terminal: visible, but without the focus.
    page.evaluate("() => { document.hasFocus = () => false; dispatchEvent(new Event('blur')); }");

    inbox.createToken(admin, "CRM");
    pass(REFRESH);
    assertThat(row("CRM")).isVisible();
    assertThat(tab("Active")).hasText("Active 2");

    inbox.revoke(admin, shop.id()).then().statusCode(200);
    asAdmin()
        .body(Map.of("name", "Orders"))
        .patch(api("/tokens/" + idOf("CRM")))
        .then()
        .statusCode(200);
    pass(REFRESH);
    assertThat(row("Shop")).containsText("Revoked");
    assertThat(row("Orders")).isVisible();
    assertThat(tab("Active")).hasText("Active 1");

    // As soon as the window gets the focus.
    inbox.createToken(admin, "At once");
    pass(Duration.ofSeconds(3));
    page.evaluate("() => dispatchEvent(new Event('focus'))");
    assertThat(row("At once")).isVisible();
  }

  @Test
  void aRowKeepsItsFocusWhenTheListIsUpdated() {
    NewToken token = inbox.createToken(admin, "Shop");
    stopClock();
    open();
    revokeButton("Shop").focus();
    use(token);
    pass(REFRESH);
    assertThat(row("Shop")).not().containsText("Never used");
    assertThat(revokeButton("Shop")).isFocused();
  }

  @Test
  void aHiddenPageAsksForNothingAndCatchesUp() {
    inbox.createToken(admin, "Shop");
    stopClock();
    open();
    assertThat(tab("All")).hasText("All 1");
    List<Request> requests = new CopyOnWriteArrayList<>();
    page.onRequest(requests::add);
    becomes("hidden");
    inbox.createToken(admin, "CRM");
    for (int minute = 0; minute < 10; minute++) {
      pass(Duration.ofMinutes(1));
    }
    assertThat(row("CRM")).hasCount(0);
    assertThat(requests).isEmpty();

    becomes("visible");
    assertThat(row("CRM")).isVisible();
    assertThat(requests).isNotEmpty();
  }

  @Test
  void whoSignsOutElsewhereIsAskedToSignIn() {
    inbox.createToken(admin, "Shop");
    stopClock();
    open();
    try (Visit other = browser.visit(inbox.url()).as(admin)) {
      other.open(settings());
      other.page.getByText("Sign out").click();
      assertThat(other.page.getByText("You are signed out.")).isVisible();
    }
    pass(REFRESH);
    assertThat(page.getByText("Your session has ended.")).isVisible();
    assertThat(page.locator("body")).not().containsText("Shop");
  }

  private void becomes(String visibility) {
    page.evaluate(
        "state => { Object.defineProperty(document, 'visibilityState', { get: () => state,"
            + " configurable: true }); document.dispatchEvent(new Event('visibilitychange')); }",
        visibility);
  }

  private String idOf(String name) {
    return asAdmin().get(api("/tokens?query={name}"), name).then().extract().path("tokens[0].id");
  }

  private void revoke(String name) {
    revokeButton(name).click();
    dialogButton("Revoke token").click();
    assertThat(page.locator("dialog")).hasCount(0);
  }

  private void sortBy(String label) {
    column(label).getByRole(AriaRole.BUTTON).click();
  }

  private Locator column(String label) {
    return page.locator("th[data-label=\"" + label + "\"]");
  }

  private void assertOrder(String... names) {
    assertThat(page.locator("tbody:visible tr th .token-link")).hasText(names);
  }
}
