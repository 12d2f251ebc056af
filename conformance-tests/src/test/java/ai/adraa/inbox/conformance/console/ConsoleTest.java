package ai.adraa.inbox.conformance.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.AriaRole;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The console in a real browser, as an admin and others use it. */
class ConsoleTest extends SettingsPage {
  @Test
  void createCopyVerifyRevoke() {
    String email = "admin@" + workspace + ".example";
    visit.open("/app");
    page.getByLabel("Email").fill(email);
    String code = inbox.mail().codeMailedBy(() -> button("Send code").click());
    page.getByLabel("Code").fill(code);

    assertThat(page).hasURL(inbox.url() + "/app/" + workspace + "/settings/api");
    assertThat(page.getByText("Connect your first system")).isVisible();
    button("Create token").click();
    page.getByLabel("Name").fill("CRM integration");
    dialogButton("Create token").click();
    String secret = page.locator("dialog .secret").textContent();
    dialogButton("Copy token").click();
    assertThat(dialogButton("Copied")).isVisible();
    assertThat(clipboard()).isEqualTo(secret);
    dialogButton("Copy command").click();
    assertThat(clipboard())
        .isEqualTo(
            "curl " + inbox.url() + "/api/v1/me -H \"Authorization: Bearer " + secret + "\"");
    dialogButton("Done").click();

    inbox.verify(secret).then().statusCode(200);

    Locator row = row("CRM integration");
    assertThat(row).containsText(secret.substring(0, 14) + "…");
    assertThat(row).containsText("Active");
    row.getByRole(AriaRole.BUTTON).click();
    assertThat(page.locator("dialog")).containsText("Revoke “CRM integration”?");
    assertThat(page.locator("dialog")).containsText("immediate and permanent");
    dialogButton("Revoke token").click();
    assertThat(row).containsText("Revoked");
    assertThat(row.getByRole(AriaRole.BUTTON)).hasCount(0);

    inbox.verify(secret).then().statusCode(401);
  }

  @Test
  void revokingSaysWhenTheTokenWasLastUsed() {
    inbox.verify(inbox.createToken(admin, "In use").secret()).then().statusCode(200);
    inbox.createToken(admin, "Idle");
    open();

    // The last use is written with a delay; the dialog asks for the newest.
    org.awaitility.Awaitility.await()
        .atMost(Duration.ofSeconds(90))
        .untilAsserted(
            () -> {
              row("In use").getByRole(AriaRole.BUTTON).click();
              try {
                assertThat(page.locator("dialog"))
                    .containsText(
                        "A system is probably still using it",
                        new com.microsoft.playwright.assertions.LocatorAssertions
                                .ContainsTextOptions()
                            .setTimeout(1000));
              } finally {
                dialogButton("Cancel").click();
              }
            });
    row("Idle").getByRole(AriaRole.BUTTON).click();
    assertThat(page.locator("dialog")).containsText("This token has never been used.");
  }

  @Test
  void whoIsNoAdminGetsNoControls() {
    visit.as(inbox.agent(workspace, "bob@" + workspace + ".example"));
    open();

    assertThat(page.getByText("Only workspace admins can create and revoke API tokens"))
        .isVisible();
    assertThat(page.locator("main button")).hasCount(0);
  }

  @Test
  void aSessionThatEndsWhileCreatingComesBackToTheSamePlace() {
    open();
    createButton().click();
    page.getByLabel("Name").fill("Begun before");
    CLOCK.advance(Duration.ofDays(40));
    dialogButton("Create token").click();
    assertThat(page.locator("dialog")).containsText("Your session has ended.");
    dialogButton("Sign in again").click();

    assertThat(page.getByLabel("Email")).hasValue("admin@" + workspace + ".example");
    String code = inbox.mail().codeMailedBy(() -> button("Send code").click());
    page.getByLabel("Code").fill(code);
    assertThat(page.getByLabel("Name")).hasValue("Begun before");
    dialogButton("Create token").click();
    assertThat(page.locator("dialog .secret")).isVisible();
    dialogButton("Copy token").click();
    dialogButton("Done").click();
    assertThat(row("Begun before")).isVisible();
  }

  @Test
  void aDoubleClickCreatesOneToken() {
    open();
    createButton().click();
    page.getByLabel("Name").fill("Once");
    dialogButton("Create token").dblclick();
    assertThat(page.locator("dialog .secret")).isVisible();

    inbox
        .request(admin)
        .get("/api/v1/workspaces/{id}/tokens", admin.workspaceId())
        .then()
        .body("tokens", org.hamcrest.Matchers.hasSize(1));
  }

