package ai.adraa.inbox.conformance.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;

import com.microsoft.playwright.Route;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who cancels while a token is created learns what became of it. */
@Tag("once")
class CancelledTest extends SettingsPage {
  /** The create that the server has not answered yet. */
  private final AtomicReference<Route> held = new AtomicReference<>();

  @ParameterizedTest
  @ValueSource(strings = {"Cancel", "Escape"})
  void aTokenThatWasCreatedAllTheSameIsRevoked(String how) {
    beginToCreate();
    cancel(how);
    assertThat(dialogButton("Cancelling…")).isDisabled();
    held.get().resume();
    assertThat(toast()).hasText("Cancelled. CRM had already been created, so it was revoked.");
    assertThat(page.locator("dialog")).hasCount(0);
    // The list was loaded again.
    assertThat(row("CRM")).containsText("Revoked");
    assertStatuses("revoked");
    assertNotDead();
  }

  @ParameterizedTest
  @ValueSource(strings = {"Cancel", "Escape"})
  void ifTheServerRefusedNoTokenWasCreated(String how) {
    beginToCreate();
    cancel(how);
    held.get()
        .fulfill(
            new Route.FulfillOptions()
                .setStatus(429)
                .setHeaders(Map.of("Retry-After", "30"))
                .setBody("{\"error\":{\"code\":\"RATE_LIMIT_EXCEEDED\",\"message\":\"-\"}}"));
    assertThat(toast()).hasText("Cancelled. No token was created.");
    assertThat(page.locator("dialog")).hasCount(0);
    assertStatuses();
    assertNotDead();
  }

  @ParameterizedTest
  @ValueSource(strings = {"Cancel", "Escape"})
  void ifNoAnswerComesThatIsSaidAndTheListIsLoadedAgain(String how) {
    beginToCreate();
    cancel(how);
    assertThat(dialogButton("Cancelling…")).isDisabled();
    pass(Duration.ofSeconds(6));
    assertThat(page.locator("dialog"))
        .containsText(
            "The server did not say whether it had already created the token. If CRM is in the list");
    assertThat(dialogButton("Show the list")).isFocused();
    inbox.createToken(admin, "CRM");
    if (how.equals("Escape")) {
      page.keyboard().press("Escape");
    } else {
      dialogButton("Show the list").click();
    }
    assertThat(page.locator("dialog")).hasCount(0);
    assertThat(row("CRM")).isVisible();
    held.get().abort();
    assertNotDead();
  }

  @Test
  void anAnswerThatGetsLostLeavesTheTokenInTheList() {
    beginToCreate();
    cancel("Cancel");
    held.get().fetch();
    held.get().abort();
    assertThat(page.locator("dialog")).containsText("The server did not say whether");
    dialogButton("Show the list").click();
    assertThat(row("CRM")).containsText("Active");
    assertStatuses("active");
    assertNotDead();
  }

  @Test
  void aTokenThatCannotBeRevokedIsNamed() {
    beginToCreate();
    page.route("**/revoke", route -> route.fulfill(new Route.FulfillOptions().setStatus(500)));
    cancel("Cancel");
    held.get().resume();
    assertThat(page.locator("dialog"))
        .containsText("CRM had already been created, and could not be revoked:");
    dialogButton("Show the list").click();
    assertThat(row("CRM")).containsText("Active");
    assertNotDead();
  }

  @Test
  void whoDoesNotWaitTwiceMayStillCloseTheDialog() {
    beginToCreate();
    held.get().abort();
    assertThat(page.locator("dialog")).containsText("The token may have been created.");
    inbox.createToken(admin, "CRM");
    dialogButton("Cancel").click();
    assertThat(page.locator("dialog")).hasCount(0);
    assertThat(row("CRM")).isVisible();
    assertNotDead();
  }

  private void beginToCreate() {
    stopClock();
    open();
    held.set(null);
    page.route(
        "**/tokens",
        route -> {
          if (route.request().method().equals("POST")) {
            held.set(route);
          } else {
            route.resume();
          }
        });
    createButton().click();
    page.getByLabel("Name").fill("CRM");
    dialogButton("Create token").click();
    page.waitForCondition(() -> held.get() != null);
  }

  private void cancel(String how) {
    if (how.equals("Escape")) {
      page.keyboard().press("Escape");
    } else {
      dialogButton("Cancel").click();
    }
  }

  /** The console goes on as before: another token can be created. */
  private void assertNotDead() {
    page.unroute("**/tokens");
    create("After that");
    page.getByLabel("I have stored the token").check();
    dialogButton("Done").click();
    assertThat(row("After that")).containsText("Active");
  }

  private void assertStatuses(String... statuses) {
    asAdmin()
        .get(api("/tokens"))
        .then()
        .body("tokens.status", statuses.length == 0 ? empty() : contains(statuses));
  }
}
