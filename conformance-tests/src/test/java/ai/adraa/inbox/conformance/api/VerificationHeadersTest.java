package ai.adraa.inbox.conformance.api;

import static org.assertj.core.api.Assertions.assertThat;

import ai.adraa.inbox.conformance.support.TestInbox;
import io.restassured.http.Method;
import io.restassured.response.Response;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The response to a verification names the workspace and the token for gateways. */
class VerificationHeadersTest {
  private static final List<String> NAMES =
      List.of("X-Workspace-Id", "X-Workspace-Name", "X-Token-Id");

  @AutoClose private static final TestInbox inbox = TestInbox.start();

  private static final TestInbox.SignedIn ACME = inbox.workspace("acme");
  private static final TestInbox.SignedIn GLOBEX = inbox.workspace("globex-2");

  /** The second path is answered by Jersey, the first without it. */
  @ParameterizedTest
  @ValueSource(strings = {"/api/v1/me", "/api/v1/me?by=jersey"})
  void theyNameTheWorkspaceAndTheTokenOfTheBody(String path) {
    for (TestInbox.SignedIn admin : List.of(ACME, GLOBEX)) {
      TestInbox.NewToken token = inbox.createToken(admin, "gateway");
      for (Method method : List.of(Method.GET, Method.HEAD)) {
        assertThat(values(send(method, path, token.secret())))
            .as("%s %s", method, path)
            .containsExactly(admin.workspaceId(), admin == ACME ? "acme" : "globex-2", token.id());
      }
      Response verified = send(Method.GET, path, token.secret());
      assertThat(values(verified))
          .containsExactly(
              verified.path("company.id"),
              verified.path("company.name"),
              verified.path("token.id"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/api/v1/me", "/api/v1/me?by=jersey"})
  void aRefusalHasNone(String path) {
    TestInbox.NewToken revoked = inbox.createToken(ACME, "revoked");
    inbox.revoke(ACME, revoked.id());
    for (String secret : List.of(revoked.secret(), "none", ACME.session())) {
      Response refused = send(Method.GET, path, secret);
      refused.then().statusCode(401);
      assertThat(values(refused)).containsOnlyNulls();
    }
    Response missing = inbox.request().get(path);
    missing.then().statusCode(401);
    assertThat(values(missing)).containsOnlyNulls();
  }

  @Test
  void otherOperationsHaveNone() {
    Response list = inbox.request(ACME).get("/api/v1/workspaces/" + ACME.workspaceId() + "/tokens");
    list.then().statusCode(200);
    assertThat(values(list)).containsOnlyNulls();
    TestInbox.NewToken token = inbox.createToken(ACME, "gone");
    Response revoked = send(Method.POST, "/api/v1/me/revoke", token.secret());
    revoked.then().statusCode(204);
    assertThat(values(revoked)).containsOnlyNulls();
  }

  private static Response send(Method method, String path, String secret) {
    return inbox.request().header("Authorization", "Bearer " + secret).request(method, path);
  }

  private static List<String> values(Response response) {
    return NAMES.stream().map(response::header).toList();
  }
}
