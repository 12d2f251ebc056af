package ai.adraa.inbox.conformance.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;

import ai.adraa.inbox.conformance.support.RawHttp;
import ai.adraa.inbox.conformance.support.TestInbox;
import com.icegreen.greenmail.util.GreenMailUtil;
import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import jakarta.mail.internet.MimeMessage;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A report of a leaked token ends it at once, and tells only the admins of its workspace. */
class LeakedTokensTest {
  private static final String PATH = "/api/v1/leaked-tokens";
  // Well-formed, and of no token.
  private static final String UNKNOWN = "adraa_1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4da54ba9f6";

  @AutoClose
  private final TestInbox inbox = TestInbox.builder().publicUrl("http://inbox.example").start();

  private final TestInbox.SignedIn ada = inbox.workspace("acme");
  private final TestInbox.NewToken token = inbox.createToken(ada, "CRM integration");

  @Test
  void theNextRequestFailsAndEachAdminGetsOneMail() throws Exception {
    inbox.command(
        "agent", "add", "--workspace", "acme", "--email", "bob@acme.example", "--role", "admin");
    inbox.command("agent", "add", "--workspace", "acme", "--email", "carol@acme.example");
    TestInbox.SignedIn eve = inbox.workspace("globex");
    TestInbox.NewToken other = inbox.createToken(eve, "Other");
    assertThat(inbox.verify(token.secret()).statusCode()).isEqualTo(200);

    Response response =
        report(
            Map.of(
                "secret",
                token.secret(),
                "url",
                "https://git.example/?t=" + token.secret() + "&x"));

    assertThat(response.statusCode()).isEqualTo(202);
    assertThat(response.asByteArray()).isEmpty();
    assertThat(inbox.verify(token.secret()).statusCode()).isEqualTo(401);
    assertThat(inbox.verify(other.secret()).statusCode()).isEqualTo(200);
    Response revoked =
        inbox
            .request(ada)
            .get("/api/v1/workspaces/{id}/tokens/{token}", ada.workspaceId(), token.id());
    assertThat(revoked.<String>path("token.status")).isEqualTo("revoked");
    assertThat(revoked.<String>path("token.revokedReason")).isEqualTo("leaked");
    assertThat(revoked.<Object>path("token.revokedBy")).isNull();
    await().until(() -> stored() == 0);
    inbox.stopServer();
    assertThat(leakMails("globex.example")).isEmpty();
    List<MimeMessage> mails = leakMails("acme.example");
    assertThat(mails)
        .extracting(mail -> mail.getAllRecipients()[0].toString())
        .containsExactlyInAnyOrder("admin@acme.example", "bob@acme.example");
    for (MimeMessage mail : mails) {
      String prefix = token.secret().substring(0, 14);
      assertThat((String) mail.getContent())
          .contains(
              "CRM integration",
              prefix + "…",
              token.id(),
              "https://git.example/?t=" + prefix + "…&x",
              "http://inbox.example/app")
          .doesNotContain(token.secret().substring(14));
      assertThat(GreenMailUtil.getWholeMessage(mail)).doesNotContain(token.secret().substring(14));
    }
    assertThat(inbox.command("audit", "list", "--action", "token-revoked"))
        .contains("reported as leaked", "127.0.0.1")
        .doesNotContain(token.secret().substring(14));
  }

  /** Else it would tell whose secrets are worth something. */
  @Test
  void theResponseIsTheSameForAnySecret() {
    TestInbox.NewToken revoked = inbox.createToken(ada, "Revoked");
    inbox.revoke(ada, revoked.id());
    Response known = report(Map.of("secret", token.secret()));
    for (String secret :
        List.of(UNKNOWN, revoked.secret(), token.secret(), "", "x", "\u0000", "\ud83d\ude00")) {
      Response response = report(Map.of("secret", secret));

      assertThat(response.statusCode()).isEqualTo(known.statusCode());
      assertThat(response.asByteArray()).isEmpty();
      assertThat(response.headers().asList())
          .extracting(header -> header.getName())
          .isEqualTo(known.headers().asList().stream().map(header -> header.getName()).toList());
    }
    await().until(() -> stored() == 0);
    inbox.stopServer();
    assertThat(leakMails("acme.example")).hasSize(1);
  }

