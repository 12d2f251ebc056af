package ai.adraa.inbox.conformance.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import ai.adraa.inbox.conformance.support.TestInbox;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Who is removed or demoted by the command line loses what that person had at the next request. A
 * role applies to one workspace only.
 */
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

  @Test
  void anAdminOfOneWorkspaceIsRefusedInAnotherAsAnAgent() {
    TestInbox.SignedIn eve = inbox.workspace("globex");
    inbox.command("agent", "add", "--workspace", "globex", "--email", BOB);
    TestInbox.NewToken acmes = inbox.createToken(ada, "CRM integration");
    TestInbox.NewToken globexs = inbox.createToken(eve, "CRM integration");

    for (Response response : tokenOperations(bob, eve.workspaceId(), globexs)) {
      response.then().statusCode(403).body("error.code", equalTo("ADMIN_REQUIRED"));
    }
    assertThat(inbox.verify(globexs.secret()).statusCode()).isEqualTo(200);
    assertThat(inbox.command("token", "list", "--workspace", "globex")).doesNotContain("By bob");
    assertThat(tokenOperations(bob, ada.workspaceId(), acmes))
        .extracting(Response::statusCode)
        .containsExactly(200, 201, 200, 200);
    assertThat(inbox.verify(acmes.secret()).statusCode()).isEqualTo(401);
    Response session = inbox.request(bob).get("/api/v1/session");
    assertThat(session.<List<String>>path("session.workspaces.name"))
        .containsExactly("acme", "globex");
    assertThat(session.<List<String>>path("session.workspaces.role"))
        .containsExactly("admin", "agent");
  }

  @Test
  void aMembershipIsAddedChangedAndRemovedInItsOwnWorkspaceOnly() {
    inbox.command("workspace", "create", "--name", "globex", "--admin", "eve@globex.example");
    inbox.command("workspace", "create", "--name", "initech", "--admin", "eve@globex.example");

    inbox.command("agent", "add", "--workspace", "globex", "--email", BOB);
    inbox.command("agent", "add", "--workspace", "initech", "--email", BOB);
    assertThat(members())
        .containsExactlyInAnyOrder(
            "acme admin@acme.example admin",
            "acme bob@acme.example admin",
            "globex eve@globex.example admin",
            "globex bob@acme.example agent",
            "initech eve@globex.example admin",
            "initech bob@acme.example agent");

    inbox.command("agent", "role", "--workspace", "globex", "--email", BOB, "--role", "admin");
    assertThat(members())
        .contains(
            "acme bob@acme.example admin",
            "globex bob@acme.example admin",
            "initech bob@acme.example agent");

    role(BOB, "agent");
    assertThat(members())
        .containsExactlyInAnyOrder(
            "acme admin@acme.example admin",
            "acme bob@acme.example agent",
            "globex eve@globex.example admin",
            "globex bob@acme.example admin",
            "initech eve@globex.example admin",
            "initech bob@acme.example agent");

    inbox.command("agent", "remove", "--workspace", "initech", "--email", BOB);
    assertThat(members())
        .containsExactlyInAnyOrder(
            "acme admin@acme.example admin",
            "acme bob@acme.example agent",
            "globex eve@globex.example admin",
            "globex bob@acme.example admin",
            "initech eve@globex.example admin");
    assertThat(members("--workspace", "acme"))
        .containsExactlyInAnyOrder("acme admin@acme.example admin", "acme bob@acme.example agent");
  }

  @Test
  void theCommandLineCreatesAndRevokesTokensOfTheNamedWorkspaceAsItsOwnAdmin() {
    // Ada and Bob are admins for longer, but of acme. Bob is in globex for longer, but as an agent.
    inbox.command("workspace", "create", "--name", "globex", "--admin", BOB);
    inbox.command(
        "agent",
        "add",
        "--workspace",
        "globex",
        "--email",
        "eve@globex.example",
        "--role",
        "admin");
    inbox.command("agent", "role", "--workspace", "globex", "--email", BOB, "--role", "agent");
    TestInbox.NewToken acmes = inbox.createToken(ada, "By console");

    inbox.command("token", "create", "--workspace", "globex", "--name", "By command");

    assertThat(inbox.command("token", "list", "--workspace", "globex"))
        .contains("By command", " eve ")
        .doesNotContain("By console");
    assertThat(inbox.command("token", "list", "--workspace", "acme"))
        .contains("By console")
        .doesNotContain("By command");
    assertThat(inbox.refused("token", "revoke", "--workspace", "globex", acmes.id()))
        .isEqualTo("The token " + acmes.id() + " does not exist in the workspace globex");
    assertThat(inbox.verify(acmes.secret()).statusCode()).isEqualTo(200);
  }

  /** Lists, creates, returns and revokes. */
  private List<Response> tokenOperations(
      TestInbox.SignedIn caller, String workspaceId, TestInbox.NewToken token) {
    String tokens = "/api/v1/workspaces/" + workspaceId + "/tokens";
    return List.of(
        inbox.request(caller).get(tokens),
        inbox
            .request(caller)
            .contentType(ContentType.JSON)
            .body(Map.of("name", "By bob"))
            .post(tokens),
        inbox.request(caller).get(tokens + "/" + token.id()),
        inbox.request(caller).post(tokens + "/" + token.id() + "/revoke"));
  }

  /** Returns workspace, email and role of each member that {@code agent list} prints. */
  private List<String> members(String... options) {
    String[] command =
        Stream.concat(Stream.of("agent", "list"), Stream.of(options)).toArray(String[]::new);
    return inbox
        .command(command)
        .lines()
        .skip(1)
        .map(line -> line.split("\\s+"))
        .map(columns -> String.join(" ", columns[1], columns[2], columns[4]))
        .toList();
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
