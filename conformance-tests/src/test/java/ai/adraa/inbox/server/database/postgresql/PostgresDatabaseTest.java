package ai.adraa.inbox.server.database.postgresql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ai.adraa.inbox.conformance.support.Postgres;
import ai.adraa.inbox.server.Databases;
import ai.adraa.inbox.server.account.Agent;
import ai.adraa.inbox.server.account.WorkspaceStore;
import ai.adraa.inbox.server.audit.AuditEvent;
import ai.adraa.inbox.server.database.Database;
import ai.adraa.inbox.server.database.DatabaseLocation;
import ai.adraa.inbox.server.database.DatabaseUnavailableException;
import ai.adraa.inbox.server.database.LastUse;
import ai.adraa.inbox.server.error.OperatorException;
import ai.adraa.inbox.server.token.Admin;
import ai.adraa.inbox.server.token.Token;
import ai.adraa.inbox.server.token.TokenService;
import ai.adraa.inbox.server.token.TokenStore;
import ai.adraa.inbox.server.token.TokenUse;
import ai.adraa.inbox.server.token.UsageStore;
import java.sql.DriverManager;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What only PostgreSQL does, or has to be told. */
@Tag("once")
class PostgresDatabaseTest {
  private static final AuditEvent.Source OPERATOR = AuditEvent.Source.commandLine();

  private String url;
  private Database database;
  private TokenStore tokens;
  private String workspaceId;
  private Admin admin;
  private Token.Created token;

  @BeforeEach
  void open() {
    open(Postgres.shared());
  }

  private void open(Postgres server) {
    url = server.url(server.newDatabase());
    database = Databases.open(new DatabaseLocation(url));
    WorkspaceStore workspaces = new WorkspaceStore(database, Clock.systemUTC());
    workspaceId = workspaces.create("acme", "ada@acme.example", OPERATOR);
    admin = Admin.onCommandLine(actor(workspaces.firstAdmin(workspaceId)));
    tokens = new TokenStore(database);
    token =
        new TokenService(database, new UsageStore(database).lastUse(), Clock.systemUTC())
            .create(workspaceId, Token.Properties.named("CRM integration"), admin);
  }

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void keepsWhatIsNeverToBeChanged() {
    tokens.revoke(workspaceId, token.token().id(), Instant.now(), admin);

    for (Map.Entry<String, String> refused :
        Map.of(
                "DELETE FROM api_token", "API tokens are never deleted",
                "UPDATE api_token SET revoked_at = NULL, revoked_by = NULL",
                    "A revoked API token stays revoked",
                "UPDATE audit_event SET detail = 'x'", "The audit trail is only added to",
                "DELETE FROM audit_event", "The audit trail is only added to",
                "DELETE FROM membership", "A workspace keeps at least one admin",
                "UPDATE membership SET role = 'agent'", "A workspace keeps at least one admin")
            .entrySet()) {
      assertThatThrownBy(() -> execute(refused.getKey()))
          .hasStackTraceContaining(refused.getValue());
    }
    assertThat(tokens.findActive(token.secret().hash(), Instant.now())).isEmpty();
  }

  @Test
  void lastUseNeverGoesBack() {
    Instant later = Instant.parse("2026-06-14T08:01:12.345Z");
    LastUse<TokenUse> lastUse = new UsageStore(database).lastUse();
    lastUse.record(token.token().id(), TokenUse.of(later, null));
    lastUse.close();
    LastUse<TokenUse> earlier = new UsageStore(database).lastUse();
    earlier.record(token.token().id(), TokenUse.of(later.minusMillis(1), null));
    earlier.close();

    assertThat(tokens.find(workspaceId, token.token().id()).orElseThrow().lastUse())
        .contains(new Token.Use(later, Optional.empty()));
  }

