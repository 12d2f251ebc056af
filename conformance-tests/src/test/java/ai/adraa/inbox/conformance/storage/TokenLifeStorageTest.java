package ai.adraa.inbox.conformance.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import ai.adraa.inbox.conformance.support.Command;
import ai.adraa.inbox.conformance.support.Postgres;
import ai.adraa.inbox.conformance.support.TestInbox;
import ai.adraa.inbox.conformance.support.Tool;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Expiry, replacement and usage survive backup, restore and copy, and nothing is revived. */
@Tag("once")
@Tag("sqlite")
class TokenLifeStorageTest {
  // Made up for the kept database, and good for nothing else.
  private static final String EXAMPLE_ACTIVE =
      "adraa_e8a3b1e0e8a3b1e0e8a3b1e0e8a3b1e0e8a3b1e02fe1e6ce";

  @TempDir private Path directory;
  @AutoClose private final TestInbox inbox = TestInbox.start();
  private final TestInbox.SignedIn admin = inbox.workspace("acme");
  private final String tokens = "/api/v1/workspaces/" + admin.workspaceId() + "/tokens";

  @Test
  void aRestoreNeitherExtendsNorRevivesAToken() {
    String soon = inOneHour(1);
    String later = inOneHour(2);
    TestInbox.NewToken shortened = inbox.createToken(admin, "shortened since");
    TestInbox.NewToken extended = inbox.createToken(admin, "extended since");
    TestInbox.NewToken replaced = inbox.createToken(admin, "replaced since");
    TestInbox.NewToken self = inbox.createToken(admin, "revoked itself since");
    change(extended, Map.of("expiresAt", soon));
    inbox.command("backup", backup().toString());
    change(shortened, Map.of("expiresAt", soon));
    change(extended, Map.of("expiresAt", later));
    inbox
        .request(admin)
        .contentType(ContentType.JSON)
        .body(Map.of("oldExpiresAt", soon))
        .post(tokens + "/" + replaced.id() + "/replace")
        .then()
        .statusCode(201);
    inbox
        .request()
        .header("Authorization", "Bearer " + self.secret())
        .post("/api/v1/me/revoke")
        .then()
        .statusCode(204);
    inbox.stopServer();

    Tool.Finished restored = inbox.run("restore", backup().toString());

    assertThat(restored.exitCode()).as(restored.err()).isZero();
    assertThat(restored.err())
        .contains("active in the backup: 1 token; kept earlier expiries: 2;", "are lost: 1");
    try (TestInbox again = TestInbox.builder().database(inbox.database().toString()).start()) {
      TestInbox.SignedIn ada = again.signIn("admin@acme.example");
      for (TestInbox.NewToken token : new TestInbox.NewToken[] {shortened, extended, replaced}) {
        Response found = again.request(ada).get(tokens + "/" + token.id());
        assertThat(Instant.parse(found.path("token.expiresAt"))).isEqualTo(soon);
      }
      again.verify(self.secret()).then().statusCode(401);
      again
          .request(ada)
          .get(tokens + "/" + self.id())
          .then()
          .body("token.revokedReason", equalTo("self"))
          .body("token.revokedBy", nullValue());
    }
  }

  @Test
  void theReplacedDatabaseCanBeOfRelease10() throws Exception {
    Path kept = Path.of("../server/src/test/resources/databases/v3.db");
    Path old = Files.copy(kept, directory.resolve("old.db"));
    Path backup = Files.copy(kept, directory.resolve("new.db"));
    // Migrates the backup.
    Command.run("token", "list", "--workspace", "example-acme", "--database", "" + backup);
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + old);
        Statement statement = connection.createStatement()) {
      statement.execute(
          "UPDATE api_token SET revoked_at = 1795823270000, revoked_by = created_by"
              + " WHERE revoked_at IS NULL");
    }

    Tool.Finished restored = Command.run("restore", backup.toString(), "--database", "" + old);

    assertThat(restored.exitCode()).as(restored.err()).isZero();
    assertThat(restored.err()).contains("active in the backup: 1 token; kept earlier expiries: 0;");
    try (TestInbox again = TestInbox.builder().database(old.toString()).start()) {
      again.verify(EXAMPLE_ACTIVE).then().statusCode(401);
    }
  }

  @Test
  void aCopyHasTheExpiryTheReplacementAndTheUsage() {
    TestInbox.NewToken old = inbox.createToken(admin, "CRM \u00c4");
    inbox.verify(old.secret()).then().statusCode(200);
    String soon = inOneHour(1);
    change(old, Map.of("description", "a\\b \u00fc", "expiresAt", soon));
    Response replacing =
        inbox
            .request(admin)
            .contentType(ContentType.JSON)
            .body("{}")
            .post(tokens + "/" + old.id() + "/replace");
    String secret = replacing.path("secret");
    inbox.stopServer();
    String url = Postgres.shared().url(Postgres.shared().newDatabase());

    Tool.Finished copied = inbox.run("copy", "--to", url);

    assertThat(copied.exitCode()).as(copied.err()).isZero();
    try (TestInbox moved = TestInbox.builder().database(url).start()) {
      moved.verify(secret).then().statusCode(200);
      Response found = moved.request(admin).get(tokens + "/" + old.id());
      found
          .then()
          .body("token.description", equalTo("a\\b \u00fc"))
          .body("token.replacedBy", equalTo(replacing.path("token.id")));
      assertThat(Instant.parse(found.path("token.expiresAt"))).isEqualTo(soon);
      moved
          .request(admin)
          .get(tokens + "/" + old.id() + "/usage?days=1")
          .then()
          .body("usage.days[0].requests", equalTo(1))
          .body("usage.addresses[0].address", equalTo(found.path("token.lastUsedFrom")));
      moved
          .request(admin)
          .queryParam("query", "\u00e4")
          .get(tokens)
          .then()
          .body("total", equalTo(2));
    }
  }

  private Path backup() {
    return directory.resolve("backup.db");
  }

  private static String inOneHour(int hours) {
    return Instant.now().plus(hours, ChronoUnit.HOURS).truncatedTo(ChronoUnit.MILLIS).toString();
  }

  private void change(TestInbox.NewToken token, Map<String, ?> changes) {
    inbox
        .request(admin)
        .contentType(ContentType.JSON)
        .body(changes)
        .patch(tokens + "/" + token.id())
        .then()
        .statusCode(200);
  }
}