  @Test
  void aReportHasAThousandSecrets() {
    List<TestInbox.NewToken> tokens =
        IntStream.range(0, 3).mapToObj(i -> inbox.createToken(ada, "Token " + i)).toList();
    List<Map<String, String>> leaks =
        IntStream.range(0, 1000)
            .mapToObj(
                i ->
                    Map.of(
                        "secret",
                        i % 400 == 0 ? tokens.get(i / 400).secret() : UNKNOWN,
                        "url",
                        "https://git.example/" + "p".repeat(130) + "/" + i))
            .toList();

    assertThat(report(leaks).statusCode()).isEqualTo(202);

    tokens.forEach(leaked -> assertThat(inbox.verify(leaked.secret()).statusCode()).isEqualTo(401));
    await().until(() -> stored() == 0);
    inbox.stopServer();
    assertThat(leakMails("acme.example")).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1001})
  void otherwiseItIsRefused(int count) {
    report(IntStream.range(0, count).mapToObj(i -> Map.of("secret", token.secret())).toList())
        .then()
        .statusCode(400)
        .body("error.details.field", contains("tokens"))
        .body("error.details.message", contains("must have 1 to 1000 items"));
    assertThat(inbox.verify(token.secret()).statusCode()).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource({"2000, VALIDATION_ERROR", "80000, BAD_REQUEST"})
  void aReportOfThousandsOfWrongItemsHasAShortResponse(int items, String code) {
    Response refused =
        inbox
            .request()
            .contentType(ContentType.JSON)
            .body("{\"tokens\":[{}" + ",{}".repeat(items - 1) + "]}")
            .post(PATH);
    refused.then().statusCode(400).body("error.code", equalTo(code));
    assertThat(refused.asByteArray()).hasSizeLessThan(10_000);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}                                       | tokens           | is required",
        "{\"tokens\":null}                        | tokens           | is required",
        "{\"tokens\":{}}                          | tokens           | must be a list",
        "{\"tokens\":[null]}                      | tokens[0]        | is required",
        "{\"tokens\":[%,null,%]}                  | tokens[1]        | is required",
        "{\"tokens\":[%,7]}                       | tokens[1]        | must be a JSON object",
        "{\"tokens\":[%,{}]}                      | tokens[1].secret | is required",
        "{\"tokens\":[%,%,{\"secret\":5}]}        | tokens[2].secret | must be a string",
        "{\"tokens\":[{\"secret\":\"x\",\"y\":1}]} | tokens[0].y      | is not a known field",
        "{\"tokens\":[{\"secret\":\"200+\"}]}     | tokens[0].secret | must be at most 200 characters long",
        "{\"tokens\":[%,{\"secret\":\"x\",\"url\":\"2000+\"}]} | tokens[1].url | must be at most 2000 characters long",
      })
  void aWrongFieldIsNamed(String body, String field, String message) {
    String sent =
        body.replace("%", "{\"secret\":\"" + token.secret() + "\"}")
            .replace("2000+", "x".repeat(2001))
            .replace("200+", "x".repeat(201));

    Response response = inbox.request().contentType(ContentType.JSON).body(sent).post(PATH);

    response
        .then()
        .statusCode(400)
        .body("error.details.field", contains(field))
        .body("error.details.message", contains(message));
    assertThat(response.asString()).doesNotContain(token.secret());
    assertThat(inbox.verify(token.secret()).statusCode()).isEqualTo(200);
  }

  /** Here spaces fill the body. */
  @ParameterizedTest
  @CsvSource({"65537, 202", "262144, 202", "262145, 413"})
  void aReportMayBeLargerThanOtherRequests(int length, int status) {
    String json = "{\"tokens\":[{\"secret\":\"" + token.secret() + "\"}]}";
    byte[] body = (json + " ".repeat(length - json.length())).getBytes(StandardCharsets.US_ASCII);
    for (List<String> framing :
        List.of(List.of("Content-Length: " + length), List.of("Transfer-Encoding: chunked"))) {
      boolean chunked = framing.get(0).endsWith("chunked");
      byte[] sent =
          chunked
              ? (Integer.toHexString(length)
                      + "\r\n"
                      + new String(body, StandardCharsets.US_ASCII)
                      + "\r\n0\r\n\r\n")
                  .getBytes(StandardCharsets.US_ASCII)
              // The server may close the connection before a refused body has arrived.
              : status == 413 ? new byte[0] : body;
      RawHttp.Answer answer =
          RawHttp.exchange(
              inbox.url(),
              sent,
              "POST " + PATH + " HTTP/1.1",
              "Host: x",
              "Content-Type: application/json",
              "Connection: close",
              framing.get(0));

      assertThat(answer.status()).as(framing.get(0)).isEqualTo(status);
      answer.check("POST", PATH);
    }
    RawHttp.Answer elsewhere =
        RawHttp.exchange(
            inbox.url(),
            "POST /api/v1/sign-in-codes HTTP/1.1",
            "Host: x",
            "Content-Type: application/json",
            "Content-Length: 65537");
    assertThat(elsewhere.status()).isEqualTo(413);
  }

  /** A string that is too long is a wrong field, however long the body may be. */
  @Test
  void aSecretAsLongAsABodyIsAWrongField() {
    report(Map.of("secret", "x".repeat(250_000)))
        .then()
        .statusCode(400)
        .body("error.details.field", contains("tokens[0].secret"));
  }

  /** The number of workers does not bound the memory of large bodies that are being handled. */
  @Test
  @Tag("sqlite")
  void aLargeBodyCountsUntilItsRequestEnds() throws SQLException {
    String json = "{\"tokens\":[{\"secret\":\"" + token.secret() + "\"}]}";
    String large = json + " ".repeat(100_000);
    CompletableFuture<Integer> status;
    try (Connection other = inbox.connect();
        Statement statement = other.createStatement()) {
      statement.execute("BEGIN IMMEDIATE");
      status =
          CompletableFuture.supplyAsync(
              () ->
                  inbox
                      .request()
                      .contentType(ContentType.JSON)
                      .body(large)
                      .post(PATH)
                      .statusCode());
      await().until(() -> busyWorkers() > 0 && bodyBytes() == large.length());
      statement.execute("ROLLBACK");
    }
    assertThat(status.join()).isEqualTo(202);
    await().until(() -> bodyBytes() == 0);
  }

  @Test
  void reportsCountAgainstTheLimitOfTheAddress() {
    try (TestInbox limited = TestInbox.builder().rateLimit("2/h").start()) {
      for (int expected : List.of(202, 202, 429)) {
        limited
            .request()
            .contentType(ContentType.JSON)
            .body(Map.of("tokens", List.of(Map.of("secret", UNKNOWN))))
            .post(PATH)
            .then()
            .statusCode(expected);
      }
    }
  }

  private Response report(Map<String, String> leak) {
    return report(List.of(leak));
  }

  private Response report(List<Map<String, String>> leaks) {
    return inbox.request().contentType(ContentType.JSON).body(Map.of("tokens", leaks)).post(PATH);
  }

  private List<MimeMessage> leakMails(String domain) {
    return inbox.mail().mailsTo(domain, "leaked API token");
  }

  private int stored() throws SQLException {
    try (Connection connection = inbox.connect();
        Statement statement = connection.createStatement();
        ResultSet count = statement.executeQuery("SELECT count(*) FROM outgoing_mail")) {
      count.next();
      return count.getInt(1);
    }
  }

  private double bodyBytes() {
    return metric("adraa_request_bodies_bytes");
  }

  private double busyWorkers() {
    return metric("adraa_workers_busy");
  }

  private double metric(String name) {
    return RestAssured.get(inbox.managementUrl() + "/metrics")
        .asString()
        .lines()
        .filter(line -> line.startsWith(name))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }
}
