package ai.adraa.inbox.conformance.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import ai.adraa.inbox.conformance.support.TestInbox;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who is removed or demoted by the command line loses what that person had at the next request. */
class MembershipTest {
  private static final String BOB = "bob@acme.example";

  @AutoClose private final TestInbox inbox = TestInbox.start();
  private final TestInbox.SignedIn ada = inbox.workspace("acme");
  private TestInbox.SignedIn bob;

  @BeforeEach
  void addBob() {
    inbox.command("agent", "add", "--workspace", "acme", "--email", BOB, "--role", "admin");
    bob = inbox.signIn(BOB);
  }

  @Test
  void whoIsRemovedIsSignedOutEverywhereAndWhatTheyCreatedStays() {
    TestInbox.SignedIn elsewhere = inbox.signIn(BOB);
    TestInbox.NewToken token = inbox.createToken(bob, "CRM integration");

    inbox.command("agent", "remove", "--workspace", "acme", "--email", BOB.toUpperCase());

    refused(bob);
    refused(elsewhere);
    assertThat(status(ada)).isEqualTo(200);
    assertThat(inbox.verify(token.secret()).statusCode()).isEqualTo(200);
    inbox
        .request(ada)
        .get("/api/v1/workspaces/{id}/tokens/{token}", ada.workspaceId(), token.id())
        .then()
        .statusCode(200)
        .body("token.createdBy.nickname", equalTo("bob"))
        .body("token.createdBy.id", equalTo(bob.agentId()));
    assertThat(inbox.command("agent", "list")).doesNotContain(BOB);
    // The account is there still, without the workspace.
    TestInbox.SignedIn again = inbox.signIn(BOB);
    assertThat(again.workspaceId()).isNull();
    inbox
        .request(again)
        .get("/api/v1/workspaces/{id}/tokens", ada.workspaceId())
        .then()
        .statusCode(404)
        .body("error.code", equalTo("WORKSPACE_NOT_FOUND"));
  }

  @Test
  void whoIsDemotedIsSignedOutEverywhere() {
    role(BOB, "agent");

    refused(bob);
    TestInbox.SignedIn again = inbox.signIn(BOB);
    inbox
        .request(again)
        .get("/api/v1/workspaces/{id}/tokens", again.workspaceId())
        .then()
        .statusCode(403)
        .body("error.code", equalTo("ADMIN_REQUIRED"));

    role(BOB, "admin");

    assertThat(status(again)).as("who gets more is not signed out").isEqualTo(200);
    inbox
        .request(again)
        .get("/api/v1/workspaces/{id}/tokens", again.workspaceId())
        .then()
        .statusCode(200);
  }

  @Test
  void theLastAdminStays() {
    String adaEmail = "admin@acme.example";
    role(BOB, "agent");

    for (String refusal :
        new String[] {
          inbox.refused("agent", "remove", "--workspace", "acme", "--email", adaEmail),
          inbox.refused(
              "agent", "role", "--workspace", "acme", "--email", adaEmail, "--role", "agent")
        }) {
      assertThat(refusal)
          .isEqualTo(adaEmail + " is the last admin of acme; make another member an admin first");
    }
    assertThat(status(ada)).as("nothing half done").isEqualTo(200);

    role(BOB, "admin");
    inbox.command("agent", "remove", "--workspace", "acme", "--email", adaEmail);
    refused(ada);
    // The command line goes on as the admin who is left.
    inbox.command("token", "create", "--workspace", "acme", "--name", "Later");
    assertThat(inbox.command("token", "list", "--workspace", "acme")).contains(" bob ");
  }

  @Test
  void whoIsNoMemberIsTold() {
    assertThat(inbox.refused("agent", "remove", "--workspace", "acme", "--email", "eve@x.example"))
        .contains("eve@x.example is not a member of that workspace");
    assertThat(inbox.refused("agent", "remove", "--workspace", "globex", "--email", BOB))
        .contains("The workspace globex does not exist");
    assertThat(status(bob)).isEqualTo(200);
  }

  private void role(String email, String role) {
    inbox.command("agent", "role", "--workspace", "acme", "--email", email, "--role", role);
  }

  private int status(TestInbox.SignedIn session) {
    return inbox.request(session).get("/api/v1/session").statusCode();
  }

  private void refused(TestInbox.SignedIn session) {
    inbox
        .request(session)
        .get("/api/v1/session")
        .then()
        .statusCode(401)
        .body("error.code", equalTo("INVALID_SESSION"));
  }
}
