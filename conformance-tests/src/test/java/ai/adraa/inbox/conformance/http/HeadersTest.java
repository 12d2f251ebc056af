package ai.adraa.inbox.conformance.http;

import static org.assertj.core.api.Assertions.assertThat;

import ai.adraa.inbox.conformance.support.RawHttp;
import ai.adraa.inbox.conformance.support.TestInbox;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Headers that cannot be parsed: no value of any header makes the server fail, and none harms the
 * next request on the connection.
 */
@Tag("once")
class HeadersTest {
  /** What is wrong in one header or the other. */
  private static final List<String> VALUES =
      List.of(
          "",
          ",",
          ";",
          ";;;",
          "=",
          "\"",
          "\"x",
          "\\",
          "undefined",
          "null",
          "a",
          "a/b/c",
          "a/",
          "/b",
          "*",
          "*/b",
          "a/b;",
          "a/b;q",
          "a/b;q=",
          "a/b;q=x",
          "a/b;q=2",
          "a/b;q=-1",
          "a/b;q=1.0000",
          "a/b;q=0.5;q=y",
          "a/b;charset",
          "a/b;charset=\"",
          "a/b;charset=nonsense",
          "a/b;charset=utf-8;charset=x",
          "application/json;q=x",
          "application/json;charset=\u00e9",
          "text/html, a/b;q=x",
          "en;q=x",
          "en-",
          "-",
          "x".repeat(300),
          "a/b;" + "c=d;".repeat(500),
          "\u00ff\u00fe",
          "$Version=abc",
          "Mon, 99 Foo 2026 99:99:99 GMT",
          "bytes=9-1",
          "W/\"",
          "%zz",
          "1 2",
          "-1",
          "99999999999999999999",
          "for=\"[::1",
          "<x>; rel");

  @AutoClose private static final TestInbox inbox = TestInbox.start();
  private static final TestInbox.SignedIn admin = inbox.workspace("acme");
  private static final String secret = inbox.createToken(admin, "CRM integration").secret();

  static Stream<String> names() {
    return Stream.of(
        ("Accept Accept-Charset Accept-Encoding Accept-Language Access-Control-Request-Headers"
                + " Access-Control-Request-Method Allow Authorization Cache-Control"
                + " Content-Disposition Content-Encoding Content-Language Content-Location"
                + " Content-Range Content-Type Cookie Date DNT ETag Forwarded From If-Match"
                + " If-Modified-Since If-None-Match If-Range If-Unmodified-Since Keep-Alive"
                + " Last-Modified Link Location Max-Forwards Origin Pragma Prefer"
                + " Proxy-Authorization Proxy-Connection Range Referer Sec-Fetch-Site TE Trailer"
                + " Upgrade User-Agent Via Warning X-Forwarded-For X-Forwarded-Host"
                + " X-Forwarded-Proto X-Http-Method-Override X-Request-Id")
            .split(" "));
  }

  @ParameterizedTest
  @MethodSource("names")
  void noValueOfAHeaderMakesTheServerFail(String name) {
    String session = name.equals("Cookie") ? "X: y" : "Cookie: adraa_session=" + admin.session();
    String token = name.equals("Authorization") ? "X: y" : "Authorization: Bearer " + secret;
    for (String value : VALUES) {
      String header = name + ": " + value;
      for (byte[] request :
          List.of(
              RawHttp.head("GET /api/v1/session HTTP/1.1", "Host: x", session, header),
              RawHttp.head("GET /api/v1/me HTTP/1.1", "Host: x", token, header),
              RawHttp.head("HEAD /api/v1/me?x HTTP/1.1", "Host: x", token, header),
              RawHttp.head("OPTIONS /api/v1/session HTTP/1.1", "Host: x", header),
              RawHttp.head("GET /api/v1/none HTTP/1.1", "Host: x", header),
              RawHttp.head("GET / HTTP/1.1", "Host: x", header),
              withBody("GET /api/v1/session", session, header),
              withBody("POST /api/v1/session", "X: y", header))) {
        assertHarmless(header, request);
      }
    }
  }

  private static byte[] withBody(String line, String session, String header) {
    byte[] head =
        RawHttp.head(
            line + " HTTP/1.1",
            "Host: x",
            session,
            header.startsWith("Content-Type:")
                ? header
                : header + "\r\nContent-Type: application/json",
            "Content-Length: 2");
    byte[] request = new byte[head.length + 2];
    System.arraycopy(head, 0, request, 0, head.length);
    request[head.length] = '{';
    request[head.length + 1] = '}';
    return request;
  }

