package ai.adraa.inbox.conformance.gateways;

import static org.assertj.core.api.Assertions.assertThat;

import ai.adraa.inbox.conformance.support.Cable;
import ai.adraa.inbox.conformance.support.RawHttp;
import ai.adraa.inbox.conformance.support.TestInbox;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The files of the page on gateways, run by the gateways that they are for. */
@Tag("partners")
@Tag("once")
class GatewaysTest {
  private static final String API = "/api/v1/me";
  private static final int LIMIT = 50;

  @TempDir private Path directory;
  @AutoClose private final Service service = new Service();

  @AutoClose
  private final TestInbox inbox =
      TestInbox.builder().rateLimit(LIMIT + "/h").trustedProxies("127.0.0.1").start();

  /** Between the gateway and the token server. */
  @AutoClose private final Cable cable = new Cable(inbox.url().getPort());

  private final TestInbox.SignedIn admin = inbox.workspace("acme");
  private final TestInbox.NewToken token = inbox.createToken(admin, "gateway");

  @ParameterizedTest
  @EnumSource
  void theServiceGetsTheIdentityFromTheGatewayOnly(Gateway.Product product) throws Exception {
    try (Gateway gateway = start(product)) {
      // Larger than a request that the token server accepts.
      byte[] body = "x".repeat(200_000).getBytes(StandardCharsets.US_ASCII);
      for (String method : List.of("POST", "PUT", "PATCH", "DELETE", "GET")) {
        List<String> lines =
            new ArrayList<>(
                List.of(
                    method + " /orders?of=today HTTP/1.1",
                    "Host: service",
                    "Authorization: Bearer " + token.secret(),
                    "X-Forwarded-For: 203.0.113.1",
                    // Would be 406 at the token server.
                    "Accept: text/html",
                    "Cookie: session=of-the-service",
                    "Content-Length: " + body.length,
                    // A proxy does not forward headers that Connection names.
                    "Connection: close, X-Workspace-Id, X-Workspace-Name, X-Token-Id"));
        for (String name : List.of("X-Workspace-Id", "X-Workspace-Name", "X-Token-Id")) {
          for (String spelling : spellings(name)) {
            lines.add(spelling + ": forged");
          }
        }
        assertThat(RawHttp.exchange(gateway.url(), body, lines.toArray(String[]::new)).status())
            .as(method)
            .isEqualTo(200);

        Service.Received received = last();
        assertThat(received.method()).isEqualTo(method);
        assertThat(received.target()).isEqualTo("/orders?of=today");
        assertThat(received.body()).isEqualTo(body);
        assertThat(received.values("X-Workspace-Id")).containsExactly(admin.workspaceId());
        assertThat(received.values("X-Workspace-Name")).containsExactly("acme");
        assertThat(received.values("X-Token-Id")).containsExactly(token.id());
        assertThat(received.values("X-Forwarded-For")).containsExactly("127.0.0.1");
        assertThat(received.values("Authorization")).isEmpty();
        assertThat(received.headers().toString())
            .contains("text/html", "session=of-the-service")
            .doesNotContain("forged", token.secret());
      }
    }
  }

  /** As a server that is older than the headers; the stand-in answers 200 to everything. */
  @ParameterizedTest
  @EnumSource
  void forgedHeadersAreRemovedEvenIfTheTokenServerSendsNone(Gateway.Product product)
      throws Exception {
    try (Service old = new Service();
        Gateway gateway = Gateway.start(product, directory, old.port(), service.port())) {
      get(
          gateway.url(),
          "/orders",
          "X-Workspace-Id: forged",
          "X-Workspace-Name: forged",
          "X-Token-Id: forged");

      assertThat(old.received()).hasSize(1);
      assertThat(last().headers().toString()).doesNotContain("forged");
    }
  }

