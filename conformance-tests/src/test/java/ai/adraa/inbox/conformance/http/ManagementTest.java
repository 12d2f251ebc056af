package ai.adraa.inbox.conformance.http;

import static ai.adraa.inbox.conformance.http.PrometheusText.metrics;
import static ai.adraa.inbox.conformance.http.PrometheusText.parse;
import static ai.adraa.inbox.conformance.http.PrometheusText.scrape;
import static ai.adraa.inbox.conformance.http.PrometheusText.sum;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.adraa.inbox.conformance.http.PrometheusText.Sample;
import ai.adraa.inbox.conformance.support.RawHttp;
import ai.adraa.inbox.conformance.support.TestInbox;
import ai.adraa.inbox.conformance.support.TestInbox.NewToken;
import ai.adraa.inbox.conformance.support.TestInbox.SignedIn;
import ai.adraa.inbox.conformance.support.WellFormed;
import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Health and metrics as monitoring asks for them. */
@Tag("once")
class ManagementTest {
  @AutoClose private final TestInbox inbox = TestInbox.start();

  @Test
  void eachOutcomeIsCounted() {
    SignedIn admin = inbox.workspace("acme");
    NewToken token = inbox.createToken(admin, "CRM integration");
    NewToken revoked = inbox.createToken(admin, "Old integration");
    List<Sample> before = scrape(inbox);
    assertThat(before).as("costs time that grows").noneMatch(s -> s.name().contains("tokens"));
    inbox.revoke(admin, revoked.id());

    inbox.verify(token.secret()).then().statusCode(200);
    inbox.verify(token.secret()).then().statusCode(200);
    inbox.request().get("/api/v1/me").then().statusCode(401);
    inbox.verify("adraa_nonsense").then().statusCode(401);
    inbox.verify(WellFormed.token()).then().statusCode(401);
    inbox.verify(revoked.secret()).then().statusCode(401);
    inbox.request().get("/api/v1/" + token.id()).then().statusCode(404);
    RestAssured.given().get(inbox.url() + "/docs/").then().statusCode(200);
    RestAssured.given()
        .header("Accept", "text/html")
        .get(inbox.url() + "/" + token.id())
        .then()
        .statusCode(404);

    await()
        .atMost(20, TimeUnit.SECONDS)
        .untilAsserted(
            () -> {
              // A request is counted after its answer.
              List<Sample> after = scrape(inbox);
              Map<String, Double> seen = new HashMap<>();
              for (String outcome :
                  List.of("valid", "missing", "malformed", "unknown_or_revoked")) {
                seen.put(
                    outcome, grown(before, after, "adraa_verifications_total", "outcome", outcome));
              }
              assertThat(seen)
                  .isEqualTo(
                      Map.of(
                          "valid", 2., "missing", 1., "malformed", 1., "unknown_or_revoked", 2.));
              assertThat(requests(before, after, "verifyToken", "GET", "200")).isEqualTo(2);
              assertThat(requests(before, after, "verifyToken", "GET", "401")).isEqualTo(4);
              assertThat(requests(before, after, "revokeToken", "POST", "200")).isEqualTo(1);
              assertThat(requests(before, after, "none", "GET", "404")).isEqualTo(2);
              assertThat(requests(before, after, "page", "GET", "200")).isEqualTo(1);
              assertThat(
                      grown(
                          before,
                          after,
                          "adraa_statements_seconds_count",
                          "statement",
                          "TokenStore.findActive"))
                  .as("what is malformed never reaches the database")
                  .isEqualTo(4);
              assertThat(
                      grown(
                          before,
                          after,
                          "adraa_requests_seconds_bucket",
                          "operation",
                          "verifyToken",
                          "status",
                          "200",
                          "le",
                          "+Inf"))
                  .isEqualTo(2);
              assertThat(sum(after, "adraa_rate_limited_total")).isZero();
            });
  }

  @Test
  void whatIsRefusedByTheRateLimitIsCounted() {
    try (TestInbox limited = TestInbox.builder().rateLimit("1/h").start()) {
      limited.request().get("/api/v1/me").then().statusCode(401);
      limited.request().get("/api/v1/me").then().statusCode(429);
      limited.request().get("/api/v1/me").then().statusCode(429);

      await()
          .atMost(20, TimeUnit.SECONDS)
          .untilAsserted(
              () -> {
                List<Sample> seen = parse(metrics(limited));
                assertThat(sum(seen, "adraa_rate_limited_total")).isEqualTo(2);
                assertThat(sum(seen, "adraa_requests_seconds_count", "status", "429")).isEqualTo(2);
              });
    }
  }

