package ai.adraa.inbox.server.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ai.adraa.inbox.conformance.support.Postgres;
import ai.adraa.inbox.server.Databases;
import ai.adraa.inbox.server.account.Agent;
import ai.adraa.inbox.server.account.AgentSession;
import ai.adraa.inbox.server.account.Membership;
import ai.adraa.inbox.server.account.SignInStore;
import ai.adraa.inbox.server.account.WorkspaceStore;
import ai.adraa.inbox.server.audit.AuditEvent;
import ai.adraa.inbox.server.database.Database;
import ai.adraa.inbox.server.database.DatabaseLocation;
import ai.adraa.inbox.server.secret.Secret;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * An admin who is removed, demoted or signed out while a write of theirs waits for the database
 * writes nothing: not the role when the request was authenticated counts, but the role when the
 * change is written.
 */
@SuppressWarnings("NullAway.Init") // Each test opens the database of its own kind.
class PermittedWriteTest {
  /** Each write that a role permits, and each way to lose the role before it is written. */
  @CsvSource({
    "create, removed, SESSION_ENDED",
    "create, demoted, SESSION_ENDED",
    "create, signed out, SESSION_ENDED",
    "create, only demoted, NOT_ADMIN",
    "update, demoted, SESSION_ENDED",
    "update, only removed, NOT_ADMIN",
    "replace, demoted, SESSION_ENDED",
    "replace, only demoted, NOT_ADMIN",
    "create, only removed, NOT_ADMIN",
    "revoke, removed, SESSION_ENDED",
    "revoke, demoted, SESSION_ENDED",
    "revoke, signed out, SESSION_ENDED",
    "revoke, only demoted, NOT_ADMIN",
    "revoke, only removed, NOT_ADMIN",
  })
  @Retention(RetentionPolicy.RUNTIME)
  private @interface EachWriteAndChange {}

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private Database database;
  private WorkspaceStore workspaces;
  private TokenStore tokens;
  private TokenService service;
  private String workspaceId;
  private AgentSession session;
  private Token.Created token;

  private void open(String location) {
    database = Databases.open(new DatabaseLocation(location));
    workspaces = new WorkspaceStore(database, Clock.systemUTC());
    AuditEvent.Source operator = AuditEvent.Source.commandLine();
    workspaceId = workspaces.create("acme", "ada@acme.example", operator);
    Agent bob =
        workspaces.addAgent(
            "acme", "bob@acme.example", Optional.empty(), Membership.Role.ADMIN, operator);
    // An admin elsewhere is nobody here.
    workspaces.create("globex", "bob@acme.example", operator);
    session =
        new SignInStore(database)
            .createSession(bob.id(), Secret.newSessionId(), List.of(), Instant.now(), operator);
    tokens = new TokenStore(database);
    service = new TokenService(database, new UsageStore(database).lastUse(), Clock.systemUTC());
    token = service.create(workspaceId, Token.Properties.named("CRM integration"), admin());
  }

  @AfterEach
  void close() {
    threads.shutdownNow();
    database.close();
  }

  @ParameterizedTest
  @EachWriteAndChange
  void onSqliteTheWriteIsRefused(String write, String change, String code, @TempDir Path directory)
      throws Exception {
    Path file = directory.resolve("inbox.db");
    open(file.toString());

    Future<?> result;
    try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = other.createStatement()) {
      // Holds the lock for which the write waits, and makes the change under it.
      statement.execute("BEGIN IMMEDIATE");
      result = threads.submit(() -> write(write));
      awaitWriter();
      change(statement, change);
      statement.execute("COMMIT");
    }

