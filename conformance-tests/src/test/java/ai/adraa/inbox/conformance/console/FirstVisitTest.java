package ai.adraa.inbox.conformance.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.microsoft.playwright.CDPSession;
import com.microsoft.playwright.options.LoadState;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A first visit, with nothing in the browser's cache, loads little. */
@Tag("once")
class FirstVisitTest extends SettingsPage {
  private static final int MOST_BYTES = 60 * 1024;
  private static final int MOST_REQUESTS = 16;

  /** The address of each request by its id. */
  private final Map<String, String> requests = new ConcurrentHashMap<>();

  private final AtomicInteger bytes = new AtomicInteger();

  @BeforeEach
  void measure() {
    requests.clear();
    bytes.set(0);
    CDPSession network = visit.context.newCDPSession(page);
    network.on(
        "Network.requestWillBeSent",
        event ->
            requests.put(
                event.get("requestId").getAsString(),
                event.getAsJsonObject("request").get("url").getAsString()));
    // The icon of the tab is also the logo on the page.
    network.on(
        "Network.responseReceived",
        event -> {
          if (event.getAsJsonObject("response").get("fromDiskCache").getAsBoolean()) {
            requests.remove(event.get("requestId").getAsString());
          }
        });
    // As it came over the network: the head, and the body in its encoding.
    network.on(
        "Network.loadingFinished",
        event -> bytes.addAndGet(event.get("encodedDataLength").getAsInt()));
    network.send("Network.enable", new JsonObject());
  }

  @Test
  void ofTheSignIn() {
    visit.open("/app");
    assertThat(page.getByLabel("Email")).isFocused();
    assertLittle();
  }

  @Test
  void ofTheList() {
    inbox.createToken(admin, "CRM");
    open();
    assertThat(row("CRM")).isVisible();
    assertThat(tab("All")).hasText("All 1");
    assertLittle();
  }

  private void assertLittle() {
    page.waitForLoadState(LoadState.NETWORKIDLE);
    assertThat(requests.values()).as("%s", requests.values()).hasSizeBetween(5, MOST_REQUESTS);
    assertThat(bytes.get()).as("bytes of %s", requests.values()).isBetween(10_000, MOST_BYTES);
  }
}
