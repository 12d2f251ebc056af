package ai.adraa.inbox.conformance.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.notNullValue;

import ai.adraa.inbox.conformance.support.Browser;
import ai.adraa.inbox.conformance.support.Browser.Visit;
import ai.adraa.inbox.conformance.support.LoadConnection;
import ai.adraa.inbox.conformance.support.MovableClock;
import ai.adraa.inbox.conformance.support.TestInbox;
import ai.adraa.inbox.conformance.support.TestInbox.NewToken;
import ai.adraa.inbox.conformance.support.TestInbox.SignedIn;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ReducedMotion;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every state of the console as people may see it: axe-core finds no barrier, and nothing is wider
 * than the screen. Leaves a picture of each in {@code target/screenshots}.
 */
@Tag("contract")
class ConsoleStatesTest {
  enum Look {
    LIGHT(1280, 860, 1, ColorScheme.LIGHT),
    DARK(1280, 860, 1, ColorScheme.DARK),
    PHONE(360, 740, 1, ColorScheme.LIGHT),
    /** A screen of 1280 by 860 at 200 % zoom. */
    ZOOMED(640, 430, 2, ColorScheme.DARK),
    WIDE(1920, 1080, 1, ColorScheme.LIGHT);

    private final int width;
    private final int height;
    private final int scale;
    private final ColorScheme colours;

    Look(int width, int height, int scale, ColorScheme colours) {
      this.width = width;
      this.height = height;
      this.scale = scale;
      this.colours = colours;
    }
  }

  @AutoClose private static Browser browser;

  /** What a wrong layout breaks: a text in pieces side by side, a round thing that is not round. */
  private static final String BROKEN =
      """
      () => [
        ...[...document.querySelectorAll('.notice')].filter(notice =>
            getComputedStyle(notice).display === 'flex'
            && [...notice.childNodes].some(node => node.nodeType === 3 && node.data.trim())),
        ...[...document.querySelectorAll('.spinner, .step-number, .avatar')].filter(round =>
            Math.abs(round.offsetWidth - round.offsetHeight) > 1),
      ].map(node => node.outerHTML)
      """;

  private static final MovableClock CLOCK = new MovableClock();
  @AutoClose private static final TestInbox inbox = TestInbox.builder().clock(CLOCK).start();

  private Look look;
  private String workspace;
  private String settings;
  private SignedIn admin;
  private Visit visit;
  private Page page;

  @BeforeAll
  static void start() {
    browser = Browser.launch();
  }

  @ParameterizedTest
  @EnumSource
  void everyStateOfTheSignInIsForEveryone(Look seen) {
    begin(seen, "sign-in");
    visit();
    visit.open("/app");
    see("sign-in", "h1");
    page.getByLabel("Email").fill("admin@" + workspace + ".example");
    page.locator("form button.button-primary").click();
    see("code", "text=Check your email");
    page.getByLabel("Code").fill("000000");
    see("wrong-code", "text=This code is wrong");
    end();

    visitAs(inbox.agent(workspace, "bob@" + workspace + ".example"));
    visit.open(settings);
    see("not-admin", "text=Only workspace admins");
    visit.open("/app/nowhere/settings/api");
    see("unknown-workspace", "text=Workspace not found");
    visit.open(settings + "/nowhere");
    see("unknown-page", "text=This page does not exist");
    visit.open("/nowhere");
    see("not-found", "h1");
  }

  @ParameterizedTest
  @EnumSource
  void everyStateOfTheListIsForEveryone(Look seen) {
    begin(seen, "list");
    visitAs(admin);
    visit.open(settings);
    see("empty", "text=Connect your first system");
    tokensWithAllMarks();
    page.reload();
    see("list", "main table");
    page.getByLabel("Search tokens").fill("nothing of that name");
    see("list-nothing-found", "text=No tokens match.");
    visit.open(settings + "?status=revoked");
    see("list-revoked", "main table");
    visit.open(settings + "?status=expired&query=crm");
    see("list-no-expired", "text=No expired tokens match.");
    visit.open(settings + "?use=unused&status=active&sort=name");
    see("list-unused", "tbody .badge-unused");
    page.getByLabel("Search tokens").fill("Bearer adraa_" + "0".repeat(48));
    see("list-secret-cut", "text=A secret was shortened");

    visit.open(settings);
    row("CRM").locator("[data-action=revoke]").click();
    see("revoke", "dialog .facts");
    page.locator("dialog .button-danger").click();
    see("revoked", "#toasts .toast");
    visit.context.clearCookies();
    page.reload();
    see("session-ended", "text=Sign in");
  }

