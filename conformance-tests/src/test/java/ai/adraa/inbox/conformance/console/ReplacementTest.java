package ai.adraa.inbox.conformance.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import ai.adraa.inbox.conformance.support.TestInbox.NewToken;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Route;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** An admin replaces a token without an outage, also if something comes in between. */
class ReplacementTest extends SettingsPage {
  private static final String CREATE = "Create the new token";
  private static final String DEPLOY = "Deploy it";
  private static final String REVOKE = "Revoke the old token";
  private static final Duration REFRESH = Duration.ofSeconds(6);

  @Test
  void aTokenIsReplacedWhileItIsInUse() {
    String email = "admin@" + workspace + ".example";
    stopClock();
    visit.open("/app");
    page.getByLabel("Email").fill(email);
    String code = inbox.mail().codeMailedBy(() -> button("Send code").click());
    page.getByLabel("Code").fill(code);
    assertThat(h2("Connect your first system")).isVisible();
    String oldSecret = create("CRM");
    page.getByLabel("I have stored the token").check();
    dialogButton("Done").click();
    link("CRM").click();
    link("Replace").click();
    assertThat(step()).hasText("1" + CREATE);

    button(CREATE).click();
    String newSecret = secret();
    assertThat(page.locator("dialog")).containsText("Waiting for the first request");
    // The dialog is over the page, which is already at the next step.
    page.getByLabel("I have stored the token").check();
    dialogButton("Done").click();
    assertThat(step()).hasText("2" + DEPLOY);
    assertThat(heading()).isFocused();
    assertThat(page.locator("main")).not().containsText(newSecret);
    assertThat(panel("New token")).containsText("Waiting for its first request…");
    assertThat(panel("Old token"))
        .containsText("The new token has not been used yet. If you revoke the old one now");

    NewToken next = new NewToken(idOf(newSecret), newSecret);
    NewToken old = new NewToken(idOf(oldSecret), oldSecret);
    use(old);
    use(next);
    pass(REFRESH);
    assertThat(step()).hasText("3" + REVOKE);
    assertThat(panel("New token")).containsText(Pattern.compile("Used .* from 127.0.0.1"));
    assertThat(panel("Old token")).containsText(Pattern.compile("Last used .* from 127.0.0.1"));
    assertThat(panel("Old token"))
        .containsText("The old token was used within the last 24 hours. Check that every system");

    CLOCK.advance(Duration.ofHours(2));
    try {
      // The browser learns the time from the Date header, so it passes there.
      pass(Duration.ofHours(2));
      use(next);
      Locator revoke = button(REVOKE);
      revoke.click();
      dialogButton("Revoke token").click();
    } finally {
      CLOCK.advance(Duration.ofHours(-2));
    }
    assertThat(h2("Replaced")).isVisible();
    assertThat(page.locator("main")).containsText("is revoked.");
    assertThat(page.locator(".steps .done")).hasCount(3);
    inbox.verify(oldSecret).then().statusCode(401);
    inbox.verify(newSecret).then().statusCode(200);
    link("Show the new token").click();
    assertThat(page.locator(".token-facts").last()).containsText("Replaces");
  }

  @Test
  void anOldTokenThatIsNoLongerUsedCanBeRevokedWithoutAWarning() {
    CLOCK.advance(Duration.ofHours(-30));
    NewToken old;
    try {
      visit.close();
      visit();
      old = inbox.createToken(admin, "CRM");
      use(old);
    } finally {
      CLOCK.advance(Duration.ofHours(30));
    }
    visitAgain();
    use(replace(old));
    openReplace(old);
    assertThat(panel("Old token"))
        .containsText("The old token was not used within the last 24 hours.");
    assertThat(panel("Old token")).containsText("Last used 1 day ago");
  }

  @Test
  void whoLeavesComesBackToTheSameStep() {
    NewToken old = inbox.createToken(admin, "CRM");
    openReplace(old);
    assertComesBackTo(old, "1" + CREATE);
    NewToken next = replace(old);
    assertComesBackTo(old, "2" + DEPLOY);
    use(next);
    assertComesBackTo(old, "3" + REVOKE);
    inbox.revoke(admin, old.id()).then().statusCode(200);
    visit.open(settings() + "/tokens/" + old.id() + "/replace");
    assertThat(page.locator("main")).containsText("is revoked. The new one was last used");
  }

