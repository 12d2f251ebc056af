package ai.adraa.inbox.conformance.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import ai.adraa.inbox.conformance.support.Browser.Visit;
import ai.adraa.inbox.conformance.support.TestInbox;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Response;
import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The console keeps a secret to itself, and lets no other page act for its user. */
@Tag("once")
class ConsoleSecurityTest extends SettingsPage {
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

    page.navigate(inbox.url() + inbox.assets() + "icon.svg");
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
    page.navigate(inbox.url() + inbox.assets() + "icon.svg");
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
        cached |= bytes.contains(inbox.assets() + "main.js");
      }
    }
    assertThat(cached).as("the profile's cache holds what may be kept").isTrue();
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
}
