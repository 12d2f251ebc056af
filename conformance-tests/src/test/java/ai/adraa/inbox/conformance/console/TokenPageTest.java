package ai.adraa.inbox.conformance.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;

import ai.adraa.inbox.conformance.support.TestInbox.NewToken;
import ai.adraa.inbox.conformance.support.TestInbox.SignedIn;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.options.AriaRole;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The page of one token: what it shows, and what can be done there. */
@Tag("once")
class TokenPageTest extends SettingsPage {
  private static final DateTimeFormatter EXACT =
      DateTimeFormatter.ofPattern("d MMM uuuu, HH:mm:ss 'UTC'", Locale.UK).withZone(ZoneOffset.UTC);

  @Test
  void itShowsWhatIsKnownOfTheToken() {
    inUtc();
    Instant expiry = CLOCK.instant().plus(Duration.ofDays(30));
    NewToken token =
        createToken(
            "CRM", Map.of("description", "Asked for by Bob", "expiresAt", expiry.toString()));
    use(token);
    open();
    link("CRM").click();
    assertThat(page).hasURL(inbox.url() + settings() + "/tokens/" + token.id());
    assertThat(heading()).hasText("CRM");
    assertThat(heading()).isFocused();
    assertThat(page).hasTitle("CRM · " + workspace + " · Adraa Inbox");
    assertThat(badge()).hasText("Active");
    assertThat(fact("Description")).hasText("Asked for by Bob");
    assertThat(fact("Created")).hasText(EXACT.format(CLOCK.instant()) + " by admin");
    assertThat(fact("Expires")).containsText(EXACT.format(expiry));
    assertThat(fact("Last used")).containsText(EXACT.format(CLOCK.instant()));
    assertThat(fact("Last used")).containsText("from 127.0.0.1");
    assertThat(page.locator(".addresses")).containsText("127.0.0.1");
    assertThat(page.locator("table.events tbody tr")).hasCount(1);
    assertThat(page.locator("table.events")).containsText("Token created");

    button("Copy id").click();
    assertThat(fact("Id").getByRole(AriaRole.BUTTON)).hasText("Copied");
    assertThat(clipboard()).isEqualTo(token.id());
    button("Copy prefix").click();
    assertThat(fact("Prefix").getByRole(AriaRole.BUTTON)).hasText("Copied");
    assertThat(clipboard()).isEqualTo(token.secret().substring(0, 14));

    link("Filter and export").click();
    assertThat(heading()).hasText("Activity");
    assertThat(page.locator(".chip")).containsText("Token: CRM");
    assertThat(page.locator("table.events tbody tr")).hasCount(1);
  }

  @Test
  void theChartHasABarForEachDayAndATableWithTheSameNumbers() {
    Duration days = Duration.ofDays(2);
    CLOCK.advance(days.negated());
    NewToken token;
    try {
      visit.close();
      visit();
      token = inbox.createToken(admin, "CRM");
      for (int i = 0; i < 3; i++) {
        use(token);
      }
      awaitRequests(token, 3);
    } finally {
      CLOCK.advance(days);
    }
    visitAgain();
    use(token);
    awaitRequests(token, 4);

    openToken(token);
    assertThat(page.locator(".usage figcaption"))
        .hasText("4 requests in 30 days, at most 3 on a day. Days are UTC.");
    assertBarsAndTable(token, 30);
    for (int range : List.of(7, 90)) {
      page.getByRole(AriaRole.BUTTON).filter(text(range + " days")).click();
      assertThat(page.locator(".usage figcaption")).containsText("in " + range + " days");
      assertThat(page.locator("[data-days='" + range + "']")).hasAttribute("aria-pressed", "true");
      assertThat(page.locator("[data-days='" + range + "']")).isFocused();
      assertBarsAndTable(token, range);
    }
  }

  @SuppressWarnings("unchecked")
  private void assertBarsAndTable(NewToken token, int days) {
    List<Map<String, Object>> usage =
        asAdmin()
            .get(api("/tokens/" + token.id() + "/usage?days=" + days))
            .then()
            .extract()
            .path("usage.days");
    assertThat(usage).hasSize(days);
    List<Object> heights =
        (List<Object>)
            page.locator(".chart .chart-bar")
                .evaluateAll("bars => bars.map(bar => bar.height.baseVal.value)");
    assertThat(heights).hasSize(days);
    for (int day = 0; day < days; day++) {
      assertThat(((Number) heights.get(day)).doubleValue() > 0)
          .as("%s", usage.get(day))
          .isEqualTo(!usage.get(day).get("requests").equals(0));
    }
    List<String> rows = page.locator(".usage-table tbody tr").allTextContents();
    // Newest first.
    assertThat(rows)
        .hasSize(days)
        .first()
        .isEqualTo(usage.get(days - 1).get("date") + "" + usage.get(days - 1).get("requests"));
    assertThat(rows)
        .containsExactlyInAnyOrderElementsOf(
            usage.stream().map(day -> day.get("date") + "" + day.get("requests")).toList());
  }

  @Test
  void predecessorAndSuccessorLeadToEachOther() {
    NewToken old = inbox.createToken(admin, "CRM");
    NewToken next = replace(old);
    openToken(old);
    assertThat(fact("Replaced by")).containsText(next.secret().substring(0, 14) + "…");
    fact("Replaced by").getByRole(AriaRole.LINK).click();
    assertThat(page).hasURL(inbox.url() + settings() + "/tokens/" + next.id());
    assertThat(fact("Replaces")).containsText("Active");
    fact("Replaces").getByRole(AriaRole.LINK).click();
    assertThat(page).hasURL(inbox.url() + settings() + "/tokens/" + old.id());
  }

