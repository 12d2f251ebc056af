package ai.adraa.inbox.conformance.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;

import ai.adraa.inbox.conformance.support.MovableClock;
import ai.adraa.inbox.conformance.support.TestInbox;
import ai.adraa.inbox.conformance.support.TestInbox.SignedIn;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.time.Duration;
import java.util.Base64;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** A session whose secret is in the Authorization header, as programs send it. */
class BearerSessionTest {
  private static final MovableClock CLOCK = new MovableClock();

  @AutoClose private static final TestInbox inbox = TestInbox.builder().clock(CLOCK).start();
  private static int workspaces;

  // An email address of each test's own, because sign-ins with one are limited.
  private final String workspace = "acme" + ++workspaces;
  private final String admin = "admin@" + workspace + ".example";
  private final SignedIn browser = inbox.workspace(workspace);
  private final SignedIn program = inbox.signInForBearer(admin);

  @Test
  void theSecretIsReturnedOnceAndNoCookieIsSet() {
    Response signedIn =
        signIn(Map.of("email", admin, "code", inbox.requestCode(admin), "credential", "bearer"));

    signedIn.then().statusCode(201);
    String secret = signedIn.path("secret");
    assertThat(secret).matches("adraa_session_[0-9a-f]{64}");
    assertThat(signedIn.headers().hasHeaderWithName("Set-Cookie")).isFalse();
    Response again = bearer(secret).get("/api/v1/session");
    again.then().statusCode(200);
    assertThat(again.asString()).doesNotContain(secret, "secret");
  }

  @Test
  void withoutTheChoiceOrWithACookieThereIsNoSecret() {
    for (Map<String, String> choice :
        List.of(
            Map.<String, String>of(),
            Map.of("credential", "cookie"),
            Collections.<String, String>singletonMap("credential", null))) {
      Map<String, String> body = new HashMap<>(choice);
      body.putAll(Map.of("email", admin, "code", inbox.requestCode(admin)));

      Response signedIn = signIn(body);

      signedIn.then().statusCode(201);
      assertThat(signedIn.jsonPath().getMap("")).containsOnlyKeys("session");
      assertThat(signedIn.cookie("adraa_session")).isNotEmpty();
    }
  }

  @Test
  void everyOperationOfTheConsoleAcceptsIt() {
    TestInbox.NewToken token = inbox.createToken(program, "CRM integration");
    String tokens = "/api/v1/workspaces/" + program.workspaceId() + "/tokens";

    inbox
        .request(program)
        .get(tokens + "/" + token.id())
        .then()
        .statusCode(200)
        .body("token.createdBy.id", equalTo(program.agentId()));
    inbox.request(program).get(tokens).then().statusCode(200);
    inbox.revoke(program, token.id()).then().statusCode(200);
    assertThat(inbox.verify(token.secret()).statusCode()).isEqualTo(401);
    Response signedOut = inbox.request(program).delete("/api/v1/session");
    signedOut.then().statusCode(204);
    assertThat(signedOut.headers().hasHeaderWithName("Set-Cookie")).isFalse();

    refused(inbox.request(program).get("/api/v1/session"), "INVALID_SESSION");
    refused(inbox.request(program).get(tokens), "INVALID_SESSION");
  }

  @Test
  void aSessionIsNoTokenAndATokenIsNoSession() {
    TestInbox.NewToken token = inbox.createToken(program, "CRM integration");

    refused(inbox.verify(program.session()), "INVALID_API_TOKEN");
    refused(inbox.verify(browser.session()), "INVALID_API_TOKEN");
    for (Function<RequestSpecification, Response> operation : operations(token.id())) {
      refused(operation.apply(bearer(token.secret())), "MISSING_SESSION");
      refused(operation.apply(bearer(browser.session())), "MISSING_SESSION");
      refused(
          operation.apply(inbox.request().cookie("adraa_session", program.session())),
          "INVALID_SESSION");
    }
    inbox.verify(token.secret()).then().statusCode(200);
  }

  @Test
  void aMalformedOrUnknownSecretIsRefusedEvenIfTheCookieIsValid() {
    String secret = program.session();
    for (String wrong :
        List.of(
            secret.substring(0, 77),
            secret + "0",
            "adraa_session_" + secret.substring(14).toUpperCase(Locale.ROOT),
            secret + " x",
            secret + ", Basic eA==",
            "adraa_session_" + "0".repeat(64),
            "adraa_session_")) {
      refused(bearer(wrong).get("/api/v1/session"), "INVALID_SESSION");
      refused(
          bearer(wrong).cookie("adraa_session", browser.session()).get("/api/v1/session"),
          "INVALID_SESSION");
    }
    refused(
        bearer(secret).header("Authorization", "Bearer " + secret).get("/api/v1/session"),
        "INVALID_SESSION");
    refused(
        bearer(secret).header("Authorization", "Basic eA==").get("/api/v1/session"),
        "INVALID_SESSION");
    inbox
        .request()
        .header("Authorization", "bearer  " + secret)
        .get("/api/v1/session")
        .then()
        .statusCode(200);
  }

