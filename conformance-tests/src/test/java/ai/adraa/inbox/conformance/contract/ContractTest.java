package ai.adraa.inbox.conformance.contract;

import static ai.adraa.inbox.conformance.contract.ContractOperation.operations;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import ai.adraa.inbox.conformance.contract.ContractOperation.Access;
import ai.adraa.inbox.conformance.support.Contract;
import ai.adraa.inbox.conformance.support.ContractFilter;
import ai.adraa.inbox.conformance.support.GitHub;
import ai.adraa.inbox.conformance.support.RawHttp;
import ai.adraa.inbox.conformance.support.TestInbox;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import io.swagger.v3.core.util.Json;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The contract says neither more nor less than the server does: each operation is brought to each
 * status that it documents, and each response is held against its schema.
 */
class ContractTest {
  private static final String UNKNOWN_ID = "cmbxgvq1e0000ph01a2b3c4d5";

  private static final GitHub gitHub = new GitHub("contract");
  private static final Path keys = gitHub.published();

  @AutoClose private static final TestInbox inbox = TestInbox.builder().gitHubKeys(keys).start();

  private static final TestInbox.SignedIn admin = inbox.workspace("acme");
  private static final TestInbox.SignedIn agent = inbox.agent("acme", "bob@acme.example");
  private static final TestInbox.NewToken token = inbox.createToken(admin, "CRM integration");

  /** The last two look at what the others saw, so all run together and in this order. */
  @TestFactory
  Stream<DynamicTest> theServerDoesWhatTheContractSays() {
    ContractFilter.SEEN.clear();
    ContractFilter.ERRORS.clear();
    return Stream.of(
        dynamicTest("eachOperationSucceeds()", this::eachOperationSucceeds),
        dynamicTest("aNewTokenHasALocation()", this::aNewTokenHasALocation),
        dynamicTest("wrongInputIsA400()", this::wrongInputIsA400),
        dynamicTest("aRequestWithoutCredentialsIsA401()", this::aRequestWithoutCredentialsIsA401),
        dynamicTest(
            "whatABrowserSendsFromAnotherSiteIsA403()",
            this::whatABrowserSendsFromAnotherSiteIsA403),
        dynamicTest("whatOnlyAdminsMayIsA403ForOthers()", this::whatOnlyAdminsMayIsA403ForOthers),
        dynamicTest("whatIsUnknownIsA404()", this::whatIsUnknownIsA404),
        dynamicTest("aTokenInAnotherStateIsA409()", this::aTokenInAnotherStateIsA409),
        dynamicTest(
            "anotherMethodIsA405ThatNamesTheOnesAllowed()",
            this::anotherMethodIsA405ThatNamesTheOnesAllowed),
        dynamicTest("anAcceptThatExcludesJsonIsA406()", this::anAcceptThatExcludesJsonIsA406),
        dynamicTest("aBodyThatIsTooLongIsA413()", this::aBodyThatIsTooLongIsA413),
        dynamicTest(
            "aBodyThatIsNotDeclaredAsJsonIsA415()", this::aBodyThatIsNotDeclaredAsJsonIsA415),
        dynamicTest(
            "tooManyRequestsAreA429ThatTellsWhenToTryAgain()",
            this::tooManyRequestsAreA429ThatTellsWhenToTryAgain),
        dynamicTest(
            "aBrokenDatabaseIsA500ThatTellsNothingAndPasses()",
            this::aBrokenDatabaseIsA500ThatTellsNothingAndPasses),
        dynamicTest(
            "aStoppingServerFinishesWhatItHasBegunAndAnswersTheRest503()",
            this::aStoppingServerFinishesWhatItHasBegunAndAnswersTheRest503),
        dynamicTest("everyDocumentedStatusWasSeen()", this::everyDocumentedStatusWasSeen),
        dynamicTest(
            "everyErrorExampleIsAResponseOfTheServer()",
            this::everyErrorExampleIsAResponseOfTheServer));
  }

  private void eachOperationSucceeds() {
    for (ContractOperation operation : operations(admin, token)) {
      if (operation.id().equals("signIn") || operation.id().equals("signOut")) {
        continue;
      }
      int status =
          switch (operation.id()) {
            case "requestSignInCode", "reportLeakedTokens" -> 202;
            case "createToken", "replaceToken" -> 201;
            case "revokeOwnToken" -> 204;
            default -> 200;
          };
      assertAnswer(send(operation), status);
    }
    TestInbox.SignedIn again = inbox.signIn("bob@acme.example");
    assertAnswer(inbox.request(again).delete("/api/v1/session"), 204);
  }

