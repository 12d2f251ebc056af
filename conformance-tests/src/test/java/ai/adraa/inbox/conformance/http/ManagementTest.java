package ai.adraa.inbox.conformance.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.adraa.inbox.conformance.support.RawHttp;
import ai.adraa.inbox.conformance.support.TestInbox;
import ai.adraa.inbox.conformance.support.TestInbox.NewToken;
import ai.adraa.inbox.conformance.support.TestInbox.SignedIn;
import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Health and metrics as monitoring asks for them, and the dashboard that draws them. */
@Tag("once")
class ManagementTest {
  private record Sample(String name, Map<String, String> labels, double value) {}

  private static final Path DASHBOARD = Path.of("../server/src/main/grafana/adraa-inbox.json");
  private static final Pattern SAMPLE =
      Pattern.compile(
          "([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(.*)})? ([-+0-9.E]+|NaN|[-+]Inf)", Pattern.DOTALL);
  private static final Pattern LABEL =
      Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\"\\\\\\n]|\\\\[\\\\\"n])*)\",?");
  private static final Pattern COMMENT =
      Pattern.compile("# (?:HELP \\S+ .*|TYPE \\S+ (?:counter|gauge|histogram|summary|untyped))");

  @AutoClose private final TestInbox inbox = TestInbox.start();

  @Test
  void eachOutcomeIsCounted() {
    SignedIn admin = inbox.workspace("acme");
    NewToken token = inbox.createToken(admin, "CRM integration");
    NewToken revoked = inbox.createToken(admin, "Old integration");
    List<Sample> before = scrape();
    assertThat(before).as("costs time that grows").noneMatch(s -> s.name().contains("tokens"));
    inbox.revoke(admin, revoked.id());

    inbox.verify(token.secret()).then().statusCode(200);
    inbox.verify(token.secret()).then().statusCode(200);
    inbox.request().get("/api/v1/me").then().statusCode(401);
    inbox.verify("adraa_nonsense").then().statusCode(401);
    inbox.verify(wellFormed()).then().statusCode(401);
    inbox.verify(revoked.secret()).then().statusCode(401);
    inbox.request().get("/api/v1/" + token.id()).then().statusCode(404);
    RestAssured.given().get(inbox.url() + "/docs/").then().statusCode(200);

    await()
        .atMost(20, TimeUnit.SECONDS)
        .untilAsserted(
            () -> {
              // A request is counted after its answer.
              List<Sample> after = scrape();
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
              assertThat(requests(before, after, "none", "GET", "404")).isEqualTo(1);
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
  void mailIsCountedAsSentOrFailed() {
    inbox.workspace("acme");
    await()
        .atMost(20, TimeUnit.SECONDS)
        .until(() -> sum(scrape(), "adraa_mails_total", "outcome", "sent") == 1);

    inbox.mail().close();
    inbox
        .request()
        .contentType(ContentType.JSON)
        .body(Map.of("email", "admin@acme.example"))
        .post("/api/v1/sign-in-codes")
        .then()
        .statusCode(202);

    await()
        .atMost(30, TimeUnit.SECONDS)
        .until(() -> sum(scrape(), "adraa_mails_total", "outcome", "failed") == 1);
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
        .until(() -> sum(scrape(), "adraa_requests_seconds_count", "method", "other") == 1);
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

    Path away = inbox.database().resolveSibling("away.db");
    Files.move(inbox.database(), away);
    assertReady(503, "reason", "database_unreadable");
    RestAssured.given().get(inbox.managementUrl() + "/health/live").then().statusCode(200);
    Files.move(away, inbox.database());
    assertReady(200, "status", "ready");
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

  @Test
  @Tag("sqlite") // It has panels of the file and its disk.
  void theDashboardAsksForMetricsThatExist() throws Exception {
    SignedIn admin = inbox.workspace("acme");
    inbox.verify(inbox.createToken(admin, "CRM integration").secret());
    await()
        .atMost(20, TimeUnit.SECONDS)
        .until(() -> sum(scrape(), "adraa_requests_seconds_count", "operation", "verifyToken") > 0);
    // Of collections there is nothing to tell before the first.
    System.gc();
    await()
        .atMost(20, TimeUnit.SECONDS)
        .until(() -> sum(scrape(), "jvm_gc_pause_seconds_count") > 0);
    List<Sample> samples = scrape();
    List<String> expressions =
        JsonPath.from(DASHBOARD.toFile()).<String>getList("panels.targets.expr.flatten()").stream()
            .filter(expression -> expression != null)
            .toList();

    List<String> wrong = new ArrayList<>();
    for (String expression : expressions) {
      checkExpression(expression, samples, wrong);
    }

    assertThat(expressions).hasSizeGreaterThan(30);
    assertThat(wrong).isEmpty();
  }

  /** Each metric of a PromQL expression with its labels, against what there is. */
  private static void checkExpression(String expression, List<Sample> samples, List<String> wrong) {
    Set<String> grouped = new HashSet<>();
    Matcher grouping =
        Pattern.compile("\\b(by|without|on|ignoring|group_left|group_right) *\\(([^)]*)\\)")
            .matcher(expression);
    while (grouping.find()) {
      Arrays.stream(grouping.group(2).split(","))
          .map(String::strip)
          .filter(label -> !label.isEmpty())
          .forEach(grouped::add);
    }
    String bare = grouping.replaceAll("").replaceAll("\\[[^\\]]*]", "");
    Matcher selector =
        Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*) *(\\(|\\{([^}]*)})?").matcher(bare);
    while (selector.find()) {
      String name = selector.group(1);
      if ("(".equals(selector.group(2)) || Set.of("or", "and", "unless").contains(name)) {
        continue;
      }
      List<Sample> found = samples.stream().filter(s -> s.name().equals(name)).toList();
      if (found.isEmpty()) {
        wrong.add(name + " in: " + expression);
        continue;
      }
      // A label of one metric of two may be added by the other side: all metrics here have all.
      Set<String> labels = new HashSet<>(grouped);
      Matcher matcher =
          Pattern.compile("(\\w+) *(=~|!~|!=|=) *\"([^\"]*)\"")
              .matcher(selector.group(3) == null ? "" : selector.group(3));
      while (matcher.find()) {
        labels.add(matcher.group(1));
        String value = matcher.group(3);
        if (matcher.group(2).equals("=")
            && found.stream().noneMatch(s -> value.equals(s.labels().get(matcher.group(1))))) {
          wrong.add(name + " with " + matcher.group() + " in: " + expression);
        }
      }
      for (String label : labels) {
        if (found.stream().noneMatch(s -> s.labels().containsKey(label))) {
          wrong.add(name + " by " + label + " in: " + expression);
        }
      }
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

  private List<Sample> scrape() {
    return parse(metrics(inbox));
  }

  private static String metrics(TestInbox inbox) {
    Response response = RestAssured.given().get(inbox.managementUrl() + "/metrics");
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.contentType()).isEqualTo("text/plain; version=0.0.4; charset=utf-8");
    return response.asString();
  }

  /** Prometheus' text format 0.0.4; fails at a line that is none of it. */
  private static List<Sample> parse(String text) {
    List<Sample> samples = new ArrayList<>();
    Set<String> unique = new HashSet<>();
    for (String line : text.split("\n")) {
      if (line.startsWith("#")) {
        assertThat(line).matches(COMMENT);
        continue;
      }
      Matcher sample = SAMPLE.matcher(line);
      assertThat(sample.matches()).as(line).isTrue();
      Map<String, String> labels = new HashMap<>();
      String all = sample.group(2) == null ? "" : sample.group(2);
      Matcher label = LABEL.matcher(all);
      int end = 0;
      while (end < all.length() && label.find(end) && label.start() == end) {
        labels.put(label.group(1), label.group(2));
        end = label.end();
      }
      assertThat(end).as(line).isEqualTo(all.length());
      assertThat(unique.add(sample.group(1) + labels)).as(line).isTrue();
      String value = sample.group(3).replace("+Inf", "Infinity").replace("-Inf", "-Infinity");
      samples.add(new Sample(sample.group(1), labels, Double.parseDouble(value)));
    }
    return samples;
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

  private static double sum(List<Sample> samples, String name, String... labels) {
    double sum = 0;
    for (Sample sample : samples) {
      boolean matches = sample.name().equals(name);
      for (int i = 0; i < labels.length; i += 2) {
        matches &= labels[i + 1].equals(sample.labels().get(labels[i]));
      }
      sum += matches ? sample.value() : 0;
    }
    return sum;
  }

  /** A secret that was never issued, but whose checksum is right. */
  private static String wellFormed() {
    String checked = "adraa_" + "0".repeat(40);
    CRC32 crc = new CRC32();
    crc.update(checked.getBytes(StandardCharsets.US_ASCII));
    return checked + "%08x".formatted(crc.getValue());
  }
}
