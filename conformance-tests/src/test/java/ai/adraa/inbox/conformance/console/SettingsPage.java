package ai.adraa.inbox.conformance.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
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
import com.microsoft.playwright.options.AriaRole;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntFunction;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/**
 * For each test a new workspace, and a browser in which its admin visits the page Settings → API.
 * Static fields are not final: JUnit runs {@link #start} again for each class of tests.
 */
abstract class SettingsPage {
  static final Page.GetByLabelOptions EXACTLY = new Page.GetByLabelOptions().setExact(true);
  static final MovableClock CLOCK = new MovableClock();
  static Browser browser;
  static TestInbox inbox;
  private static int workspaces;

  String workspace;
  SignedIn admin;
  Visit visit;
  Page page;

  @BeforeAll
  static void start() {
    browser = Browser.launch();
    inbox = TestInbox.builder().clock(CLOCK).start();
  }

  @AfterAll
  static void stop() {
    if (browser != null) {
      inbox.close();
      browser.close();
    }
  }

  @BeforeEach
  void setClock() {
    CLOCK.advance(Duration.between(CLOCK.instant(), Instant.now()));
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

  /** Another visit of the same admin, who has nothing but a new session. */
  void visitAgain() {
    leave();
    admin = inbox.signIn("admin@" + workspace + ".example");
    visit = browser.visit(inbox.url());
    page = visit.page;
  }

  void open() {
    open("");
    // The list, or what stands in its place.
    page.locator("main table, main h2, main .empty").first().waitFor();
  }

  void openToken(NewToken token) {
    open("/tokens/" + token.id());
    assertThat(badge()).isVisible();
  }

  /** The status of the token whose page is open. */
  Locator badge() {
    return page.locator(".token-title .badge");
  }

  /** Opens the page at this address below Settings → API, signed in as the admin. */
  void open(String path) {
    if (visit.context.cookies().isEmpty()) {
      visit.as(admin);
    }
    visit.open(settings() + path);
  }

  String settings() {
    return "/app/" + workspace + "/settings/api";
  }

  /** Lets this time pass in the browser. The page is opened with {@link #stopClock}. */
  void pass(Duration time) {
    page.clock().fastForward(time.toMillis());
  }

  /** From here on, only {@link #pass} makes the page wait for long. */
  void stopClock() {
    visit.context.clock().install();
  }

  void createTokens(int count, IntFunction<String> name) {
    try (LoadConnection connection = new LoadConnection(inbox.url())) {
      for (int i = 0; i < count; i++) {
        Assertions.assertThat(connection.send(LoadConnection.create(admin, name.apply(i))).status())
            .isEqualTo(201);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Creates a token with these fields and its name. */
  NewToken createToken(String name, Map<String, Object> fields) {
    Map<String, Object> body = new HashMap<>(fields);
    body.put("name", name);
    return newToken(asAdmin().body(body).post(api("/tokens")));
  }

  /** Replaces a token as another admin or program does it. */
  NewToken replace(NewToken token) {
    return newToken(asAdmin().body(Map.of()).post(api("/tokens/" + token.id() + "/replace")));
  }

  private static NewToken newToken(Response response) {
    response.then().statusCode(201);
    return new NewToken(response.path("token.id"), response.path("secret"));
  }

  RequestSpecification asAdmin() {
    return inbox.request(admin).contentType(ContentType.JSON);
  }

  /** The address of a workspace's or a token's operations, such as "/tokens". */
  String api(String path) {
    return "/api/v1/workspaces/" + admin.workspaceId() + path;
  }

  /** Uses a token, and waits until the server shows that. */
  void use(NewToken token) {
    inbox.verify(token.secret()).then().statusCode(200);
    await()
        .untilAsserted(
            () ->
                asAdmin()
                    .get(api("/tokens/" + token.id()))
                    .then()
                    .body("token.lastUsedAt", notNullValue()));
  }

  String create(String name) {
    createButton().click();
    page.getByLabel("Name").fill(name);
    dialogButton("Create token").click();
    return page.locator("dialog .secret").textContent();
  }

  Locator heading() {
    return page.locator("main h1");
  }

  Locator link(String name) {
    return page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName(name).setExact(true));
  }

  /** A tab above the list, whose name ends with its count. */
  Locator tab(String status) {
    return page.locator("nav[aria-label=Status] a").filter(text(status));
  }

  Locator revokeButton(String name) {
    return row(name)
        .getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName("Revoke " + name));
  }

  Locator toast() {
    return page.locator("#toasts .toast").last();
  }

  boolean isFocused(Locator locator) {
    return (Boolean) locator.evaluate("node => node === document.activeElement");
  }

  String clipboard() {
    return (String) page.evaluate("() => navigator.clipboard.readText()");
  }

  Locator row(String name) {
    return page.getByRole(AriaRole.ROW).filter(text(name));
  }

  Locator button(String name) {
    return page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name));
  }

  /** The button above the list or, if there are no tokens, the button that replaces the list. */
  Locator createButton() {
    return page.locator("main button:visible").filter(text("Create token"));
  }

  Locator dialogButton(String name) {
    return page.locator("dialog")
        .getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName(name).setExact(true));
  }

  static Locator.FilterOptions text(String text) {
    return new Locator.FilterOptions().setHasText(text);
  }
}
