package ai.adraa.inbox.conformance.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import ai.adraa.inbox.conformance.support.TestInbox.NewToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The page Activity: what happened in the workspace, filtered, and as a file. */
@Tag("once")
class ActivityPageTest extends SettingsPage {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration REFRESH = Duration.ofSeconds(11);

  @Test
  void filtersSelectEvents() {
    CLOCK.advance(Duration.ofDays(-10));
    LocalDate before = LocalDate.ofInstant(CLOCK.instant(), ZoneId.systemDefault());
    NewToken old;
    try {
      visit.close();
      visit();
      old = inbox.createToken(admin, "Old shop");
    } finally {
      CLOCK.advance(Duration.ofDays(10));
    }
    visitAgain();
    String bob = "bob@" + workspace + ".example";
    inbox.command("agent", "add", "--workspace", workspace, "--email", bob);
    inbox.createToken(admin, "CRM");
    inbox.revoke(admin, old.id()).then().statusCode(200);
    open("");
    link("Activity").click();
    assertThat(rows().first()).containsText("Token revoked");
    assertThat(rows().first()).containsText("Old shop");
    assertThat(rows().first()).containsText("admin@" + workspace + ".example");
    assertThat(rows().first()).containsText("127.0.0.1");
    assertThat(rows().filter(text(bob))).containsText("Member added");
    assertThat(rows().filter(text(bob))).containsText("on the command line");
    int all = rows().count();

    page.getByLabel("Event").selectOption("Token created");
    assertThat(rows()).hasCount(2);
    assertThat(page).hasURL(inbox.url() + settings() + "/activity?action=token-created");
    page.getByLabel("By").selectOption("admin@" + workspace + ".example");
    assertThat(rows()).hasCount(2);
    page.getByLabel("From").fill(before.plusDays(2).toString());
    assertThat(rows()).hasCount(1);
    assertThat(rows()).containsText("CRM");
    page.reload();
    assertThat(rows()).hasCount(1);
    assertThat(page.getByLabel("Event")).hasValue("token-created");
    page.getByLabel("From").fill("");
    page.getByLabel("To", EXACTLY).fill(before.plusDays(1).toString());
    assertThat(rows()).hasCount(1);
    assertThat(rows()).containsText("Old shop");

    rows().getByText("Old shop").click();
    link("Filter and export").click();
    assertThat(rows()).hasCount(2);
    assertThat(page.locator(".chip")).hasText("Token: Old shopShow all tokens");
    page.getByLabel("Event").selectOption("Member removed");
    assertThat(page.getByText("No events match.")).isVisible();
    assertThat(button("Export")).isDisabled();
    button("Show all events").click();
    assertThat(rows()).hasCount(all);
    assertThat(page).hasURL(inbox.url() + settings() + "/activity");
    page.goBack();
    assertThat(page.getByText("No events match.")).isVisible();
  }

  @Test
  void olderEventsFollowAndNewOnesAppear() {
    createTokens(130, i -> "System " + i);
    stopClock();
    open("/activity");
    int all = events("").size();
    assertThat(page.getByText("100 events shown, more available")).isVisible();
    assertThat(rows()).hasCount(100);
    button("Load more").click();
    assertThat(rows()).hasCount(all);
    assertThat(page.getByText(all + " events", new Page.GetByTextOptions().setExact(true)))
        .isVisible();
    // Also of a token that is not among the newest.
    assertThat(rows().filter(text("System 0")).getByText("System 0")).hasCount(0);

    inbox.createToken(admin, "Newest");
    pass(REFRESH);
    assertThat(rows().first()).containsText("Newest");
    assertThat(rows()).hasCount(all + 1);

    createTokens(101, i -> "Many " + i);
    pass(REFRESH);
    assertThat(rows().first()).containsText("Many 100");
    assertThat(page.getByText("100 events shown, more available")).isVisible();
  }

