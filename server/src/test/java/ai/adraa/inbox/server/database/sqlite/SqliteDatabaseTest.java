package ai.adraa.inbox.server.database.sqlite;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class SqliteDatabaseTest {
  private static final AuditEvent.Source OPERATOR = AuditEvent.Source.commandLine();

  private SqliteDatabase database;
  private TokenStore tokens;
  private String workspaceId;
  private Admin admin;
  private Token.Created token;

  @BeforeEach
  void open(@TempDir Path directory) {
    database = SqliteDatabase.open(new DatabaseLocation(directory.resolve("inbox.db").toString()));
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
  void everyCommitIsSyncedToDisk() {
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
    tokens.revoke(workspaceId, token.token().id(), Instant.now(), admin);

    assertThatThrownBy(() -> execute("UPDATE api_token SET revoked_at = NULL, revoked_by = NULL"))
        .hasStackTraceContaining("A revoked API token stays revoked");
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
  void aFailedWriteChangesNothingAndItsExceptionTellsNoValue() {
    WorkspaceStore workspaces = new WorkspaceStore(database, Clock.systemUTC());

    assertThatThrownBy(() -> workspaces.create("acme", "eve@acme.example", OPERATOR))
        .isInstanceOf(OperatorException.class);
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
  void aWriteIsWholeAlsoAfterOneThatCouldNotBegin() throws Exception {
    try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + database.path())) {
      other.createStatement().execute("BEGIN IMMEDIATE");
      assertThatThrownBy(() -> execute("UPDATE workspace SET name = 'blocked'"))
          .isInstanceOf(DatabaseUnavailableException.class);
      other.createStatement().execute("ROLLBACK");
    }
    assertThatThrownBy(
            () ->
                database.write(
                    handle -> {
                      handle.execute("UPDATE workspace SET name = 'half'");
                      throw new IllegalStateException("the other half");
                    }))
        .hasMessage("the other half");
    assertThat(name()).isEqualTo("acme");
  }

  @Test
  void whatWaitsIsCommittedTogether() throws Exception {
    long before = commits();
    List<Future<String>> answers = writeAtOnce(20, -1);

    for (int i = 0; i < answers.size(); i++) {
      assertThat(answers.get(i).get()).isEqualTo("member-" + i);
    }
    assertThat(nicknames()).hasSize(21).contains("member-0", "member-19");
    assertThat(commits() - before).as("the one they waited for, and theirs").isEqualTo(2);
  }

  @Test
  void aWriteThatFailsTakesNoOtherWithIt() throws Exception {
    List<Future<String>> answers = writeAtOnce(20, 7);

    for (int i = 0; i < answers.size(); i++) {
      Future<String> answer = answers.get(i);
      if (i == 7) {
        assertThatThrownBy(answer::get).hasRootCauseMessage("not this one");
      } else {
        assertThat(answer.get()).isEqualTo("member-" + i);
      }
    }
    assertThat(nicknames()).hasSize(20).contains("member-6", "member-8").doesNotContain("member-7");
  }

  @Test
  @Timeout(30)
  void anErrorInOneOfManyWritesLeavesNoneUnanswered() throws Exception {
    List<Future<String>> answers =
        writeAtOnce(
            20,
            7,
            () -> {
              throw new AssertionError("on purpose");
            });

    for (int i = 0; i < answers.size(); i++) {
      Future<String> answer = answers.get(i);
      if (i == 7) {
        assertThatThrownBy(answer::get).hasRootCauseMessage("on purpose");
      } else {
        assertThat(answer.get()).isEqualTo("member-" + i);
      }
    }
    assertThat(nicknames()).hasSize(20).doesNotContain("member-7");
    // The thread that writes goes on.
    database.write(handle -> handle.execute("UPDATE workspace SET name = 'later'"));
    assertThat(name()).isEqualTo("later");
  }

  @Test
  @Timeout(30)
  void isNotQuickAfterALookUpThatWasNotUntilOneIs() {
    assertThatThrownBy(() -> database.lookUp("SELECT 1 FROM nowhere WHERE 1 = ?", row -> 1, 1))
        .hasStackTraceContaining("no such table");
    assertThat(database.isQuick()).isFalse();

    while (!database.isQuick()) {
      assertThat(tokens.findActive(token.secret().hash(), Instant.now())).isPresent();
    }
  }

  /** Writes that all wait for another one. */
  private List<Future<String>> writeAtOnce(int writes, int failing) throws Exception {
    return writeAtOnce(
        writes,
        failing,
        () -> {
          throw new IllegalStateException("not this one");
        });
  }

  private List<Future<String>> writeAtOnce(int writes, int failing, Runnable failure)
      throws Exception {
    ExecutorService threads = Executors.newCachedThreadPool();
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    Future<Integer> first =
        threads.submit(
            () ->
                database.write(
                    handle -> {
                      begun.countDown();
                      try {
                        end.await();
                      } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                      }
                      return handle.execute("UPDATE workspace SET name = 'first'");
                    }));
    begun.await();
    List<Future<String>> answers = new ArrayList<>();
    for (int i = 0; i < writes; i++) {
      String name = "member-" + i;
      boolean fails = i == failing;
      answers.add(
          threads.submit(
              () ->
                  database.write(
                      handle -> {
                        handle.execute(
                            "INSERT INTO agent VALUES (?, ?, ?, 1)",
                            name,
                            name + "@b.example",
                            name);
                        if (fails) {
                          failure.run();
                        }
                        return name;
                      })));
    }
    while (database.writesWaiting() < writes) {
      Thread.onSpinWait();
    }
    end.countDown();
    assertThat(first.get()).isEqualTo(1);
    threads.shutdown();
    return answers;
  }

  private List<String> nicknames() {
    return database.read(
        handle -> handle.createQuery("SELECT nickname FROM agent").mapTo(String.class).list());
  }

  /**
   * As the log's index counts them: https://www.sqlite.org/walformat.html, iChange. Read by another
   * process, since this one would lose SQLite's locks when it closed the file.
   */
  private long commits() throws IOException {
    Process od =
        new ProcessBuilder(
                "od", "-A", "n", "-t", "u4", "-j", "8", "-N", "4", database.path() + "-shm")
            .start();
    return Long.parseLong(new String(od.getInputStream().readAllBytes(), US_ASCII).strip());
  }

  /** SQLite's driver takes the lock for a next transaction as soon as it has committed one. */
  @Test
  void aCommittedWriteIsNotReportedAsFailedBecauseAnotherProcessHasTheLockNow() throws Exception {
    ExecutorService contender = Executors.newSingleThreadExecutor();
    try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + database.path())) {
      other.createStatement().execute("PRAGMA busy_timeout = 0");
      for (int round = 0; round < 50; round++) {
        String name = "round-" + round;
        CountDownLatch ours = new CountDownLatch(1);
        CountDownLatch answered = new CountDownLatch(1);
        Future<?> lock = contender.submit(() -> takeAfter(ours, other, answered));
        try {
          database.write(
              handle -> {
                int changed = handle.execute("UPDATE workspace SET name = ?", name);
                ours.countDown();
                return changed;
              });
        } finally {
          answered.countDown();
          lock.get();
        }
        assertThat(name()).isEqualTo(name);
      }
    } finally {
      contender.shutdownNow();
    }
  }

  /** Takes the write lock as soon as the writer lets it go, and keeps it until it has answered. */
  private static Void takeAfter(CountDownLatch ours, Connection other, CountDownLatch answered)
      throws Exception {
    ours.await();
    try (Statement statement = other.createStatement()) {
      while (true) {
        try {
          statement.execute("BEGIN IMMEDIATE");
          break;
        } catch (SQLException e) {
          assertThat(e.getMessage()).contains("SQLITE_BUSY");
        }
      }
      answered.await();
      statement.execute("ROLLBACK");
    }
    return null;
  }

  @Test
  void anotherProcessSeesARevocationAtOnce() {
    try (Database other = Databases.openExisting(new DatabaseLocation(database.location()))) {
      TokenStore otherTokens = new TokenStore(other);
      assertThat(otherTokens.findActive(token.secret().hash(), Instant.now())).isPresent();

      tokens.revoke(workspaceId, token.token().id(), Instant.now(), admin);

      assertThat(otherTokens.findActive(token.secret().hash(), Instant.now())).isEmpty();
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

  private String name() {
    return database.read(
        handle -> handle.createQuery("SELECT name FROM workspace").mapTo(String.class).one());
  }

  private void execute(String sql) {
    database.write(handle -> handle.execute(sql));
  }

  private static Token.Actor actor(Agent agent) {
    return new Token.Actor(agent.id(), agent.nickname());
  }
}
