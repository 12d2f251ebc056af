package ai.adraa.inbox.conformance.contract;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import ai.adraa.inbox.conformance.support.Browser;
import ai.adraa.inbox.conformance.support.Browser.Visit;
import ai.adraa.inbox.conformance.support.Contract;
import ai.adraa.inbox.conformance.support.TestInbox;
import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import io.swagger.v3.core.util.Json;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.examples.Example;
import io.swagger.v3.oas.models.media.Content;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The API reference in a real browser: it shows what it should, and asks no one else. */
@Tag("once")
class ReferenceTest {
  @AutoClose private static Browser browser;
  @AutoClose private static final TestInbox inbox = TestInbox.start();

  @BeforeAll
  static void start() {
    browser = Browser.launch();
    // The page is large, and the machine may be busy.
    PlaywrightAssertions.setDefaultAssertionTimeout(15_000);
  }

  @Test
  void aNewcomerFindsItFromTheRoot() {
    try (Visit visit = browser.visit(inbox.url()).open("/")) {
      visit.isAccessible("welcome");
      picture(visit.page, "welcome");
      link(visit.page, "API reference").click();
      assertThat(heading(visit.page, "Authentication guide")).isVisible();
      picture(visit.page, "reference");
      isCleanReference(visit);
    }
  }

  @Test
  void eachOperationHasALinkOfItsOwnWithSamplesAndAnExampleOfEachAnswer() {
    for (Operation operation : operations()) {
      String tag = operation.getTags().get(0).toLowerCase(Locale.ROOT);
      String link = "/docs/#tag/%s/%s".formatted(tag, operation.getOperationId());
      try (Visit visit = browser.visit(inbox.url()).open(link)) {
        Locator section = section(visit, operation.getOperationId());
        assertThat(section.getByRole(AriaRole.HEADING).first()).hasText(operation.getSummary());
        assertThat(section).isInViewport();
        // Only one system sends an operation with this extension, so it has no samples.
        if (operation.getExtensions() == null
            || !operation.getExtensions().containsKey("x-only-caller")) {
          showsSamples(visit, section);
        }
        Locator shown = section.locator("pre").last();
        examples(operation)
            .forEach(
                (status, example) -> {
                  section
                      .getByRole(AriaRole.TAB, new Locator.GetByRoleOptions().setName(status))
                      .click();
                  assertThat(shown).containsText(mark(example));
                });
        isCleanReference(visit);
      }
    }
  }

