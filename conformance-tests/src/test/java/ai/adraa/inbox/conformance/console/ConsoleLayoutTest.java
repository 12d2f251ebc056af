package ai.adraa.inbox.conformance.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.adraa.inbox.conformance.support.TestInbox.NewToken;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.options.BoundingBox;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is on the page is where it can be seen, in the same words everywhere. */
@Tag("once")
class ConsoleLayoutTest extends SettingsPage {
  /** A phone, and a screen at 200 % zoom. */
  @ParameterizedTest
  @CsvSource({"360,740", "360,560", "640,430"})
  void nothingCoversTheSecret(int width, int height) {
    page.setViewportSize(width, height);
    open();
    create("CRM integration of the shop in the north, for orders");
    Locator secret = page.locator("dialog .secret");
    secret.scrollIntoViewIfNeeded();
    BoundingBox box = secret.boundingBox();
    BoundingBox foot = page.locator("dialog .dialog-actions").boundingBox();
    assertThat(box.y + box.height <= foot.y || foot.y + foot.height <= box.y)
        .as("secret %s..%s, footer %s..%s", box.y, box.y + box.height, foot.y, foot.y + foot.height)
        .isTrue();
    // Each corner of it is on top.
    assertThat(
            secret.evaluate(
                """
                node => [...node.getClientRects()].every(({ left, right, top, bottom }) =>
                    [[left + 2, top + 2], [right - 2, bottom - 2]].every(([x, y]) =>
                        node.contains(document.elementFromPoint(x, y))))
                """))
        .isEqualTo(true);
    dialogButton("Copy token").click();
    dialogButton("Done").click();
  }

  @ParameterizedTest
  @ValueSource(ints = {1280, 1920, 2560})
  void headerAndContentAlign(int width) {
    inbox.createToken(admin, "CRM");
    page.setViewportSize(width, 1000);
    open();
    BoundingBox brand = page.locator(".header .brand").boundingBox();
    BoundingBox sidebar = page.locator(".sidebar-workspace").boundingBox();
    BoundingBox account = page.locator(".header .account").boundingBox();
    BoundingBox content = page.locator("main table").boundingBox();
    assertThat(sidebar.x).isCloseTo(brand.x, within(2.0));
    assertThat(content.x + content.width).isCloseTo(account.x + account.width, within(2.0));
  }

  @Test
  void whoIsSignedInIsVisibleOnAPhone() {
    page.setViewportSize(360, 740);
    open();
    Locator name = page.locator(".account-name");
    assertThat(name).isInViewport();
    assertThat(name).containsText("admin");
    // Not cut to nothing.
    assertThat(name.boundingBox().width).isGreaterThan(30);
    assertThat(button("Sign out")).isInViewport();
  }

  @Test
  void aMessageAboutATokenDisappearsWithItsReader() {
    inbox.createToken(admin, "CRM");
    open();
    revokeButton("CRM").click();
    dialogButton("Revoke token").click();
    assertThat(toast()).hasText("Revoked CRM.");
    button("Sign out").click();
    assertThat(page.getByText("You are signed out.")).isVisible();
    // It would disappear by itself some seconds later.
    assertThat(page.locator("#toasts").textContent()).isEmpty();
    assertThat(page.locator("body")).not().containsText("CRM");
  }

  @Test
  void aNameThatAnotherActiveTokenHasIsHinted() {
    NewToken shop = inbox.createToken(admin, "Shop");
    inbox.revoke(admin, inbox.createToken(admin, "Old").id()).then().statusCode(200);
    open();
    createButton().click();
    fillName(" shop ");
    assertThat(page.locator("dialog .name-taken"))
        .containsText(
            "Another active token, "
                + shop.secret().substring(0, 14)
                + "…, already has this name.");
    for (String name : new String[] {"Old", "Sho", "Shop 2"}) {
      fillName(name);
      assertThat(page.locator("dialog .name-taken")).isEmpty();
    }
    page.keyboard().press("Escape");

    // A token's own name is not another's.
    openToken(shop);
    button("Edit").click();
    fillName("SHOP");
    assertThat(page.locator("dialog .name-taken")).isEmpty();
    page.keyboard().press("Escape");
  }

  /** Fills it in, and waits for the answer to whether it is taken. */
  private void fillName(String name) {
    page.waitForResponse(
            answer -> answer.url().contains("status=active&limit=100"),
            () -> page.getByLabel("Name").fill(name))
        .finished();
  }

  @ParameterizedTest
  @ValueSource(strings = {"de-DE", "ar-EG", "en-US"})
  void datesAndNumbersAreInOneLocale(String locale) {
    CLOCK.advance(Duration.ofDays(-40));
    NewToken token;
    String date =
        DateTimeFormatter.ofPattern("d MMM uuuu", Locale.UK)
            .format(CLOCK.instant().atOffset(ZoneOffset.UTC));
    try {
      visit.close();
      visit();
      token = inbox.createToken(admin, "CRM");
    } finally {
      CLOCK.advance(Duration.ofDays(40));
    }
    visit.close();
    admin = inbox.signIn("admin@" + workspace + ".example");
    visit = browser.visit(inbox.url(), options -> options.setLocale(locale).setTimezoneId("UTC"));
    page = visit.page;
    open();
    assertThat(page.evaluate("() => navigator.language")).isEqualTo(locale);
    assertThat(row("CRM")).containsText(date);
    openToken(token);
    assertThat(page.locator(".token-facts").last()).containsText(date + ", ");
    assertThat(page.locator(".usage figcaption")).containsText("0 requests in 30 days");
    open("/activity");
    assertThat(page.locator("table.events tbody tr").first()).containsText(date);
  }
}