  /** Sends it and then a verification on the same connection. */
  private static void assertHarmless(String header, byte[] request) {
    try (RawHttp connection = new RawHttp(inbox.url())) {
      connection.send(request);
      connection.send(
          "GET /api/v1/me HTTP/1.1",
          "Host: x",
          "Connection: close",
          "Authorization: Bearer " + secret);
      String received = connection.untilClosed();
      List<String> statuses = RawHttp.statuses(received);
      assertThat(statuses).as("%s\n%s", header, received).isNotEmpty();
      assertThat(Integer.parseInt(statuses.get(0))).as("%s\n%s", header, received).isLessThan(500);
      if (statuses.size() == 1) {
        assertThat(received).as(header).containsIgnoringCase("\r\nConnection: close\r\n");
      } else {
        assertThat(statuses).as("%s\n%s", header, received).hasSize(2).last().isEqualTo("200");
      }
    }
  }

  /** Node's fetch sends "undefined", other clients an empty type. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "undefined",
        "application/json",
        "text/plain",
        "a/b;q=x",
        ";",
        "a/b;charset=x"
      })
  void theTypeOfABodyThatIsNotThereIsIgnored(String type) {
    String header = "Content-Type: " + type;
    for (List<String> lines :
        List.of(
            List.of("GET /api/v1/me HTTP/1.1", "Authorization: Bearer " + secret),
            List.of("GET /api/v1/me?x HTTP/1.1", "Authorization: Bearer " + secret),
            List.of(
                "GET /api/v1/me HTTP/1.1", "Authorization: Bearer " + secret, "Content-Length: 0"),
            List.of("GET /api/v1/session HTTP/1.1", "Cookie: adraa_session=" + admin.session()))) {
      RawHttp.Answer answer =
          RawHttp.exchange(
              inbox.url(),
              Stream.concat(lines.stream(), Stream.of("Host: x", "Connection: close", header))
                  .toArray(String[]::new));
      assertThat(answer.status()).as("%s %s", lines, header).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "undefined", "text/plain", "a/b;q=x", ";", "application", "\""})
  void aBodyOfAnotherTypeIsNotRead(String type) {
    RawHttp.Answer answer =
        RawHttp.exchange(
            inbox.url(),
            "{}".getBytes(StandardCharsets.US_ASCII),
            "POST /api/v1/session HTTP/1.1",
            "Host: x",
            "Connection: close",
            "Content-Length: 2",
            "Content-Type: " + type);

    assertThat(answer.status()).isEqualTo(415);
    assertThat(answer.json().getString("error.code")).isEqualTo("UNSUPPORTED_MEDIA_TYPE");
  }

  /** A character that PostgreSQL cannot store is in no id, cursor, email, name or code. */
  @Test
  void nulIsRefusedOrNotFoundWhereverItIsSent() {
    String session = "Cookie: adraa_session=" + admin.session();
    String tokens = "/api/v1/workspaces/" + admin.workspaceId() + "/tokens";
    String events = "/api/v1/workspaces/" + admin.workspaceId() + "/audit-events";
    for (String path :
        List.of(
            "/api/v1/workspaces/%00/tokens",
            "/api/v1/workspaces/" + admin.workspaceId() + "%00/tokens",
            tokens + "/%00",
            tokens + "/c%00",
            tokens + "?cursor=MS4A",
            tokens + "?cursor=MS5jAAAA",
            tokens + "?cursor=%00",
            tokens + "?cursor=OTIyMzM3MjAzNjg1NDc3NTgwOC5jYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFh",
            tokens + "?status=%00",
            tokens + "?limit=%00",
            tokens + "?query=a%00",
            tokens + "?unusedSince=%00",
            tokens + "?sort=%00",
            tokens + "?sort=name&cursor=bmFtZToALmNhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE",
            events + "?action=%00",
            events + "?tokenId=c%00",
            events + "?agentId=%00",
            events + "?since=%00",
            tokens + "?%00=x")) {
      RawHttp.Answer answer =
          RawHttp.exchange(
              inbox.url(), "GET " + path + " HTTP/1.1", "Host: x", "Connection: close", session);
      assertThat(answer.status()).as(path + answer.text()).isIn(200, 400, 404);
      if (path.contains("cursor=") || path.contains("query=") || path.contains("events?")) {
        assertThat(answer.status()).as(path).isEqualTo(400);
      }
    }
    for (String path : List.of("/%00/revoke", "/c%00/revoke")) {
      assertThat(inbox.request(admin).urlEncodingEnabled(false).post(tokens + path).statusCode())
          .as(path)
          .isIn(400, 404);
    }
    for (String body :
        List.of(
            "{'email':'a\\u0000@b.example'}",
            "{'email':'a@b.example','code':'12345\\u0000'}",
            "{'name':'a\\u0000b'}",
            "{'name':'\\u0000'}",
            "{'\\u0000':'x'}")) {
      for (String path : List.of("/api/v1/sign-in-codes", "/api/v1/session", tokens)) {
        int status =
            inbox
                .request(admin)
                .contentType("application/json")
                .body(body.replace('\'', '"'))
                .post(path)
                .statusCode();
        assertThat(status).as(path + body).isEqualTo(400);
      }
    }
  }
}
