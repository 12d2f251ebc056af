package ai.adraa.inbox.server.database.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import ai.adraa.inbox.server.Databases;
import ai.adraa.inbox.server.account.SignInStore;
import ai.adraa.inbox.server.account.WorkspaceStore;
import ai.adraa.inbox.server.audit.AuditEvent;
import ai.adraa.inbox.server.database.Database;
import ai.adraa.inbox.server.database.DatabaseLocation;
import ai.adraa.inbox.server.maintenance.Backup;
import ai.adraa.inbox.server.maintenance.Inspection;
import ai.adraa.inbox.server.secret.Secret;
import ai.adraa.inbox.server.token.Admin;
import ai.adraa.inbox.server.token.Token;
import ai.adraa.inbox.server.token.TokenList;
import ai.adraa.inbox.server.token.TokenQuery;
import ai.adraa.inbox.server.token.TokenService;
import ai.adraa.inbox.server.token.UsageStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Databases that earlier programs wrote are opened by this one, with all that was promised of them.
 * A file in {@code databases} is as its program left it, and is never changed.
 */
class MigrationTest {
  // Made up for the kept database, and good for nothing else.
  private static final String EXAMPLE_ACTIVE =
      "adraa_e8a3b1e0e8a3b1e0e8a3b1e0e8a3b1e0e8a3b1e02fe1e6ce";
  private static final String EXAMPLE_REVOKED =
      "adraa_0e8a3b1e0e8a3b1e0e8a3b1e0e8a3b1e0e8a3b1ef27fc3a9";

  @Test
  void theFirstVersionsDatabaseKeepsItsPromises(@TempDir Path directory) throws Exception {
    Path file = kept("v1.db", directory);
    Inspection before = Inspection.of(file);
    assertThat(before.version()).isEqualTo("V1");
    assertThat(before.pending()).containsExactly("V2", "V3", "V4", "V5");

    try (Database database = Databases.openExisting(new DatabaseLocation(file.toString()))) {
      TokenService service =
          new TokenService(database, new UsageStore(database).lastUse(), Clock.systemUTC());
      Token.Verified verified = service.verify(new Secret(EXAMPLE_ACTIVE), null).orElseThrow();
      assertThat(verified.name()).isEqualTo("Example, active");
      assertThat(verified.workspaceName()).isEqualTo("example-acme");
      assertThat(service.verify(new Secret(EXAMPLE_REVOKED), null)).isEmpty();
      Token token = service.find(verified.workspaceId(), verified.id()).orElseThrow();
      assertThat(token.createdBy().nickname()).isEqualTo("ada");
      assertThat(token.lastUse())
          .contains(new Token.Use(Instant.parse("2026-06-12T10:26:00Z"), Optional.empty()));
      assertThat(new SignInStore(database).findSession(new Secret("example-session"))).isPresent();
      WorkspaceStore workspaces = new WorkspaceStore(database, Clock.systemUTC());
      assertThat(workspaces.members(Optional.empty())).hasSize(3);
      // And what is new works on it.
      workspaces.removeAgent("example-acme", "bob@acme.example", AuditEvent.Source.commandLine());
    }

    Inspection after = Inspection.of(file);
    assertThat(after.faults()).isEmpty();
    assertThat(after.version()).isEqualTo("V5");
    assertThat(after.pending()).isEmpty();
    assertThat(after.rows()).containsEntry("api_token", 2L).containsEntry("audit_event", 1L);
  }

  @Test
  void theTokensOfRelease10AreFoundAndTheirRevocationsStay(@TempDir Path directory)
      throws Exception {
    Path file = kept("v3.db", directory);
    assertThat(Inspection.of(file).version()).isEqualTo("V3");

    try (Database database = Databases.openExisting(new DatabaseLocation(file.toString()))) {
      TokenService service =
          new TokenService(database, new UsageStore(database).lastUse(), Clock.systemUTC());
      Token.Verified active = service.verify(new Secret(EXAMPLE_ACTIVE), null).orElseThrow();
      assertThat(active.expiresAt()).isEmpty();
      assertThat(service.verify(new Secret(EXAMPLE_REVOKED), null)).isEmpty();
      TokenList.Page found =
          service.list(
              active.workspaceId(),
              new TokenQuery(
                  Optional.of(Token.Status.REVOKED),
                  Optional.of("ärzte"),
                  Optional.empty(),
                  TokenQuery.Sort.BY_NAME),
              10,
              null);
      assertThat(found.tokens()).extracting(Token::name).containsExactly("Example ÄRZTE");
      assertThat(found.tokens().get(0).revocation().orElseThrow())
          .returns(Token.Reason.ADMIN, Token.Revocation::reason)
          .returns(true, revocation -> revocation.by().isPresent());
      Token.Actor ada = new Token.Actor(found.tokens().get(0).createdBy().id(), "ada");
      assertThat(
              service.create(
                  active.workspaceId(),
                  new Token.Properties(
                      "new", Optional.of("after it"), Optional.of(Instant.now().plusSeconds(60))),
                  Admin.onCommandLine(ada)))
          .isNotNull();
      long lastEvent =
          database.read(
              handle ->
                  handle.createQuery("SELECT max(id) FROM audit_event").mapTo(Long.class).one());
      assertThat(lastEvent).as("the audit trail continues").isEqualTo(7);
    }
    assertThat(Inspection.of(file).faults()).isEmpty();
  }

  @Test
  void aLookDoesNotChangeAnOlderDatabase(@TempDir Path directory) throws Exception {
    Path file = kept("v1.db", directory);
    byte[] before = Files.readAllBytes(file);

    assertThat(Inspection.of(file).faults()).isEmpty();
    Inspection backup =
        Backup.write(file, directory.resolve("backup.db"), false, (remaining, pages) -> {});

    assertThat(backup.version()).isEqualTo("V1");
    assertThat(file).hasBinaryContent(before);
  }

  private static Path kept(String name, Path directory) throws Exception {
    return Files.copy(
        Path.of("src", "test", "resources", "databases", name), directory.resolve(name));
  }
}