  @ParameterizedTest
  @EnumSource
  void aRefusalIsThatOfTheTokenServer(Gateway.Product product) throws Exception {
    TestInbox.NewToken revoked = inbox.createToken(admin, "revoked");
    inbox.revoke(admin, revoked.id());
    try (Gateway gateway = start(product)) {
      for (String header :
          List.of(
              "X-None: none",
              "Authorization: Bearer " + revoked.secret(),
              "Authorization: Bearer none",
              "Authorization: Basic YWRhOmFkYQ==",
              "Authorization: Bearer " + admin.session())) {
        RawHttp.Answer direct = get(inbox.url(), API, header);
        for (String method : List.of("GET", "POST")) {
          RawHttp.Answer refused = exchange(gateway, method, header);
          assertThat(refused.status()).as("%s, %s", method, header).isEqualTo(401);
          assertThat(refused.text()).isEqualTo(direct.text());
          for (String same :
              List.of(
                  "Content-Type",
                  "WWW-Authenticate",
                  "RateLimit-Policy",
                  "Cache-Control",
                  "X-Content-Type-Options")) {
            assertThat(refused.header(same)).as(same).isEqualTo(direct.header(same));
          }
          assertThat(refused.header("X-Request-Id")).matches("c[a-z0-9]{24}");
          assertThat(refused.header("RateLimit")).startsWith("\"ip-address\";r=");
          refused.check("GET", API);
        }
      }
      assertThat(service.received()).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aRevokedTokenIsRefusedAtTheNextRequest(Gateway.Product product) throws Exception {
    try (Gateway gateway = start(product);
        RawHttp connection = new RawHttp(gateway.url())) {
      for (String name : List.of("first", "second", "third")) {
        TestInbox.NewToken next = inbox.createToken(admin, name);
        for (int request = 0; request < 2; request++) {
          assertThat(status(connection, next)).isEqualTo(200);
        }
        inbox.revoke(admin, next.id());
        assertThat(status(connection, next)).isEqualTo(401);
        assertThat(status(connection, token)).isEqualTo(200);
      }
    }
  }

  /** A new connection for each verification would soon use up the gateway's ports. */
  @ParameterizedTest
  @EnumSource
  void theConnectionToTheTokenServerIsKept(Gateway.Product product) throws Exception {
    try (Gateway gateway = start(product);
        RawHttp connection = new RawHttp(gateway.url())) {
      for (int request = 0; request < 10; request++) {
        assertThat(status(connection, token)).isEqualTo(200);
      }
      assertThat(cable.connections()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void anOutageOfTheTokenServerIsA503(Gateway.Product product) throws Exception {
    try (Gateway gateway = start(product)) {
      assertThat(get(gateway, token).status()).isEqualTo(200);

      // Nothing comes back, until the gateway no longer waits.
      cable.cut();
      assertUnavailable(get(gateway, token));
      cable.mend();
      assertThat(get(gateway, token).status()).isEqualTo(200);

      // The server rejects the connection.
      cable.close();
      inbox.stopServer();
      assertUnavailable(get(gateway, token));
      assertThat(service.received()).hasSize(2);
    }
  }

  @ParameterizedTest
  @EnumSource
  void theRateLimitCountsCallersAndNotTheGateway(Gateway.Product product) throws Exception {
    try (Gateway gateway = start(product)) {
      for (int request = 0; request < LIMIT; request++) {
        assertThat(getFrom("127.0.0.2", gateway, "198.51.100." + request).status()).isEqualTo(200);
      }
      RawHttp.Answer refused = getFrom("127.0.0.2", gateway, "198.51.100.99");
      assertThat(refused.status()).isEqualTo(429);
      assertThat(Integer.parseInt(refused.header("Retry-After"))).isPositive();
      assertThat(refused.json().getString("error.code")).isEqualTo("RATE_LIMIT_EXCEEDED");
      refused.check("GET", API);
      assertThat(service.received()).hasSize(LIMIT);

      assertThat(getFrom("127.0.0.3", gateway, "127.0.0.2").status()).isEqualTo(200);
    }
  }

  /** HAProxy goes on after an error in Lua. */
  @Test
  void anErrorInTheScriptOfHaproxyIsA503() throws Exception {
    try (Gateway gateway =
        Gateway.start(
            Gateway.Product.HAPROXY,
            directory,
            cable.port(),
            service.port(),
            file -> file.replace("local status =", "error('broken') local status ="))) {
      assertUnavailable(get(gateway, token));
      assertThat(service.received()).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  void noRequestBecomesATunnel(Gateway.Product product) throws Exception {
    try (Gateway gateway = start(product)) {
      for (String protocol : List.of("h2c", "websocket")) {
        RawHttp.Answer answer =
            get(
                gateway.url(),
                "/orders",
                "Authorization: Bearer " + token.secret(),
                "Connection: Upgrade, HTTP2-Settings",
                "Upgrade: " + protocol,
                "HTTP2-Settings: AAMAAABkAAQAAP__",
                "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==");
        assertThat(answer.status()).as(protocol).isEqualTo(200);
        assertThat(last().values("Upgrade")).as(protocol).isEmpty();
      }
    }
  }

  /** A stand-in for the token server shows what it gets. */
  @ParameterizedTest
  @EnumSource
  void theTokenServerGetsNothingOfTheRequestButTheSecret(Gateway.Product product) throws Exception {
    try (Service tokenServer = new Service();
        Gateway gateway = Gateway.start(product, directory, tokenServer.port(), service.port())) {
      get(
          gateway.url(),
          "/reset?code=of-the-service",
          "Authorization: Bearer " + token.secret(),
          "Cookie: session=of-the-service");

      assertThat(tokenServer.received()).hasSize(1);
      Service.Received verification = tokenServer.received().get(0);
      assertThat(verification.target()).isEqualTo(API);
      assertThat(verification.headers().toString())
          .contains(token.secret())
          .doesNotContain("of-the-service");
      assertThat(verification.body()).isEmpty();
    }
  }

  private Gateway start(Gateway.Product product) throws IOException {
    return Gateway.start(product, directory, cable.port(), service.port());
  }

  private Service.Received last() {
    return service.received().get(service.received().size() - 1);
  }

  /** Each name that CGI, WSGI or a careless service could take for this one. */
  private static List<String> spellings(String name) {
    return List.of(
        name,
        name,
        name.toLowerCase(Locale.ROOT),
        name.toUpperCase(Locale.ROOT),
        name.replace('-', '_'),
        name.replaceFirst("-", "_"),
        name.replaceFirst("-(?=[^-]+$)", "_"),
        name.replace('-', '_').toLowerCase(Locale.ROOT),
        name.replace('-', '.'),
        name.replaceFirst("-", "."));
  }

  private static void assertUnavailable(RawHttp.Answer answer) {
    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.json().getString("error.code")).isEqualTo("SERVICE_UNAVAILABLE");
    assertThat(answer.header("Retry-After")).isEqualTo("5");
    answer.check("GET", API);
  }

  private static RawHttp.Answer get(Gateway gateway, TestInbox.NewToken token) {
    return get(
        gateway.url(), "/orders", "Authorization: Bearer " + token.secret(), "X-Token-Id: forged");
  }

  private static RawHttp.Answer get(URI server, String path, String... headers) {
    List<String> lines =
        new ArrayList<>(List.of("GET " + path + " HTTP/1.1", "Host: service", "Connection: close"));
    lines.addAll(List.of(headers));
    return RawHttp.exchange(server, lines.toArray(String[]::new));
  }

  private RawHttp.Answer getFrom(String address, Gateway gateway, String forwardedFor) {
    try (RawHttp connection = new RawHttp(gateway.url(), address)) {
      connection.send(
          "GET /orders HTTP/1.1",
          "Host: service",
          "Connection: close",
          "X-Forwarded-For: " + forwardedFor,
          "Authorization: Bearer " + token.secret());
      return connection.answer();
    }
  }

  /** On a connection that stays open: Caddy resets others before it has read the body. */
  private static RawHttp.Answer exchange(Gateway gateway, String method, String header) {
    try (RawHttp connection = new RawHttp(gateway.url())) {
      connection.send(
          method + " /orders HTTP/1.1",
          "Host: service",
          "Content-Length: 2",
          "X-Token-Id: forged",
          header);
      connection.send("{}".getBytes(StandardCharsets.US_ASCII));
      return connection.oneAnswer();
    }
  }

  private static int status(RawHttp connection, TestInbox.NewToken token) {
    connection.send(
        "GET /orders HTTP/1.1", "Host: service", "Authorization: Bearer " + token.secret());
    return connection.oneAnswer().status();
  }
}
