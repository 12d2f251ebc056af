package ai.adraa.inbox.conformance.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import ai.adraa.inbox.conformance.support.Browser;
import ai.adraa.inbox.conformance.support.Browser.Visit;
import ai.adraa.inbox.conformance.support.MovableClock;
import ai.adraa.inbox.conformance.support.TestInbox;
import ai.adraa.inbox.conformance.support.TestInbox.SignedIn;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Response;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.AriaRole;
import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The console in a real browser, as an admin and others use it. */
class ConsoleTest {
  private static final MovableClock CLOCK = new MovableClock();
  @AutoClose private static Browser browser;
  @AutoClose private static final TestInbox inbox = TestInbox.builder().clock(CLOCK).start();
  private static int workspaces;

  private String workspace;
  private SignedIn admin;
  private Visit visit;
  private Page page;

  @BeforeAll
  static void start() {
    browser = Browser.launch();
  }

  @BeforeEach
  void visit() {
    workspace = "acme-" + ++workspaces;
    admin = inbox.workspace(workspace);
    visit = browser.visit(inbox.url());
    page = visit.page;
  }

  @AfterEach
  void leave() {
    try {
      visit.isClean();
    } finally {
      visit.close();
    }
  }

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
    dialogButton("Copy curl line").click();
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
    assertThat(page.locator("dialog")).containsText("immediate and final");
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
                        "something is still using it",
                        new com.microsoft.playwright.assertions.LocatorAssertions
                                .ContainsTextOptions()
                            .setTimeout(1000));
              } finally {
                dialogButton("Cancel").click();
              }
            });
    row("Idle").getByRole(AriaRole.BUTTON).click();
    assertThat(page.locator("dialog")).containsText("It has never been used.");
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
  void theSecretsDialogStaysUntilItIsStored() {
    open();
    String secret = create("CRM");
    Locator dialog = page.locator("dialog");

    page.keyboard().press("Escape");
    page.keyboard().press("Escape");
    page.mouse().click(5, 5);
    dialogButton("Done").click();
    assertThat(dialog.getByText("Copy the token or confirm")).isVisible();
    assertThat(dialog.locator(".secret")).hasText(secret);

    page.getByLabel("I have stored the token").check();
    page.keyboard().press("Escape");
    assertThat(dialog).hasCount(0);
  }

  @Test
  void afterClosingTheSecretIsNowhere() {
    open();
    String secret = create("CRM");
    page.getByLabel("I have stored the token").check();
    dialogButton("Done").click();
    assertThat(row("CRM")).isVisible();
    assertNowhere(secret);

    page.navigate(inbox.url() + "/app/assets/icon.svg");
    page.goBack();
    assertThat(row("CRM")).isVisible();
    assertNowhere(secret);
  }

  @Test
  void leavingWhileTheSecretIsShownLeavesNothing() {
    open();
    String secret = create("CRM");
    List<String> asked = new CopyOnWriteArrayList<>();
    page.onDialog(
        dialog -> {
          asked.add(dialog.type());
          dialog.accept();
        });
    page.navigate(inbox.url() + "/app/assets/icon.svg");
    assertThat(asked).containsExactly("beforeunload");
    page.goBack();
    assertThat(row("CRM")).isVisible();
    assertNowhere(secret);
  }

  @Test
  void theBrowsersProfileNeverHoldsTheSecret(@TempDir Path profile) throws Exception {
    visit.close();
    visit = browser.visitIn(profile, inbox.url());
    page = visit.page;
    open();
    String secret = create("CRM");
    page.getByLabel("I have stored the token").check();
    dialogButton("Done").click();
    page.navigate("/app");
    visit.context.close();

    boolean cached = false;
    try (Stream<Path> files = Files.walk(profile)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String bytes = Files.readString(file, StandardCharsets.ISO_8859_1);
        assertThat(bytes.contains(secret)).as(file.toString()).isFalse();
        cached |= bytes.contains("/app/assets/tokens.js");
      }
    }
    assertThat(cached).as("the profile's cache holds what may be kept").isTrue();
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
  void theKeyboardIsEnough() {
    open();
    Locator create = createButton();
    assertThat(create).isVisible();
    for (int i = 0; i < 20 && !isFocused(create); i++) {
      page.keyboard().press("Tab");
    }
    page.keyboard().press("Enter");
    assertThat(page.getByLabel("Name")).isFocused();
    for (int i = 0; i < 8; i++) {
      page.keyboard().press("Tab");
      assertThat(
              page.evaluate(
                  "() => document.activeElement === document.body"
                      + " || !!document.activeElement.closest('dialog')"))
          .isEqualTo(true);
    }
    page.keyboard().press("Escape");
    assertThat(create).isFocused();

    page.keyboard().press("Enter");
    page.keyboard().type("By keyboard");
    page.keyboard().press("Enter");
    assertThat(page.locator("dialog .secret")).isVisible();
    for (int i = 0; i < 8 && !isFocused(dialogButton("Copy token")); i++) {
      page.keyboard().press("Tab");
    }
    page.keyboard().press("Enter");
    assertThat(dialogButton("Copied")).isVisible();
    page.keyboard().press("Escape");
    assertThat(row("By keyboard")).isFocused();
    page.keyboard().press("Tab");
    page.keyboard().press("Enter");
    assertThat(dialogButton("Cancel")).isFocused();
    page.keyboard().press("Tab");
    page.keyboard().press("Enter");
    assertThat(row("By keyboard")).containsText("Revoked");
  }

  @Test
  void furtherPagesLoadOnDemandAndTheFilterTellsStatesApart() {
    for (int i = 0; i < 130; i++) {
      inbox.createToken(admin, "System " + i);
    }
    inbox.revoke(admin, inbox.createToken(admin, "Gone").id()).then().statusCode(200);
    open();
    assertThat(page.getByText("100 shown, more follow")).isVisible();
    page.mouse().wheel(0, 100_000);
    assertThat(page.getByText("131 tokens")).isVisible();

    page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("Revoked")).click();
    assertThat(page.getByText("1 token", exact())).isVisible();
    assertThat(row("Gone")).containsText("by admin");
    page.goBack();
    assertThat(page.getByText("100 shown, more follow")).isVisible();
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
    assertThat(page.locator("dialog .field-error").first()).containsText("Name must have 1 to 100");
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

  @Test
  void anotherOriginsPageCannotActWithTheCookie() throws Exception {
    TestInbox.NewToken token = inbox.createToken(admin, "CRM");
    String tokens = inbox.url() + "/api/v1/workspaces/" + admin.workspaceId() + "/tokens";
    String attack =
        """
        <form method="post" enctype="text/plain" target="frame"></form><iframe name="frame"></iframe>
        <script>
          const body = '{"name":"Stolen"}';
          for (const [url, type] of [['%1$s', 'text/plain'], ['%1$s', 'application/json'],
              ['%1$s/%2$s/revoke', 'text/plain']]) {
            fetch(url, {method: 'POST', body, mode: type === 'text/plain' ? 'no-cors' : 'cors',
                credentials: 'include', headers: {'Content-Type': type}}).catch(() => {});
          }
          document.forms[0].action = '%1$s/%2$s/revoke';
          document.forms[0].submit();
        </script>"""
            .formatted(tokens, token.id());
    // Another port of the same host is another origin of the same site: SameSite does not help.
    HttpServer attacker = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    attacker.createContext(
        "/",
        exchange -> {
          byte[] bytes = attack.getBytes(StandardCharsets.UTF_8);
          exchange.getResponseHeaders().set("Content-Type", "text/html");
          exchange.sendResponseHeaders(200, bytes.length);
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });
    attacker.start();
    try (Visit victim = browser.visit(inbox.url()).as(admin)) {
      List<Response> answers = new CopyOnWriteArrayList<>();
      victim.page.onResponse(
          response -> {
            if (response.url().startsWith(tokens) && response.request().method().equals("POST")) {
              answers.add(response);
            }
          });
      victim.page.navigate("http://127.0.0.1:" + attacker.getAddress().getPort() + "/");
      // The one with a JSON type is not even sent: its preflight is refused.
      victim.page.waitForCondition(() -> answers.size() >= 3);
      // A create that is no JSON ends before anybody asks who sends it.
      assertThat(answers).extracting(Response::status).containsExactlyInAnyOrder(403, 403, 415);
      assertThat(answers)
          .anyMatch(
              answer ->
                  answer.status() == 403 && answer.request().allHeaders().containsKey("cookie"));
    } finally {
      attacker.stop(0);
    }
    inbox.verify(token.secret()).then().statusCode(200);
    inbox
        .request(admin)
        .get("/api/v1/workspaces/{id}/tokens", admin.workspaceId())
        .then()
        .body("tokens.name", org.hamcrest.Matchers.contains("CRM"));
  }

  @Test
  void inlineStylesAndScriptsAreNotRunAndAreNoticed() {
    try (Visit other = browser.visit(inbox.url()).open("/app")) {
      other.page.evaluate("() => document.body.setAttribute('style', 'color: red')");
      other.page.waitForCondition(() -> !other.offences().isEmpty());
      assertThat(other.offences().toString()).contains("style-src");
    }
  }

  private void open() {
    if (visit.context.cookies().isEmpty()) {
      visit.as(admin);
    }
    visit.open("/app/" + workspace + "/settings/api");
    // The list, or what stands in its place.
    page.locator("main table, main h2").waitFor();
  }

  private String create(String name) {
    createButton().click();
    page.getByLabel("Name").fill(name);
    dialogButton("Create token").click();
    return page.locator("dialog .secret").textContent();
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

  private void assertNowhere(String secret) {
    String everything =
        (String)
            page.evaluate(
                """
                async () => JSON.stringify([
                  document.documentElement.outerHTML,
                  [...document.querySelectorAll('input')].map(input => input.value),
                  {...localStorage}, {...sessionStorage}, history.state, location.href, document.cookie,
                  performance.getEntries().map(entry => entry.name),
                  await indexedDB.databases(), await caches.keys()])
                """);
    assertThat(everything).contains(workspace).doesNotContain(secret);
    // Neither in part, but for the prefix that the list shows.
    assertThat(everything).doesNotContain(secret.substring(14));
  }

  private boolean isFocused(Locator locator) {
    return (Boolean) locator.evaluate("node => node === document.activeElement");
  }

  private String clipboard() {
    return (String) page.evaluate("() => navigator.clipboard.readText()");
  }

  private Locator row(String name) {
    return page.getByRole(AriaRole.ROW).filter(text(name));
  }

  private Locator button(String name) {
    return page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name));
  }

  /** The one in the list's head or, while there is no token, the one in its place. */
  private Locator createButton() {
    return page.locator("main button:visible").filter(text("Create token"));
  }

  private Locator dialogButton(String name) {
    return page.locator("dialog")
        .getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName(name).setExact(true));
  }

  private static Locator.FilterOptions text(String text) {
    return new Locator.FilterOptions().setHasText(text);
  }

  private static Page.GetByTextOptions exact() {
    return new Page.GetByTextOptions().setExact(true);
  }
}
