package ai.adraa.inbox.server.rest;

import static ai.adraa.inbox.server.rest.LocalInbox.error;
import static org.assertj.core.api.Assertions.assertThat;

import ai.adraa.inbox.server.Acme;
import ai.adraa.inbox.server.account.Agent;
import ai.adraa.inbox.server.account.Membership;
import ai.adraa.inbox.server.secret.Secret;
import ai.adraa.inbox.server.token.Token;
import ai.adraa.inbox.server.token.TokenQuery;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.eclipse.jetty.http.HttpTester;
import org.eclipse.jetty.server.LocalConnector;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The operations without a network: each request is text that goes to the handlers directly. */
class RestApiTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  // One server for all tests: Jersey takes longer to start than they take to run. Each test has a
  // workspace of its own.
  private static final Acme acme = new Acme();
  private static final List<TokenAuthentication.Outcome> outcomes = new ArrayList<>();
  private static final AtomicBoolean quick = new AtomicBoolean();
  private static final LocalInbox inbox =
      new LocalInbox(acme, Optional.empty(), quick::get, outcomes::add);
  private static int workspaces;

  private String workspace;
  private String email;
  private String tokens;
  private Agent agent;
  private Token.Created token;
  private String session;

  @BeforeEach
  void createWorkspace() {
    String name = "workspace-" + ++workspaces;
    email = "ada@" + name + ".example";
    workspace = acme.workspaces.create(name, email, Acme.OPERATOR);
    tokens = "/api/v1/workspaces/" + workspace + "/tokens";
    agent = acme.workspaces.firstAdmin(workspace);
    token = acme.token(workspace, "CRM integration");
    session = cookie(agent);
    outcomes.clear();
    quick.set(true);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /api/v1/me",
        "GET /api/v1/me?",
        "GET /api/v1/me?page=1",
        "GET /api/v1/me\nAccept: */*",
        "GET /api/v1/me\nAccept: application/json",
        "GET /api/v1/me\nAccept: text/html, application/json;q=0.5",
        "GET /api/v1/me\nAccept: text/html\nAccept: */*",
        "GET /api/v1/me\nContent-Length: 0",
        "GET /api/v1/me\nAccept: application/json\nAccept: text/html",
      })
  void aTokenIsVerifiedInEveryFormOfTheRequest(String request) throws Exception {
    for (boolean onTheIoThread : List.of(true, false)) {
      quick.set(onTheIoThread);

      HttpTester.Response verified = send(request, bearer());

      assertThat(verified.getStatus()).as(verified.getContent()).isEqualTo(200);
      assertThat(verified.get("Content-Type")).isEqualTo("application/json");
      assertThat(verified.get("Content-Length"))
          .isEqualTo(Integer.toString(verified.getContent().length()));
      assertThat(json(verified))
          .isEqualTo(
              JSON.readTree(
                  "{'company':{'id':'%s','name':'workspace-%s'},'token':{'id':'%s','name':'%s'}}"
                      .formatted(workspace, workspaces, token.token().id(), "CRM integration")
                      .replace('\'', '"')));
    }
    assertThat(outcomes).containsOnly(TokenAuthentication.Outcome.VALID).hasSize(2);
  }

  @Test
  void aTokenThatIsNotActiveIsRefusedWithoutAReason() throws Exception {
    Token.Created revoked = acme.token(workspace, "revoked");
    acme.tokens.revoke(workspace, revoked.token().id(), acme.caller(agent));
    for (String path : List.of("GET /api/v1/me", "GET /api/v1/me?page=1")) {
      outcomes.clear();
      challenged(send(path), "MISSING_TOKEN", "Bearer realm=\"adraa-inbox\"");
      for (String header :
          List.of(
              "Bearer " + revoked.secret().reveal(),
              "Bearer " + Secret.newToken().reveal(),
              "Bearer " + token.secret().reveal() + "0",
              "Bearer",
              "Basic " + token.secret().reveal(),
              token.secret().reveal(),
              bearer().substring("Authorization: ".length()) + "\n" + bearer())) {
        challenged(
            send(path, "Authorization: " + header),
            "INVALID_API_TOKEN",
            "Bearer realm=\"adraa-inbox\", error=\"invalid_token\"");
      }
      assertThat(outcomes)
          .containsExactly(
              TokenAuthentication.Outcome.MISSING,
              TokenAuthentication.Outcome.UNKNOWN_OR_REVOKED,
              TokenAuthentication.Outcome.UNKNOWN_OR_REVOKED,
              TokenAuthentication.Outcome.MALFORMED,
              TokenAuthentication.Outcome.MALFORMED,
              TokenAuthentication.Outcome.MALFORMED,
              TokenAuthentication.Outcome.MALFORMED,
              TokenAuthentication.Outcome.MALFORMED);
    }
    assertThat(EnumSet.allOf(TokenAuthentication.Outcome.class)).hasSize(4);
  }

  @Test
  void aTokenIsCreatedReadListedAndRevoked() throws Exception {
    HttpTester.Response created = post(tokens, "{\"name\":\"Order notifications\"}", session);
    JsonNode body = json(created);
    String id = body.at("/token/id").textValue();
    assertThat(created.getStatus()).isEqualTo(201);
    assertThat(created.get("Location")).isEqualTo(tokens + "/" + id);
    assertThat(acme.tokens.verify(new Secret(body.path("secret").textValue()), null)).isPresent();
    assertThat(body.path("token"))
        .isEqualTo(json(send("GET " + tokens + "/" + id, session)).at("/token"));
    assertThat(names(body.path("token")))
        .containsExactlyInAnyOrder("id", "name", "prefix", "status", "createdAt", "createdBy");
    assertThat(body.at("/token/createdBy/nickname").textValue()).isEqualTo("ada");
    assertThat(body.at("/token/createdAt").textValue()).isEqualTo(acme.instant().toString());
    assertThat(acme.events("token-created").get(0).requestId())
        .contains(created.get("X-Request-Id"));

    acme.advance(Duration.ofMillis(1));
    acme.tokens.verify(new Secret(body.path("secret").textValue()), null);
    acme.lastUse.close();
    JsonNode revoked = json(post(tokens + "/" + id + "/revoke", null, session)).path("token");

    assertThat(revoked.path("status").textValue()).isEqualTo("revoked");
    assertThat(revoked.path("lastUsedAt").textValue()).isEqualTo(acme.instant().toString());
    assertThat(revoked.path("revokedAt").textValue()).isEqualTo(acme.instant().toString());
    assertThat(revoked.at("/revokedBy/id").textValue()).isEqualTo(agent.id());
    JsonNode first = json(send("GET " + tokens + "?limit=1", session));
    assertThat(first.at("/tokens/0/name").textValue()).isNotNull();
    JsonNode next =
        json(
            send(
                "GET " + tokens + "?limit=1&cursor=" + first.path("nextCursor").textValue(),
                session));
    assertThat(next.at("/tokens/0/id")).isNotEqualTo(first.at("/tokens/0/id"));
    assertThat(names(next)).containsExactlyInAnyOrder("tokens", "total", "totalIsCapped");
    assertThat(json(send("GET " + tokens + "?status=revoked", session)).at("/tokens").size())
        .isEqualTo(1);
    assertThat(
            json(send("GET " + tokens + "?status=active", session)).at("/tokens/0/id").textValue())
        .isEqualTo(token.token().id());
  }

  @Test
  void onlyAnAdminOfTheWorkspaceReachesItsTokens() throws Exception {
    Agent bob =
        acme.workspaces.addAgent(
            "workspace-" + workspaces,
            "bob@" + workspaces + ".example",
            Optional.empty(),
            Membership.Role.AGENT,
            Acme.OPERATOR);
    String other = acme.workspaces.create("other-" + workspaces, bob.email(), Acme.OPERATOR);
    String one = tokens + "/" + token.token().id();
    for (String request : List.of("GET " + tokens, "GET " + one, "POST " + one + "/revoke")) {
      error(send(request), 401, "MISSING_SESSION");
      error(send(request, "Cookie: adraa_session=unknown"), 401, "INVALID_SESSION");
      error(send(request, bearer()), 401, "MISSING_SESSION");
      error(send(request, cookie(bob)), 403, "ADMIN_REQUIRED");
      error(send(request.replace(workspace, other), session), 404, "WORKSPACE_NOT_FOUND");
    }
    error(send("GET " + one.replace(workspace, other), cookie(bob)), 404, "TOKEN_NOT_FOUND");
    error(
        post(one.replace(workspace, other) + "/revoke", null, cookie(bob)), 404, "TOKEN_NOT_FOUND");
    assertThat(acme.tokens.verify(token.secret(), null)).isPresent();
  }

  /** The server asks for the body after authentication, so that the agent loses the role then. */
  @ParameterizedTest
  @CsvSource({"demoted, 403, ADMIN_REQUIRED", "signed out, 401, INVALID_SESSION"})
  void theRoleCountsWhenTheTokenIsWritten(String change, int status, String code) throws Exception {
    String body = "{\"name\":\"too late\"}";
    LocalConnector.LocalEndPoint connection =
        inbox.connect(
            "POST " + tokens + " HTTP/1.1",
            "Host: inbox.example",
            session,
            "Content-Type: application/json",
            "Content-Length: " + body.length(),
            "Expect: 100-continue",
            "",
            "");
    assertThat(connection.getResponse()).startsWith("HTTP/1.1 100 ");
    acme.database.write(
        handle ->
            change.equals("demoted")
                ? handle.execute(
                        "INSERT INTO membership SELECT workspace_id, ?, role, 1 FROM membership"
                            + " WHERE agent_id = ?",
                        acme.ada.id(),
                        agent.id())
                    + handle.execute(
                        "UPDATE membership SET role = 'agent' WHERE agent_id = ?", agent.id())
                : handle.execute("DELETE FROM session WHERE agent_id = ?", agent.id()));
    connection.addInput(body);

    error(HttpTester.parseResponse(connection.getResponse()), status, code);
    assertThat(acme.tokens.list(workspace, TokenQuery.ALL, 10, null).tokens()).hasSize(1);
  }

  @Test
  void aSessionIsShownAndEnded() throws Exception {
    JsonNode shown = json(send("GET /api/v1/session", session)).path("session");
    assertThat(shown.at("/agent/email").textValue()).isEqualTo(email);
    assertThat(shown.at("/agent/nickname").textValue()).isEqualTo("ada");
    assertThat(shown.at("/workspaces/0/name").textValue()).isEqualTo("workspace-" + workspaces);
    assertThat(shown.at("/workspaces/0/role").textValue()).isEqualTo("admin");
    assertThat(shown.path("expiresAt").textValue())
        .isEqualTo(acme.instant().plus(Duration.ofHours(12)).toString());

    HttpTester.Response signedOut = send("DELETE /api/v1/session", session);

    assertThat(signedOut.getStatus()).isEqualTo(204);
    assertThat(signedOut.get("Set-Cookie")).startsWith("__Host-adraa_session=;");
    error(send("GET /api/v1/session", session), 401, "INVALID_SESSION");
  }

  @Test
  void signingOutEndsEverySessionThatIsSentAndNoOther() throws Exception {
    String one = acme.session(agent).reveal();
    String other = acme.session(agent).reveal();
    String unsent = cookie(agent);

    send(
        "DELETE /api/v1/session",
        "Cookie: __Host-adraa_session=" + one + "; __Host-adraa_session=" + other);

    error(
        send("GET /api/v1/session", "Cookie: __Host-adraa_session=" + one), 401, "INVALID_SESSION");
    error(
        send("GET /api/v1/session", "Cookie: __Host-adraa_session=" + other),
        401,
        "INVALID_SESSION");
    assertThat(send("GET /api/v1/session", unsent).getStatus()).isEqualTo(200);
    assertThat(acme.events("sign-out"))
        .filteredOn(event -> event.by().equals(Optional.of(email)))
        .hasSize(1);
  }

  @Test
  void aCodeSignsInOnceAndEndsTheSessionBefore() throws Exception {
    Secret code = new Secret("042117");
    acme.signIn.replaceCode(email, code, acme.instant(), acme.instant().plusSeconds(1));
    String body = "{\"email\":\"%s\",\"code\":\"042117\"}".formatted(email.replace("ada", "Ada"));

    error(post("/api/v1/session", body.replace("042117", "042118")), 401, "INVALID_SIGN_IN_CODE");
    HttpTester.Response signedIn = post("/api/v1/session", body, session);

    assertThat(signedIn.getStatus()).isEqualTo(201);
    String cookie = signedIn.get("Set-Cookie");
    assertThat(cookie).startsWith("__Host-adraa_session=").contains("Max-Age=604800", "Secure");
    assertThat(json(signedIn).at("/session/agent/id").textValue()).isEqualTo(agent.id());
    error(send("GET /api/v1/session", session), 401, "INVALID_SESSION");
    assertThat(send("GET /api/v1/session", "Cookie: " + cookie.split(";")[0]).getStatus())
        .isEqualTo(200);
    error(post("/api/v1/session", body), 401, "INVALID_SIGN_IN_CODE");
    assertThat(acme.events("sign-in-failed"))
        .filteredOn(event -> event.member().equals(Optional.of(email)))
        .hasSize(1);
  }

  @Test
  void tooManySignInsAreRefusedWithATimeToWait() throws Exception {
    String body = "{\"email\":\"nobody@%s.example\"}".formatted(workspaces);
    for (int i = 0; i < 10; i++) {
      HttpTester.Response accepted = post("/api/v1/sign-in-codes", body);
      assertThat(accepted.getStatus()).isEqualTo(202);
      assertThat(accepted.getContent()).isEmpty();
    }
    HttpTester.Response refused = post("/api/v1/sign-in-codes", body);
    error(refused, 429, "RATE_LIMIT_EXCEEDED");
    assertThat(Integer.parseInt(refused.get("Retry-After"))).isBetween(1, 3600);
  }

  @ParameterizedTest
  @CsvSource({
    "'Sec-Fetch-Site: same-origin', 201",
    "'Sec-Fetch-Site: none', 201",
    "'Sec-Fetch-Site: same-site', 403",
    "'Sec-Fetch-Site: cross-site', 403",
    "'Sec-Fetch-Site: cross-site\nOrigin: https://inbox.example', 403",
    "'Sec-Fetch-Site: same-origin\nOrigin: https://evil.example', 201",
    "'Origin: https://inbox.example', 201",
    "'Origin: https://evil.example', 403",
    "'Origin: null', 403",
    "'Origin: about:blank', 403",
    "'Origin: //inbox.example', 403",
    "'Origin: https://inbox.example:8443', 403",
    "'Origin: not a url', 403",
    "'X-Other: 1', 201",
  })
  void aBrowserChangesNothingFromAnotherSite(String headers, int status) throws Exception {
    assertThat(post(tokens, "{\"name\":\"x\"}", session, headers).getStatus()).isEqualTo(status);
    assertThat(send("GET " + tokens, session, headers).getStatus()).as("only reads").isEqualTo(200);
  }

  /** In HTTP/1.0 a request needs no Host, with which its origin could be compared. */
  @ParameterizedTest
  @CsvSource({"https://inbox.example, 201", "https://null, 403", "https://evil.example, 403"})
  void withoutAHostOnlyThePublicUrlIsTheOrigin(String origin, int status) throws Exception {
    String body = "{\"name\":\"x\"}";
    HttpTester.Response response =
        inbox.receive(
            "POST " + tokens + " HTTP/1.0",
            "Origin: " + origin,
            session,
            "Content-Type: application/json",
            "Content-Length: " + body.length(),
            "",
            body);
    assertThat(response.getStatus()).as(response.getContent()).isEqualTo(status);
  }

  /** Docker Compose names a host after its project and service. */
  @ParameterizedTest
  @ValueSource(
      strings = {"inbox_app:8080", "_inbox", "a_b.example", "inbox-.example", "[::1]:8080"})
  void theNameOfTheHostDoesNotMatter(String host) throws Exception {
    for (String request : List.of("GET /api/v1/session", "POST " + tokens)) {
      HttpTester.Response response =
          inbox.receive(request + " HTTP/1.1", "Host: " + host, session, "", "");
      assertThat(response.getStatus())
          .as(response.getContent())
          .isEqualTo(request.startsWith("GET") ? 200 : 400);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"limit=%", "limit=%zz", "%u0041"})
  void aQueryThatIsNotPercentEncodedIsABadRequest(String query) throws Exception {
    error(send("GET " + tokens + "?" + query, session), 400, "BAD_REQUEST");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"name\":\"\"}                | name   | must be 1 to 100 characters long",
        "{}                             | name   | is required",
        "{\"name\":null}                | name   | is required",
        "{\"name\":{}}                  | name   | must be a string",
        "{\"name\":\"x\",\"scope\":1}   | scope  | is not a known field",
        "[]                             | body   | must be a JSON object",
        "{\"name\":\"\\u00a0\"}          | name   | must contain a visible character",
        "{\"name\":\"x\\u001b\"} | name | must not contain control, format or line separator characters",
        "null                           | body   | is required",
        "''                             | body   | is required",
      })
  void aWrongBodyIsExplained(String body, String field, String message) throws Exception {
    HttpTester.Response refused = post(tokens, body, session);
    error(refused, 400, "VALIDATION_ERROR");
    JsonNode details = json(refused).at("/error/details");
    assertThat(details.size()).isEqualTo(1);
    assertThat(details.at("/0/field").textValue()).isEqualTo(field);
    assertThat(details.at("/0/message").textValue()).isEqualTo(message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{", "{\"name\":\"x\"} {}", "name=x", "{\"name\":\"\\uD800"})
  void whatIsNotJsonIsRefused(String body) throws Exception {
    HttpTester.Response refused = post(tokens, body, session);
    error(refused, 400, "BAD_REQUEST");
  }

  @ParameterizedTest
  @CsvSource({
    "limit=0, limit, must be a number from 1 to 100",
    "limit=101, limit, must be a number from 1 to 100",
    "limit=x, limit, must be a number from 1 to 100",
    "status=gone, status, must be active or revoked or expired",
    "sort=id, sort, must be -createdAt or name or -lastUsedAt or lastUsedAt",
    "query=a%00, query, 'must not contain control, format or line separator characters'",
    "query=adraa_123456789, query, 'must not be a secret; send its prefix, the first 14 characters'",
    "sort=name&cursor=bmFtZToALmNhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE, cursor, must be the nextCursor of the previous page",
    "unusedSince=2026, unusedSince, must be a time such as 2026-06-12T10:25:00Z",
    "cursor=x, cursor, must be the nextCursor of the previous page",
  })
  void aWrongParameterIsExplained(String query, String field, String message) throws Exception {
    HttpTester.Response refused = send("GET " + tokens + "?" + query, session);
    error(refused, 400, "VALIDATION_ERROR");
    assertThat(json(refused).at("/error/details/0/field").textValue()).isEqualTo(field);
    assertThat(json(refused).at("/error/details/0/message").textValue()).isEqualTo(message);
  }

  @Test
  void whatTheContractDoesNotKnowIsRefused() throws Exception {
    error(send("GET /api/v1/nothing", session), 404, "NOT_FOUND");
    error(send("GET /api/v1/workspaces/x/tokens/y/z", session), 404, "NOT_FOUND");
    HttpTester.Response method = send("PUT /api/v1/me", bearer());
    error(method, 405, "METHOD_NOT_ALLOWED");
    assertThat(method.get("Allow").split(", *"))
        .containsExactlyInAnyOrder("GET", "HEAD", "OPTIONS");
    error(send("GET /api/v1/me\nAccept: text/html", bearer()), 406, "NOT_ACCEPTABLE");
    error(send("GET /api/v1/me\nAccept: /", bearer()), 400, "BAD_REQUEST");
    HttpTester.Response options = send("OPTIONS /api/v1/me");
    assertThat(options.getStatus()).isEqualTo(204);
    assertThat(options.getContent()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "'Content-Type: text/plain', 415",
    "'Content-Type: application/json;charset=utf-16', 415",
    "'Content-Type: application/json\nContent-Encoding: gzip', 415",
    "'Content-Type: application/json\nContent-Encoding: identity', 201",
    "'Content-Type: application/json;charset=UTF-8', 201",
    "'Content-Type: application/json;q=0.1', 201",
    "'Content-Type: /', 415",
    "'Content-Type: application/json\nContent-Type: application/json', 400",
  })
  void aBodyIsPlainUtf8Json(String headers, int status) throws Exception {
    String body = "{\"name\":\"x\"}";
    HttpTester.Response response =
        inbox.exchange(
            "POST " + tokens, headers, "Content-Length: " + body.length(), session, "", body);
    assertThat(response.getStatus()).as(response.getContent()).isEqualTo(status);
    if (status == 415) {
      error(response, 415, "UNSUPPORTED_MEDIA_TYPE");
    }
  }

  private String cookie(Agent agent) {
    return "Cookie: __Host-adraa_session=" + acme.session(agent).reveal();
  }

  private String bearer() {
    return "Authorization: Bearer " + token.secret().reveal();
  }

  private static HttpTester.Response send(String request, String... headers) throws Exception {
    return inbox.send(request, headers);
  }

  private static HttpTester.Response post(String path, @Nullable String body, String... headers)
      throws Exception {
    return inbox.post(path, body, headers);
  }

  private static void challenged(HttpTester.Response response, String code, String challenge)
      throws Exception {
    error(response, 401, code);
    assertThat(response.get("WWW-Authenticate")).isEqualTo(challenge);
  }

  private static Set<String> names(JsonNode object) {
    return StreamSupport.stream(((Iterable<String>) object::fieldNames).spliterator(), false)
        .collect(Collectors.toSet());
  }

  private static JsonNode json(HttpTester.Response response) throws Exception {
    return JSON.readTree(response.getContent());
  }
}