    assertRefused(result, write, code);
  }

  @ParameterizedTest
  @EachWriteAndChange
  void onPostgresqlTheWriteIsRefused(String write, String change, String code) throws Exception {
    String url = Postgres.shared().url(Postgres.shared().newDatabase());
    open(url);

    Future<?> result;
    try (Connection lock = DriverManager.getConnection(url);
        Statement locking = lock.createStatement()) {
      lock.setAutoCommit(false);
      locking.execute("LOCK TABLE api_token IN EXCLUSIVE MODE");
      result = threads.submit(() -> write(write));
      try (Connection other = DriverManager.getConnection(url);
          Statement statement = other.createStatement()) {
        // By now the write's transaction has begun, and sees the membership as it was.
        await().until(() -> waitsForALock(statement));
        change(statement, change);
      }
      lock.rollback();
    }

    assertRefused(result, write, code);
  }

  /** The other way round: the write is first, and whoever takes the role away waits for it. */
  @ParameterizedTest
  @CsvSource({"removed", "demoted"})
  void onPostgresqlTheRoleStaysUntilTheWriteIsCommitted(String change) throws Exception {
    String url = Postgres.shared().url(Postgres.shared().newDatabase());
    open(url);

    Future<?> write;
    Future<?> taken;
    try (Connection lock = DriverManager.getConnection(url);
        Statement locking = lock.createStatement();
        Connection other = DriverManager.getConnection(url);
        Statement statement = other.createStatement()) {
      lock.setAutoCommit(false);
      // The token is written, its record in the audit trail is not.
      locking.execute("LOCK TABLE audit_event IN EXCLUSIVE MODE");
      write = threads.submit(() -> write("create"));
      await().until(() -> waitsForALock(statement));
      taken =
          threads.submit(
              () -> {
                try (Connection removing = DriverManager.getConnection(url);
                    Statement remove = removing.createStatement()) {
                  change(remove, "only " + change);
                }
                return null;
              });
      await()
          .until(
              () ->
                  count(
                          statement,
                          "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                              + " AND query LIKE '%membership%' AND query NOT LIKE '%api_token%'")
                      > 0);
      assertThat(taken.isDone()).isFalse();
      lock.rollback();
    }

    write.get();
    taken.get();
    assertThat(tokens()).hasSize(2);
  }

  private Object write(String write) {
    Admin admin = admin();
    String id = token.token().id();
    return switch (write) {
      case "create" -> service.create(workspaceId, Token.Properties.named("too late"), admin);
      case "update" ->
          service.update(
              workspaceId,
              id,
              new Token.Changes(Optional.of("too late"), Optional.empty(), Optional.empty(), false),
              admin);
      case "replace" ->
          service.replace(
              workspaceId,
              id,
              new Token.Replacement(
                  Optional.of("too late"), Optional.empty(), Optional.empty(), Optional.empty()),
              admin);
      default -> service.revoke(workspaceId, id, admin);
    };
  }

  private List<Token> tokens() {
    return new TokenList(database).all(workspaceId, TokenQuery.ALL, Instant.now());
  }

  private void change(Statement statement, String change) throws SQLException {
    String agent = "'" + session.agent().id() + "'";
    String ofMember = " WHERE agent_id = " + agent + " AND workspace_id = '" + workspaceId + "'";
    if (change.endsWith("removed")) {
      statement.execute("DELETE FROM membership" + ofMember);
    } else if (change.endsWith("demoted")) {
      statement.execute("UPDATE membership SET role = 'agent'" + ofMember);
    }
    if (!change.startsWith("only")) {
      statement.execute("DELETE FROM session WHERE agent_id = " + agent);
    }
  }

  private void assertRefused(Future<?> result, String write, String code) {
    assertThatThrownBy(result::get)
        .isInstanceOf(ExecutionException.class)
        .hasRootCauseInstanceOf(NotPermittedException.class)
        .hasRootCauseMessage(code);
    assertThat(tokens.findActive(token.secret().hash(), Instant.now())).as(write).isPresent();
    assertThat(tokens()).hasSize(1);
    List<String> actions =
        database.read(
            handle ->
                handle
                    .createQuery("SELECT action FROM audit_event WHERE token_id IS NOT NULL")
                    .mapTo(String.class)
                    .list());
    assertThat(actions).containsExactly("token-created");
  }

  private void awaitWriter() {
    await()
        .until(
            () ->
                Thread.getAllStackTraces().entrySet().stream()
                    .filter(thread -> thread.getKey().getName().equals("database-writer"))
                    .flatMap(thread -> List.of(thread.getValue()).stream())
                    .anyMatch(frame -> frame.getMethodName().equals("transact")));
  }

  private static boolean waitsForALock(Statement statement) throws SQLException {
    return count(
            statement,
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                + " AND datname = current_database()")
        > 0;
  }

  private static int count(Statement statement, String query) throws SQLException {
    try (var rows = statement.executeQuery(query)) {
      rows.next();
      return rows.getInt(1);
    }
  }

  private Admin admin() {
    Agent agent = session.agent();
    return new Admin(
        new Token.Actor(agent.id(), agent.nickname()),
        Optional.of(session.idHash()),
        AuditEvent.Source.console(Optional.empty(), Optional.empty()).by(agent.id()));
  }
}