  private static void showsSamples(Visit visit, Locator section) {
    // The lines of a sample are numbered.
    Locator sample = section.locator("pre:has(> code > .line)").first();
    // Nobody must paste a sample that sends a token to another host.
    assertThat(sample).containsText('"' + inbox.url().toString() + "/api/v1/");
    section.getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName("curl")).click();
    visit.page.getByRole(AriaRole.OPTION, new Page.GetByRoleOptions().setName("Python")).click();
    assertThat(sample).containsText("import adraa_inbox");
    assertThat(sample).containsText("\"" + inbox.url() + "\"");
  }

  @Test
  void theNavigationShowsTheOperationsOfIntegratorsFirst() {
    try (Visit visit = browser.visit(inbox.url()).open("/docs/")) {
      String navigation = visit.page.getByRole(AriaRole.NAVIGATION).first().innerText();
      assertThat(navigation.lines().map(String::strip).filter(line -> !line.isEmpty()))
          .containsSubsequence(
              "For integrations",
              "Verify a token",
              "For the console",
              "Request a sign-in code",
              "Sign in",
              "Create an API token");
      isCleanReference(visit);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "verification/verifyToken | Authorization: Bearer adraa_…: a workspace API token",
        "session/signIn | \"credential\": \"bearer\"",
        "session/getSession | Authorization: Bearer adraa_session_…: the secret of a console session",
        "tokens/createToken | Cookie: adraa_session=…: the cookie that signIn sets"
      })
  void anOperationTellsTheCredentialsThatItAcceptsAndEachExampleOfItsRequest(
      String link, String text) {
    try (Visit visit = browser.visit(inbox.url()).open("/docs/#tag/" + link)) {
      assertThat(section(visit, link.replaceAll(".*/", ""))).containsText(text);
      isCleanReference(visit);
    }
  }

  @Test
  void searchFindsAnOperation() {
    try (Visit visit = browser.visit(inbox.url()).open("/docs/")) {
      visit.page.keyboard().press("Control+k");
      visit.page.keyboard().type("revoke");
      Locator found =
          visit.page.getByRole(AriaRole.DIALOG).getByText("Revoke an API token").first();
      assertThat(found).isVisible();
      picture(visit.page, "reference-search");
      found.click();
      assertThat(visit.page).hasURL(Pattern.compile("#tag/tokens/revokeToken$"));
      isCleanReference(visit);
    }
  }

  @Test
  void theFolderAloneOpensWithoutAServer() {
    URI page = Path.of("../openapi/target/reference/index.html").toUri().normalize();
    try (Visit visit = browser.visit(URI.create("file:/"))) {
      visit.page.navigate(page + "#tag/verification/verifyToken");
      assertThat(heading(visit.page, "Verify a token")).isInViewport();
      isCleanReference(visit);
    }
  }

  @Test
  void itIsReadableInTheDarkAndOnAPhone() {
    try (Visit visit =
        browser.visit(
            inbox.url(),
            options -> options.setViewportSize(390, 844).setColorScheme(ColorScheme.DARK))) {
      visit.open("/docs/#description/errors");
      assertThat(heading(visit.page, "Errors")).isInViewport();
      assertThat(
              (Boolean) visit.page.evaluate("document.documentElement.scrollWidth <= innerWidth"))
          .as("nothing is wider than the screen")
          .isTrue();
      picture(visit.page, "reference-phone-dark");
      isCleanReference(visit);
    }
  }

  /** Scalar tries whether it may compile code, and does without where, as here, it may not. */
  private static void isCleanReference(Visit visit) {
    assertThat(visit.offences())
        .allMatch(offence -> offence.equals("violated script-src"), "no more than Scalar's probe")
        .hasSizeLessThan(2);
  }

  private static List<Operation> operations() {
    return Contract.OPEN_API.getPaths().values().stream()
        .flatMap(path -> path.readOperations().stream())
        .toList();
  }

  /** By status, the first example of each answer that has a body. */
  private static Map<String, JsonNode> examples(Operation operation) {
    Map<String, JsonNode> examples = new TreeMap<>();
    operation
        .getResponses()
        .forEach(
            (status, response) -> {
              Content content = Contract.resolve(response).getContent();
              if (content != null) {
                Example first =
                    content.get("application/json").getExamples().values().iterator().next();
                examples.put(status, Json.mapper().valueToTree(Contract.resolve(first).getValue()));
              }
            });
    assertThat(examples).isNotEmpty();
    return examples;
  }

  /** What tells the example from others: an error's code, or else the resource's name. */
  private static String mark(JsonNode example) {
    JsonNode code = example.at("/error/code");
    JsonNode item = example.isArray() ? example.get(0) : example;
    return '"' + (code.isMissingNode() ? item.fieldNames().next() : code.asText()) + '"';
  }

  private static Locator section(Visit visit, String operationId) {
    return visit.page.locator("[id$='/" + operationId + "']").first();
  }

  private static Locator heading(Page page, String name) {
    return page.getByRole(
            AriaRole.HEADING, new Page.GetByRoleOptions().setName(name).setExact(true))
        .first();
  }

  private static Locator link(Page page, String name) {
    return page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName(name));
  }

  private static void picture(Page page, String name) {
    page.screenshot(
        new Page.ScreenshotOptions().setPath(Path.of("target/screenshots", name + ".png")));
  }
}