  @Test
  void theExportHasEachEventAsTheServerReturnsIt() throws IOException {
    createTokens(205, i -> "System " + i);
    inbox.createToken(admin, "عربي – ü \"quoted\" \\ </script>");
    inbox.command("agent", "add", "--workspace", workspace, "--email", "bob@b.example");
    open("/activity");
    Download file = page.waitForDownload(() -> button("Export").click());
    assertThat(file.suggestedFilename())
        .matches(workspace + "-activity-\\d{4}-\\d\\d-\\d\\d\\.ndjson");
    List<JsonNode> all = events("");
    assertThat(all).hasSizeGreaterThan(200);
    assertThat(exported(file)).isEqualTo(all);
    assertThat(toast()).hasText("Exported " + all.size() + " events.");

    page.getByLabel("Event").selectOption("Member added");
    assertThat(rows()).hasCount(2);
    file = page.waitForDownload(() -> button("Export").click());
    assertThat(exported(file)).isEqualTo(events("&action=agent-added"));
    assertThat(toast()).hasText("Exported 2 events.");
  }

  @Test
  void theExportWaitsWhenTheServerAsksForThatAndCanBeCancelled() throws IOException {
    createTokens(110, i -> "System " + i);
    stopClock();
    open("/activity");
    assertThat(button("Load more")).isVisible();
    List<Download> downloads = new CopyOnWriteArrayList<>();
    page.onDownload(downloads::add);
    refuseOnce();
    button("Export").click();
    assertThat(page.getByText("100 events. The server asks to wait 30 s…")).isVisible();
    assertThat(button("Export")).isDisabled();
    button("Cancel").click();
    assertThat(page.locator(".export")).isEmpty();
    assertThat(button("Export")).isEnabled();
    pass(Duration.ofSeconds(31));
    assertThat(page.locator("main")).not().containsText("Nothing was exported");
    assertThat(downloads).isEmpty();

    refuseOnce();
    Download file =
        page.waitForDownload(
            () -> {
              button("Export").click();
              assertThat(page.getByText("The server asks to wait 30 s…")).isVisible();
              pass(Duration.ofSeconds(31));
            });
    assertThat(exported(file)).isEqualTo(events(""));
    assertThat(downloads).hasSize(1);
  }

  @Test
  void aFailedExportSaysSoAndSavesNothing() {
    createTokens(110, i -> "System " + i);
    open("/activity");
    assertThat(button("Load more")).isVisible();
    page.route("**/audit-events?*cursor=*", route -> route.fulfill(answer(500)));
    button("Export").click();
    assertThat(page.getByText("Nothing was exported.")).isVisible();
    page.unroute("**/audit-events?*cursor=*");
    Download file = page.waitForDownload(() -> button("Try again").click());
    assertThat(file.failure()).isNull();
  }

  /** The next request for a further page is refused once, as by a rate limit. */
  private void refuseOnce() {
    AtomicInteger refusals = new AtomicInteger();
    page.unroute("**/audit-events?*cursor=*");
    page.route(
        "**/audit-events?*cursor=*",
        route -> {
          if (refusals.getAndIncrement() == 0) {
            route.fulfill(answer(429).setHeaders(Map.of("Retry-After", "30")));
          } else {
            route.resume();
          }
        });
  }

  private static Route.FulfillOptions answer(int status) {
    return new Route.FulfillOptions()
        .setStatus(status)
        .setBody("{\"error\":{\"code\":\"-\",\"message\":\"-\"}}");
  }

  private static List<JsonNode> exported(Download file) throws IOException {
    List<JsonNode> events = new ArrayList<>();
    for (String line : Files.readAllLines(file.path())) {
      events.add(JSON.readTree(line));
    }
    return events;
  }

  /** All events of the workspace as the server returns them. */
  private List<JsonNode> events(String filter) {
    List<JsonNode> events = new ArrayList<>();
    String cursor = "";
    do {
      JsonNode found =
          read(asAdmin().get(api("/audit-events?limit=100" + filter + cursor)).asString());
      found.get("events").forEach(events::add);
      cursor = found.has("nextCursor") ? "&cursor=" + found.get("nextCursor").asText() : "";
    } while (!cursor.isEmpty());
    return events;
  }

  private static JsonNode read(String json) {
    try {
      return JSON.readTree(json);
    } catch (IOException e) {
      throw new AssertionError(json, e);
    }
  }

  private Locator rows() {
    return page.locator("table.events tbody tr");
  }
}