  @Test
  void furtherPagesLoadOnDemandAndTheTabsTellStatesApart() {
    createTokens(130, i -> "System " + i);
    inbox.revoke(admin, inbox.createToken(admin, "Gone").id()).then().statusCode(200);
    open();
    assertThat(page.getByText("131 tokens", exact())).isVisible();
    assertThat(tab("All")).hasText("All 131");
    assertThat(tab("Active")).hasText("Active 130");
    assertThat(tab("Revoked")).hasText("Revoked 1");
    assertThat(tab("Expired")).hasText("Expired 0");
    assertThat(page.locator("tbody tr")).hasCount(100);
    page.mouse().wheel(0, 100_000);
    assertThat(page.locator("tbody tr")).hasCount(131);

    tab("Revoked").click();
    assertThat(page.getByText("1 token", exact())).isVisible();
    assertThat(row("Gone")).containsText("by admin");
    page.goBack();
    assertThat(page.getByText("131 tokens", exact())).isVisible();
    assertThat(tab("All")).hasAttribute("aria-current", "true");
  }

  @Test
  void aWrongCodeIsSaidAndSigningOutEndsTheSession() {
    String other = "zeta-" + workspace;
    String email = "admin@" + workspace + ".example";
    inbox.command("workspace", "create", "--name", other, "--admin", email);
    visit.open("/app/" + other + "/settings/api");
    page.getByLabel("Email").fill(email);
    String code = inbox.mail().codeMailedBy(() -> button("Send code").click());
    page.getByLabel("Code").fill(code.equals("123456") ? "123457" : "123456");
    assertThat(page.getByText("This code is wrong, used or expired.")).isVisible();
    assertThat(page.getByRole(AriaRole.BUTTON).filter(text("Send a new code in"))).isDisabled();
    // As it is pasted from a mail.
    page.getByLabel("Code").fill(" " + code.substring(0, 3) + " " + code.substring(3));
    assertThat(page).hasURL(inbox.url() + "/app/" + other + "/settings/api");
    assertThat(page.getByText("Connect your first system")).isVisible();

    page.navigate("/app");
    assertThat(page.getByText("Choose a workspace")).isVisible();
    page.getByRole(AriaRole.LINK).filter(text(other)).click();
    assertThat(page).hasURL(inbox.url() + "/app/" + other + "/settings/api");

    String session =
        visit.context.cookies().stream()
            .filter(cookie -> cookie.name.equals("adraa_session"))
            .findFirst()
            .orElseThrow()
            .value;
    button("Sign out").click();
    assertThat(page.getByText("You are signed out.")).isVisible();
    inbox.request().cookie("adraa_session", session).get("/api/v1/session").then().statusCode(401);
  }

  @Test
  void failuresAreSaidWhereTheyHappen() {
    open();
    createButton().click();
    page.getByLabel("Name").fill("x".repeat(101));
    dialogButton("Create token").click();
    assertThat(page.locator("dialog .field-error").first()).containsText("Name must be 1 to 100");
    page.getByLabel("Name").fill("CRM");

    visit.context.setOffline(true);
    dialogButton("Create token").click();
    assertThat(page.locator("dialog")).containsText("You are offline.");
    visit.context.setOffline(false);

    answer(429, Map.of("Retry-After", "2"), "RATE_LIMIT_EXCEEDED");
    dialogButton("Create token").click();
    assertThat(page.locator("dialog")).containsText("Wait 2 seconds.");
    assertThat(dialogButton("Create token")).isDisabled();
    assertThat(dialogButton("Create token")).isEnabled();

    answer(500, Map.of("X-Request-Id", "req-4711"), "INTERNAL_ERROR");
    dialogButton("Create token").click();
    assertThat(page.locator("dialog")).containsText("Request id for support: req-4711");

    page.unroute("**/tokens");
    dialogButton("Create token").click();
    assertThat(page.locator("dialog .secret")).isVisible();
  }

  /** The next creates get this answer, as a proxy or a server in trouble gives it. */
  private void answer(int status, Map<String, String> headers, String code) {
    page.unroute("**/tokens");
    page.route(
        "**/tokens",
        route ->
            route.fulfill(
                new Route.FulfillOptions()
                    .setStatus(status)
                    .setHeaders(headers)
                    .setContentType("application/json")
                    .setBody("{\"error\":{\"code\":\"" + code + "\",\"message\":\"-\"}}")));
  }

  private static Page.GetByTextOptions exact() {
    return new Page.GetByTextOptions().setExact(true);
  }
}
