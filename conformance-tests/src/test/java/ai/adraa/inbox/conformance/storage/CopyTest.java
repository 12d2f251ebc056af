package ai.adraa.inbox.conformance.storage;

import static org.assertj.core.api.Assertions.assertThat;

import ai.adraa.inbox.conformance.support.Postgres;
import ai.adraa.inbox.conformance.support.ServerProcess;
import ai.adraa.inbox.conformance.support.TestInbox;
import ai.adraa.inbox.conformance.support.Tool;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A database moves from a file to PostgreSQL, whole or not at all. */
@Tag("once")
@Tag("sqlite")
class CopyTest {
  private static final String AWKWARD = "a\\b\tc \\N \"d\" 'e' \u00fc \ud83d\ude00";

  @AutoClose private final TestInbox inbox = TestInbox.start();
  private final TestInbox.SignedIn admin = inbox.workspace("acme");
  private final String url = Postgres.shared().url(Postgres.shared().newDatabase());

  @Test
  void bringsEverythingAlongAndAddsOneEventToBoth() throws Exception {
    inbox.agent("acme", "bob@acme.example");
    TestInbox.NewToken revoked = inbox.createToken(admin, "old");
    assertThat(inbox.revoke(admin, revoked.id()).statusCode()).isEqualTo(200);
    TestInbox.NewToken active = inbox.createToken(admin, "CRM integration");
    try (Connection connection = inbox.connect();
        Statement statement = connection.createStatement()) {
      // The contract lets no such name through, but an older version, or another, might have.
      statement.execute("UPDATE agent SET nickname = '" + AWKWARD.replace("'", "''") + "'");
    }
    assertThat(inbox.verify(active.secret()).statusCode()).isEqualTo(200);
    inbox.stopServer();
    String tokens = inbox.command("token", "list", "--workspace", "acme");
    String events = inbox.command("audit", "list", "--format", "json");

    Tool.Finished copied = inbox.run("copy", "--to", url);

    assertThat(copied.exitCode()).as(copied.err()).isZero();
    assertThat(copied.err())
        .contains("Copied api_token: 2")
        .contains("Copied and compared: 1 workspace, 2 agents, 2 tokens, ")
        .contains("stop the server and copy again");
    assertThat(inbox.command("token", "list", "--workspace", "acme")).isEqualTo(tokens);
    String trail = inbox.command("audit", "list", "--format", "json");
    assertThat(trail).endsWith(events);
    assertThat(trail.substring(0, trail.length() - events.length()))
        .hasLineCount(1)
        .contains("\"action\":\"copy\"", "\"detail\":\"to jdbc:postgresql://")
        .doesNotContain("?", "password", "user=");
    try (TestInbox moved = TestInbox.builder().database(url).start()) {
      assertThat(moved.verify(active.secret()).statusCode()).isEqualTo(200);
      assertThat(moved.verify(revoked.secret()).statusCode()).isEqualTo(401);
      assertThat(moved.command("agent", "list")).contains(AWKWARD.substring(6));
      assertThat(moved.command("audit", "list", "--format", "json")).isEqualTo(trail);
      // Sessions go on, and numbers of events too.
      assertThat(moved.revoke(admin, active.id()).statusCode()).isEqualTo(200);
      assertThat(moved.command("audit", "list", "--limit", "1")).contains("token-revoked");
    }
  }

  @Test
  void copiesAgainUntilTheCopyIsUsed() {
    TestInbox.NewToken token = inbox.createToken(admin, "CRM integration");
    inbox.run("copy", "--to", url);
    assertThat(inbox.revoke(admin, token.id()).statusCode()).isEqualTo(200);
    TestInbox.NewToken next = inbox.createToken(admin, "next");

    Tool.Finished again = inbox.run("copy", "--to", url);

    assertThat(again.exitCode()).as(again.err()).isZero();
    try (TestInbox moved = TestInbox.builder().database(url).start()) {
      assertThat(moved.verify(token.secret()).statusCode()).isEqualTo(401);
      assertThat(moved.verify(next.secret()).statusCode()).isEqualTo(200);
      assertThat(moved.revoke(admin, next.id()).statusCode()).isEqualTo(200);

      assertThat(inbox.refused("copy", "--to", url))
          .contains("has been used. It has audit events (1) or tokens and revocations (1)");
      assertThat(moved.verify(next.secret()).statusCode()).as("still revoked").isEqualTo(401);
    }
  }

  @Test
  void aCopyThatIsNotTheSameIsUndone() throws Exception {
    inbox.createToken(admin, "CRM integration");
    inbox.run("copy", "--to", url);
    inbox.createToken(admin, "next");
    try (Connection target = DriverManager.getConnection(url);
        Statement statement = target.createStatement()) {
      statement.execute(
          "CREATE FUNCTION garble() RETURNS trigger LANGUAGE plpgsql AS"
              + " 'BEGIN NEW.name = ''garbled''; RETURN NEW; END'");
      statement.execute(
          "CREATE TRIGGER garble BEFORE INSERT ON api_token FOR EACH ROW EXECUTE FUNCTION garble()");

      assertThat(inbox.refused("copy", "--to", url))
          .contains("Nothing was copied")
          .contains("the table api_token");

      try (ResultSet names =
          statement.executeQuery("SELECT string_agg(name, ',') FROM api_token")) {
        names.next();
        assertThat(names.getString(1)).isEqualTo("CRM integration");
      }
    }
  }

  @Test
  void saysWhatIsWrongAndCopiesNothing() throws Exception {
    assertThat(inbox.refused("copy", "--to", "elsewhere.db"))
        .contains("--to must be a URL such as");
    assertThat(inbox.refused("copy", "--to", "jdbc:postgresql://127.0.0.1:1/x?password=hush"))
        .contains("cannot connect to PostgreSQL")
        .doesNotContain("hush");
    assertThat(inbox.run("copy").err()).contains("--to");
    inbox.run("copy", "--to", url);
    try (Connection other = DriverManager.getConnection(url);
        Statement statement = other.createStatement()) {
      other.setAutoCommit(false);
      statement.execute("LOCK TABLE api_token IN ROW EXCLUSIVE MODE");
      assertThat(inbox.refused("copy", "--to", url))
          .contains("Nothing was copied")
          .contains("another process holds a lock");
    }
    for (String command : List.of("backup", "check")) {
      Tool.Finished refused =
          command.equals("check")
              ? ServerProcess.run(Map.of(), "check", "--database", url)
              : ServerProcess.run(Map.of(), "backup", "x.db", "--database", url);
      assertThat(refused.exitCode()).isEqualTo(1);
      assertThat(refused.err()).contains("for PostgreSQL use its own tools");
    }
  }
}