  @Test
  void mailIsCountedAsSentOrDeferred() {
    inbox.workspace("acme");
    await()
        .atMost(20, TimeUnit.SECONDS)
        .until(() -> sum(scrape(inbox), "adraa_mails_total", "outcome", "sent") == 1);

    inbox.mail().close();
    TestInbox.requestCode(inbox.request(), "admin@acme.example").then().statusCode(202);

    await()
        .atMost(30, TimeUnit.SECONDS)
        .until(() -> sum(scrape(inbox), "adraa_mails_total", "outcome", "deferred") == 1);
  }

  @Test
  void howeverARequestEndsItGivesBackWhatItTook() {
    SignedIn admin = inbox.workspace("acme");
    String tokens = "/api/v1/workspaces/" + admin.workspaceId() + "/tokens";
    nothingIsHeld();

    Map<String, Integer> ends = new LinkedHashMap<>();
    ends.put("{\"name\":\"CRM integration\"}", 201);
    ends.put("{\"name\":\"\"}", 400);
    ends.put("{", 400);
    ends.forEach(
        (body, status) -> {
          inbox
              .request(admin)
              .contentType(ContentType.JSON)
              .body(body)
              .post(tokens)
              .then()
              .statusCode(status);
          nothingIsHeld();
        });
    String unread = "{\"name\":\"No resource reads this\"}";
    inbox.request().contentType(ContentType.JSON).body(unread).post(tokens).then().statusCode(401);
    nothingIsHeld();
    inbox.request(admin).contentType("text/plain").body(unread).post(tokens).then().statusCode(415);
    nothingIsHeld();
    inbox
        .request(admin)
        .contentType(ContentType.JSON)
        .body("{\"name\":\"" + "x".repeat(100_000) + "\"}")
        .post(tokens)
        .then()
        .statusCode(413);
    nothingIsHeld();
    try (RawHttp caller = new RawHttp(inbox.url())) {
      caller.send(
          "POST " + tokens + " HTTP/1.1",
          "Host: localhost",
          "Content-Type: application/json",
          "Content-Length: 1000");
      caller.send("{\"name\":\"disconnects".getBytes(StandardCharsets.US_ASCII));
      await()
          .atMost(20, TimeUnit.SECONDS)
          .untilAsserted(
              () -> {
                List<Sample> held = scrape(inbox);
                assertThat(sum(held, "adraa_request_bodies_bytes")).isEqualTo(20);
                assertThat(sum(held, "jetty_connections_current_connections")).isEqualTo(1);
              });
    }
    nothingIsHeld();
  }

  private void nothingIsHeld() {
    await()
        .atMost(20, TimeUnit.SECONDS)
        .untilAsserted(
            () -> {
              List<Sample> held = scrape(inbox);
              for (String gauge :
                  List.of(
                      "adraa_request_bodies_bytes",
                      "adraa_workers_busy",
                      "adraa_workers_waiting",
                      "jetty_connections_current_connections")) {
                assertThat(held).extracting(Sample::name).contains(gauge);
                assertThat(sum(held, gauge)).as(gauge).isZero();
              }
            });
  }

  @Test
  void noLabelComesFromACaller() throws Exception {
    SignedIn admin = inbox.workspace("acme");
    NewToken token = inbox.createToken(admin, "CRM integration");
    inbox.verify(token.secret());
    inbox.request().get("/api/v1/" + token.secret());
    RawHttp.exchange(
        inbox.url(), token.secret() + " /somewhere HTTP/1.1", "Host: x", "Connection: close");
    Set<String> operations = new HashSet<>(Set.of("none", "page"));
    Matcher ids =
        Pattern.compile("(?m)^ +operationId: (\\w+)$")
            .matcher(Files.readString(Path.of("../openapi/adraa-inbox.yaml")));
    while (ids.find()) {
      operations.add(ids.group(1));
    }

    await()
        .atMost(20, TimeUnit.SECONDS)
        .until(() -> sum(scrape(inbox), "adraa_requests_seconds_count", "method", "other") == 1);
    String text = metrics(inbox);
    assertThat(text)
        .doesNotContain(token.secret().substring(0, 14))
        .doesNotContain(token.id())
        .doesNotContain(admin.session())
        .doesNotContain("acme")
        .doesNotContain("somewhere");
    assertThat(parse(text))
        .extracting(sample -> sample.labels().get("operation"))
        .filteredOn(operation -> operation != null)
        .isNotEmpty()
        .isSubsetOf(operations);
    assertThat(parse(text))
        .extracting(sample -> sample.labels().get("statement"))
        .contains("TokenStore.findActive")
        .doesNotContain("other");
  }

