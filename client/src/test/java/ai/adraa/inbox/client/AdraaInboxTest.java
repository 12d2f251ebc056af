package ai.adraa.inbox.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ai.adraa.inbox.client.ScriptedServer.Answer;
import ai.adraa.inbox.client.ScriptedServer.Received;
import ai.adraa.inbox.client.model.ApiToken;
import ai.adraa.inbox.client.model.LeakedToken;
import ai.adraa.inbox.client.model.NewToken;
import ai.adraa.inbox.client.model.Replacement;
import ai.adraa.inbox.client.model.TokenChanges;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.Charset;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The client against answers that the real server does not give: a proxy's, a later version's. */
class AdraaInboxTest {
  private static final String SESSION = ScriptedServer.SESSION;
  private static final String SECRET = "adraa_an-example-that-opens-nothing";

  @AutoClose private final ScriptedServer server = new ScriptedServer();
  private final Queue<Answer> answers = server.answers;
  private final Queue<Received> received = server.received;
  private AdraaInbox inbox;

  @BeforeEach
  void start() {
    inbox = AdraaInbox.builder().baseUrl(url()).token(SECRET).retries(0).build();
  }

  @Test
  void thePlatformsCharsetIsNotUtf8InThisTest() {
    assertThat(Charset.defaultCharset()).isNotEqualTo(UTF_8);
  }

  @Test
  void namesSurviveWhateverThePlatformsCharset() throws IOException {
    String name = "Überweisung – 東京 🚀";
    next(
        201,
        """
        {"token":{"id":"c1","name":"%s","prefix":"adraa_1a2b3c4d","status":"active",
          "createdAt":"2026-06-12T10:25:00.000Z","createdBy":{"id":"c2","nickname":"Žofie"}},
         "secret":"adraa_x"}
        """
            .formatted(name));

    var created = inbox.resumeSession("s").createToken("w", name);

    assertThat(created.getToken().getName()).isEqualTo(name);
    assertThat(created.getToken().getCreatedBy().getNickname()).isEqualTo("Žofie");
    assertThat(new ObjectMapper().readTree(received.remove().body()).get("name").asText())
        .isEqualTo(name);
  }

  @Test
  void theTokenIsSentAsBearer() {
    next(
        200,
        "{\"company\":{\"id\":\"c1\",\"name\":\"acme\"},\"token\":{\"id\":\"c2\",\"name\":\"x\"}}");

    assertThat(inbox.verify().getCompany().getName()).isEqualTo("acme");

    Received request = received.remove();
    assertThat(request.line()).isEqualTo("GET /api/v1/me");
    assertThat(request.headers().get("Authorization")).containsExactly("Bearer " + SECRET);
  }

  @Test
  void aRedirectIsNotFollowedSoTheTokenGoesNowhereElse() {
    answers.add(new Answer(302, Map.of("Location", url() + "/elsewhere"), ""));

    assertThat(failure().status()).isEqualTo(302);
    assertThat(received).hasSize(1);
  }

  @Test
  void whatALaterServerAddsIsTolerated() {
    next(
        200,
        """
        {"tokens":[{"id":"c1","name":"x","prefix":"adraa_1a2b3c4d","status":"suspended",
          "createdAt":"2026-06-12T10:25:00.000Z","createdBy":{"id":"c2","nickname":"a","new":[]},
          "scopes":["read"]}],"total":1}
        """);

    var list = inbox.resumeSession("s").listTokens("w", TokenStatusFilter.ACTIVE, 10, null);

    assertThat(list.getTokens()).singleElement().extracting("status").isEqualTo("suspended");
    assertThat(received.remove().line())
        .isEqualTo("GET /api/v1/workspaces/w/tokens?status=active&limit=10");
  }

  @Test
  void anErrorTellsAllThatTheEnvelopeAndTheHeadersSay() {
    answers.add(
        new Answer(
            400,
            Map.of("X-Request-Id", "c9", "Content-Type", "application/json"),
            """
            {"error":{"code":"VALIDATION_ERROR","message":"The request is not valid.",
              "details":[{"field":"name","message":"is required"}]}}
            """));

    AdraaInboxException failure = failure();

    assertThat(failure.code()).isEqualTo("VALIDATION_ERROR");
    assertThat(failure.status()).isEqualTo(400);
    assertThat(failure.requestId()).contains("c9");
    assertThat(failure.retryAfter()).isEmpty();
    assertThat(failure.details()).singleElement().extracting("field").isEqualTo("name");
    assertThat(failure).hasMessageContaining("name is required");
  }