  @Test
  void otherAuthorizationHeadersDoNotHideTheCookie() {
    String basic = Base64.getEncoder().encodeToString("proxy:example".getBytes());
    for (String header :
        List.of("Basic " + basic, "Bearer " + inbox.createToken(browser, "CRM").secret())) {
      inbox
          .request(browser)
          .header("Authorization", header)
          .get("/api/v1/session")
          .then()
          .statusCode(200);
    }
  }

  @Test
  void theSessionOfABrowserGoesOnWhenAProgramSignsInOrOut() {
    SignedIn other = inbox.signIn(admin);
    Response signedIn =
        inbox
            .request(other)
            .contentType(ContentType.JSON)
            .body(Map.of("email", admin, "code", inbox.requestCode(admin), "credential", "bearer"))
            .post("/api/v1/session");
    bearer(signedIn.path("secret"))
        .cookie("adraa_session", other.session())
        .delete("/api/v1/session")
        .then()
        .statusCode(204);

    inbox.request(other).get("/api/v1/session").then().statusCode(200);
    inbox.request(program).get("/api/v1/session").then().statusCode(200);
  }

  @Test
  void anotherCredentialIsAnErrorThatNamesTheValues() {
    for (String wrong : List.of("\"token\"", "\"Bearer\"", "\"\"", "5", "true")) {
      signIn("{\"email\":\"a@b.example\",\"code\":\"042117\",\"credential\":" + wrong + "}")
          .then()
          .statusCode(400)
          .body("error.code", equalTo("VALIDATION_ERROR"))
          .body("error.details.field", contains("credential"))
          .body("error.details.message", contains("must be cookie or bearer"));
    }
    for (String wrong : List.of("[]", "{}")) {
      signIn("{\"email\":\"a@b.example\",\"code\":\"042117\",\"credential\":" + wrong + "}")
          .then()
          .statusCode(400)
          .body("error.details.field", contains("credential"));
    }
  }

  @Test
  void itEndsLikeASessionOfABrowser() {
    CLOCK.advance(Duration.ofHours(11));
    inbox.request(program).get("/api/v1/session").then().statusCode(200);
    CLOCK.advance(Duration.ofHours(12));
    refused(inbox.request(program).get("/api/v1/session"), "INVALID_SESSION");

    SignedIn busy = inbox.signInForBearer(admin);
    for (int hours = 0; hours < 160; hours += 8) {
      CLOCK.advance(Duration.ofHours(8));
      inbox.request(busy).get("/api/v1/session").then().statusCode(200);
    }
    CLOCK.advance(Duration.ofHours(8));
    refused(inbox.request(busy).get("/api/v1/session"), "INVALID_SESSION");
  }

  @Test
  void theAuditTrailTellsThatASecretWasIssued() {
    assertThat(inbox.command("audit", "list", "--limit", "1"))
        .contains("sign-in", "bearer secret")
        .doesNotContain(program.session());
    inbox.signIn(admin);
    assertThat(inbox.command("audit", "list", "--limit", "1"))
        .contains("sign-in")
        .doesNotContain("bearer secret");
  }

  private List<Function<RequestSpecification, Response>> operations(String tokenId) {
    String tokens = "/api/v1/workspaces/" + browser.workspaceId() + "/tokens";
    return List.of(
        request -> request.get("/api/v1/session"),
        request -> request.delete("/api/v1/session"),
        request -> request.get(tokens),
        request -> request.contentType(ContentType.JSON).body(Map.of("name", "x")).post(tokens),
        request -> request.get(tokens + "/" + tokenId),
        request -> request.post(tokens + "/" + tokenId + "/revoke"));
  }

  private static void refused(Response response, String code) {
    response.then().statusCode(401).body("error.code", equalTo(code));
    assertThat(response.header("WWW-Authenticate"))
        .startsWith("Bearer realm=\"adraa-inbox\"")
        .matches(code.startsWith("MISSING") ? "[^,]*" : ".*, error=\"invalid_token\"");
  }

  private static RequestSpecification bearer(String secret) {
    return inbox.request().header("Authorization", "Bearer " + secret);
  }

  private static Response signIn(Object body) {
    return inbox.request().contentType(ContentType.JSON).body(body).post("/api/v1/session");
  }
}
