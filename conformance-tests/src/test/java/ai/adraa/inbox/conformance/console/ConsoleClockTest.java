package ai.adraa.inbox.conformance.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.notNullValue;

import com.microsoft.playwright.Clock;
import com.microsoft.playwright.options.AriaRole;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A browser whose clock is wrong shows ages by the server's. */
@Tag("once")
class ConsoleClockTest extends SettingsPage {
  private static final Duration DAYS = Duration.ofDays(3);

  @Test
  void aTokenUsedNowIsRecentInABrowserWhoseClockIsDaysAhead() {
    use("In use");
    setClockOfBrowser(Instant.now().plus(DAYS));
    open();

    assertThat(row("In use")).containsText("just now");
    assertThat(row("In use")).not().containsText("ago");
    row("In use").getByRole(AriaRole.BUTTON).click();
    assertThat(page.locator("dialog")).containsText("A system is probably still using it");
  }

  @Test
  void aTokenUsedDaysAgoIsNotRecentInABrowserWhoseClockIsDaysBehind() {
    CLOCK.advance(DAYS.negated());
    try {
      visit();
      use("Idle");
      setClockOfBrowser(Instant.now().minus(DAYS));
      open();

      assertThat(row("Idle")).containsText("3 days ago");
      row("Idle").getByRole(AriaRole.BUTTON).click();
      assertThat(page.locator("dialog")).containsText("Last used 3 days ago");
    } finally {
      CLOCK.advance(DAYS);
    }
  }

  private void use(String name) {
    inbox.verify(inbox.createToken(admin, name).secret()).then().statusCode(200);
    // The last use is written with a delay.
    await()
        .untilAsserted(
            () ->
                inbox
                    .request(admin)
                    .get("/api/v1/workspaces/{id}/tokens", admin.workspaceId())
                    .then()
                    .body("tokens.lastUsedAt", everyItem(notNullValue())));
  }

  private void setClockOfBrowser(Instant time) {
    visit.context.clock().install(new Clock.InstallOptions().setTime(Date.from(time)));
  }
}