  @Test
  void anUnknownErrorCodeIsTold() {
    next(402, "{\"error\":{\"code\":\"PAYMENT_DUE\",\"message\":\"Pay.\",\"hint\":1}}");

    assertThat(failure().code()).isEqualTo("PAYMENT_DUE");
  }

  @Test
  void retryAfterIsReadAsSecondsAndAsDate() {
    String envelope = "{\"error\":{\"code\":\"RATE_LIMIT_EXCEEDED\",\"message\":\"Wait.\"}}";
    answers.add(new Answer(429, Map.of("Retry-After", "12"), envelope));
    assertThat(failure().retryAfter()).contains(Duration.ofSeconds(12));

    String inAnHour =
        DateTimeFormatter.RFC_1123_DATE_TIME.format(
            Instant.now().plusSeconds(3600).atOffset(ZoneOffset.UTC));
    answers.add(new Answer(503, Map.of("Retry-After", inAnHour), envelope));
    assertThat(failure().retryAfter().orElseThrow())
        .isBetween(Duration.ofMinutes(50), Duration.ofMinutes(61));

    answers.add(new Answer(503, Map.of("Retry-After", "soon"), envelope));
    assertThat(failure().retryAfter()).isEmpty();
  }

  @Test
  void aProxysPageSurvives() {
    for (String body :
        List.of(
            "<html>Bad Gateway</html>",
            "",
            "null",
            "[]",
            "{}",
            "{\"error\":1}",
            "{\"error\":{\"code\":\"BAD_GATEWAY\"}}")) {
      next(502, body);

      AdraaInboxException failure = failure();

      assertThat(failure.status()).as(body).isEqualTo(502);
      assertThat(failure.code()).as(body).isEqualTo(AdraaInboxException.UNREADABLE_ANSWER);
    }
  }

  @Test
  void anAnswerThatIsNotTheContractsIsUnreadableAndNotQuoted() {
    for (String body :
        List.of(
            "<html>Welcome</html>",
            "",
            "[1]",
            "{}",
            "null",
            "{\"status\":\"ok\"}",
            "\"ok\"",
            "{\"company\":[]}")) {
      next(200, body);

      AdraaInboxException failure = failure();

      assertThat(failure.code()).as(body).isEqualTo(AdraaInboxException.UNREADABLE_ANSWER);
      assertThat(failure).hasMessageNotContaining("Welcome");
    }
  }

  @Test
  void noServerIsNoAnswer() throws IOException {
    int free;
    try (ServerSocket socket = new ServerSocket(0)) {
      free = socket.getLocalPort();
    }
    AdraaInbox nobody =
        AdraaInbox.builder()
            .baseUrl(URI.create("http://127.0.0.1:" + free + "/path"))
            .token(SECRET)
            .retries(0)
            .build();

    AdraaInboxException failure = catchThrowableOfType(AdraaInboxException.class, nobody::verify);

    assertThat(failure.code()).isEqualTo(AdraaInboxException.NO_ANSWER);
    assertThat(failure.status()).isZero();
    assertThat(failure)
        .hasMessageContaining("127.0.0.1:" + free)
        .hasMessageNotContainingAny("path", SECRET);
  }

  @Test
  void aSilentServerIsNoAnswerAfterTheTimeout() throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
      AdraaInbox impatient =
          AdraaInbox.builder()
              .baseUrl(URI.create("http://127.0.0.1:" + silent.getLocalPort()))
              .requestTimeout(Duration.ofMillis(100))
              .build();

      AdraaInboxException failure =
          catchThrowableOfType(AdraaInboxException.class, impatient::verify);

