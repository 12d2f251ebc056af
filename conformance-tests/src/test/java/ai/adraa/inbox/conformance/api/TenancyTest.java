package ai.adraa.inbox.conformance.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import ai.adraa.inbox.conformance.support.TestInbox;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Nobody reaches what belongs to another workspace, another role or another kind of credential. */
class TenancyTest {
  @AutoClose private static final TestInbox inbox = TestInbox.start();
  private static final TestInbox.SignedIn acme = inbox.workspace("acme");
  private static final TestInbox.SignedIn globex = inbox.workspace("globex");
  private static final TestInbox.SignedIn agent = inbox.agent("acme", "bob@acme.example");
  private static final TestInbox.NewToken token = inbox.createToken(acme, "CRM integration");
  private static final TestInbox.NewToken foreign = inbox.createToken(globex, "CRM integration");

  @Test
  void anotherWorkspaceIsAsIfItDidNotExist() {
    for (Response response :
        tokenOperations(() -> inbox.request(acme), globex.workspaceId(), foreign.id())) {
      response.then().statusCode(404).body("error.code", equalTo("WORKSPACE_NOT_FOUND"));
    }
    nothingHasChanged();
  }

  @Test
  void anotherWorkspacesTokenIsAsIfItDidNotExist() {
    String path = "/api/v1/workspaces/" + acme.workspaceId() + "/tokens/" + foreign.id();

    for (Response response :
        List.of(inbox.request(acme).get(path), inbox.request(acme).post(path + "/revoke"))) {
      response.then().statusCode(404).body("error.code", equalTo("TOKEN_NOT_FOUND"));
    }
    nothingHasChanged();
  }

  @Test
  void anUnknownTokenAndAForeignOneAreAnsweredAlike() {
    String tokens = "/api/v1/workspaces/" + acme.workspaceId() + "/tokens/";

    assertThat(inbox.request(acme).get(tokens + foreign.id()).asString())
        .isEqualTo(inbox.request(acme).get(tokens + "cmbxgvq1e0000ph01a2b3c4d5").asString())
        .isEqualTo(inbox.request(acme).get(tokens + "nonsense").asString());
  }

  @Test
  void anotherWorkspacesEventsAreInNoList() {
    String events = "/api/v1/workspaces/{id}/audit-events";
    String cursor =
        inbox
            .request(globex)
            .queryParam("limit", 1)
            .get(events, globex.workspaceId())
            .path("nextCursor");

    for (Map<String, String> parameters :
        List.of(
            Map.<String, String>of(),
            Map.of("tokenId", foreign.id()),
            Map.of("agentId", globex.agentId()),
            Map.of("cursor", cursor))) {
      assertThat(
              inbox
                  .request(acme)
                  .queryParams(parameters)
                  .get(events, acme.workspaceId())
                  .then()
                  .statusCode(200)
                  .extract()
                  .asString())
          .as(parameters.toString())
          .doesNotContain(foreign.id(), globex.agentId(), "globex");
    }
  }

  @Test
  void anAgentWhoIsNoAdminIsRefused() {
    for (Response response :
        tokenOperations(() -> inbox.request(agent), acme.workspaceId(), token.id())) {
      response.then().statusCode(403).body("error.code", equalTo("ADMIN_REQUIRED"));
    }
    nothingHasChanged();
  }

  @Test
  void anApiTokenOpensNoConsoleOperation() {
    RequestSupplier withToken =
        () -> inbox.request().header("Authorization", "Bearer " + token.secret());
    for (Response response : tokenOperations(withToken, acme.workspaceId(), token.id())) {
      response.then().statusCode(401).body("error.code", equalTo("MISSING_SESSION"));
    }
    withToken.get().get("/api/v1/session").then().statusCode(401);
    withToken.get().delete("/api/v1/session").then().statusCode(401);
    inbox
        .request()
        .cookie("adraa_session", token.secret())
        .get("/api/v1/session")
        .then()
        .statusCode(401)
        .body("error.code", equalTo("INVALID_SESSION"));
    nothingHasChanged();
  }

  @Test
  void aSessionOpensNothingOfTheApi() {
    inbox
        .request(acme)
        .get("/api/v1/me")
        .then()
        .statusCode(401)
        .body("error.code", equalTo("MISSING_TOKEN"));
    assertThat(inbox.verify(acme.session()).statusCode()).isEqualTo(401);
  }