  @ParameterizedTest
  @EnumSource
  void everyStateOfCreatingIsForEveryone(Look seen) {
    begin(seen, "create");
    visitAs(admin);
    inbox.createToken(admin, "Order export");
    visit.open(settings);
    openCreate();
    see("create", "dialog");
    page.locator("dialog .button-primary").click();
    see("create-mistake", "dialog .field-error span");
    page.getByLabel("Name").fill("Order export");
    see("create-duplicate", "dialog .name-taken:not(:empty)");
    expires().selectOption("On a date…");
    page.getByLabel("Expires: date").fill("2020-01-01");
    page.locator("dialog .button-primary").click();
    see("create-expiry-mistake", "dialog .field-error span");
    page.getByLabel("Expires: date").fill("2030-12-31");
    see("create-expiry", "text=31 Dec 2030");
    page.getByLabel("Name").fill("x".repeat(97));
    see("create-long-name", "text=97 of 100");
    visit.context.setOffline(true);
    page.locator("dialog .button-primary").click();
    see("create-offline", "dialog .notice-error");
    visit.context.setOffline(false);
    page.getByLabel("Name").fill("Order export");
    page.locator("dialog form").evaluate("form => form.requestSubmit()");
    see("created-waiting", "dialog .first-use .spinner");
    for (Locator sample : page.getByRole(AriaRole.TAB).all()) {
      sample.click();
      see("created-" + sample.textContent().replace(".", ""), "dialog [role=tabpanel]");
    }
    page.keyboard().press("Escape");
    see("created-not-stored", "dialog .field-error span");
    inbox.verify(page.locator("dialog .secret").textContent()).then().statusCode(200);
    awaitUse();
    see("created-used", "text=It works.");
    page.getByLabel("I have stored the token").check();
    page.keyboard().press("Escape");

    openCreate();
    page.getByLabel("Name").fill("Cancelled");
    AtomicReference<Route> held = new AtomicReference<>();
    page.route("**/tokens", held::set);
    page.locator("dialog .button-primary").click();
    page.waitForCondition(() -> held.get() != null);
    page.keyboard().press("Escape");
    see("cancelling", "text=Cancelling…");
    held.get().abort();
    see("cancelled", "text=The server did not say");
  }

  @ParameterizedTest
  @EnumSource
  void everyStateOfATokenIsForEveryone(Look seen) {
    begin(seen, "token");
    visitAs(admin);
    Map<String, String> tokens = tokensWithAllMarks();
    visit.open(settings + "/tokens/" + tokens.get("CRM integration"));
    see("token", ".usage");
    page.locator(".usage summary").click();
    page.getByText("90 days").click();
    see("token-table", "text=in 90 days");
    page.locator(".token-actions button").first().click();
    see("edit", "dialog");
    page.getByLabel("Name").fill("");
    page.locator("dialog .button-primary").click();
    see("edit-mistake", "dialog .field-error span");
    page.keyboard().press("Escape");
    for (String name : List.of("Old shop", "Trial", "Leaked", "Billing")) {
      visit.open(settings + "/tokens/" + tokens.get(name));
      see("token-" + name.toLowerCase(Locale.ROOT).replace(' ', '-'), ".usage");
    }
    visit.open(settings + "/tokens/nothing");
    see("token-unknown", "text=This token does not exist");
  }

  @ParameterizedTest
  @EnumSource
  void everyStateOfAReplacementIsForEveryone(Look seen) {
    begin(seen, "replace");
    visitAs(admin);
    NewToken old = inbox.createToken(admin, "Billing of the shop in the north");
    inbox.verify(old.secret()).then().statusCode(200);
    visit.open(settings + "/tokens/" + old.id() + "/replace");
    see("replace-1", "text=Create the new token");
    page.getByLabel("Old token", new Page.GetByLabelOptions().setExact(true))
        .selectOption("On a date…");
    page.locator("main form .button-primary").click();
    see("replace-1-mistake", "main .field-error span");
    page.getByLabel("Old token", new Page.GetByLabelOptions().setExact(true))
        .selectOption("Expires in 7 days at the latest");
    page.locator("main form .button-primary").click();
    String secret = page.locator("dialog .secret").textContent();
    page.getByLabel("I have stored the token").check();
    page.keyboard().press("Escape");
    see("replace-2", "text=Waiting for its first request");
    inbox.verify(secret).then().statusCode(200);
    awaitUse();
    see("replace-3", "text=The old token was used within the last 24 hours");
    page.locator("main [data-action=revoke]").click();
    see("replace-revoke", "dialog .facts");
    page.locator("dialog .button-danger").click();
    see("replace-4", "h2:text-is('Replaced')");
  }

  @ParameterizedTest
  @EnumSource
  void everyStateOfTheActivityIsForEveryone(Look seen) throws IOException {
    begin(seen, "activity");
    visitAs(admin);
    tokensWithAllMarks();
    try (LoadConnection connection = new LoadConnection(inbox.url())) {
      for (int i = 0; i < 100; i++) {
        connection.send(LoadConnection.create(admin, "System " + i));
      }
    }
    visit.open(settings + "/activity");
    see("activity", "table.events");
    page.route(
        "**/audit-events?*cursor=*",
        route ->
            route.fulfill(
                new Route.FulfillOptions().setStatus(429).setHeaders(Map.of("Retry-After", "60"))));
    page.locator(".export-head button").click();
    see("activity-exporting", "text=The server asks to wait");
    page.locator(".export button").click();
    page.unroute("**/audit-events?*cursor=*");
    page.route(
        "**/audit-events?*", route -> route.fulfill(new Route.FulfillOptions().setStatus(500)));
    page.locator(".export-head button").click();
    see("activity-not-exported", "text=Nothing was exported.");
    page.unroute("**/audit-events?*");
    visit.open(settings + "/activity?action=agent-removed");
    see("activity-nothing", "text=No events match.");
  }