      assertThat(failure.code()).isEqualTo(AdraaInboxException.NO_ANSWER);
    }
  }

  @Test
  void signInKeepsTheSessionAndTellsItToTheServerOnly() {
    next(201, SESSION.replaceFirst("}$", ",\"secret\":\"adraa_session_example\"}"));
    next(200, SESSION);

    ConsoleSession console = inbox.signIn("a@b.example", "042117");
    assertThat(console.workspaces()).extracting("name").containsExactly("acme");
    assertThat(received).hasSize(1);
    assertThat(console.get().getAgent().getNickname()).isEqualTo("a");

    assertThat(received.remove().body()).contains("042117", "\"credential\":\"bearer\"");
    assertThat(received.remove().headers().get("Authorization"))
        .containsExactly("Bearer adraa_session_example");
    assertThat(console.toString()).doesNotContain("adraa_session_example");
    assertThat(console.secret()).isEqualTo("adraa_session_example");
  }

  @Test
  void aStoredCookieContinuesItsSession() {
    next(200, SESSION);

    inbox.resumeSession("example-id").get();

    assertThat(received.remove().headers().get("Cookie"))
        .containsExactly("adraa_session=example-id");
  }

  @Test
  void aResumedSessionAsksForItsWorkspaces() {
    next(200, SESSION);

    assertThat(inbox.resumeSession("adraa_session_example").workspaces())
        .extracting("name")
        .containsExactly("acme");
  }

  @Test
  void aSignInWithoutSecretIsUnreadable() {
    next(201, SESSION);

    assertThatThrownBy(() -> inbox.signIn("a@b.example", "042117"))
        .isInstanceOf(AdraaInboxException.class)
        .hasMessageContaining("secret");
  }

  @Test
  void allPagesAreReadAndOnlyWhenNeeded() {
    next(200, page("c1", "next"));
    next(200, page("c2", null));

    assertThat(inbox.resumeSession("s").tokens("w", null))
        .extracting("id")
        .containsExactly("c1", "c2");

    assertThat(received.remove().line()).isEqualTo("GET /api/v1/workspaces/w/tokens?limit=100");
    assertThat(received.remove().line())
        .isEqualTo("GET /api/v1/workspaces/w/tokens?limit=100&cursor=next");
  }

  @Test
  void mistakesAreRefusedWithoutTellingTheToken() {
    for (String wrong : List.of("", "adraa_x y", "adraa_x\r\nHost: evil", "adraa_ä")) {
      assertThatThrownBy(() -> AdraaInbox.builder().token(wrong))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageNotContaining("adraa_");
    }
    for (String wrong : List.of("ftp://x", "api.example", "http://x?y", "http://u:p@x", "/api")) {
      assertThatThrownBy(() -> AdraaInbox.builder().baseUrl(URI.create(wrong)))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> AdraaInbox.builder().requestTimeout(Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void noToStringTellsTheToken() {
    assertThat(inbox.toString()).contains("with a token").doesNotContain(SECRET);
    assertThat(AdraaInbox.builder().token(SECRET).toString()).doesNotContain(SECRET);
  }

  @Test
  void theExampleTellsWhatHappened() {
    next(
        200,
        "{\"company\":{\"id\":\"c1\",\"name\":\"acme\"},\"token\":{\"id\":\"c2\",\"name\":\"x\"}}");
    assertThat(VerifyExample.verify(url().toString(), SECRET))
        .isEqualTo("The token grants access to acme");

    answers.add(
        new Answer(
            401,
            Map.of("X-Request-Id", "c9"),
            "{\"error\":{\"code\":\"INVALID_API_TOKEN\",\"message\":\"The API token is not valid.\"}}"));
    assertThat(VerifyExample.verify(url().toString(), SECRET))
        .isEqualTo("Refused: INVALID_API_TOKEN, request c9");
  }

  @Test
  void theSecondExampleReplacesWhatExpiresSoon() throws IOException {
    Instant now = Instant.parse("2026-06-12T10:25:00Z");
    next(
        200,
        "{\"tokens\":[%s,%s,%s,%s]}"
            .formatted(
                token("c1", ""),
                token("c2", ",\"expiresAt\":\"2026-07-01T00:00:00.000Z\""),
                token("c3", ",\"expiresAt\":\"2027-07-01T00:00:00.000Z\""),
                token("c4", ",\"expiresAt\":\"2026-07-01T00:00:00.000Z\",\"replacedBy\":\"c5\"")));
    next(201, "{\"token\":%s,\"secret\":\"adraa_new\"}".formatted(token("c6", "")));
    Map<String, String> vault = new HashMap<>();

    ReplaceExample.replaceWhatExpiresSoon(inbox.resumeSession("s"), "w", now, vault::put);

    assertThat(vault).containsExactly(Map.entry("c2's", "adraa_new"));
    received.remove();
    Received replaced = received.remove();
    assertThat(replaced.line()).isEqualTo("POST /api/v1/workspaces/w/tokens/c2/replace");
    assertThat(new ObjectMapper().readTree(replaced.body()))
        .isEqualTo(new ObjectMapper().readTree("{\"expiresAt\":\"2027-06-12T10:25:00Z\"}"));
    assertThat(received).isEmpty();
  }

  @Test
  void aTokenIsCreatedWithADescriptionAndAnExpiry() throws IOException {
    next(201, "{\"token\":%s,\"secret\":\"adraa_x\"}".formatted(token("c1", "")));

    inbox
        .resumeSession("s")
        .createToken(
            "w",
            new NewToken()
                .name("CRM")
                .description("In the vault")
                .expiresAt(Instant.parse("2036-08-31T22:00:00Z")));

    assertThat(new ObjectMapper().readTree(received.remove().body()))
        .isEqualTo(
            new ObjectMapper()
                .readTree(
                    "{\"name\":\"CRM\",\"description\":\"In the vault\",\"expiresAt\":\"2036-08-31T22:00:00Z\"}"));
  }

  @Test
  void aChangeSendsOnlyWhatIsSet() throws IOException {
    next(200, "{\"token\":%s}".formatted(token("c1", "")));

    ApiToken changed =
        inbox
            .resumeSession("s")
            .updateToken("w", "t", new TokenChanges().description("").neverExpires(true));

    assertThat(changed.getId()).isEqualTo("c1");
    Received request = received.remove();
    assertThat(request.line()).isEqualTo("PATCH /api/v1/workspaces/w/tokens/t");
    assertThat(new ObjectMapper().readTree(request.body()))
        .isEqualTo(new ObjectMapper().readTree("{\"description\":\"\",\"neverExpires\":true}"));
  }

  @Test
  void conflictsHaveTheirCodes() {
    for (String code : List.of("TOKEN_NOT_ACTIVE", "TOKEN_ALREADY_REPLACED", "TOKEN_ASLEEP")) {
      next(409, "{\"error\":{\"code\":\"%s\",\"message\":\"No.\"}}".formatted(code));

      AdraaInboxException refused =
          catchThrowableOfType(
              AdraaInboxException.class,
              () -> inbox.resumeSession("s").replaceToken("w", "t", new Replacement()));

      assertThat(refused.status()).isEqualTo(409);
      assertThat(refused.code()).isEqualTo(code);
    }
  }

  @Test
  void eachValueOfATokenQueryIsSent() {
    next(200, page("c1", null));

    inbox
        .resumeSession("s")
        .listTokens(
            "w",
            TokenQuery.all()
                .status(TokenStatusFilter.EXPIRED)
                .text("a&b c")
                .unusedSince(Instant.parse("2026-03-14T00:00:00Z"))
                .sort(TokenSort.LAST_USED_FIRST)
                .limit(7)
                .cursor("x=1"));

    assertThat(query(received.remove()))
        .containsExactlyInAnyOrder(
            "status=expired",
            "query=a&b c",
            "unusedSince=2026-03-14T00:00:00Z",
            "sort=-lastUsedAt",
            "limit=7",
            "cursor=x=1");
  }

  @Test
  void eachValueOfAnAuditQueryIsSent() {
    next(200, "{\"events\":[]}");

    inbox
        .resumeSession("s")
        .listAuditEvents(
            "w",
            AuditQuery.all()
                .action("token-created")
                .tokenId("t")
                .agentId("a")
                .since(Instant.parse("2026-06-01T00:00:00Z"))
                .until(Instant.parse("2026-07-01T00:00:00.500Z"))
                .limit(7)
                .cursor("x=1"));

    assertThat(query(received.remove()))
        .containsExactlyInAnyOrder(
            "action=token-created",
            "tokenId=t",
            "agentId=a",
            "since=2026-06-01T00:00:00Z",
            "until=2026-07-01T00:00:00.500Z",
            "limit=7",
            "cursor=x=1");
  }

  @Test
  void aQueryDoesNotChange() {
    TokenQuery tokens = TokenQuery.all().limit(7);
    tokens.status(TokenStatusFilter.REVOKED).cursor("x");
    AuditQuery events = AuditQuery.all().limit(7);
    events.action("token-created").cursor("x");
    next(200, page("c1", null));
    next(200, "{\"events\":[]}");

    inbox.resumeSession("s").listTokens("w", tokens);
    inbox.resumeSession("s").listAuditEvents("w", events);

    assertThat(query(received.remove())).containsExactly("limit=7");
    assertThat(query(received.remove())).containsExactly("limit=7");
  }

  @Test
  void allPagesOfAQueryAreRead() {
    next(200, page("c1", "n1"));
    next(200, page("c2", null));
    next(200, event("token-created", "n2"));
    next(200, event("agent-promoted", null));

    assertThat(inbox.resumeSession("s").findTokens("w", TokenQuery.all().text("x").cursor("n0")))
        .extracting("id")
        .containsExactly("c1", "c2");
    assertThat(inbox.resumeSession("s").auditEvents("w", AuditQuery.all().limit(1)))
        .extracting("action")
        .containsExactly("token-created", "agent-promoted");

    assertThat(query(received.remove()))
        .containsExactlyInAnyOrder("query=x", "limit=100", "cursor=n0");
    assertThat(query(received.remove()))
        .containsExactlyInAnyOrder("query=x", "limit=100", "cursor=n1");
    assertThat(query(received.remove())).containsExactly("limit=1");
    assertThat(query(received.remove())).containsExactlyInAnyOrder("limit=1", "cursor=n2");
  }

  @Test
  void theExpiryOfTheTokenIsInAHeader() {
    String verified =
        "{\"company\":{\"id\":\"c1\",\"name\":\"acme\"},\"token\":{\"id\":\"c2\",\"name\":\"x\"}}";
    next(200, verified);
    assertThat(inbox.tokenExpiresAt()).isEmpty();

    answers.add(
        new Answer(200, Map.of("x-token-expires-at", "2027-06-12T10:25:00.000Z"), verified));
    assertThat(inbox.tokenExpiresAt()).contains(Instant.parse("2027-06-12T10:25:00Z"));

    answers.add(new Answer(200, Map.of("X-Token-Expires-At", "in a year"), verified));
    assertThat(catchThrowableOfType(AdraaInboxException.class, () -> inbox.tokenExpiresAt()).code())
        .isEqualTo(AdraaInboxException.UNREADABLE_ANSWER);

    next(200, "<html>Welcome</html>");
    assertThat(catchThrowableOfType(AdraaInboxException.class, () -> inbox.tokenExpiresAt()).code())
        .isEqualTo(AdraaInboxException.UNREADABLE_ANSWER);
  }

  @Test
  void aLeakIsReportedWithoutTheOwnToken() throws IOException {
    answers.add(new Answer(202, Map.of(), ""));
    LeakedToken found = new LeakedToken().secret("adraa_found").url("https://git.example/x");

    inbox.reportLeakedTokens(List.of(found));

    Received request = received.remove();
    assertThat(request.line()).isEqualTo("POST /api/v1/leaked-tokens");
    assertThat(request.headers()).doesNotContainKeys("Authorization", "Cookie");
    assertThat(new ObjectMapper().readTree(request.body()))
        .isEqualTo(
            new ObjectMapper()
                .readTree(
                    "{\"tokens\":[{\"secret\":\"adraa_found\",\"url\":\"https://git.example/x\"}]}"));
    assertThat(found.toString()).doesNotContain("adraa_found");
  }

  @Test
  void theOwnTokenIsRevokedWithItself() {
    answers.add(new Answer(204, Map.of(), ""));

    inbox.revokeOwnToken();

    Received request = received.remove();
    assertThat(request.line()).isEqualTo("POST /api/v1/me/revoke");
    assertThat(request.headers().get("Authorization")).containsExactly("Bearer " + SECRET);
  }

  private AdraaInboxException failure() {
    return catchThrowableOfType(AdraaInboxException.class, inbox::verify);
  }

  private void next(int status, String body) {
    server.next(status, body);
  }

  private static String page(String id, @Nullable String cursor) {
    return """
        {"tokens":[{"id":"%s","name":"x","prefix":"adraa_1a2b3c4d","status":"active",
          "createdAt":"2026-06-12T10:25:00.000Z","createdBy":{"id":"c2","nickname":"a"}}]%s}
        """
        .formatted(id, cursor == null ? "" : ",\"nextCursor\":\"" + cursor + "\"");
  }

  private static String token(String id, String more) {
    return """
        {"id":"%s","name":"%s's","prefix":"adraa_1a2b3c4d","status":"active",
         "createdAt":"2026-06-12T10:25:00.000Z","createdBy":{"id":"c2","nickname":"a"}%s}
        """
        .formatted(id, id, more);
  }

  private static String event(String action, @Nullable String cursor) {
    return """
        {"events":[{"occurredAt":"2026-06-12T10:25:00.000Z","action":"%s","channel":"api"}]%s}
        """
        .formatted(action, cursor == null ? "" : ",\"nextCursor\":\"" + cursor + "\"");
  }

  /** The decoded parameters of a request. */
  private static List<String> query(Received request) {
    String query = URI.create(request.line().split(" ")[1]).getRawQuery();
    return Stream.of(query.split("&"))
        .map(parameter -> URLDecoder.decode(parameter, UTF_8))
        .toList();
  }

  private URI url() {
    return server.url();
  }
}
