package ai.adraa.inbox.conformance.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.adraa.inbox.conformance.support.GitHub;
import ai.adraa.inbox.conformance.support.MovableClock;
import ai.adraa.inbox.conformance.support.RawHttp;
import ai.adraa.inbox.conformance.support.TestInbox;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Reports that GitHub has signed are believed; no others. */
class GitHubReportTest {
  private static final String PATH = "/api/v1/leaked-tokens/github";
  // Well-formed, and of no token.
  private static final String UNKNOWN = "adraa_1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4da54ba9f6";

  private final GitHub gitHub = new GitHub("first");
  private final Path keys = gitHub.published();
  private final MovableClock clock = new MovableClock();

  @AutoClose
  private final TestInbox inbox = TestInbox.builder().gitHubKeys(keys).clock(clock).start();

  private final TestInbox.SignedIn ada = inbox.workspace("acme");
  private final TestInbox.NewToken token = inbox.createToken(ada, "CRM integration");

  @Test
  void whatGitHubFindsIsRevokedAndItLearnsWhichSecretsAreReal() throws Exception {
    TestInbox.NewToken revoked = inbox.createToken(ada, "Revoked");
    inbox.revoke(ada, revoked.id());

    Response response =
        gitHub.report(
            inbox.request(),
            "[%s,%s,%s,%s]"
                .formatted(
                    match(token.secret(), "https://github.com/octocat/.env"),
                    match(UNKNOWN, ""),
                    match(revoked.secret(), "https://github.com/octocat/old"),
                    match("no secret at all", "x")));

    assertThat(response.statusCode()).as(response.asString()).isEqualTo(200);
    assertThat(response.<List<String>>path("label"))
        .containsExactly("true_positive", "false_positive", "true_positive", "false_positive");
    assertThat(response.<List<String>>path("token_type")).containsOnly("adraa_inbox_api_token");
    assertThat(response.<List<String>>path("token_hash"))
        .containsExactly(
            sha256(token.secret()),
            sha256(UNKNOWN),
            sha256(revoked.secret()),
            sha256("no secret at all"));
    assertThat(response.asString()).doesNotContain(token.secret());
    assertThat(inbox.verify(token.secret()).statusCode()).isEqualTo(401);
    assertThat(inbox.command("audit", "list", "--action", "token-revoked"))
        .contains("reported as leaked by GitHub, found at https://github.com/octocat/.env")
        .doesNotContain("octocat/old");
    await()
        .untilAsserted(
            () ->
                assertThat(inbox.mail().mailsTo("acme.example", "leaked"))
                    .singleElement()
                    .satisfies(
                        mail ->
                            assertThat((String) mail.getContent())
                                .contains("GitHub reported")
                                .doesNotContain(token.secret())));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[{\"token\":\"%s\",\"type\":\"t\",\"url\":\"\",\"source\":\"content\",\"new\":{\"a\":[1]}}]",
        " [ { \"token\" : \"%s\" , \"type\" : \"t\" } , null ] \n",
        "[{\"token\":\"%1$s\",\"type\":\"t\"},{\"token\":\"%1$s\",\"type\":\"t\",\"url\":null}]",
      })
  void whatGitHubMayChangeDoesNotMatter(String body) {
    Response response = gitHub.report(inbox.request(), body.formatted(token.secret()));

    assertThat(response.statusCode()).as(response.asString()).isEqualTo(200);
    assertThat(response.<List<String>>path("label")).containsOnly("true_positive");
    assertThat(inbox.verify(token.secret()).statusCode()).isEqualTo(401);
  }

  @Test
  void aReportIsLarge() {
    StringBuilder matches = new StringBuilder("[");
    while (matches.length() < 250_000) {
      matches.append(match(UNKNOWN, "https://github.com/" + "a".repeat(50))).append(',');
    }
    String body = matches.append(match(token.secret(), "")).append(']').toString();

    assertThat(gitHub.report(inbox.request(), body).statusCode()).isEqualTo(200);
    assertThat(inbox.verify(token.secret()).statusCode()).isEqualTo(401);
    // Without the body: the server may close the connection before it has arrived.
    RawHttp.Answer refused =
        RawHttp.exchange(
            inbox.url(),
            "POST /api/v1/leaked-tokens/github HTTP/1.1",
            "Host: localhost",
            "Connection: close",
            "Content-Type: application/json",
            "Content-Length: " + (256 * 1024 + 1));
    assertThat(refused.status()).isEqualTo(413);
  }

  /** The server checks the signature first, so the response reveals nothing about the body. */
  @Test
  void whatIsNotSignedIsRefused() {
    String body = "[" + match(token.secret(), "") + "]";
    String signature = gitHub.sign(body);
    for (Response refused :
        List.of(
            gitHub.report(inbox.request(), body + "\n", signature),
            gitHub.report(inbox.request(), body.replace("[{", "[ {"), signature),
            gitHub.report(inbox.request(), "{", signature),
            gitHub.report(inbox.request(), "", signature),
            gitHub.report(inbox.request(), body, ""),
            gitHub.report(inbox.request(), body, "=="),
            gitHub.report(inbox.request(), body, "MAYCAQACAQA="),
            gitHub.report(inbox.request(), body, "A".repeat(5000)),
            gitHub.report(
                inbox.request().header("Github-Public-Key-Signature", signature), body, signature),
            new GitHub("first").report(inbox.request(), body),
            new GitHub("second").report(inbox.request(), body),
            inbox.request().contentType(ContentType.JSON).body(body).post(PATH),
            inbox
                .request()
                .contentType(ContentType.JSON)
                .header("Github-Public-Key-Signature", signature)
                .body(body)
                .post(PATH))) {
      assertThat(refused.statusCode()).as(refused.asString()).isEqualTo(403);
      assertThat(refused.<String>path("error.code")).isEqualTo("INVALID_SIGNATURE");
    }
    assertThat(inbox.verify(token.secret()).statusCode()).isEqualTo(200);
    assertThat(gitHub.report(inbox.request(), body, signature).statusCode()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "[{}]", "[{\"token\":5,\"type\":\"t\"}]", "[1]", "[", "null"})
  void whatIsSignedButNotValidIsA400(String body) {
    assertThat(gitHub.report(inbox.request(), body).statusCode()).isEqualTo(400);
  }

  @Test
  void theOperatorReplacesTheKeys() {
    GitHub next = new GitHub("next");
    String body = "[" + match(UNKNOWN, "") + "]";
    assertThat(gitHub.report(inbox.request(), body).statusCode()).isEqualTo(200);
    next.publish(keys);
    clock.advance(Duration.ofMinutes(1));

    assertThat(next.report(inbox.request(), body).statusCode()).isEqualTo(200);
    assertThat(gitHub.report(inbox.request(), body).statusCode()).isEqualTo(403);
  }

  @Test
  void aFileThatIsBrokenLaterDoesNotEndTheReports() throws Exception {
    String body = "[" + match(UNKNOWN, "") + "]";
    Files.writeString(keys, "broken");
    clock.advance(Duration.ofHours(2));

    assertThat(gitHub.report(inbox.request(), body).statusCode()).isEqualTo(200);
  }

  @Test
  void withoutKeysThereIsNoSuchPath() {
    try (TestInbox without = TestInbox.start()) {
      Response response = gitHub.report(without.request(), "[" + match(UNKNOWN, "") + "]");

      assertThat(response.statusCode()).isEqualTo(404);
      assertThat(response.<String>path("error.code")).isEqualTo("NOT_FOUND");
    }
  }

  private static String match(String secret, String url) {
    return "{\"token\":\"%s\",\"type\":\"adraa_inbox_api_token\",\"url\":\"%s\",\"source\":\"content\"}"
        .formatted(secret, url);
  }

  private static String sha256(String text) throws Exception {
    return HexFormat.of()
        .formatHex(
            MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)))
        .toLowerCase(Locale.ROOT);
  }
}
