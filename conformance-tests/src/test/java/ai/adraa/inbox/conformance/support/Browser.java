package ai.adraa.inbox.conformance.support;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.Cookie;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The installed Chromium, without a window. Each visit is a profile of its own, and what a page
 * must never do is noted: break its Content-Security-Policy, fail in its script, ask another host.
 */
public final class Browser implements AutoCloseable {
  private static final List<String> NAMES =
      List.of("chromium", "chromium-browser", "google-chrome");
  private static final String AXE = resource("/axe.min.js");

  private final Path executable;
  private final Playwright playwright;
  private final com.microsoft.playwright.Browser browser;

  private Browser(Path executable) {
    this.executable = executable;
    playwright =
        Playwright.create(
            new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
    browser =
        playwright
            .chromium()
            .launch(
                new BrowserType.LaunchOptions()
                    .setExecutablePath(executable)
                    // As people have it; Playwright switches it off.
                    .setIgnoreDefaultArgs(List.of("--disable-back-forward-cache"))
                    .setArgs(List.of("--disable-gpu", "--disable-background-networking")));
  }

  /** Launches the browser; skips the test where there is none, unless REQUIRE_TOOLS is 1. */
  public static Browser launch() {
    Optional<Path> executable = find();
    if (executable.isEmpty()) {
      throw Tool.missing(
          "browser", "install Chromium, or name its program by -DCHROMIUM or the environment");
    }
    return new Browser(executable.get());
  }

  private static Optional<Path> find() {
    return Stream.of(System.getProperty("CHROMIUM"), System.getenv("CHROMIUM"))
        .filter(name -> name != null && !name.isBlank())
        .map(Path::of)
        .findFirst()
        .or(() -> NAMES.stream().flatMap(name -> Tool.find(name).stream()).findFirst());
  }

  /** Someone who has not signed in. */
  public Visit visit(URI url) {
    return visit(url, options -> {});
  }

  public Visit visit(URI url, Consumer<com.microsoft.playwright.Browser.NewContextOptions> more) {
    com.microsoft.playwright.Browser.NewContextOptions options =
        new com.microsoft.playwright.Browser.NewContextOptions()
            .setBaseURL(url.toString())
            .setLocale("en-GB")
            .setViewportSize(1280, 860)
            .setPermissions(List.of("clipboard-read", "clipboard-write"));
    more.accept(options);
    return new Visit(browser.newContext(options), url);
  }

  /** Someone whose profile is kept in the directory, as a browser with a window has it. */
  public Visit visitIn(Path profile, URI url) {
    return new Visit(
        playwright
            .chromium()
            .launchPersistentContext(
                profile,
                new BrowserType.LaunchPersistentContextOptions()
                    .setExecutablePath(executable)
                    .setBaseURL(url.toString())),
        url);
  }

  @Override
  public void close() {
    playwright.close();
  }

  /** One person's browser, with one page open. */
  public static final class Visit implements AutoCloseable {
    public final BrowserContext context;
    public final Page page;
    private final URI url;
    private final List<String> offences = new ArrayList<>();

    private Visit(BrowserContext context, URI url) {
      this.context = context;
      this.url = url;
      context.setDefaultTimeout(15_000);
      context.onConsoleMessage(
          message -> {
            String text = message.text();
            // The browser notes each answer that is an error; the page handles those.
            if (message.type().equals("error") && !text.startsWith("Failed to load resource")) {
              offences.add(text);
            }
          });
      context.onWebError(error -> offences.add(error.error()));
      context.onRequest(
          request -> {
            if (!request.url().startsWith(url + "/")) {
              offences.add("asked another host: " + request.url());
            }
          });
      context.addInitScript(
          "addEventListener('securitypolicyviolation',"
              + " event => console.error('violated ' + event.violatedDirective))");
      page = context.newPage();
    }

    /** As if signed in before. */
    public Visit as(TestInbox.SignedIn agent) {
      context.addCookies(
          List.of(
              new Cookie("adraa_session", agent.session())
                  .setUrl(url.toString())
                  .setHttpOnly(true)));
      return this;
    }

    public Visit open(String path) {
      page.navigate(path);
      return this;
    }

    /** Requires that axe-core finds no barrier on the page as it is now. */
    public void isAccessible(String state) {
      page.evaluate(AXE);
      Object violations =
          page.evaluate(
              """
              async () => (await axe.run()).violations.map(violation =>
                  violation.id + ': ' + violation.nodes.map(node => node.target.join(' ')).join(', '))
              """);
      assertThat((List<?>) violations).as("axe on: " + state).isEmpty();
    }

    public List<String> offences() {
      return offences;
    }

    /** Requires that the page did nothing of what it must never do. */
    public void isClean() {
      assertThat(offences).isEmpty();
    }

    @Override
    public void close() {
      context.close();
    }
  }

  private static String resource(String name) {
    try (InputStream in = Browser.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("Not on the class path: " + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