  /** Tokens of each status, and with each mark. Returns their ids by name. */
  private Map<String, String> tokensWithAllMarks() {
    Map<String, NewToken> tokens = new HashMap<>();
    CLOCK.advance(Duration.ofDays(-100));
    try {
      SignedIn before = inbox.signIn("admin@" + workspace + ".example");
      for (String name : List.of("Forgotten", "Data warehouse")) {
        tokens.put(name, inbox.createToken(before, name));
      }
      inbox.verify(tokens.get("Data warehouse").secret()).then().statusCode(200);
      tokens.put("Trial", create(before, "Trial", "For a week", Duration.ofDays(7)));
      // Stored before the clock moves on.
      awaitUse(before);
    } finally {
      CLOCK.advance(Duration.ofDays(100));
    }
    tokens.put("Leaked", inbox.createToken(admin, "Leaked"));
    inbox
        .request()
        .contentType(ContentType.JSON)
        .body(Map.of("tokens", List.of(Map.of("secret", tokens.get("Leaked").secret()))))
        .post("/api/v1/leaked-tokens")
        .then()
        .statusCode(202);
    tokens.put("Old shop", inbox.createToken(admin, "Old shop"));
    inbox.revoke(admin, tokens.get("Old shop").id()).then().statusCode(200);
    tokens.put("Billing", inbox.createToken(admin, "Billing"));
    inbox
        .request(admin)
        .contentType(ContentType.JSON)
        .body(Map.of())
        .post(
            "/api/v1/workspaces/{id}/tokens/{token}/replace",
            admin.workspaceId(),
            tokens.get("Billing").id())
        .then()
        .statusCode(201);
    tokens.put(
        "CRM integration",
        create(
            admin,
            "CRM integration",
            "For the shop's CRM, asked for by Bob. Stored in the vault.",
            Duration.ofDays(10)));
    inbox.verify(tokens.get("CRM integration").secret()).then().statusCode(200);
    Map<String, String> ids = new HashMap<>();
    tokens.forEach((name, token) -> ids.put(name, token.id()));
    return ids;
  }

  /** Waits until the use of a token is stored, and lets the page look again. */
  private void awaitUse() {
    awaitUse(admin);
    page.clock().fastForward(11_000);
  }

  private void awaitUse(SignedIn caller) {
    await()
        .untilAsserted(
            () ->
                inbox
                    .request(caller)
                    .get("/api/v1/workspaces/{id}/tokens?sort=-lastUsedAt", admin.workspaceId())
                    .then()
                    .body("tokens[0].lastUsedAt", notNullValue()));
  }

  private NewToken create(SignedIn creator, String name, String description, Duration life) {
    Response created =
        inbox
            .request(creator)
            .contentType(ContentType.JSON)
            .body(
                Map.of(
                    "name",
                    name,
                    "description",
                    description,
                    "expiresAt",
                    CLOCK.instant().plus(life).toString()))
            .post("/api/v1/workspaces/{id}/tokens", admin.workspaceId());
    created.then().statusCode(201);
    return new NewToken(created.path("token.id"), created.path("secret"));
  }

  private Locator row(String name) {
    return page.locator("tr", new Page.LocatorOptions().setHasText(name));
  }

  private Locator expires() {
    return page.getByLabel("Expires", new Page.GetByLabelOptions().setExact(true));
  }

  private void openCreate() {
    page.locator("main button:visible", new Page.LocatorOptions().setHasText("Create token"))
        .click();
  }

  private void begin(Look seen, String part) {
    look = seen;
    workspace = part + "-" + look.name().toLowerCase(Locale.ROOT);
    settings = "/app/" + workspace + "/settings/api";
    CLOCK.advance(Duration.between(CLOCK.instant(), Instant.now()));
    admin = inbox.workspace(workspace);
  }

  private void visitAs(SignedIn agent) {
    visit();
    visit.as(agent);
  }

  private void visit() {
    visit =
        browser.visit(
            inbox.url(),
            options ->
                options
                    .setViewportSize(look.width, look.height)
                    .setDeviceScaleFactor(look.scale)
                    .setColorScheme(look.colours)
                    // Else a picture is of colours on their way.
                    .setReducedMotion(ReducedMotion.REDUCE));
    page = visit.page;
    visit.context.clock().install();
  }

  @AfterEach
  void end() {
    visit.isClean();
    visit.close();
  }

  private void see(String state, String what) {
    page.locator(what).first().waitFor();
    Path file = Path.of("target/screenshots", look.name().toLowerCase(Locale.ROOT), state + ".png");
    page.screenshot(new Page.ScreenshotOptions().setPath(file));
    visit.isAccessible(look + " " + state);
    assertThat(
            (Boolean)
                page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth"))
        .as(look + " " + state + " fits")
        .isTrue();
    assertThat((List<?>) page.evaluate(BROKEN)).as(look + " " + state).isEmpty();
  }
}
