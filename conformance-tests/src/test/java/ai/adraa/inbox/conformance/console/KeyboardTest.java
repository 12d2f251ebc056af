package ai.adraa.inbox.conformance.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Everything in the console can be done by keyboard, and the focus never gets lost. */
@Tag("once")
class KeyboardTest extends SettingsPage {
  private static final int FAR = 60;

  @Test
  void theDialogKeepsTheFocusAndReturnsIt() {
    open();
    Locator create = createButton();
    go(create);
    page.keyboard().press("Enter");
    assertThat(page.getByLabel("Name")).isFocused();
    for (int i = 0; i < 8; i++) {
      page.keyboard().press("Tab");
      assertThat(
              page.evaluate(
                  "() => document.activeElement === document.body"
                      + " || !!document.activeElement.closest('dialog')"))
          .isEqualTo(true);
    }
    page.keyboard().press("Escape");
    assertThat(create).isFocused();

    page.keyboard().press("Enter");
    assertThat(page.getByLabel("Name")).isFocused();
    page.keyboard().type("First");
    page.keyboard().press("Enter");
    press(dialogButton("Copy token"));
    assertThat(dialogButton("Copied")).isVisible();
    page.keyboard().press("Escape");
    // The button that opened the dialog was in the place of the list.
    assertThat(row("First")).isFocused();
  }

  @Test
  void theKeyboardIsEnough() {
    inbox.createToken(admin, "Another");
    visit.open("/app");
    assertThat(page.getByLabel("Email")).isFocused();
    page.keyboard().type("admin@" + workspace + ".example");
    String code = inbox.mail().codeMailedBy(() -> page.keyboard().press("Enter"));
    assertThat(page.getByLabel("Code")).isFocused();
    page.keyboard().type(code);
    assertThat(heading()).isFocused();

    press(createButton());
    assertThat(page.getByLabel("Name")).isFocused();
    page.keyboard().type("By keyboard");
    page.keyboard().press("Enter");
    assertThat(page.locator("dialog .secret")).isVisible();
    press(dialogButton("Copy token"));
    assertThat(dialogButton("Copied")).isVisible();
    go(tabOfSamples("curl"));
    page.keyboard().press("ArrowRight");
    assertThat(tabOfSamples(".env")).isFocused();
    page.keyboard().press("ArrowLeft");
    page.keyboard().press("ArrowLeft");
    assertThat(tabOfSamples("Python")).isFocused();
    assertThat(page.getByRole(AriaRole.TABPANEL)).containsText("import os");
    page.keyboard().press("Escape");
    assertThat(createButton()).isFocused();
    assertThat(row("By keyboard")).isVisible();

    goBack(page.getByLabel("Search tokens"));
    page.keyboard().type("by key");
    assertThat(row("Another")).hasCount(0);
    press(link("By keyboard"));
    assertThat(heading()).isFocused();
    assertThat(heading()).hasText("By keyboard");

    press(button("Edit"));
    assertThat(page.getByLabel("Name")).isFocused();
    page.keyboard().press("End");
    page.keyboard().type(" alone");
    page.keyboard().press("Enter");
    assertThat(heading()).hasText("By keyboard alone");

    press(link("Replace"));
    assertThat(heading()).hasText("Replace By keyboard alone");
    assertThat(heading()).isFocused();
    press(button("Create the new token"));
    assertThat(page.locator("dialog .secret")).isVisible();
    press(page.getByLabel("I have stored the token"), "Space");
    page.keyboard().press("Escape");
    assertThat(heading()).isFocused();
    press(button("Revoke the old token"));
    assertThat(dialogButton("Cancel")).isFocused();
    press(dialogButton("Revoke token"));
    assertThat(heading()).isFocused();
    assertThat(page.locator("main")).containsText("is revoked.");

    press(link("All tokens"));
    assertThat(heading()).isFocused();
    press(revokeButton("Another"));
    press(dialogButton("Revoke token"));
    assertThat(row("Another")).isFocused();
    assertThat(row("Another")).containsText("Revoked");

    goBack(link("Activity"));
    page.keyboard().press("Enter");
    assertThat(heading()).hasText("Activity");
    go(page.getByLabel("Event"));
    page.keyboard().type("Token rep");
    assertThat(page.locator("main tbody tr")).hasCount(1);
    goBack(button("Sign out"));
    page.keyboard().press("Enter");
    assertThat(page.getByText("You are signed out.")).isVisible();
    assertThat(page.getByLabel("Email")).isFocused();
  }

  private Locator tabOfSamples(String name) {
    return page.getByRole(AriaRole.TAB, new Page.GetByRoleOptions().setName(name));
  }

  private void press(Locator target) {
    press(target, "Enter");
  }

  private void press(Locator target, String key) {
    go(target);
    page.keyboard().press(key);
  }

  private void go(Locator target) {
    go(target, "Tab");
  }

  private void goBack(Locator target) {
    go(target, "Shift+Tab");
  }

  /** Moves the focus key by key until it is there. */
  private void go(Locator target, String key) {
    assertThat(target).isVisible();
    for (int i = 0; i < FAR && !isFocused(target); i++) {
      page.keyboard().press(key);
    }
    assertThat(target).isFocused();
    assertThat((Boolean) target.evaluate("node => node.matches(':focus-visible')"))
        .as("the focus is visible")
        .isTrue();
  }
}
