package ai.adraa.inbox.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatabaseTest {
  private static final AuditEvent.Source OPERATOR = AuditEvent.Source.commandLine();

  private Database database;
  private TokenStore tokens;
  private String workspaceId;
  private Token.Created token;

  @BeforeEach
  void open(@TempDir Path directory) {
    database = Database.open(directory.resolve("inbox.db").toString());
    WorkspaceStore workspaces = new WorkspaceStore(database, Clock.systemUTC());
    workspaceId = workspaces.create("acme", "ada@acme.example", OPERATOR);
    Agent admin = workspaces.firstAdmin(workspaceId);
    tokens = new TokenStore(database);
    token =
        new TokenService(tokens, new LastUse(tokens), Clock.systemUTC())
            .create(workspaceId, "CRM integration", new Token.Actor(admin.id(), "ada"), OPERATOR);
  }

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void acknowledgedWritesSurviveALossOfPower() {
    assertThat(pragma("journal_mode")).isEqualTo("wal");
    assertThat(pragma("synchronous")).as("FULL").isEqualTo("2");
    assertThat(pragma("foreign_keys")).isEqualTo("1");
  }

  @Test
  void aTokenIsNeverDeleted() {
    assertThatThrownBy(() -> execute("DELETE FROM api_token"))
        .hasStackTraceContaining("API tokens are never deleted");
  }

  @Test
  void aRevokedTokenStaysRevokedWhateverTheProgramDoes() {
    tokens.revoke(
        workspaceId, token.token().id(), Instant.now(), token.token().createdBy().id(), OPERATOR);

    assertThatThrownBy(() -> execute("UPDATE api_token SET revoked_at = NULL, revoked_by = NULL"))
        .hasStackTraceContaining("A revoked API token stays revoked");
    assertThat(tokens.findActive(token.secret().hash())).isEmpty();
  }

  @Test
  void lastUseNeverGoesBack() {
    Instant later = Instant.parse("2026-06-14T08:01:12.345Z");
    tokens.updateLastUsed(Map.of(token.token().id(), later));
    tokens.updateLastUsed(Map.of(token.token().id(), later.minusMillis(1)));

    assertThat(tokens.find(workspaceId, token.token().id()).orElseThrow().lastUsedAt())
        .isEqualTo(Optional.of(later));
  }

  @Test
  void aFailedWriteChangesNothingAndItsExceptionTellsNoValue() {
    WorkspaceStore workspaces = new WorkspaceStore(database, Clock.systemUTC());

    assertThatThrownBy(() -> workspaces.create("acme", "eve@acme.example", OPERATOR))
        .isInstanceOf(UserException.class);
    assertThat(workspaces.agentByEmail("eve@acme.example")).isEmpty();

    assertThatThrownBy(
            () ->
                database.write(
                    handle ->
                        handle
                            .createUpdate("INSERT INTO membership VALUES (:a, :b, 'admin', 1)")
                            .bind("a", "private-value")
                            .bind("b", "private-value")
                            .execute()))
        .satisfies(e -> assertThat(e.toString()).doesNotContain("private-value"));
  }

  @Test
  void anotherProcessSeesARevocationAtOnce() {
    try (Database other = Database.openExisting(database.location())) {
      TokenStore otherTokens = new TokenStore(other);
      assertThat(otherTokens.findActive(token.secret().hash())).isPresent();

      tokens.revoke(
          workspaceId, token.token().id(), Instant.now(), token.token().createdBy().id(), OPERATOR);

      assertThat(otherTokens.findActive(token.secret().hash())).isEmpty();
    }
  }

  @Test
  void aNewFileIsReadableByItsOwnerOnly() throws Exception {
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(Path.of(database.location()))))
        .isEqualTo("rw-------");
  }

  private String pragma(String name) {
    return database.write(handle -> handle.createQuery("PRAGMA " + name).mapTo(String.class).one());
  }

  private void execute(String sql) {
    database.write(handle -> handle.execute(sql));
  }
}
