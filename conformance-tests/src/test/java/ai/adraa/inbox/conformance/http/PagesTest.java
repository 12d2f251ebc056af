package ai.adraa.inbox.conformance.http;

import static org.assertj.core.api.Assertions.assertThat;

import ai.adraa.inbox.conformance.support.Contract;
import ai.adraa.inbox.conformance.support.RawHttp;
import ai.adraa.inbox.conformance.support.TestInbox;
import ai.adraa.inbox.server.InboxServer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.restassured.response.Response;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.Yaml;

/** The contract and the pages around it, as files over HTTP. */
class PagesTest {
  private static final Path FOLDER = Path.of("../openapi/target/reference");
  private static final Path CONSOLE = Path.of("../server/src/main/resources/console");
  // Safari's, too.
  private static final String FIREFOX =
      "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static final Pattern LINK = Pattern.compile("(?:href|src)=\"([^\"#]+)\"");

  private static final String URL = "http://inbox.example";

  @AutoClose private static final TestInbox inbox = TestInbox.builder().publicUrl(URL).start();

  @ParameterizedTest
  @CsvSource({
    "/, text/html; charset=utf-8",
    "/openapi.yaml, application/yaml",
    "/openapi.json, application/json",
    "/docs/, text/html; charset=utf-8",
    "/docs/contract.js, text/javascript; charset=utf-8",
    "/docs/scalar.js, text/javascript; charset=utf-8",
    "/docs/reference.css, text/css; charset=utf-8",
    "/docs/icon.svg, image/svg+xml",
    "/docs/openapi.yaml, application/yaml",
    "/docs/detection/gitleaks.toml, application/toml",
    "/docs/detection/check_token.py, text/x-python; charset=utf-8",
    "/docs/detection/test-vectors.json, application/json"
  })
  void eachIsKeptUntilItChanges(String path, String type) throws Exception {
    Response got = get(path);
    assertThat(got.statusCode()).isEqualTo(200);
    assertThat(got.contentType()).isEqualTo(type);
    assertThat(got.header("Cache-Control")).isEqualTo("no-cache");
    assertThat(got.header("Content-Security-Policy")).contains("frame-ancestors 'none'");
    assertThat(got.header("X-Content-Type-Options")).isEqualTo("nosniff");
    assertThat(got.header("Content-Encoding")).isEqualTo("gzip");

    Response known = inbox.request().header("If-None-Match", got.header("ETag")).get(path);
    assertThat(known.statusCode()).isEqualTo(304);
    assertThat(known.asByteArray()).isEmpty();
    Response other = inbox.request().header("If-None-Match", "\"other\"").get(path);
    assertThat(other.statusCode()).isEqualTo(200);

    HttpResponse<byte[]> compressed = plain("GET", path, "Accept-Encoding", "gzip");
    HttpResponse<byte[]> whole = plain("GET", path, "Accept-Encoding", "identity");
    assertThat(whole.body()).isEqualTo(got.asByteArray());
    assertThat(whole.headers().firstValue("Content-Encoding")).isEmpty();
    assertThat(compressed.body()).isNotEqualTo(whole.body());
    assertThat(compressed.headers().firstValue("ETag"))
        .isNotEqualTo(whole.headers().firstValue("ETag"));
    for (HttpResponse<byte[]> answer : List.of(compressed, whole)) {
      assertThat(answer.headers().firstValue("Vary")).hasValue("Accept-Encoding");
      HttpResponse<byte[]> head =
          plain("HEAD", path, "Accept-Encoding", answer == compressed ? "gzip" : "identity");
      assertThat(head.statusCode()).isEqualTo(200);
      assertThat(head.body()).isEmpty();
      for (String name :
          List.of("Content-Type", "Content-Encoding", "Content-Length", "ETag", "Vary")) {
        assertThat(head.headers().firstValue(name))
            .as(name)
            .isEqualTo(answer.headers().firstValue(name));
      }
    }
  }

  static Stream<String> assets() throws IOException {
    try (Stream<Path> files = Files.list(CONSOLE)) {
      return Stream.concat(Stream.of("icon.svg"), files.map(file -> file.getFileName().toString()))
          .filter(name -> name.matches(".+\\.(js|css|svg)"))
          .toList()
          .stream();
    }
  }

  @ParameterizedTest
  @MethodSource("assets")
  void aFileOfTheConsoleIsKeptForever(String name) throws Exception {
    String folder = inbox.assets();
    Response got = get(folder + name);
    assertThat(got.statusCode()).isEqualTo(200);
    assertThat(got.header("Cache-Control")).isEqualTo("public, max-age=31536000, immutable");
    assertThat(got.header("Content-Security-Policy")).contains("default-src 'none'");
    assertThat(got.header("X-Content-Type-Options")).isEqualTo("nosniff");
    assertThat(got.header("Content-Encoding")).isEqualTo("gzip");
    Path source = name.equals("icon.svg") ? FOLDER.resolve(name) : CONSOLE.resolve(name);
    assertThat(got.asString()).isEqualTo(Files.readString(source));

    String version = folder.substring("/app/assets/".length(), folder.length() - 1);
    String other = (version.startsWith("0") ? "1" : "0") + version.substring(1);
    for (String wrong :
        List.of(
            "/app/assets/" + name,
            "/app/assets/" + other + "/" + name,
            "/app/assets/" + version.substring(1) + "/" + name,
            "/app/assets/" + version.toUpperCase(Locale.ROOT) + "x/" + name,
            "/app/assets/" + version + "/" + version + "/" + name,
            "/console/" + name)) {
      Response none = get(wrong);
      assertThat(none.statusCode()).as(wrong).isEqualTo(404);
      assertThat(none.<String>path("error.code")).isEqualTo("NOT_FOUND");
      assertThat(none.header("Cache-Control")).isEqualTo("no-store");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "/, no-cache",
    "/app, no-store",
    "/app/acme/settings/api, no-store",
    "/none, no-store"
  })
  void thePagesThatUseTheConsolesFilesNameTheirVersion(String path, String caching)
      throws Exception {
    HttpResponse<byte[]> page = plain("GET", path, "Accept", FIREFOX);
    assertThat(page.headers().firstValue("Cache-Control")).hasValue(caching);
    String html = new String(page.body(), StandardCharsets.UTF_8);
    assertThat(html).contains("href=\"" + inbox.assets() + "style.css\"");
    assertThat(html.replace(inbox.assets(), "")).doesNotContain("/assets/");
    for (String link : links(html)) {
      assertThat(get(link).statusCode()).as(link).isEqualTo(200);
    }
    HttpResponse<byte[]> whole =
        plain("GET", path, "Accept", FIREFOX, "Accept-Encoding", "identity");
    HttpResponse<byte[]> gzip = plain("GET", path, "Accept", FIREFOX, "Accept-Encoding", "gzip");
    assertThat(whole.body()).isEqualTo(page.body());
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(gzip.body()))) {
      assertThat(in.readAllBytes()).isEqualTo(page.body());
    }
  }

  @Test
  void theIconOfBrowsersIsOneFileWithThreeSizes() throws Exception {
    HttpResponse<byte[]> icon = plain("GET", "/favicon.ico");
    assertThat(icon.statusCode()).isEqualTo(200);
    assertThat(icon.headers().firstValue("Content-Type")).hasValue("image/x-icon");
    assertThat(icon.headers().firstValue("Cache-Control")).hasValue("public, max-age=86400");
    ByteBuffer file = ByteBuffer.wrap(icon.body()).order(ByteOrder.LITTLE_ENDIAN);
    assertThat(List.of(file.getShort(), file.getShort())).containsExactly((short) 0, (short) 1);
    List<Integer> sizes = new ArrayList<>();
    for (int i = file.getShort(); i > 0; i--) {
      int width = file.get();
      file.position(file.position() + 7);
      int length = file.getInt();
      BufferedImage image =
          ImageIO.read(new ByteArrayInputStream(icon.body(), file.getInt(), length));
      assertThat(image.getWidth()).isEqualTo(width).isEqualTo(image.getHeight());
      sizes.add(width);
    }
    assertThat(sizes).containsExactlyInAnyOrder(16, 32, 48);

    HttpResponse<byte[]> head = plain("HEAD", "/favicon.ico");
    assertThat(head.headers().firstValue("Content-Length")).hasValue("" + icon.body().length);
    assertThat(get("/docs/icon.svg").header("Cache-Control")).isEqualTo("no-cache");
  }

  @Test
  void noAnswerOfTheApiIsCompressed() {
    TestInbox.SignedIn admin = inbox.workspace("acme");
    for (String path :
        List.of(
            "/api/v1/me",
            "/api/v1/session",
            "/api/v1/workspaces/" + admin.workspaceId() + "/tokens",
            "/api/v1/unknown")) {
      Response response = inbox.request(admin).header("Accept-Encoding", "gzip").get(path);
      assertThat(response.header("Content-Encoding")).as(path).isNull();
    }
  }

  @Test
  void theContractIsServedWithTheServersAddressAndAsTheSameJson() throws IOException {
    String yaml = text("/openapi.yaml");
    assertThat(yaml).isEqualTo(withUrl(Files.readString(Path.of("../openapi/adraa-inbox.yaml"))));
    ObjectMapper json = new ObjectMapper();
    JsonNode served = json.readTree(text("/openapi.json"));
    assertThat(served).isEqualTo(json.<JsonNode>valueToTree(new Yaml().load(yaml)));
    assertThat(get("/openapi.json").header("Access-Control-Allow-Origin")).isEqualTo("*");
  }

  @Test
  void thePageAtTheRootLeadsToTheReferenceAndTheConsole() {
    Set<String> links = links(text("/"));
    assertThat(links).contains("/docs/", "/app", "/openapi.yaml", "/openapi.json");
    for (String link : links) {
      assertThat(get(link).statusCode()).as(link).isEqualTo(200);
    }
  }

  @Test
  void theReferenceIsAFolderAndAlsoFoundWithoutTheSlash() {
    Response response = inbox.request().redirects().follow(false).get("/docs");
    assertThat(response.statusCode()).isEqualTo(301);
    assertThat(response.header("Location")).isEqualTo("/docs/");
  }

  @Test
  void allThatTheFolderHoldsIsServed() throws IOException {
    try (Stream<Path> files = Files.walk(FOLDER)) {
      Set<Path> all = files.filter(Files::isRegularFile).collect(Collectors.toSet());
      assertThat(all).hasSizeGreaterThan(10);
      for (Path file : all) {
        String name = FOLDER.relativize(file).toString();
        assertThat(text("/docs/" + (name.equals("index.html") ? "" : name)))
            .as(name)
            .isEqualTo(withUrl(Files.readString(file)));
      }
    }
  }

  @Test
  void theFolderNamesNothingOutsideItself() throws IOException {
    Set<String> links = links(Files.readString(FOLDER.resolve("index.html")));
    Pattern.compile("\\]\\(([^)]+)\\)")
        .matcher(guide())
        .results()
        .map(link -> link.group(1))
        // The page loads nothing from there: readers follow these links.
        .filter(link -> !link.startsWith("https://"))
        .forEach(links::add);
    assertThat(links).hasSizeGreaterThan(5);
    for (String link : links) {
      assertThat(FOLDER.resolve(link).normalize()).startsWith(FOLDER.normalize()).exists();
    }
  }

  @Test
  void theReferenceHasEveryErrorCodeAndASampleOfEveryOperationInEachLanguage() throws IOException {
    JsonNode contract = shown();
    for (JsonNode row : contract.get("x-error-codes")) {
      assertThat(guide())
          .contains(
              "| `%s` | %s | %s | %s |"
                  .formatted(
                      row.get("code").asText(),
                      row.get("status").asInt(),
                      row.get("meaning").asText(),
                      row.get("action").asText()));
    }
    int operations = 0;
    for (JsonNode path : contract.get("paths")) {
      for (JsonNode operation : path) {
        if (operation.has("operationId") && !operation.has("x-only-caller")) {
          assertThat(operation.get("x-codeSamples"))
              .extracting(sample -> sample.get("label").asText())
              .containsExactly("curl", "Java", "TypeScript", "Python");
          for (JsonNode sample : operation.get("x-codeSamples")) {
            // All lines indented but the first: the indentation of the program was left.
            assertThat(sample.get("source").asText()).doesNotMatch("(?s)\\S[^\n]*(\n(    .*)?)+");
          }
          operations++;
        }
      }
    }
    assertThat(operations).isEqualTo(15);
  }

  @Test
  void theGuideSaysWhatTheConsoleAndTheServerDo() throws IOException {
    // The page that integrators know; each sentence of it is a test of GuideTest.
    assertThat(guide().replaceAll("\\s+", " "))
        .contains("A token grants full API access to one workspace")
        .contains("Only workspace admins can create and revoke API tokens.")
        .contains("The full token is shown once, immediately after creation.")
        .contains("Requests without a valid token return 401 with the code `MISSING_TOKEN` or")
        .contains("Revocation is immediate: the next request with that token fails with 401")
        .contains("Revoked tokens stay in the list for audit purposes and cannot be re-enabled")
        .contains("```regex adraa_[0-9a-f]{48}\\b ```")
        .contains("If a token leaks, revoke it immediately and create a replacement.");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/docs/", "/openapi.yaml", "/app", "/docs"})
  void pagesAreReadOnly(String path) {
    Response response = inbox.request().post(path);
    assertThat(response.statusCode()).isEqualTo(405);
    assertThat(response.header("Allow")).isEqualTo("GET, HEAD");
    assertThat(response.<String>path("error.code")).isEqualTo("METHOD_NOT_ALLOWED");
  }

  /** Files that exist on the server's class path, but are not pages. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "/docs/../logback.xml",
        "/docs/%2e%2e/logback.xml",
        "/docs/..%2flogback.xml",
        "/docs/..%5clogback.xml",
        "/docs/..;/logback.xml",
        "/docs//../../logback.xml",
        "/app/assets/../../logback.xml",
        "/app/assets/%2e%2e/index.html",
        "/logback.xml",
        "/console/index.html",
        "/reference/index.html",
        "/db/sqlite/V2__audit_trail.sql"
      })
  void noOtherFileOfTheServerIsServed(String path) {
    for (String file : List.of("/logback.xml", "/console/index.html", "/reference/index.html")) {
      assertThat(InboxServer.class.getResource(file)).as(file).isNotNull();
    }
    RawHttp.Answer answer =
        RawHttp.exchange(inbox.url(), "GET " + path + " HTTP/1.1", "Host: x", "Connection: close");
    assertThat(answer.status()).isIn(400, 404);
    assertThat(answer.text()).startsWith("{\"error\":");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/docs/unknown.js", "/openapi.yml", "/docsx"})
  void whatIsNotThereIsA404(String path) {
    Response response = get(path);
    assertThat(response.statusCode()).isEqualTo(404);
    assertThat(response.<String>path("error.code")).isEqualTo("NOT_FOUND");
  }

  /**
   * A request with these headers alone: REST Assured always adds Accept, and gzip, which it undoes.
   */
  private static HttpResponse<byte[]> plain(String method, String path, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(inbox.url().resolve(path))
            .method(method, HttpRequest.BodyPublishers.noBody());
    if (headers.length > 0) {
      request.headers(headers);
    }
    return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
  }

  /** A file of the contract or the reference as it is served: with the server's address. */
  private static String withUrl(String text) {
    return text.replace(Contract.tree().requiredAt("/servers/0/url").asText(), URL);
  }

  private static JsonNode shown() throws IOException {
    String script = text("/docs/contract.js");
    return new ObjectMapper().readTree(script.substring(script.indexOf('{')));
  }

  private static String guide() throws IOException {
    return shown().at("/info/description").asText();
  }

  private static Set<String> links(String html) {
    return LINK.matcher(html)
        .results()
        .map(link -> link.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Response get(String path) {
    return inbox.request().get(path);
  }

  private static String text(String path) {
    return new String(get(path).asByteArray(), StandardCharsets.UTF_8);
  }
}
