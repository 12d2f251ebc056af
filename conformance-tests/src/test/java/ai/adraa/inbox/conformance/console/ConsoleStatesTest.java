package ai.adraa.inbox.conformance.console;

import static org.assertj.core.api.Assertions.assertThat;

import ai.adraa.inbox.conformance.support.Browser;
import ai.adraa.inbox.conformance.support.Browser.Visit;
import ai.adraa.inbox.conformance.support.TestInbox;
import ai.adraa.inbox.conformance.support.TestInbox.SignedIn;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ReducedMotion;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every state of the console as people may see it: axe-core finds no barrier, and nothing is wider
 * than the screen. Leaves a picture of each in {@code target/screenshots}.
 */
@Tag("once")
class ConsoleStatesTest {
  enum Look {
    LIGHT(1280, 860, 1, ColorScheme.LIGHT),
    DARK(1280, 860, 1, ColorScheme.DARK),
    PHONE(360, 740, 1, ColorScheme.LIGHT),
    /** A screen of 1280 by 860 at 200 % zoom. */
    ZOOMED(640, 430, 2, ColorScheme.DARK);

    private final int width;
    private final int height;
    private final int scale;
    private final ColorScheme colours;

    Look(int width, int height, int scale, ColorScheme colours) {
      this.width = width;
      this.height = height;
      this.scale = scale;
      this.colours = colours;
    }
  }

  @AutoClose private static Browser browser;
  @AutoClose private static final TestInbox inbox = TestInbox.start();

  private Look look;
  private Visit visit;
  private Page page;

  @BeforeAll
  static void start() {
    browser = Browser.launch();
  }

  @ParameterizedTest
  @EnumSource
  void everyStateIsForEveryone(Look seen) {
    look = seen;
    String workspace = "acme-" + look.name().toLowerCase(Locale.ROOT);
    SignedIn admin = inbox.workspace(workspace);
    SignedIn agent = inbox.agent(workspace, "bob@" + workspace + ".example");
    String tokens = "/app/" + workspace + "/settings/api";

    begin();
    visit.open("/app");
    see("sign-in", "h1");
    page.getByLabel("Email").fill("admin@" + workspace + ".example");
    page.locator("form button.button-primary").click();
    see("code", "text=Check your email");
    page.getByLabel("Code").fill("000000");
    see("wrong-code", "text=This code is wrong");
    end();

    begin();
    visit.as(agent).open(tokens);
    see("not-admin", "text=Only workspace admins");
    visit.open("/app/nowhere/settings/api");
    see("unknown-workspace", "text=Workspace not found");
    end();

    begin();
    visit.as(admin).open(tokens);
    see("empty", "text=Connect your first system");
    inbox.verify(inbox.createToken(admin, "CRM integration").secret()).then().statusCode(200);
    inbox.revoke(admin, inbox.createToken(admin, "Old shop").id()).then().statusCode(200);
    inbox.createToken(admin, "Order notifications");
    inbox.createToken(admin, "Data warehouse");
    page.reload();
    see("list", "main table");

    page.locator("main button:visible", new Page.LocatorOptions().setHasText("Create")).click();
    see("create", "dialog");
    page.locator("dialog .button-primary").click();
    see("create-mistake", "dialog .field-error span");
    visit.context.setOffline(true);
    page.getByLabel("Name").fill("Order export");
    page.locator("dialog .button-primary").click();
    see("create-offline", "dialog .notice-error");
    visit.context.setOffline(false);
    page.locator("dialog form").evaluate("form => form.requestSubmit()");
    see("created", "dialog .secret");
    page.keyboard().press("Escape");
    see("created-not-stored", "dialog .field-error span");
    page.getByLabel("I have stored the token").check();
    page.keyboard().press("Escape");

    page.locator("tr", new Page.LocatorOptions().setHasText("CRM")).locator("button").click();
    see("revoke", "dialog .facts");
    page.locator("dialog .button-danger").click();
    see("revoked", "#toasts .toast");
    visit.context.clearCookies();
    page.reload();
    see("session-ended", "text=Sign in");
    end();
  }

  private void begin() {
    visit =
        browser.visit(
            inbox.url(),
            options ->
                options
                    .setViewportSize(look.width, look.height)
                    .setDeviceScaleFactor(look.scale)
                    .setColorScheme(look.colours)
                    // Else a picture is of colours on their way.
                    .setReducedMotion(ReducedMotion.REDUCE));
    page = visit.page;
  }

  private void end() {
    visit.isClean();
    visit.close();
  }

  private void see(String state, String what) {
    page.locator(what).first().waitFor();
    Path file = Path.of("target/screenshots", look.name().toLowerCase(Locale.ROOT), state + ".png");
    page.screenshot(new Page.ScreenshotOptions().setPath(file));
    visit.isAccessible(look + " " + state);
    assertThat(
            (Boolean)
                page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth"))
        .as(look + " " + state + " fits")
        .isTrue();
  }
}
