package ai.adraa.inbox.conformance.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.Response;
import com.microsoft.playwright.options.ColorScheme;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a browser keeps of the console, and what it shows at an address that does not exist. */
@Tag("once")
class BrowserPagesTest extends SettingsPage {
  /** The console's files that the page has loaded: path and bytes that came over the network. */
  private static final String LOADED =
      """
      folder => Object.fromEntries(performance.getEntriesByType('resource')
          .map(entry => [new URL(entry.name).pathname, entry.transferSize])
          .filter(([path]) => path.startsWith(folder)))
      """;

  @Test
  void onTheSecondVisitTheSignInPageLoadsNoFileAgain() {
    secondVisitLoadsNoFileAgain("/app", ".sign-in");
  }

  @Test
  void onTheSecondVisitTheListLoadsNoFileAgain() {
    inbox.createToken(admin, "CRM");
    visit.as(admin);
    secondVisitLoadsNoFileAgain("/app/" + workspace + "/settings/api", "main table");
  }

  private void secondVisitLoadsNoFileAgain(String path, String shown) {
    visit.open(path);
    page.locator(shown).waitFor();
    Map<String, Integer> first = loaded(page);
    assertThat(first).hasSizeGreaterThan(8);
    // The page may show the icon after the browser has loaded it for its tab.
    first.forEach(
        (file, bytes) -> assertThat(bytes > 0 || file.endsWith("/icon.svg")).as(file).isTrue());

    page.close();
    Page second = visit.context.newPage();
    second.navigate(path);
    second.locator(shown).waitFor();
    Map<String, Integer> again = loaded(second);
    assertThat(again).containsOnlyKeys(first.keySet());
    assertThat(again.values()).as("%s", again).allMatch(bytes -> bytes == 0);
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Integer> loaded(Page page) {
    return (Map<String, Integer>) page.evaluate(LOADED, inbox.assets());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/unknown", "/docs/unknown", "/app/assets/old/main.js", "/app;x", "/a//b", "/%ff"})
  void anUnknownAddressShowsAPage(String path) {
    Response response = page.navigate(inbox.url() + path);
    assertThat(response.status()).isIn(400, 404);
    assertThat(page.locator("h1")).hasText("Page not found");
    assertThat(page.locator("main")).not().containsText("unknown");
    List<String> links =
        page.locator("main a").all().stream().map(link -> link.getAttribute("href")).toList();
    assertThat(links).containsExactlyInAnyOrder("/", "/docs/", "/app");
    visit.isAccessible("page not found");
  }

  @Test
  void thePageNotFoundFitsANarrowScreenAndADarkOne() {
    page.setViewportSize(360, 640);
    page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.DARK));
    visit.open("/unknown");
    assertThat(page.evaluate("() => document.documentElement.scrollWidth")).isEqualTo(360);
    assertThat(page.evaluate("() => document.images[0].naturalWidth > 0")).isEqualTo(true);
    visit.isAccessible("page not found, dark");
  }
}