  /** As Go's http.CrossOriginProtection decides; the own origin is written as "own". */
  @ParameterizedTest
  @CsvSource({
    "same-origin, ,               200",
    "none,        ,               200",
    "same-site,   ,               403",
    "cross-site,  ,               403",
    "cross-site,  own,            403",
    "same-origin, https://evil.example, 200",
    ",            ,               200",
    ",            own,            200",
    ",            https://evil.example, 403",
    ",            null,           403",
    ",            not a URL,      403",
  })
  void aBrowserOnAnotherSiteChangesNothing(String site, String origin, int status) {
    RequestSpecification request = inbox.request(acme);
    if (site != null) {
      request.header("Sec-Fetch-Site", site);
    }
    if (origin != null) {
      request.header("Origin", origin.equals("own") ? inbox.url().toString() : origin);
    }
    TestInbox.NewToken victim = inbox.createToken(acme, "victim");

    Response response =
        request.post(
            "/api/v1/workspaces/%s/tokens/%s/revoke".formatted(acme.workspaceId(), victim.id()));

    assertThat(response.statusCode()).isEqualTo(status);
    if (status == 403) {
      response.then().body("error.code", equalTo("CROSS_ORIGIN_REQUEST"));
    }
    assertThat(inbox.verify(victim.secret()).statusCode()).isEqualTo(status == 403 ? 200 : 401);
  }

  /** Host is then the server's own address, as a proxy sends it that does not keep the caller's. */
  @ParameterizedTest
  @CsvSource({
    "https://inbox.example,     https://inbox.example,      202",
    "https://inbox.example,     https://evil.example,       403",
    "https://inbox.example,     https://inbox.example.evil, 403",
    "https://inbox.example,     https://inbox.example:8443, 403",
    "https://inbox.example,     http://inbox.example,       403",
    "https://inbox.example,     http://inbox.example:443,   403",
    "https://inbox.example,     null,                       403",
    "https://Inbox.Example:443, https://inbox.example,      202",
    "http://Inbox.Lan:80,       http://inbox.lan,           202",
    "http://Inbox.Lan:80,       http://inbox.lan:443,       403",
    "http://inbox.lan:8080,     http://INBOX.LAN:8080,      202",
    "http://inbox_1:8080,       http://inbox_1:8080,        202",
    "http://[0:0::1]:80,        http://[0:0::1],            202",
    "https://xn--bcher-kva.lan, https://xn--bcher-kva.lan,  202",
  })
  void behindAProxyTheOriginOfThePublicUrlIsTheOwn(String publicUrl, String origin, int status) {
    try (TestInbox proxied = TestInbox.builder().publicUrl(publicUrl).start()) {
      TestInbox.requestCode(proxied.request().header("Origin", origin), "nobody@acme.example")
          .then()
          .statusCode(status);
    }
  }

  /** Without a public URL, and with a proxy that ends TLS. */
  @ParameterizedTest
  @CsvSource({
    "Inbox.Lan:80,   http://inbox.lan,       202",
    "inbox.lan,      http://inbox.lan:80,    202",
    "INBOX.LAN:443,  https://inbox.lan,      202",
    "inbox.lan,      https://inbox.lan,      202",
    "inbox.lan:8443, https://inbox.lan,      403",
    "inbox.lan:80,   https://inbox.lan,      403",
    "inbox.lan,      http://evil.lan,        403",
  })
  void theOriginOfTheHostHeaderIsTheOwn(String host, String origin, int status) {
    inbox
        .request()
        .header("Host", host)
        .header("Origin", origin)
        .contentType(ContentType.JSON)
        .body(Map.of("email", "nobody@acme.example"))
        .post("/api/v1/sign-in-codes")
        .then()
        .statusCode(status);
  }

  private interface RequestSupplier {
    RequestSpecification get();
  }

  private static List<Response> tokenOperations(
      RequestSupplier request, String workspaceId, String tokenId) {
    String tokens = "/api/v1/workspaces/" + workspaceId + "/tokens";
    return List.of(
        request.get().get(tokens),
        request.get().get("/api/v1/workspaces/" + workspaceId + "/audit-events"),
        request.get().contentType(ContentType.JSON).body(Map.of("name", "Stolen")).post(tokens),
        request.get().get(tokens + "/" + tokenId),
        request.get().post(tokens + "/" + tokenId + "/revoke"));
  }

  private static void nothingHasChanged() {
    assertThat(inbox.verify(token.secret()).statusCode()).isEqualTo(200);
    assertThat(inbox.verify(foreign.secret()).statusCode()).isEqualTo(200);
    for (TestInbox.SignedIn admin : List.of(acme, globex)) {
      assertThat(
              inbox
                  .request(admin)
                  .get("/api/v1/workspaces/{id}/tokens", admin.workspaceId())
                  .<List<String>>path("tokens.name"))
          .doesNotContain("Stolen");
    }
  }
}