  @Test
  void aFailedWriteTellsNoValue() {
    assertThatThrownBy(
            () -> execute("INSERT INTO membership VALUES ('private-value', 'x', 'admin', 1)"))
        .satisfies(e -> assertThat(e).hasStackTraceContaining("membership_workspace_id_fkey"))
        .satisfies(
            e -> {
              for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                assertThat(cause.toString()).doesNotContain("private-value)");
              }
            });
  }

  @Test
  void writesThatMeetAreRepeatedUntilEachCounts() throws Exception {
    execute("CREATE TABLE counter (n INTEGER)");
    execute("INSERT INTO counter VALUES (0)");
    int writers = 8;
    int times = 20;
    ExecutorService threads = Executors.newFixedThreadPool(writers);
    try {
      Callable<Integer> increments =
          () -> {
            int failed = 0;
            for (int i = 0; i < times; i++) {
              try {
                database.write(
                    handle -> {
                      int n =
                          handle.createQuery("SELECT n FROM counter").mapTo(Integer.class).one();
                      return handle.execute("UPDATE counter SET n = ?", n + 1);
                    });
              } catch (DatabaseUnavailableException e) {
                assertThat(e).hasMessageContaining("too many concurrent writes to the same rows");
                failed++;
              }
            }
            return failed;
          };
      List<Callable<Integer>> all = new ArrayList<>();
      for (int i = 0; i < writers; i++) {
        all.add(increments);
      }
      int failed = 0;
      for (Future<Integer> future : threads.invokeAll(all)) {
        failed += future.get();
      }
      int n =
          database.read(
              handle -> handle.createQuery("SELECT n FROM counter").mapTo(Integer.class).one());
      assertThat(n + failed)
          .as("each is counted, or said to have failed")
          .isEqualTo(writers * times);
      assertThat(failed).isLessThan(writers * times / 4);
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void tablesOfANewerVersionAreNotUsed() {
    execute(
        "INSERT INTO flyway_schema_history VALUES"
            + " (1000, '999', 'later', 'SQL', 'V999__later.sql', 1, 'x', now(), 1, true)");
    assertThatThrownBy(() -> Databases.open(new DatabaseLocation(url)).close())
        .isInstanceOf(OperatorException.class)
        .hasMessageContaining("was written by a newer version");
  }

  @Test
  void aWaitForALockEnds() throws Exception {
    try (var other = DriverManager.getConnection(url);
        var statement = other.createStatement()) {
      other.setAutoCommit(false);
      statement.execute("LOCK TABLE api_token");
      assertThatThrownBy(() -> tokens.findActive(token.secret().hash(), Instant.now()))
          .isInstanceOf(DatabaseUnavailableException.class)
          .hasMessageContaining("it takes too long, or another process holds a lock");
    }
    assertThat(tokens.findActive(token.secret().hash(), Instant.now())).isPresent();
  }

  @Test
  void aWriteIsAcknowledgedOnlyWhenTheSynchronousStandbyShowsItAlsoIfItChangesNothing()
      throws Exception {
    try (Postgres primary = Postgres.start(Map.of());
        Postgres standby = primary.standby("one", primary.port(), Map.of())) {
      database.close();
      open(primary);
      primary.execute("ALTER SYSTEM SET synchronous_standby_names = 'one'");
      primary.execute("SELECT pg_reload_conf()");
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> primary.query("SELECT sync_state FROM pg_stat_replication").equals("sync"));

      // The standby receives what is written, and does not show it.
      standby.execute("SELECT pg_wal_replay_pause()");
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> standby.query("SELECT pg_get_wal_replay_pause_state()").equals("paused"));
      for (String attempt : List.of("revokes", "changes nothing")) {
        assertThatThrownBy(this::revoke)
            .as(attempt)
            .isInstanceOf(DatabaseUnavailableException.class)
            .hasMessageContaining("a synchronous standby does not respond");
      }

      standby.execute("SELECT pg_wal_replay_resume()");
      revoke();
      String onStandby = url.replace(":" + primary.port() + "/", ":" + standby.port() + "/");
      try (var connection = DriverManager.getConnection(onStandby);
          var statement = connection.createStatement();
          var revoked = statement.executeQuery("SELECT revoked_at IS NOT NULL FROM api_token")) {
        assertThat(revoked.next()).isTrue();
        assertThat(revoked.getBoolean(1)).isTrue();
      }
    }
  }

  /** As PostgreSQL reads synchronous_standby_names. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "one | true",
        "FIRST 1 (one) | true",
        "1 (one) | true",
        "first 2 ( one , two ) | true",
        "ANY 2 (two, one) | true",
        "FIRST 2 (\"ONE\", two) | true",
        "FIRST 1 (one, two) | false",
        "ANY 1 (two, one) | false",
        "one, two | false",
        "two | false",
        "FIRST 1 (two) | false",
        "* | false",
        "FIRST 1 (*) | false",
        "FIRST 2 (one, *) | false",
        "FIRST 2 (one) | false",
        "`` | false",
      })
  void theStandbyMustBeOneOfThoseThatAreWaitedFor(String names, boolean awaited) {
    assertThat(Standby.awaitsAll(names, "one")).isEqualTo(awaited);
  }

  private void revoke() {
    var unused = tokens.revoke(workspaceId, token.token().id(), Instant.now(), admin);
  }

  private void execute(String sql) {
    database.write(handle -> handle.execute(sql));
  }

  private static Token.Actor actor(Agent agent) {
    return new Token.Actor(agent.id(), agent.nickname());
  }
}
