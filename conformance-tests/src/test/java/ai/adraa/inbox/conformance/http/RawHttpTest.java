package ai.adraa.inbox.conformance.http;

import static org.assertj.core.api.Assertions.assertThat;

import ai.adraa.inbox.conformance.support.Contract;
import ai.adraa.inbox.conformance.support.RawHttp;
import ai.adraa.inbox.conformance.support.TestInbox;
import ai.adraa.inbox.conformance.support.WellFormed;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * HTTP as it comes over the wire, byte by byte. Runs against any server with {@code -DbaseUri=…
 * -Dtoken=…}, an active token's secret there.
 */
@Tag("any-server")
class RawHttpTest {
  @AutoClose private static TestInbox inbox;
  private static URI url;
  private static String secret;

  @BeforeAll
  static void start() {
    String baseUri = System.getProperty("baseUri", "");
    if (baseUri.isEmpty()) {
      inbox = TestInbox.start();
      url = inbox.url();
      secret = inbox.createToken(inbox.workspace("acme"), "CRM integration").secret();
    } else {
      url = URI.create(baseUri);
      secret = System.getProperty("token");
      assertThat(secret).as("-Dtoken, an active token of %s", url).startsWith("adraa_");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"Bearer", "bearer", "BEARER", "bEaReR"})
  void theSchemeIsMatchedInAnyCase(String scheme) {
    RawHttp.Answer answer = me("Authorization: " + scheme + " " + secret);

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.json().getString("token.id")).matches("c[a-z0-9]{24}");
  }

  /** The server answers the plain form on a shorter way than any other. */
  @ParameterizedTest
  @ValueSource(strings = {"valid", "missing", "malformed", "unknown", "another scheme", "two"})
  void theFormOfTheRequestDoesNotChangeTheAnswer(String token) {
    List<String> headers =
        switch (token) {
          case "valid" -> List.of("Authorization: Bearer " + secret);
          case "missing" -> List.of();
          case "malformed" -> List.of("Authorization: Bearer " + secret.substring(1));
          case "unknown" -> List.of("Authorization: Bearer " + WellFormed.token());
          case "another scheme" -> List.of("Authorization: Basic " + secret);
          default -> Collections.nCopies(2, "Authorization: Bearer " + secret);
        };
    RawHttp.Answer plain = me(headers.toArray(String[]::new));

    for (String other :
        List.of("Accept: */*;q=0.5", "Accept: application/*", "Content-Length: 0")) {
      List<String> more = new ArrayList<>(headers);
      more.add(other);
      RawHttp.Answer answer = me(more.toArray(String[]::new));

      assertThat(answer.status()).isEqualTo(plain.status());
      assertThat(answer.text()).isEqualTo(plain.text());
      assertThat(lasting(answer)).isEqualTo(lasting(plain));
    }
  }

  /** The headers that are not of one answer only. */
  private static Map<String, List<String>> lasting(RawHttp.Answer answer) {
    Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    headers.putAll(answer.headers());
    headers.remove("Date");
    headers.remove("X-Request-Id");
    return headers;
  }

  @Test
  void whiteSpaceAroundTheHeadersValueIsNoPartOfIt() {
    assertThat(me("aUTHORIZATION:   Bearer   " + secret + "  ").status()).isEqualTo(200);
  }

  @Test
  void noHeaderIsAMissingToken() {
    RawHttp.Answer answer = me();

    refused(answer, 401, "MISSING_TOKEN");
    assertThat(answer.header("WWW-Authenticate")).isEqualTo("Bearer realm=\"adraa-inbox\"");
  }

  static Stream<String> wrongAuthorizations() {
    return Stream.of(
        "Authorization:",
        "Authorization: Bearer",
        "Authorization: Bearer ",
        "Authorization: " + secret,
        "Authorization: Bearer" + secret,
        "Authorization: Bearer x",
        "Authorization: Bearer " + secret + "0",
        "Authorization: Bearer " + secret.substring(0, 53),
        "Authorization: Bearer " + secret.toUpperCase(Locale.ROOT),
        "Authorization: Bearer " + secret + " " + secret,
        "Authorization: Bearer " + secret + ", Bearer " + secret,
        "Authorization: Bearer \"" + secret + "\"",
        "Authorization: Bearer ädraa_" + secret.substring(6),
        "Authorization: Bearer " + secret.substring(0, 53) + "é",
        "Authorization: Bearer " + "a".repeat(4000),
        "Authorization: Basic " + secret,
        "Authorization: Digest username=\"x\"",
        "Authorization: Bearer " + secret + "\r\nAuthorization: Bearer " + secret,
        "Authorization: Bearer " + secret + "\r\nauthorization: Basic eDp5",
        "Authorization: Basic eDp5\r\nAuthorization: Bearer " + secret);
  }

  @ParameterizedTest
  @MethodSource("wrongAuthorizations")
  void anyOtherHeaderIsAnInvalidToken(String header) {
    RawHttp.Answer answer = me(header.split("\r\n"));

    refused(answer, 401, "INVALID_API_TOKEN");
    assertThat(answer.header("WWW-Authenticate"))
        .isEqualTo("Bearer realm=\"adraa-inbox\", error=\"invalid_token\"");
    assertThat(answer.text()).doesNotContain(secret);
  }

  @Test
  void aTokenIsAcceptedNowhereElse() {
    for (String path :
        List.of(
            "/api/v1/me?token=" + secret,
            "/api/v1/me?access_token=" + secret,
            "/api/v1/me?Authorization=Bearer%20" + secret)) {
      refused(get(path), 401, "MISSING_TOKEN");
    }
    refused(me("Cookie: token=" + secret), 401, "MISSING_TOKEN");
    refused(me("Cookie: adraa_session=" + secret), 401, "MISSING_TOKEN");
    refused(me("X-Api-Key: " + secret), 401, "MISSING_TOKEN");
    refused(me("Proxy-Authorization: Bearer " + secret), 401, "MISSING_TOKEN");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GARBAGE",
        "GET /api/v1/me HTTP/9.9",
        "GET /api/v1/me",
        "GET api/v1/me HTTP/1.1",
        "GET /api/v1/%zz HTTP/1.1",
        "GET /api/v1/%2e%2e%2fme HTTP/1.1",
        "G\u0001T /api/v1/me HTTP/1.1",
      })
  void whatIsNotHttpIsABadRequest(String requestLine) {
    refused(RawHttp.exchange(url, requestLine, "Host: x", "Connection: close"), 400, "BAD_REQUEST");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length: x",
        "Content-Length: -1",
        "Content-Length: 1\r\nContent-Length: 2",
        "Transfer-Encoding: nonsense",
        "Header with space: x",
      })
  void aMalformedHeaderIsABadRequest(String header) {
    List<String> lines = new ArrayList<>(List.of("GET /api/v1/me HTTP/1.1", "Host: x"));
    lines.addAll(List.of(header.split("\r\n")));

    refused(RawHttp.exchange(url, lines.toArray(String[]::new)), 400, "BAD_REQUEST");
  }

  @Test
  void aRequestWithoutHostIsABadRequest() {
    refused(RawHttp.exchange(url, "GET /api/v1/me HTTP/1.1"), 400, "BAD_REQUEST");
  }

  @Test
  void whatIsTooLargeIsRefused() {
    refused(get("/api/v1/" + "a".repeat(9000)), 414, "URI_TOO_LONG");
    refused(me("X-Large: " + "a".repeat(9000)), 431, "HEADERS_TOO_LARGE");
    byte[] body = " ".repeat(64 * 1024 + 1).getBytes(StandardCharsets.US_ASCII);
    refused(post("Content-Length: " + body.length, body), 413, "PAYLOAD_TOO_LARGE");
    byte[] chunk =
        (Integer.toHexString(body.length) + "\r\n" + " ".repeat(body.length) + "\r\n0\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII);
    refused(post("Transfer-Encoding: chunked", chunk), 413, "PAYLOAD_TOO_LARGE");
  }

  @Test
  void pathsAndMethodsThatAreNotThereAreTold() {
    refused(get("/api/v1/nonsense"), 404, "NOT_FOUND");
    refused(get("/api/v2/me"), 404, "NOT_FOUND");
    refused(get("/api"), 404, "NOT_FOUND");
    for (String method : List.of("POST", "PUT", "PATCH", "DELETE", "BREW")) {
      RawHttp.Answer answer =
          RawHttp.exchange(
              url,
              method + " /api/v1/me HTTP/1.1",
              "Host: x",
              "Content-Length: 0",
              "Connection: close");
      refused(answer, 405, "METHOD_NOT_ALLOWED");
      assertThat(answer.header("Allow").split(",\\s*"))
          .containsExactlyInAnyOrder("GET", "HEAD", "OPTIONS");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "//api/v1/me | The path contains an empty segment (//).",
        "/api//v1/me | The path contains an empty segment (//).",
        "/api/v1/me// | The path contains an empty segment (//).",
        "/api/v1/workspaces//tokens | The path contains an empty segment (//).",
        "/app//acme | The path contains an empty segment (//).",
        "/api/v1/%2E%2e/me | The path contains an encoded dot segment (%2e).",
        "/api/v1%2fme | The path contains an encoded slash (%2F).",
        "/api/v1/m%25e | The path contains an encoded percent sign (%25).",
        "/api/v1/m%01e | The path contains a character that is not allowed.",
        "/api/v1/m%c3%28 | The path contains percent encoding that is not valid.",
      })
  void whatIsWrongWithAPathIsSaid(String path, String message) {
    RawHttp.Answer answer = get(path);

    refused(answer, 400, "BAD_REQUEST");
    assertThat(answer.json().getString("error.message")).isEqualTo(message);
  }

  /** All but one that would revoke the token, and those of another system, which may be off. */
  static Stream<Arguments> operations() {
    return Contract.OPEN_API.getPaths().entrySet().stream()
        .filter(path -> !path.getKey().equals("/api/v1/me/revoke"))
        .flatMap(
            path ->
                path.getValue().readOperationsMap().keySet().stream()
                    .filter(
                        method -> !Contract.ofOneCaller().contains(method + " " + path.getKey()))
                    .map(method -> Arguments.of(method.name(), path.getKey())));
  }

  @ParameterizedTest
  @MethodSource("operations")
  void aSlashAtTheEndOfAPathChangesNothing(String method, String template) {
    String path = template.replaceAll("\\{\\w+}", "c" + "0".repeat(24));
    List<RawHttp.Answer> answers =
        Stream.of(path, path + "/")
            .map(
                sent ->
                    RawHttp.exchange(
                        url,
                        method + " " + sent + " HTTP/1.1",
                        "Host: x",
                        "Connection: close",
                        "Authorization: Bearer " + secret,
                        "Content-Length: 0"))
            .toList();

    assertThat(answers.get(1).status()).isEqualTo(answers.get(0).status()).isNotEqualTo(404);
    assertThat(answers.get(1).text()).isEqualTo(answers.get(0).text());
    assertThat(lasting(answers.get(1))).isEqualTo(lasting(answers.get(0)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "application/json;charset=iso-8859-1",
        "application/json; charset=utf-16",
        "application/json;version=1;q=0.4",
        "application/*;charset=x",
        "text/html, */*;charset=utf-8;q=0.1",
      })
  void parametersOfAcceptAreNoPartOfTheAnswersType(String accept) {
    for (String method : List.of("GET", "HEAD", "POST")) {
      for (String path :
          List.of("/api/v1/me", "/api/v1/me?x", "/api/v1/session", "/api/v1/none", "//")) {
        for (String token : List.of(secret, "x")) {
          RawHttp.Answer answer =
              RawHttp.exchange(
                  url,
                  method + " " + path + " HTTP/1.1",
                  "Host: x",
                  "Connection: close",
                  "Content-Length: 0",
                  "Authorization: Bearer " + token,
                  "Accept: " + accept);

          assertThat(answer.header("Content-Type"))
              .as("%s %s %s", method, path, answer.status())
              .isEqualTo("application/json");
        }
      }
    }
  }

  @Test
  void headIsGetWithoutTheBody() {
    String authorization = "Authorization: Bearer " + secret;
    RawHttp.Answer head =
        RawHttp.exchange(
            url, "HEAD /api/v1/me HTTP/1.1", "Host: x", "Connection: close", authorization);

    assertThat(head.status()).isEqualTo(200);
    assertThat(head.body()).isEmpty();
    assertThat(head.header("Content-Length")).isEqualTo("" + me(authorization).body().length);
  }

  @Test
  void optionsTellsTheMethods() {
    RawHttp.Answer options =
        RawHttp.exchange(url, "OPTIONS /api/v1/me HTTP/1.1", "Host: x", "Connection: close");

    assertThat(options.status()).isEqualTo(204);
    assertThat(options.body()).isEmpty();
    assertThat(options.header("Allow").split(",\\s*"))
        .containsExactlyInAnyOrder("GET", "HEAD", "OPTIONS");
  }

  private static RawHttp.Answer me(String... headers) {
    List<String> lines =
        new ArrayList<>(List.of("GET /api/v1/me HTTP/1.1", "Host: x", "Connection: close"));
    lines.addAll(List.of(headers));
    return RawHttp.exchange(url, lines.toArray(String[]::new));
  }

  private static RawHttp.Answer get(String path) {
    return RawHttp.exchange(url, "GET " + path + " HTTP/1.1", "Host: x", "Connection: close");
  }

  private static RawHttp.Answer post(String framing, byte[] body) {
    return RawHttp.exchange(
        url,
        body,
        "POST /api/v1/session HTTP/1.1",
        "Host: x",
        "Connection: close",
        "Content-Type: application/json",
        framing);
  }

  /** The one envelope, and nothing that tells how the server is made. */
  private static void refused(RawHttp.Answer answer, int status, String code) {
    assertThat(answer.status()).as(answer.text()).isEqualTo(status);
    assertThat(answer.header("Content-Type")).isEqualTo("application/json");
    assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
    assertThat(answer.header("X-Request-Id")).matches("c[a-z0-9]{24}");
    assertThat(answer.header("Server")).isNull();
    assertThat(answer.json().getString("error.code")).isEqualTo(code);
    assertThat(answer.json().getMap("").keySet()).isEqualTo(Set.of("error"));
    assertThat(answer.text())
        .doesNotContainIgnoringCase("jetty")
        .doesNotContainIgnoringCase("jersey")
        .doesNotContain("Exception");
  }
}