  private void aNewTokenHasALocation() {
    Response created = send(operation("createToken"));

    assertThat(created.header("Location"))
        .isEqualTo(
            "/api/v1/workspaces/%s/tokens/%s"
                .formatted(admin.workspaceId(), created.<String>path("token.id")));
    assertThat(inbox.request(admin).get(created.header("Location")).<String>path("token.id"))
        .isEqualTo(created.path("token.id"));
  }

  private void wrongInputIsA400() {
    for (ContractOperation operation : operations(admin, token)) {
      if (operation.access() == Access.GITHUB) {
        assertError(gitHub.report(inbox.request(), "[{}]"), 400, "VALIDATION_ERROR");
      } else if (operation.body() != null) {
        Response response =
            as(operation)
                .contentType(ContentType.JSON)
                // An empty object changes nothing, or replaces the token with one like it.
                .body(
                    List.of("updateToken", "replaceToken").contains(operation.id())
                        ? "{\"name\":\"\"}"
                        : "{}")
                .when()
                .request(operation.method(), operation.path());
        assertError(response, 400, "VALIDATION_ERROR");
        assertThat(response.<List<String>>path("error.details.field"))
            .containsExactlyInAnyOrderElementsOf(operation.fields());
      } else {
        RawHttp.Answer answer =
            RawHttp.exchange(
                inbox.url(), operation.method() + " " + operation.path() + " HTTP/1.1");
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().getString("error.code")).isEqualTo("BAD_REQUEST");
        answer.check(operation.method(), operation.path());
      }
    }
    for (String query : List.of("listTokens limit", "getTokenUsage days")) {
      String[] operation = query.split(" ");
      assertError(
          inbox.request(admin).queryParam(operation[1], "0").get(operation(operation[0]).path()),
          400,
          "VALIDATION_ERROR");
    }
  }

  private void aTokenInAnotherStateIsA409() {
    assertError(send(operation("updateToken")), 409, "TOKEN_NOT_ACTIVE");
    assertError(send(operation("replaceToken")), 409, "TOKEN_ALREADY_REPLACED");
  }

  private void aRequestWithoutCredentialsIsA401() {
    for (ContractOperation operation : operations(admin, token)) {
      switch (operation.access()) {
        case TOKEN -> {
          Response missing = send(operation, inbox.request());
          assertError(missing, 401, "MISSING_TOKEN");
          assertThat(missing.header("WWW-Authenticate")).isEqualTo("Bearer realm=\"adraa-inbox\"");
          Response wrong =
              send(operation, inbox.request().header("Authorization", "Bearer adraa_unknown"));
          assertError(wrong, 401, "INVALID_API_TOKEN");
          assertThat(wrong.header("WWW-Authenticate"))
              .isEqualTo("Bearer realm=\"adraa-inbox\", error=\"invalid_token\"");
        }
        case SESSION, ADMIN -> {
          assertError(send(operation, inbox.request()), 401, "MISSING_SESSION");
          assertError(
              send(operation, inbox.request().cookie("adraa_session", "unknown")),
              401,
              "INVALID_SESSION");
        }
        case GITHUB -> assertError(send(operation, inbox.request()), 403, "INVALID_SIGNATURE");
        case ANYONE -> {}
      }
    }
    assertError(send(operation("signIn")), 401, "INVALID_SIGN_IN_CODE");
  }

  private void whatABrowserSendsFromAnotherSiteIsA403() {
    for (ContractOperation operation : operations(admin, token)) {
      if (operation.isUnsafe()) {
        assertError(
            send(operation, as(operation).header("Sec-Fetch-Site", "cross-site")),
            403,
            "CROSS_ORIGIN_REQUEST");
      }
    }
  }

  private void whatOnlyAdminsMayIsA403ForOthers() {
    for (ContractOperation operation : operations(agent, token)) {
      if (operation.access() == Access.ADMIN) {
        assertError(send(operation, inbox.request(agent)), 403, "ADMIN_REQUIRED");
      }
    }
  }

  private void whatIsUnknownIsA404() {
    TestInbox.SignedIn nowhere = new TestInbox.SignedIn(admin.session(), "", UNKNOWN_ID);
    TestInbox.NewToken unknown = new TestInbox.NewToken(UNKNOWN_ID, "");
    for (ContractOperation operation : operations(nowhere, token)) {
      if (operation.access() == Access.ADMIN) {
        assertError(send(operation), 404, "WORKSPACE_NOT_FOUND");
      }
    }
    for (ContractOperation operation : operations(admin, unknown)) {
      if (operation.path().contains(UNKNOWN_ID)) {
        assertError(send(operation), 404, "TOKEN_NOT_FOUND");
      }
    }
    assertError(inbox.request(admin).get("/api/v1/unknown"), 404, "NOT_FOUND");
    try (TestInbox withoutGitHub = TestInbox.start()) {
      assertError(
          send(operation("reportLeakedTokensFromGitHub"), withoutGitHub.request()),
          404,
          "NOT_FOUND");
    }
  }

  private void anotherMethodIsA405ThatNamesTheOnesAllowed() {
    for (ContractOperation operation : operations(admin, token)) {
      Set<String> allowed = new TreeSet<>(Contract.methods(operation.path()).toList());
      if (allowed.contains("GET")) {
        allowed.add("HEAD");
      }
      allowed.add("OPTIONS");

      Response response = as(operation).put(operation.path());

      assertError(response, 405, "METHOD_NOT_ALLOWED");
      assertThat(response.header("Allow").split(" *, *"))
          .containsExactlyInAnyOrderElementsOf(allowed);
    }
  }

  private void anAcceptThatExcludesJsonIsA406() {
    for (ContractOperation operation : operations(admin, token)) {
      assertError(send(operation, as(operation).accept(ContentType.TEXT)), 406, "NOT_ACCEPTABLE");
    }
  }

  private void aBodyThatIsTooLongIsA413() {
    for (ContractOperation operation : operations(admin, token)) {
      if (operation.body() != null) {
        RawHttp.Answer answer =
            RawHttp.exchange(
                inbox.url(),
                operation.method() + " " + operation.path() + " HTTP/1.1",
                "Host: localhost",
                "Cookie: adraa_session=" + admin.session(),
                "Content-Type: application/json",
                "Content-Length: " + (operation.mostBytes() + 1));
        assertThat(answer.status()).isEqualTo(413);
        assertThat(answer.json().getString("error.code")).isEqualTo("PAYLOAD_TOO_LARGE");
        answer.check(operation.method(), operation.path());
      }
    }
  }

  private void aBodyThatIsNotDeclaredAsJsonIsA415() {
    for (ContractOperation operation : operations(admin, token)) {
      if (operation.body() != null) {
        assertError(
            as(operation)
                .contentType(ContentType.TEXT)
                .body("{}")
                .request(operation.method(), operation.path()),
            415,
            "UNSUPPORTED_MEDIA_TYPE");
      }
    }
  }

  private void tooManyRequestsAreA429ThatTellsWhenToTryAgain() {
    try (TestInbox limited = TestInbox.builder().rateLimit("1/h").start()) {
      assertThat(limited.request().get("/api/v1/me").statusCode()).isEqualTo(401);
      for (ContractOperation operation : operations(admin, token)) {
        Response response = send(operation, limited.request());
        assertError(response, 429, "RATE_LIMIT_EXCEEDED");
        assertThat(Integer.parseInt(response.header("Retry-After"))).isBetween(1, 3600);
      }
    }
  }

  private void aBrokenDatabaseIsA500ThatTellsNothingAndPasses() throws SQLException {
    try (TestInbox breaking = TestInbox.builder().gitHubKeys(keys).start()) {
      TestInbox.SignedIn signedIn = breaking.workspace("acme");
      TestInbox.NewToken known = breaking.createToken(signedIn, "CRM integration");
      try (Connection connection = breaking.connect();
          Statement database = connection.createStatement()) {
        List<String> tables = List.of("agent", "api_token", "sign_in_code");
        for (String table : tables) {
          database.execute("ALTER TABLE " + table + " RENAME TO " + table + "_away");
        }
        for (ContractOperation operation : operations(signedIn, known)) {
          Response response = send(operation, as(operation, breaking, signedIn, known));
          assertError(response, 500, "INTERNAL_ERROR");
          assertThat(response.asString()).doesNotContainIgnoringCase("agent", "sql", "table");
        }
        for (String table : tables) {
          database.execute("ALTER TABLE " + table + "_away RENAME TO " + table);
        }
      }
      assertThat(breaking.verify(known.secret()).statusCode()).isEqualTo(200);
    }
  }

  private void aStoppingServerFinishesWhatItHasBegunAndAnswersTheRest503() {
    try (TestInbox stopping = TestInbox.start()) {
      byte[] body = "{\"email\":\"nobody@acme.example\"}".getBytes(StandardCharsets.UTF_8);
      List<ContractOperation> operations = operations(admin, token);
      Deque<RawHttp> open = new ArrayDeque<>();
      try (RawHttp unfinished = new RawHttp(stopping.url())) {
        unfinished.send(
            "POST /api/v1/sign-in-codes HTTP/1.1",
            "Host: localhost",
            "Content-Type: application/json",
            "Content-Length: " + (operations.size() + body.length),
            "Expect: 100-continue");
        unfinished.awaitContinue();
        for (int i = 0; i < 3 * operations.size(); i++) {
          RawHttp connection = new RawHttp(stopping.url());
          open.add(connection);
          connection.send("OPTIONS /api/v1/me HTTP/1.1", "Host: localhost");
          assertThat(connection.oneAnswer().status()).isEqualTo(204);
        }
        CompletableFuture<Void> stopped = CompletableFuture.runAsync(stopping::stopServer);
        await().until(() -> refusesConnections(stopping));

        for (ContractOperation operation : operations) {
          // White space before the JSON: the request goes on, and is not given up as idle.
          unfinished.send(new byte[] {' '});
          // It refuses connections a moment before it refuses requests.
          RawHttp.Answer answer;
          do {
            RawHttp connection = open.remove();
            connection.send(
                operation.method() + " " + operation.path() + " HTTP/1.1", "Host: localhost");
            answer = connection.oneAnswer();
            connection.close();
          } while (answer.status() != 503);
          assertThat(answer.json().getString("error.code")).isEqualTo("SERVICE_UNAVAILABLE");
          assertThat(Integer.parseInt(answer.header("Retry-After"))).isPositive();
          assertThat(answer.header("X-Request-Id")).isNotEmpty();
          assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
          answer.check(operation.method(), operation.path());
        }
        unfinished.send(body);
        assertThat(unfinished.oneAnswer().status()).isEqualTo(202);
        stopped.join();
      } finally {
        open.forEach(RawHttp::close);
      }
    }
  }

  private void everyDocumentedStatusWasSeen() {
    assertThat(ContractFilter.SEEN).containsExactlyInAnyOrderElementsOf(Contract.documented());
  }

  private void everyErrorExampleIsAResponseOfTheServer() throws JsonProcessingException {
    for (String wrong : List.of("{\"name\":\"\"}", "{")) {
      Response response =
          as(operation("createToken"))
              .contentType(ContentType.JSON)
              .body(wrong)
              .post(operation("createToken").path());
      assertAnswer(response, 400);
    }
    Set<JsonNode> seen = new HashSet<>();
    for (String error : ContractFilter.ERRORS) {
      seen.add(Json.mapper().readTree(error));
    }
    Contract.OPEN_API
        .getComponents()
        .getExamples()
        .forEach(
            (name, example) -> {
              JsonNode value = Json.mapper().valueToTree(example.getValue());
              if (value.has("error")) {
                assertThat(seen).as(name).contains(value);
              }
            });
  }

  private static ContractOperation operation(String id) {
    return operations(admin, token).stream()
        .filter(operation -> operation.id().equals(id))
        .findFirst()
        .orElseThrow();
  }

  /** A request with what the operation asks for. */
  private static RequestSpecification as(ContractOperation operation) {
    return as(operation, inbox, admin, token);
  }

  private static RequestSpecification as(
      ContractOperation operation,
      TestInbox server,
      TestInbox.SignedIn caller,
      TestInbox.NewToken bearer) {
    return switch (operation.access()) {
      case ANYONE -> server.request();
      case TOKEN -> server.request().header("Authorization", "Bearer " + bearer.secret());
      case SESSION, ADMIN -> server.request(caller);
      case GITHUB -> gitHub.signed(server.request(), (String) operation.body());
    };
  }

  private static Response send(ContractOperation operation) {
    return send(operation, as(operation));
  }

  private static Response send(ContractOperation operation, RequestSpecification request) {
    RequestSpecification complete =
        operation.body() == null
            ? request
            : request.contentType(ContentType.JSON).body(operation.body());
    return complete.request(operation.method(), operation.path());
  }

  private static void assertAnswer(Response response, int status) {
    assertThat(response.statusCode()).as(response.asString()).isEqualTo(status);
    assertThat(response.header("X-Request-Id")).matches("c[a-z0-9]{24}");
    assertThat(response.header("Cache-Control")).isEqualTo("no-store");
  }

  private static void assertError(Response response, int status, String code) {
    assertAnswer(response, status);
    assertThat(response.<String>path("error.code")).isEqualTo(code);
  }

  private static boolean refusesConnections(TestInbox server) {
    try (Socket accepted = new Socket(server.url().getHost(), server.url().getPort())) {
      return false;
    } catch (ConnectException e) {
      return true;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
