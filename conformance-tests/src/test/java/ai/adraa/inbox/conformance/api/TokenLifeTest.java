package ai.adraa.inbox.conformance.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import ai.adraa.inbox.conformance.support.MovableClock;
import ai.adraa.inbox.conformance.support.TestInbox;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A token expires, is described, changed, found, replaced, and revoked with its own secret. */
class TokenLifeTest {
  private static final MovableClock clock = new MovableClock();

  @AutoClose private static final TestInbox inbox = TestInbox.builder().clock(clock).start();

  private static int workspaces;
  private TestInbox.SignedIn admin;
  private String tokens;

  @BeforeEach
  void createWorkspace() {
    admin = inbox.workspace("life-" + ++workspaces);
    tokens = "/api/v1/workspaces/" + admin.workspaceId() + "/tokens";
  }

  @ParameterizedTest
  @ValueSource(strings = {"/api/v1/me", "/api/v1/me?by=jersey"})
  void anExpiringTokenSaysSoAndIsRefusedFromThatTimeOn(String path) {
    Instant expiry = in(Duration.ofHours(1));
    Response created =
        post(
            tokens,
            Map.of(
                "name", "expiring", "description", "  for Bob  ", "expiresAt", expiry.toString()));
    created
        .then()
        .statusCode(201)
        .body("token.description", equalTo("for Bob"))
        .body("token.status", equalTo("active"));
    String secret = created.path("secret");
    assertThat(Instant.parse(created.path("token.expiresAt"))).isEqualTo(expiry);

    clock.advance(Duration.ofHours(1).minusMillis(1));
    Response verified = bearer(secret).get(path);
    verified.then().statusCode(200);
    assertThat(Instant.parse(verified.header("X-Token-Expires-At"))).isEqualTo(expiry);
    clock.advance(Duration.ofMillis(1));
    bearer(secret)
        .get(path)
        .then()
        .statusCode(401)
        .body("error.code", equalTo("INVALID_API_TOKEN"))
        .header("X-Token-Expires-At", nullValue());
    bearer(secret).post("/api/v1/me/revoke").then().statusCode(401);
    inbox
        .request(admin)
        .get(created.header("Location"))
        .then()
        .body("token.status", equalTo("expired"));
    assertThat(inbox.verify(inbox.createToken(admin, "for ever").secret()).headers().asList())
        .extracting(header -> header.getName())
        .doesNotContain("X-Token-Expires-At");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "expiresAt    | 1781260260000              | must be a time such as 2026-06-12T10:25:00Z",
        "expiresAt    | \"2036-08-31\"               | must be a time such as 2026-06-12T10:25:00Z",
        "expiresAt    | \"\"                         | must be a time such as 2026-06-12T10:25:00Z",
        "expiresAt    | \"+999999999-01-01T00:00:00Z\" | must be a time such as 2026-06-12T10:25:00Z",
        "expiresAt    | \"2020-01-01T00:00:00Z\"     | must be in the future, and at most 10 years from now",
        "expiresAt    | \"9999-12-31T23:59:59Z\"     | must be in the future, and at most 10 years from now",
        "description  | 1                          | must be a string",
        "description  | \"a\\u001bb\"               | must not contain control, format or line separator characters",
        "description  | \"\\u2060\"                 | must not contain control, format or line separator characters",
        "oldExpiresAt | \"2020-01-01T00:00:00Z\"     | must be in the future, and at most 10 years from now",
        "description  | \"in adraa_1a2b3c4d5\"       | must not contain a secret",
        "name         | \"ADRAA_SESSION_0\"          | must not contain a secret",
        "neverExpires | \"yes\"                      | must be true or false",
        "neverExpires | \"true\"                     | must be true or false",
        "neverExpires | 1                          | must be true or false",
        "name         | \"\"                         | must be 1 to 100 characters long",
        "replaces     | \"x\"                        | is not a known field",
      })
  void aWrongFieldIsNamedInEachOperationThatHasIt(String field, String value, String message) {
    TestInbox.NewToken token = inbox.createToken(admin, "CRM");
    String before = inbox.request(admin).get(tokens + "/" + token.id()).asString();
    List<String> fieldsOfNew = List.of("name", "description", "expiresAt", "replaces");
    if (fieldsOfNew.contains(field)) {
      String name = field.equals("name") ? "" : "\"name\":\"x\",";
      refused(json("{" + name + "\"" + field + "\":" + value + "}").post(tokens), field, message);
    }
    if (!field.equals("oldExpiresAt")) {
      refused(
          json("{\"" + field + "\":" + value + "}").patch(tokens + "/" + token.id()),
          field,
          message);
    }
    if (!field.equals("neverExpires")) {
      refused(
          json("{\"" + field + "\":" + value + "}").post(tokens + "/" + token.id() + "/replace"),
          field,
          message);
    }
    assertThat(inbox.request(admin).get(tokens + "/" + token.id()).asString()).isEqualTo(before);
    assertThat(inbox.request(admin).get(tokens).<Integer>path("total")).isOne();
  }

  @Test
  void aDescriptionHasUpToFiveHundredCharacters() {
    post(tokens, Map.of("name", "x", "description", "\ud83d\ude00".repeat(500)))
        .then()
        .statusCode(201)
        .body("token.description", equalTo("\ud83d\ude00".repeat(500)));
    refused(
        post(tokens, Map.of("name", "x", "description", "x".repeat(501))),
        "description",
        "must be at most 500 characters long");
    post(tokens, Map.of("name", "x", "description", "   "))
        .then()
        .statusCode(201)
        .body("token.description", nullValue());
  }

  @Test
  void aTokenIsChangedAndWhatIsNotSentStays() {
    String expiry = in(Duration.ofDays(1)).toString();
    TestInbox.NewToken token = inbox.createToken(admin, "CRM");
    patch(token, Map.of("name", "CRM (EU)", "description", "for Bob"))
        .then()
        .statusCode(200)
        .body("token.name", equalTo("CRM (EU)"))
        .body("token.description", equalTo("for Bob"))
        .body("token.expiresAt", nullValue());
    patch(token, Map.of("expiresAt", expiry))
        .then()
        .statusCode(200)
        .body("token.name", equalTo("CRM (EU)"))
        .body("token.description", equalTo("for Bob"));
    Response unchanged = patch(token, Map.of());
    unchanged.then().statusCode(200);
    assertThat(Instant.parse(unchanged.path("token.expiresAt"))).isEqualTo(expiry);
    refused(
        patch(token, Map.of("expiresAt", expiry, "neverExpires", true)),
        "neverExpires",
        "cannot be sent with expiresAt");
    patch(token, Map.of("description", "", "neverExpires", true))
        .then()
        .statusCode(200)
        .body("token.description", nullValue())
        .body("token.expiresAt", nullValue());
    bearer(token.secret()).get("/api/v1/me").then().body("token.name", equalTo("CRM (EU)"));
    assertThat(trail("token-changed")).hasSize(3);
    assertThat(trail("token-changed").get(2))
        .contains("name from \\\"CRM\\\" to \\\"CRM (EU)\\\"", "from none to \\\"for Bob\\\"");
  }

  @Test
  void aReplacementIsDeployedAndTheOldTokenIsRevoked() {
    TestInbox.NewToken old = inbox.createToken(admin, "CRM");
    Response created = post(tokens + "/" + old.id() + "/replace", Map.of());
    created
        .then()
        .statusCode(201)
        .header("Location", tokens + "/" + created.path("token.id"))
        .body("token.name", equalTo("CRM"))
        .body("token.replaces", equalTo(old.id()))
        .body("secret", not(equalTo(old.secret())));
    String newId = created.path("token.id");
    assertThat(inbox.verify(old.secret()).statusCode()).isEqualTo(200);
    assertThat(inbox.verify(created.path("secret")).statusCode()).isEqualTo(200);
    post(tokens + "/" + old.id() + "/replace", Map.of())
        .then()
        .statusCode(409)
        .body("error.code", equalTo("TOKEN_ALREADY_REPLACED"));

    inbox
        .revoke(admin, old.id())
        .then()
        .statusCode(200)
        .body("token.revokedReason", equalTo("replaced"))
        .body("token.replacedBy", equalTo(newId));
    assertThat(inbox.verify(old.secret()).statusCode()).isEqualTo(401);
    assertThat(inbox.verify(created.path("secret")).statusCode()).isEqualTo(200);
    patch(old, Map.of("name", "again"))
        .then()
        .statusCode(409)
        .body("error.code", equalTo("TOKEN_NOT_ACTIVE"));
  }

  @Test
  void ifTheResponseIsLostTheReplacementIsRevokedAndMadeAgain() {
    TestInbox.NewToken leaked = inbox.createToken(admin, "leaked");
    inbox.revoke(admin, leaked.id());
    assertThat(post(tokens + "/" + leaked.id() + "/replace", Map.of()).statusCode()).isEqualTo(201);
    String lost = inbox.request(admin).get(tokens + "/" + leaked.id()).path("token.replacedBy");
    inbox.revoke(admin, lost).then().body("token.revokedReason", equalTo("admin"));

    Response again = post(tokens + "/" + leaked.id() + "/replace", Map.of("name", "again"));

    again.then().statusCode(201).body("token.name", equalTo("again"));
    assertThat(inbox.verify(again.path("secret")).statusCode()).isEqualTo(200);
  }

  @Test
  void aTokenRevokesItselfAndOnlyItself() {
    TestInbox.NewToken token = inbox.createToken(admin, "CRM");
    TestInbox.NewToken other = inbox.createToken(admin, "other");
    inbox.request(admin).post("/api/v1/me/revoke").then().statusCode(401);
    Response revoked = bearer(token.secret()).post("/api/v1/me/revoke");
    revoked.then().statusCode(204);
    assertThat(revoked.asString()).isEmpty();

    inbox.verify(token.secret()).then().statusCode(401);
    bearer(token.secret())
        .post("/api/v1/me/revoke")
        .then()
        .statusCode(401)
        .body("error.code", equalTo("INVALID_API_TOKEN"));
    assertThat(inbox.verify(other.secret()).statusCode()).isEqualTo(200);
    inbox
        .request(admin)
        .get(tokens + "/" + token.id())
        .then()
        .body("token.status", equalTo("revoked"))
        .body("token.revokedReason", equalTo("self"))
        .body("token.revokedBy", nullValue());
    assertThat(trail("token-revoked"))
        .singleElement()
        .asString()
        .contains("\"channel\":\"api\"", "\"address\":", token.id())
        .doesNotContain("\"by\"");
  }

  @Test
  void tokensAreFoundSortedAndCounted() {
    String beta = inbox.createToken(admin, "beta").id();
    String alpha = inbox.createToken(admin, "Alpha integration").id();
    String gamma = inbox.createToken(admin, "Ğamma INTEGRATION").id();
    clock.advance(Duration.ofHours(1));
    list(Map.of("sort", "name")).then().body("tokens.id", contains(alpha, beta, gamma));
    list(Map.of("query", " integration ", "sort", "name"))
        .then()
        .body("tokens.id", contains(alpha, gamma))
        .body("total", equalTo(2))
        .body("totalIsCapped", equalTo(false));
    list(Map.of("query", "ğAMMA")).then().body("tokens.id", contains(gamma));
    list(Map.of("query", beta)).then().body("tokens.id", contains(beta));
    list(Map.of("query", "", "limit", 1)).then().body("total", equalTo(3));
    list(Map.of("unusedSince", clock.instant().toString())).then().body("total", equalTo(3));
    list(Map.of("unusedSince", clock.instant().minus(2, ChronoUnit.HOURS).toString()))
        .then()
        .body("tokens.id", equalTo(List.of()))
        .body("total", equalTo(0));
    List<String> paged = new ArrayList<>();
    String cursor = null;
    do {
      RequestSpecification request =
          inbox.request(admin).queryParam("sort", "name").queryParam("limit", 1);
      Response page = (cursor == null ? request : request.queryParam("cursor", cursor)).get(tokens);
      paged.addAll(page.path("tokens.id"));
      cursor = page.path("nextCursor");
    } while (cursor != null);
    assertThat(paged).containsExactly(alpha, beta, gamma);
    String another =
        list(Map.of("sort", "lastUsedAt", "limit", 1)).then().extract().path("nextCursor");
    refused(
        list(Map.of("sort", "name", "cursor", another)),
        "cursor",
        "must be the nextCursor of the previous page");
  }

  private Instant in(Duration duration) {
    return clock.instant().plus(duration).truncatedTo(ChronoUnit.MILLIS);
  }

  private Response list(Map<String, ?> parameters) {
    return inbox.request(admin).queryParams(parameters).get(tokens);
  }

  private RequestSpecification json(String body) {
    return inbox.request(admin).contentType(ContentType.JSON).body(body);
  }

  private Response post(String path, Map<String, ?> body) {
    return inbox.request(admin).contentType(ContentType.JSON).body(body).post(path);
  }

  private Response patch(TestInbox.NewToken token, Map<String, ?> body) {
    return inbox
        .request(admin)
        .contentType(ContentType.JSON)
        .body(body)
        .patch(tokens + "/" + token.id());
  }

  private static RequestSpecification bearer(String secret) {
    return inbox.request().header("Authorization", "Bearer " + secret);
  }

  private List<String> trail(String action) {
    return inbox
        .command(
            "audit",
            "list",
            "--format",
            "json",
            "--workspace",
            "life-" + workspaces,
            "--action",
            action)
        .lines()
        .toList();
  }

  private static void refused(Response response, String field, String message) {
    response
        .then()
        .statusCode(400)
        .body("error.code", equalTo("VALIDATION_ERROR"))
        .body("error.details.field", contains(field))
        .body("error.details.message", contains(message));
  }
}