  /** By a reload, by the pages of the console, in another browser. */
  private void assertComesBackTo(NewToken old, String step) {
    page.reload();
    assertThat(step()).hasText(step);
    page.locator(".breadcrumb a").first().click();
    row(old.secret().substring(0, 14)).getByText("Replace").click();
    assertThat(step()).hasText(step);
    page.goBack();
    assertThat(row(old.secret().substring(0, 14))).isVisible();
    visitAgain();
    openReplace(old);
    assertThat(step()).hasText(step);
  }

  @Test
  void leavingWhileTheNewTokenIsCreatedStillShowsItsSecret() {
    NewToken old = inbox.createToken(admin, "CRM");
    openReplace(old);
    AtomicReference<Route> held = new AtomicReference<>();
    page.route("**/replace", held::set);
    button(CREATE).click();
    page.waitForCondition(() -> held.get() != null);
    link("Activity").click();
    assertThat(heading()).hasText("Activity");
    held.get().resume();
    inbox.verify(secret()).then().statusCode(200);
    dialogButton("Copy token").click();
    dialogButton("Done").click();
    assertThat(heading()).hasText("Activity");
  }

  @Test
  void aLostSecretIsRevokedAndTheReplacementBeginsAgain() {
    NewToken old = inbox.createToken(admin, "CRM");
    NewToken lost = replace(old);
    openReplace(old);
    button("Revoke the new token and start again").click();
    assertThat(page.locator("dialog")).containsText(lost.secret().substring(0, 14));
    dialogButton("Revoke token").click();
    assertThat(step()).hasText("1" + CREATE);
    assertThat(page.locator("main"))
        .containsText(
            "An earlier replacement, " + lost.secret().substring(0, 14) + "…, was revoked.");
    inbox.verify(lost.secret()).then().statusCode(401);
    inbox.verify(old.secret()).then().statusCode(200);

    button(CREATE).click();
    inbox.verify(secret()).then().statusCode(200);
    dialogButton("Copy token").click();
    dialogButton("Done").click();
    assertThat(page.locator(".steps [aria-current]")).isVisible();
  }

  @Test
  void ofTwoAdminsTheSecondSeesWhatTheFirstDid() {
    NewToken old = inbox.createToken(admin, "CRM");
    openReplace(old);
    NewToken first = replace(old);
    button(CREATE).click();
    assertThat(page.getByText("The token already has a replacement that is not revoked."))
        .isVisible();
    assertThat(page.locator("dialog")).hasCount(0);
    button("Show what happened").click();
    assertThat(step()).hasText("2" + DEPLOY);
    assertThat(panel("New token")).containsText(first.secret().substring(0, 14) + "…");
  }

  @Test
  void aTokenThatIsRevokedAlreadyIsReplacedInOneStep() {
    NewToken old = inbox.createToken(admin, "CRM");
    inbox.revoke(admin, old.id()).then().statusCode(200);
    openReplace(old);
    assertThat(page.locator("main"))
        .containsText("The old token is revoked, so nothing works with it any more.");
    assertThat(page.getByLabel("Old token", EXACTLY)).hasCount(0);
    button(CREATE).click();
    inbox.verify(secret()).then().statusCode(200);
    dialogButton("Copy token").click();
    dialogButton("Done").click();
    assertThat(h2("Replaced")).isVisible();
    inbox.verify(old.secret()).then().statusCode(401);
  }

  @Test
  void theOldTokenCanBeGivenAnEnd() {
    NewToken old = inbox.createToken(admin, "CRM");
    openReplace(old);
    page.getByLabel("Old token", EXACTLY).selectOption("Expires in 24 hours at the latest");
    page.getByLabel("Name").fill("CRM 2");
    button(CREATE).click();
    dialogButton("Copy token").click();
    dialogButton("Done").click();
    assertThat(panel("Old token")).containsText("by itself.");
    assertThat(panel("New token")).containsText("CRM 2");
    CLOCK.advance(Duration.ofHours(25));
    try {
      inbox.verify(old.secret()).then().statusCode(401);
    } finally {
      CLOCK.advance(Duration.ofHours(-25));
    }
  }

  private void openReplace(NewToken old) {
    open("/tokens/" + old.id() + "/replace");
    assertThat(page.locator(".steps")).isVisible();
  }

  /** The step that the page is at, with its number. */
  private Locator step() {
    return page.locator(".steps [aria-current=step]");
  }

  private Locator panel(String name) {
    return page.locator("section.panel").filter(new Locator.FilterOptions().setHas(h2(name)));
  }

  private Locator h2(String name) {
    return page.locator("h2:text-is('" + name + "')");
  }

  private String secret() {
    return page.locator("dialog .secret").textContent();
  }

  private String idOf(String secret) {
    return inbox.verify(secret).then().statusCode(200).extract().path("token.id");
  }
}
