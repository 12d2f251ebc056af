package ai.adraa.inbox.conformance.console;

import ai.adraa.inbox.conformance.support.Browser;
import ai.adraa.inbox.conformance.support.Browser.Visit;
import ai.adraa.inbox.conformance.support.MovableClock;
import ai.adraa.inbox.conformance.support.TestInbox;
import ai.adraa.inbox.conformance.support.TestInbox.SignedIn;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/**
 * For each test a new workspace, and a browser in which its admin visits the page Settings → API.
 * Static fields are not final: JUnit runs {@link #start} again for each class of tests.
 */
abstract class SettingsPage {
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

  void open() {
    if (visit.context.cookies().isEmpty()) {
      visit.as(admin);
    }
    visit.open("/app/" + workspace + "/settings/api");
    // The list, or what stands in its place.
    page.locator("main table, main h2").waitFor();
  }

  String create(String name) {
    createButton().click();
    page.getByLabel("Name").fill(name);
    dialogButton("Create token").click();
    return page.locator("dialog .secret").textContent();
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
