package ai.adraa.inbox.conformance.http;

import static org.assertj.core.api.Assertions.assertThat;

import ai.adraa.inbox.conformance.support.RawHttp;
import ai.adraa.inbox.conformance.support.TestInbox;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** At an address that does not exist a browser gets a page, and a program the envelope. */
class NotFoundTest {
  // Safari's, too.
  private static final String FIREFOX =
      "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  @AutoClose private static final TestInbox inbox = TestInbox.start();

  @ParameterizedTest
  @ValueSource(
      strings = {
        FIREFOX,
        // Chrome and Edge
        "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,"
            + "*/*;q=0.8,application/signed-exchange;v=b3;q=0.7",
        // Firefox until version 131
        "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/png,"
            + "image/svg+xml,*/*;q=0.8",
        // Internet Explorer
        "text/html, application/xhtml+xml, */*",
        // An old Safari
        "application/xml,application/xhtml+xml,text/html;q=0.9,text/plain;q=0.8,image/png,*/*;q=0.5",
        // Lynx
        "text/html, text/plain, text/sgml, text/css, application/xhtml+xml, */*;q=0.01",
        // w3m
        "text/html, text/*;q=0.5, image/*, application/*, audio/*",
        "TEXT/HTML",
        "application/json;q=0.5, text/html;q=0.6"
      })
  void aBrowserGetsAPageWhereNothingIs(String accept) throws Exception {
    for (String path :
        List.of(
            "/none",
            "/docs/none",
            "/app/assets/none.js",
            "/appx",
            "/app;x",
            "/api",
            "/API/v1/me")) {
      HttpResponse<byte[]> page = plain("GET", path, "Accept", accept);
      assertThat(page.statusCode()).as(path).isEqualTo(404);
      isPageNotFound(
          name -> page.headers().firstValue(name).orElse(null),
          new String(page.body(), StandardCharsets.UTF_8));
      HttpResponse<byte[]> head = plain("HEAD", path, "Accept", accept);
      assertThat(head.statusCode()).isEqualTo(404);
      assertThat(head.body()).isEmpty();
      for (String name : List.of("Content-Type", "Content-Length", "Content-Security-Policy")) {
        assertThat(head.headers().firstValue(name)).isEqualTo(page.headers().firstValue(name));
      }
    }
    for (String path : List.of("/api/none", "/api/v1/workspaces", "/api/v1/me;x", "/%61pi/none")) {
      isEnvelope(plain("GET", path, "Accept", accept));
    }
    for (String path : List.of("/none", "/v1/me", "/app;x")) {
      isEnvelope(plain("GET", path, "Accept", accept, "Authorization", "Bearer adraa_x"));
    }
    for (String method : List.of("POST", "PUT", "DELETE", "OPTIONS")) {
      isEnvelope(plain(method, "/none", "Accept", accept));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "*/*",
        "application/json",
        "application/*",
        "application/json, text/plain, */*",
        "application/json, text/html;q=0.9",
        "text/html;q=0.5, application/json",
        "text/html;q=0.5, */*",
        "text/html;q=0, */*",
        "text/html;q=x",
        "text/plain",
        // Style sheets, images
        "text/css,*/*;q=0.1",
        "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8",
        "text/htmlx",
        "\"",
        "a/b;q=\"",
        ","
      })
  void aProgramGetsTheEnvelopeWhereNothingIs(String accept) throws Exception {
    for (String path : List.of("/none", "/docs/none", "/app/assets/none.js", "/app;x")) {
      isEnvelope(plain("GET", path, "Accept", accept));
      isEnvelope(plain("GET", path));
    }
  }

  /** Paths that Jetty rejects before any handler runs. */
  @ParameterizedTest
  @ValueSource(strings = {"/docs/%2e%2e/none", "/a//b", "/a%2fb", "/%ff", "/a%25b"})
  void aBrowserGetsAPageForAMalformedPathToo(String path) {
    RawHttp.Answer page = RawHttp.exchange(inbox.url(), request("GET", path, FIREFOX));
    assertThat(page.status()).isEqualTo(400);
    assertThat(page.header("Connection")).isEqualTo("close");
    isPageNotFound(page::header, page.text());
    for (String[] request :
        List.of(
            request("GET", path, "*/*"),
            request("POST", path, FIREFOX),
            request("GET", "/api" + path, FIREFOX))) {
      RawHttp.Answer answer = RawHttp.exchange(inbox.url(), request);
      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.text()).startsWith("{\"error\":");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/none", "/%ff"})
  void aMalformedHeaderOfTheNegotiationIsIgnored(String path) {
    for (String malformed : List.of("\"", "a/b;q=\"", "gzip;q=\"")) {
      RawHttp.Answer page =
          RawHttp.exchange(
              inbox.url(),
              "GET " + path + " HTTP/1.1",
              "Host: x",
              "Accept: " + FIREFOX,
              "Accept-Encoding: " + malformed,
              "Connection: close");
      isPageNotFound(page::header, page.text());
      RawHttp.Answer answer = RawHttp.exchange(inbox.url(), request("GET", path, malformed));
      assertThat(answer.text()).as(malformed).startsWith("{\"error\":");
    }
  }

  /** Jetty rejects these before it reads the headers, so nobody knows what the caller accepts. */
  @ParameterizedTest
  @ValueSource(strings = {"/%zz", "/%", "/a%00"})
  void aPathThatCannotBeParsedGetsTheEnvelope(String path) {
    RawHttp.Answer answer = RawHttp.exchange(inbox.url(), request("GET", path, FIREFOX));
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.json().getString("error.code")).isEqualTo("BAD_REQUEST");
  }

  private static String[] request(String method, String path, String accept) {
    return new String[] {
      method + " " + path + " HTTP/1.1", "Host: x", "Accept: " + accept, "Connection: close"
    };
  }

  private static void isPageNotFound(Function<String, String> header, String html) {
    assertThat(header.apply("Content-Type")).isEqualTo("text/html; charset=utf-8");
    assertThat(header.apply("Cache-Control")).isEqualTo("no-store");
    assertThat(header.apply("X-Content-Type-Options")).isEqualTo("nosniff");
    assertThat(header.apply("Referrer-Policy")).isEqualTo("no-referrer");
    assertThat(header.apply("X-Request-Id")).isNotBlank();
    assertThat(header.apply("Content-Security-Policy"))
        .contains("default-src 'none'")
        .isEqualTo(inbox.request().get("/app").header("Content-Security-Policy"));
    // The same for each path: it repeats nothing of the request.
    assertThat(html).isEqualTo(notFound()).contains("<h1>Page not found</h1>");
    assertThat(html).contains("href=\"/\"", "href=\"/docs/\"", "href=\"/app\"");
  }

  private static String notFound() {
    return RawHttp.exchange(inbox.url(), request("GET", "/none", FIREFOX)).text();
  }

  private static void isEnvelope(HttpResponse<byte[]> answer) {
    assertThat(answer.statusCode()).isEqualTo(404);
    assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/json");
    assertThat(new String(answer.body(), StandardCharsets.UTF_8))
        .startsWith("{\"error\":{\"code\":\"NOT_FOUND\"");
  }

  /** A request with these headers alone: REST Assured always adds Accept. */
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
}
