package ai.adraa.inbox.conformance.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;

import ai.adraa.inbox.conformance.support.TestInbox;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * The authentication guide that integrators read: each of its sentences on the API, in its order.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class GuideTest {
  @AutoClose private static final TestInbox inbox = TestInbox.start();
  private static int workspaces;
  private String workspace;
  private TestInbox.SignedIn admin;

  @BeforeEach
  void createWorkspace() {
    workspace = "acme-" + ++workspaces;
    admin = inbox.workspace(workspace);
  }

  @Test
  @Order(1)
  @DisplayName("A token grants full API access to one workspace")
  void aTokenOpensOneWorkspace() {
    TestInbox.SignedIn other = inbox.workspace("globex");
    String acme = inbox.createToken(admin, "CRM integration").secret();
    String globex = inbox.createToken(other, "CRM integration").secret();

    inbox.verify(acme).then().body("company.name", equalTo(workspace));
    inbox.verify(globex).then().body("company.name", equalTo("globex"));
  }

  @Test
  @Order(2)
  @DisplayName("Only workspace admins can create and revoke API tokens")
  void onlyAdminsCreateAndRevoke() {
    TestInbox.NewToken token = inbox.createToken(admin, "CRM integration");
    TestInbox.SignedIn agent = inbox.agent(workspace, "bob@acme.example");

    inbox
        .request(agent)
        .contentType(ContentType.JSON)
        .body(Map.of("name", "Order notifications"))
        .post("/api/v1/workspaces/{id}/tokens", agent.workspaceId())
        .then()
        .statusCode(403)
        .body("error.code", equalTo("ADMIN_REQUIRED"));
    inbox
        .revoke(agent, token.id())
        .then()
        .statusCode(403)
        .body("error.code", equalTo("ADMIN_REQUIRED"));

    assertThat(names()).containsExactly("CRM integration");
    assertThat(inbox.verify(token.secret()).statusCode()).isEqualTo(200);
  }

  @Test
  @Order(3)
  @DisplayName("Create token and name it after the system that will use it")
  void aTokenHasTheNameOfItsSystem() {
    inbox.createToken(admin, "CRM integration");
    inbox.createToken(admin, "Order notifications");

    assertThat(names()).containsExactly("Order notifications", "CRM integration");
  }

  @Test
  @Order(4)
  @DisplayName("The full token is shown once; afterwards only the token's prefix remains visible")
  void theFullTokenIsShownOnce() {
    TestInbox.NewToken token = inbox.createToken(admin, "CRM integration");
    assertThat(token.secret()).matches("adraa_[0-9a-f]{48}");

    Response list = list();
    Response one =
        inbox
            .request(admin)
            .get("/api/v1/workspaces/{id}/tokens/{token}", admin.workspaceId(), token.id());

    for (Response response : new Response[] {list, one, inbox.revoke(admin, token.id())}) {
      assertThat(response.asString())
          .contains(token.secret().substring(0, 14))
          .doesNotContain(token.secret().substring(0, 15));
    }
  }

  @Test
  @Order(5)
  @DisplayName("A valid token returns your workspace and token details")
  void aValidTokenReturnsWorkspaceAndToken() {
    TestInbox.NewToken token = inbox.createToken(admin, "CRM integration");

    Response response = inbox.verify(token.secret());

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.jsonPath().getMap(""))
        .isEqualTo(
            Map.of(
                "company", Map.of("id", admin.workspaceId(), "name", workspace),
                "token", Map.of("id", token.id(), "name", "CRM integration")));
  }

  @Test
  @Order(6)
  @DisplayName("Send the token as a bearer token in the Authorization header")
  void theTokenIsSentAsBearerToken() {
    String secret = inbox.createToken(admin, "CRM integration").secret();

    inbox
        .request()
        .header("Authorization", "Bearer " + secret)
        .get("/api/v1/me")
        .then()
        .statusCode(200);
    inbox.request().queryParam("access_token", secret).get("/api/v1/me").then().statusCode(401);
    inbox.request().header("X-Api-Key", secret).get("/api/v1/me").then().statusCode(401);
  }

  @Test
  @Order(7)
  @DisplayName("Requests without a valid token return 401 MISSING_TOKEN or INVALID_API_TOKEN")
  void requestsWithoutAValidTokenAreRefused() {
    inbox
        .request()
        .get("/api/v1/me")
        .then()
        .statusCode(401)
        .body("error.code", equalTo("MISSING_TOKEN"));
    inbox
        .verify("adraa_4f3c2b1a")
        .then()
        .statusCode(401)
        .body("error.code", equalTo("INVALID_API_TOKEN"));
  }

  @Test
  @Order(8)
  @DisplayName("Revocation is immediate: the next request fails with 401 INVALID_API_TOKEN")
  void revocationIsImmediate() {
    TestInbox.NewToken token = inbox.createToken(admin, "CRM integration");
    assertThat(inbox.verify(token.secret()).statusCode()).isEqualTo(200);

    inbox.revoke(admin, token.id()).then().statusCode(200);

    inbox
        .verify(token.secret())
        .then()
        .statusCode(401)
        .body("error.code", equalTo("INVALID_API_TOKEN"));
  }

  @Test
  @Order(9)
  @DisplayName("Revoked tokens stay in the list for audit purposes and cannot be re-enabled")
  void revokedTokensStayAndStayRevoked() {
    TestInbox.NewToken token = inbox.createToken(admin, "CRM integration");
    inbox.revoke(admin, token.id());

    list()
        .then()
        .body("tokens.id", contains(token.id()))
        .body("tokens[0].status", equalTo("revoked"))
        .body("tokens[0].revokedBy.id", equalTo(admin.agentId()));
    String path = "/api/v1/workspaces/" + admin.workspaceId() + "/tokens/" + token.id();
    for (String attempt : new String[] {"/enable", "/unrevoke", "/activate"}) {
      inbox.request(admin).post(path + attempt).then().statusCode(404);
    }
    for (String method : new String[] {"PUT", "DELETE"}) {
      inbox.request(admin).request(method, path).then().statusCode(405);
    }
    for (String field : new String[] {"status", "revokedAt", "revokedReason"}) {
      inbox
          .request(admin)
          .contentType(ContentType.JSON)
          .body(Map.of(field, "active"))
          .patch(path)
          .then()
          .statusCode(400);
    }
    inbox
        .request(admin)
        .contentType(ContentType.JSON)
        .body(Map.of("neverExpires", true))
        .patch(path)
        .then()
        .statusCode(409);
    assertThat(inbox.verify(token.secret()).statusCode()).isEqualTo(401);
  }

  @Test
  @Order(10)
  @DisplayName("Create one token per integration so each can be revoked independently")
  void eachTokenIsRevokedIndependently() {
    TestInbox.NewToken crm = inbox.createToken(admin, "CRM integration");
    TestInbox.NewToken orders = inbox.createToken(admin, "Order notifications");

    inbox.revoke(admin, crm.id());

    assertThat(inbox.verify(crm.secret()).statusCode()).isEqualTo(401);
    assertThat(inbox.verify(orders.secret()).statusCode()).isEqualTo(200);
  }

  @Test
  @Order(11)
  @DisplayName("The last used timestamp shows which tokens are still active")
  void lastUsedShowsWhichTokensAreActive() {
    TestInbox.NewToken used = inbox.createToken(admin, "CRM integration");
    inbox.createToken(admin, "Order notifications");
    Instant before = Instant.now().minusMillis(1);

    inbox.verify(used.secret());

    await()
        .untilAsserted(
            () -> {
              String lastUsed =
                  list().path("tokens.find { it.id == '%s' }.lastUsedAt".formatted(used.id()));
              assertThat(lastUsed).isNotNull();
              assertThat(Instant.parse(lastUsed)).isBetween(before, Instant.now());
            });
    assertThat(list().<Object>path("tokens.find { it.name == 'Order notifications' }.lastUsedAt"))
        .isNull();
  }

  private Response list() {
    return inbox.request(admin).get("/api/v1/workspaces/{id}/tokens", admin.workspaceId());
  }

  private List<String> names() {
    return list().path("tokens.name");
  }
}
