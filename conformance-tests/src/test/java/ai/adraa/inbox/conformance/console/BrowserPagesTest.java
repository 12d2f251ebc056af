package ai.adraa.inbox.conformance.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a browser keeps of the console. */
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
    assertThat(first.values()).as("%s", first).allMatch(bytes -> bytes > 0);

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
}
