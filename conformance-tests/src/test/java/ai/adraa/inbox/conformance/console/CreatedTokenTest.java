package ai.adraa.inbox.conformance.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import ai.adraa.inbox.conformance.support.TestInbox.NewToken;
import ai.adraa.inbox.conformance.support.Tool;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The dialog with a new secret: it waits for the first request, and its samples work. */
@Tag("once")
class CreatedTokenTest extends SettingsPage {
  private static final Duration LOOK = Duration.ofSeconds(4);

  @Test
  void itSaysWhenTheTokenWorks() {
    stopClock();
    open();
    String secret = create("CRM");
    assertThat(page.locator("dialog"))
        .containsText("Waiting for the first request with this token…");
    use(tokenOf(secret));
    pass(LOOK);
    assertThat(page.locator("dialog"))
        .containsText("It works. First used just now from 127.0.0.1.");
    // The use proves nothing about where the secret is stored.
    page.keyboard().press("Escape");
    assertThat(page.locator("dialog .secret")).isVisible();
  }

  @Test
  void itSaysThatTheTokenWasRevokedMeanwhile() {
    stopClock();
    open();
    NewToken token = tokenOf(create("CRM"));
    inbox.revoke(admin, token.id()).then().statusCode(200);
    pass(LOOK);
    assertThat(page.locator("dialog")).containsText("This token is already revoked.");
    page.getByLabel("I have stored the token").check();
  }

  @Test
  void eachSampleNamesThisServerAndOnlyTwoHoldTheSecret() {
    open();
    String secret = create("CRM");
    Map<String, Boolean> withSecret =
        Map.of("curl", true, ".env", true, "Java", false, "TypeScript", false, "Python", false);
    withSecret.forEach(
        (name, has) -> {
          String text = sample(name);
          assertThat(text).contains(inbox.url().toString());
          assertThat(text.contains(secret)).as(name).isEqualTo(has);
        });
    assertThat(page.getByRole(AriaRole.TAB)).hasCount(withSecret.size());
  }

  @Test
  void samplesRun(@TempDir Path folder) throws Exception {
    Tool.require("samples of the console", List.of("curl", "python3", "node", "sh"));
    open();
    String secret = create("CRM");
    assertWorks(folder, Map.of(), "sh", "-c", sample("curl"));

    Properties lines = new Properties();
    Path file = Files.writeString(folder.resolve(".env"), sample(".env"));
    try (var reader = Files.newBufferedReader(file)) {
      lines.load(reader);
    }
    assertThat(lines).containsEntry("ADRAA_URL", inbox.url().toString());
    Map<String, String> environment = Map.of("ADRAA_TOKEN", lines.getProperty("ADRAA_TOKEN"));
    assertThat(environment).containsValue(secret);
    assertWorks(
        folder,
        Map.of(),
        "sh",
        "-c",
        ". ./.env; curl -s \"$ADRAA_URL/api/v1/me\" -H \"Authorization: Bearer $ADRAA_TOKEN\"");

    write(folder, "sample.py", sample("Python"));
    assertWorks(folder, environment, "python3", "sample.py");
    write(folder, "sample.mjs", sample("TypeScript"));
    assertWorks(folder, environment, "node", "sample.mjs");
  }

  @Test
  void theSampleForJavaRuns(@TempDir Path folder) throws Exception {
    open();
    String secret = create("CRM");
    write(
        folder,
        "Sample.java",
        """
        import ai.adraa.inbox.client.*;
        import java.net.URI;
        class Sample {
          public static void main(String... args) throws Exception {
        %s
          }
        }
        """
            .formatted(sample("Java")));
    assertWorks(
        folder,
        Map.of("ADRAA_TOKEN", secret),
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-cp",
        System.getProperty("java.class.path"),
        "Sample.java");
  }

  private void assertWorks(Path folder, Map<String, String> environment, String... command)
      throws IOException, InterruptedException {
    assertThat(Tool.run(folder, 1, environment, command).succeeded().out())
        .as(String.join(" ", command))
        .contains(workspace);
  }

  private static void write(Path folder, String name, String text) throws IOException {
    Files.writeString(folder.resolve(name), text);
  }

  /** Chooses the sample, copies it, and returns what was copied. */
  private String sample(String name) {
    page.getByRole(AriaRole.TAB, new Page.GetByRoleOptions().setName(name).setExact(true)).click();
    page.locator("#sample .copy").click();
    assertThat(page.locator("#sample .copy")).hasText("Copied");
    return clipboard();
  }

  private NewToken tokenOf(String secret) {
    String id =
        asAdmin()
            .get(api("/tokens?query=" + secret.substring(0, 14)))
            .then()
            .extract()
            .path("tokens[0].id");
    return new NewToken(id, secret);
  }
}
