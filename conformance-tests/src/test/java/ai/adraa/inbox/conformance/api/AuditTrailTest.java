package ai.adraa.inbox.conformance.api;

import static org.assertj.core.api.Assertions.assertThat;

import ai.adraa.inbox.conformance.support.TestInbox;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The audit trail tells who did what, from where, by console or command line. */
class AuditTrailTest {
  private static final String EMAIL = "admin@acme.example";

  @AutoClose private final TestInbox inbox = TestInbox.start();

  @BeforeEach
  void createWorkspace() {
    inbox.command("workspace", "create", "--name", "acme", "--admin", EMAIL);
  }

  @Test
  void whatAgentsDoIsRecordedWithTheirAddressAndRequest() {
    String code = inbox.requestCode(EMAIL);
    Response wrong = signIn(EMAIL, code.equals("000000") ? "000001" : "000000");
    Response signedIn = signIn(EMAIL, code);
    TestInbox.SignedIn admin =
        new TestInbox.SignedIn(
            signedIn.cookie("adraa_session"),
            signedIn.path("session.agent.id"),
            signedIn.path("session.workspaces[0].id"));
    TestInbox.NewToken token = inbox.createToken(admin, "CRM integration");
    Response revoked = inbox.revoke(admin, token.id());
    inbox.revoke(admin, token.id());
    Response signedOut = inbox.request(admin).delete("/api/v1/session");

    List<JsonPath> events = list();

    assertThat(events)
        .extracting(event -> event.getString("action"))
        .containsExactly(
            "sign-out",
            "token-revoked",
            "token-created",
            "sign-in",
            "sign-in-failed",
            "agent-added",
            "workspace-created");
    assertThat(events.subList(0, 5))
        .allSatisfy(
            event -> {
              assertThat(event.getString("channel")).isEqualTo("console");
              assertThat(event.getString("address")).isEqualTo("127.0.0.1");
            });
    assertThat(events.subList(0, 4))
        .allSatisfy(event -> assertThat(event.getString("by")).isEqualTo(EMAIL));
    assertThat(events.get(4).getString("by")).as("nobody has signed in").isNull();
    assertThat(events.get(4).getString("member")).isEqualTo(EMAIL);
    assertThat(Stream.of(0, 1, 3, 4).map(i -> events.get(i).getString("requestId")))
        .containsExactlyElementsOf(
            Stream.of(signedOut, revoked, signedIn, wrong)
                .map(response -> response.header("X-Request-Id"))
                .toList());
    assertThat(events.subList(1, 3))
        .allSatisfy(
            event -> {
              assertThat(event.getString("workspace")).isEqualTo("acme");
              assertThat(event.getString("tokenId")).isEqualTo(token.id());
            });
    assertThat(inbox.command("audit", "list", "--format", "json"))
        .doesNotContain(token.secret().substring(0, 14), admin.session(), code);
  }

  @Test
  void whatTheCommandLineDoesIsRecordedWithTheUserWhoRanIt() {
    inbox.command("agent", "add", "--workspace", "acme", "--email", "bob@acme.example");
    inbox.command("token", "create", "--workspace", "acme", "--name", "CRM integration");
    String id = inbox.command("token", "list", "--workspace", "acme").lines().toList().get(1);
    for (int i = 0; i < 2; i++) {
      inbox.command("token", "revoke", "--workspace", "acme", id.split(" ")[0]);
    }
    inbox.command(
        "agent", "role", "--workspace", "acme", "--email", "bob@acme.example", "--role", "admin");
    inbox.command("agent", "remove", "--workspace", "acme", "--email", "bob@acme.example");

    List<JsonPath> events = list();

    assertThat(events)
        .extracting(event -> event.getString("action"))
        .containsExactly(
            "agent-removed",
            "role-changed",
            "token-revoked",
            "token-created",
            "agent-added",
            "agent-added",
            "workspace-created");
    assertThat(events)
        .allSatisfy(
            event -> {
              assertThat(event.getString("channel")).isEqualTo("command line");
              assertThat(event.getString("by")).isEqualTo(System.getProperty("user.name"));
              assertThat(event.getMap("")).doesNotContainKeys("address", "requestId");
            });
    assertThat(events.get(0).getString("member")).isEqualTo("bob@acme.example");
    assertThat(events.get(1).getString("detail")).isEqualTo("role admin");
  }

  @Test
  void triesThatDoNotCountAreNotRecorded() {
    String code = inbox.requestCode(EMAIL);
    String wrong = code.equals("000000") ? "000001" : "000000";
    signIn("nobody@acme.example", wrong);
    for (int i = 0; i < 8; i++) {
      signIn(EMAIL, wrong);
    }

    assertThat(inbox.command("audit", "list", "--action", "sign-in-failed").lines())
        .as("a head, and 5 tries of one code")
        .hasSize(6);
  }

  @Test
  void aListIsNarrowed() {
    inbox.command("workspace", "create", "--name", "globex", "--admin", "eve@globex.example");
    String now = Instant.now().plusSeconds(1).toString();

    assertThat(inbox.command("audit", "list").lines()).hasSize(5);
    assertThat(inbox.command("audit", "list", "--workspace", "globex"))
        .contains("eve@globex.example")
        .doesNotContain("acme");
    assertThat(inbox.command("audit", "list", "--limit", "1").lines()).hasSize(2);
    assertThat(inbox.command("audit", "list", "--action", "workspace-created").lines()).hasSize(3);
    assertThat(inbox.command("audit", "list", "--since", now).lines()).hasSize(1);
    assertThat(inbox.command("audit", "list", "--until", now).lines()).hasSize(5);
    assertThat(inbox.command("audit", "list", "--until", "2026-01-01").lines()).hasSize(1);
  }

  private List<JsonPath> list() {
    return inbox.command("audit", "list", "--format", "json").lines().map(JsonPath::from).toList();
  }

  private Response signIn(String email, String code) {
    return TestInbox.enterCode(inbox.request(), email, code);
  }
}