  @Test
  void managementIsOnItsOwnPortAndNothingElseIs() {
    for (String path : List.of("/health/live", "/health/ready", "/metrics")) {
      Response there = RestAssured.given().get(inbox.managementUrl() + path);
      assertThat(there.statusCode()).as(path).isEqualTo(200);
      assertThat(there.header("Cache-Control")).isEqualTo("no-store");
      assertThat(RestAssured.given().post(inbox.managementUrl() + path).statusCode())
          .isEqualTo(405);
      assertThat(RestAssured.given().get(inbox.url() + path).statusCode()).isEqualTo(404);
    }
    for (String path : List.of("/", "/api/v1/me", "/app", "/docs/", "/openapi.yaml", "/health")) {
      assertThat(RestAssured.given().get(inbox.managementUrl() + path).statusCode())
          .as(path)
          .isEqualTo(404);
    }
  }

  @Test
  @Tag("sqlite")
  void aServerWhoseDatabaseCannotBeReadIsNotReadyUntilItCan() throws Exception {
    assertReady(200, "status", "ready");

    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + inbox.database())) {
      connection.createStatement().execute("PRAGMA busy_timeout = 10000");
      connection.createStatement().execute("ALTER TABLE api_token RENAME TO api_token_away");
      assertReady(503, "reason", "database_unreadable");
      connection.createStatement().execute("ALTER TABLE api_token_away RENAME TO api_token");
    }
    assertReady(200, "status", "ready");
  }

  @Test
  @Tag("sqlite")
  void aServerWhoseDatabaseWasRemovedIsNotReadyUntilARestart() throws Exception {
    Path away = inbox.database().resolveSibling("away.db");
    Files.move(inbox.database(), away);
    assertReady(503, "reason", "database_removed");
    RestAssured.given().get(inbox.managementUrl() + "/health/live").then().statusCode(200);
    Files.move(away, inbox.database());
    assertReady(503, "reason", "database_removed");
  }

  @Test
  void aServerThatStopsIsNotReadyAndStillTellsSo() throws Exception {
    try (RawHttp inFlight = new RawHttp(inbox.url())) {
      inFlight.send(
          "POST /api/v1/sign-in-codes HTTP/1.1",
          "Host: x",
          "Connection: close",
          "Content-Type: application/json",
          "Transfer-Encoding: chunked");
      // In a handler by the time that a later request is answered.
      inbox.request().get("/api/v1/me");
      Thread stop = new Thread(inbox::stopServer);
      stop.start();

      await()
          .atMost(20, TimeUnit.SECONDS)
          .until(
              () -> {
                // A caller who pauses is not waited for.
                inFlight.send("1\r\n \r\n".getBytes(StandardCharsets.US_ASCII));
                return ready().asString();
              },
              answer -> answer.contains("\"reason\":\"stopping\""));

      inFlight.send(
          "1c\r\n{\"email\":\"ada@acme.example\"}\r\n0\r\n\r\n"
              .getBytes(StandardCharsets.US_ASCII));
      assertThat(inFlight.answer().status()).isEqualTo(202);
      stop.join();
    }
  }

  private Response ready() {
    return RestAssured.given().get(inbox.managementUrl() + "/health/ready");
  }

  private void assertReady(int status, String field, String word) {
    Response answer = ready();
    assertThat(answer.asString()).contains("\"" + field + "\":\"" + word + "\"");
    assertThat(answer.statusCode()).isEqualTo(status);
  }

  private static double requests(
      List<Sample> before, List<Sample> after, String operation, String method, String status) {
    return grown(
        before,
        after,
        "adraa_requests_seconds_count",
        "operation",
        operation,
        "method",
        method,
        "status",
        status);
  }

  private static double grown(
      List<Sample> before, List<Sample> after, String name, String... labels) {
    return sum(after, name, labels) - sum(before, name, labels);
  }
}