  @Test
  void editingChangesNameDescriptionAndExpiry() {
    inUtc();
    NewToken token = inbox.createToken(admin, "CRM");
    openToken(token);
    button("Edit").click();
    assertThat(page.getByLabel("Name")).hasValue("CRM");
    page.getByLabel("Name").fill("CRM of the shop");
    page.getByLabel("Description").fill("For orders");
    page.getByLabel("Expires", EXACTLY).selectOption("On a date…");
    String day = LocalDate.ofInstant(CLOCK.instant(), ZoneOffset.UTC).plusDays(20).toString();
    page.getByLabel("Expires: date").fill(day);
    dialogButton("Save").click();
    assertThat(heading()).hasText("CRM of the shop");
    assertThat(fact("Description")).hasText("For orders");
    assertThat(fact("Expires")).containsText("23:59:59 UTC");
    assertThat(page.locator("table.events")).containsText("Token changed");
    asAdmin()
        .get(api("/tokens/" + token.id()))
        .then()
        .body("token.name", equalTo("CRM of the shop"))
        .body("token.description", equalTo("For orders"))
        .body("token.expiresAt", equalTo(day + "T23:59:59.999Z"));

    // Only what was changed is sent, and an expiry can be taken away.
    button("Edit").click();
    assertThat(page.getByLabel("Expires", EXACTLY)).hasValue("keep");
    page.getByLabel("Expires", EXACTLY).selectOption("Never");
    page.getByLabel("Description").fill("");
    dialogButton("Save").click();
    assertThat(fact("Expires")).hasText("never");
    assertThat(fact("Description")).hasText("none");
    assertThat(heading()).hasText("CRM of the shop");
  }

  @Test
  void whatIsWrongIsSaidAtItsField() {
    openToken(inbox.createToken(admin, "CRM"));
    button("Edit").click();
    for (String name : List.of("", "x".repeat(101))) {
      page.getByLabel("Name").fill(name);
      dialogButton("Save").click();
      assertError(page.getByLabel("Name"), "Name must be 1 to 100 characters long.");
      assertThat(page.getByLabel("Name")).isFocused();
    }
    page.getByLabel("Name").fill("CRM");
    page.getByLabel("Description").fill("x".repeat(501));
    dialogButton("Save").click();
    assertError(page.getByLabel("Description"), "Description must be");
    page.getByLabel("Description").fill("");

    Locator expires = page.getByLabel("Expires", EXACTLY);
    expires.selectOption("On a date…");
    dialogButton("Save").click();
    assertError(expires, "Choose a date.");
    page.getByLabel("Expires: date").fill("2020-01-01");
    dialogButton("Save").click();
    assertError(expires, "Expiry must be");
    page.keyboard().press("Escape");
    assertThat(page.locator("dialog")).hasCount(0);
    assertThat(heading()).hasText("CRM");
  }

  @Test
  void anotherAdminsRevocationAppears() {
    NewToken token = inbox.createToken(admin, "CRM");
    stopClock();
    openToken(token);
    button("Edit").click();
    inbox.revoke(admin, token.id()).then().statusCode(200);
    page.getByLabel("Name").fill("Too late");
    dialogButton("Save").click();
    assertThat(page.locator("dialog")).containsText("The token was revoked or has since expired");
    assertThat(dialogButton("Save")).isFocused();
    page.keyboard().press("Escape");
    assertThat(page.locator("dialog")).hasCount(0);

    pass(Duration.ofSeconds(11));
    assertThat(badge()).hasText("Revoked");
    assertThat(fact("Revoked")).containsText("by admin");
    assertThat(button("Edit")).hasCount(0);
    assertThat(button("Revoke")).hasCount(0);
    assertThat(page.locator("table.events tbody tr").first()).containsText("Token revoked");
  }

  @Test
  void revokingHappensHereToo() {
    NewToken token = inbox.createToken(admin, "CRM");
    openToken(token);
    button("Revoke").click();
    dialogButton("Revoke token").click();
    assertThat(badge()).hasText("Revoked");
    assertThat(toast()).hasText("Revoked CRM.");
    assertThat(heading()).isFocused();
    inbox.verify(token.secret()).then().statusCode(401);
  }

  @Test
  void anUnknownTokenAndOneOfAnotherWorkspaceAreBothUnknown() {
    SignedIn other = inbox.workspace("other-" + workspace);
    String foreign = inbox.createToken(other, "Theirs").id();
    for (String id : List.of("nothing", "cmwzw4745002w8265uh34u3nk", foreign)) {
      open("/tokens/" + id);
      assertThat(page.getByText("This token does not exist in this workspace.")).isVisible();
      assertThat(page.locator("main")).not().containsText("Theirs");
      open("/tokens/" + id + "/replace");
      assertThat(page.getByText("This token does not exist in this workspace.")).isVisible();
    }
    open("/tokens/" + foreign);
    link("Show all tokens").click();
    assertThat(page.getByText("Connect your first system")).isVisible();
  }

  private void awaitRequests(NewToken token, int requests) {
    await()
        .untilAsserted(
            () ->
                asAdmin()
                    .get(api("/tokens/" + token.id() + "/usage"))
                    .then()
                    .body("usage.days.requests.sum()", equalTo(requests)));
  }

  private void inUtc() {
    visit.close();
    visit = browser.visit(inbox.url(), options -> options.setTimezoneId("UTC"));
    page = visit.page;
  }

  private Locator fact(String name) {
    return page.locator(".token-facts > div")
        .filter(new Locator.FilterOptions().setHas(page.locator("dt:text-is('" + name + "')")))
        .locator("dd");
  }

  private void assertError(Locator field, String error) {
    assertThat(field).hasAttribute("aria-invalid", "true");
    assertThat(field).hasAccessibleDescription(Pattern.compile(error));
  }
}
