package ai.adraa.inbox.conformance.storage;

import static ai.adraa.inbox.conformance.storage.SqliteFile.addEvents;
import static ai.adraa.inbox.conformance.storage.SqliteFile.check;
import static ai.adraa.inbox.conformance.storage.SqliteFile.damage;
import static ai.adraa.inbox.conformance.storage.SqliteFile.ids;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.adraa.inbox.conformance.support.Command;
import ai.adraa.inbox.conformance.support.ServerProcess;
import ai.adraa.inbox.conformance.support.TestInbox;
import ai.adraa.inbox.conformance.support.Tool;
import io.restassured.RestAssured;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;
import org.sqlite.SQLiteOpenMode;

/** Restoring a backup gives nothing back that was taken away since. */
@Tag("once")
@Tag("sqlite")
class RestoreTest {
  @TempDir private Path directory;
  @AutoClose private final TestInbox inbox = TestInbox.start();
  private final TestInbox.SignedIn admin = inbox.workspace("acme");
  private Path backup;

  @BeforeEach
  void nameBackup() {
    backup = directory.resolve("backup.db");
  }

  @Test
  void nothingThatWasTakenAwaySinceTheBackupComesBack() throws Exception {
    inbox.command("agent", "add", "--workspace", "acme", "--email", "bob@x.example");
    inbox.command(
        "agent", "add", "--workspace", "acme", "--email", "eve@x.example", "--role", "admin");
    TestInbox.NewToken kept = inbox.createToken(admin, "kept");
    TestInbox.NewToken revoked = inbox.createToken(admin, "revoked since");
    inbox.command("backup", backup.toString());
    inbox.revoke(admin, revoked.id());
    inbox.command("agent", "remove", "--workspace", "acme", "--email", "eve@x.example");
    // Since the backup there is another admin, who then revokes; the backup knows neither.
    inbox.command(
        "agent", "add", "--workspace", "acme", "--email", "zoe@x.example", "--role", "admin");
    TestInbox.SignedIn zoe = inbox.signIn("zoe@x.example");
    TestInbox.NewToken later = inbox.createToken(zoe, "later");
    inbox.command("agent", "remove", "--workspace", "acme", "--email", "admin@acme.example");
    String events = inbox.command("audit", "list");
    inbox.stopServer();

    Tool.Finished restored = inbox.run("restore", backup.toString());

    assertThat(restored.exitCode()).as(restored.err()).isZero();
    assertThat(restored.err())
        .contains(
            "Kept revoked, but active in the backup: 1 token;",
            "not in the backup and are lost: 1");
    assertThat(check(inbox.database())).contains("Sound          yes", "Sessions       0");
    assertThat(inbox.command("agent", "list"))
        .contains("zoe@x.example", "bob@x.example")
        .doesNotContain("eve@x.example", "admin@acme.example");
    assertThat(inbox.command("audit", "list").lines().toList())
        .as("with the restore itself on top")
        .containsAll(events.lines().toList())
        .hasSize(events.lines().toList().size() + 1);
    assertThat(inbox.command("audit", "list").lines().toList().get(1)).contains("restore");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(inbox.database())))
        .isEqualTo("rw-------");
    try (ServerProcess server = ServerProcess.serve(inbox.database(), Map.of())) {
      assertThat(server.verify(kept.secret())).isEqualTo(200);
      assertThat(server.verify(revoked.secret())).as("revoked since the backup").isEqualTo(401);
      assertThat(server.verify(later.secret())).as("created since the backup").isEqualTo(401);
      for (TestInbox.SignedIn session : List.of(admin, zoe)) {
        assertThat(
                RestAssured.given()
                    .cookie("adraa_session", session.session())
                    .get(server.url() + "/api/v1/session")
                    .statusCode())
            .isEqualTo(401);
      }
    }
    // The replaced database is whole, under another name.
    Path replaced = replaced();
    assertThat(check(replaced)).contains("Sound          yes");
    assertThat(ids(replaced)).contains(kept.id(), revoked.id(), later.id());
  }

  @Test
  void rolesStayAsTheyWereChangedSinceTheBackup() {
    inbox.command("workspace", "create", "--name", "globex", "--admin", "admin@acme.example");
    for (String workspace : List.of("acme", "globex")) {
      agent("add", workspace, "bob@x.example", "admin");
      agent("add", workspace, "eve@x.example", "agent");
    }
    inbox.command("backup", backup.toString());
    agent("role", "acme", "bob@x.example", "agent");
    agent("role", "acme", "eve@x.example", "admin");
    // The first admin is demoted as well, which requires that eve is promoted first.
    agent("role", "acme", "admin@acme.example", "agent");
    String members = inbox.command("agent", "list");
    inbox.stopServer();

    Tool.Finished restored = inbox.run("restore", backup.toString());

    assertThat(restored.exitCode()).as(restored.err()).isZero();
    assertThat(inbox.command("agent", "list")).isEqualTo(members);
  }

  @Test
  void whoRevokedATokenSinceTheBackupAndWhenIsKept() throws Exception {
    agent("add", "acme", "bob@x.example", "admin");
    TestInbox.NewToken byBob = inbox.createToken(admin, "revoked by bob");
    TestInbox.NewToken byZoe = inbox.createToken(admin, "revoked by zoe");
    TestInbox.NewToken byCreator = inbox.createToken(admin, "revoked by its creator");
    inbox.command("backup", backup.toString());
    agent("add", "acme", "zoe@x.example", "admin");
    inbox.revoke(inbox.signIn("bob@x.example"), byBob.id());
    inbox.revoke(inbox.signIn("zoe@x.example"), byZoe.id());
    inbox.revoke(admin, byCreator.id());
    Map<String, String> revocations = revocations();
    inbox.stopServer();

    Tool.Finished restored = inbox.run("restore", backup.toString());

    assertThat(restored.exitCode()).as(restored.err()).isZero();
    assertThat(revocations())
        .hasSize(3)
        .hasEntrySatisfying(byBob.id(), by -> assertThat(by).startsWith("bob@x.example "))
        .hasEntrySatisfying(byZoe.id(), by -> assertThat(by).startsWith("zoe@x.example "))
        .hasEntrySatisfying(byCreator.id(), by -> assertThat(by).startsWith("admin@acme.example "))
        .isEqualTo(revocations);
  }

  private void agent(String command, String workspace, String email, String role) {
    inbox.command("agent", command, "--workspace", workspace, "--email", email, "--role", role);
  }

  /** Returns who revoked each revoked token, and when, by the token's id. */
  private Map<String, String> revocations() throws SQLException {
    Map<String, String> revocations = new HashMap<>();
    try (Connection connection = inbox.connect();
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT t.id, a.email, t.revoked_at FROM api_token t"
                    + " JOIN agent a ON a.id = t.revoked_by")) {
      while (row.next()) {
        revocations.put(row.getString(1), row.getString(2) + " at " + row.getLong(3));
      }
    }
    return revocations;
  }

  @Test
  void theDatabaseOfARunningServerIsNotReplaced() throws Exception {
    TestInbox.NewToken token = inbox.createToken(admin, "CRM integration");
    inbox.command("backup", backup.toString());

    // In another process, as an operator would.
    Tool.Finished restored =
        ServerProcess.run(
            Map.of(), "restore", backup.toString(), "--database", inbox.database().toString());

    assertThat(restored.exitCode()).isEqualTo(1);
    assertThat(restored.err()).contains("is in use; stop the server");
    assertThat(inbox.verify(token.secret()).statusCode()).isEqualTo(200);
    try (Stream<Path> files = Files.list(inbox.database().getParent())) {
      assertThat(files.map(Path::getFileName).map(Path::toString))
          .as("nothing left behind")
          .containsExactlyInAnyOrder("inbox.db", "inbox.db-wal", "inbox.db-shm");
    }
  }

  @Test
  void whatIsNoSoundBackupIsRefusedAndChangesNothing() throws Exception {
    inbox.createToken(admin, "CRM integration");
    inbox.command("backup", backup.toString());
    inbox.stopServer();
    byte[] before = Files.readAllBytes(inbox.database());
    Path text = Files.writeString(directory.resolve("notes.txt"), "not a database, ".repeat(500));
    Path foreign = directory.resolve("foreign.db");
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + foreign)) {
      connection.createStatement().execute("CREATE TABLE notes (text TEXT)");
    }
    Path damaged = Files.copy(backup, directory.resolve("damaged.db"));
    damage(damaged);
    Path cut = directory.resolve("cut.db");
    Files.write(cut, Arrays.copyOf(Files.readAllBytes(backup), (int) Files.size(backup) / 2));

    for (Path file : List.of(text, foreign, damaged, cut, directory.resolve("missing.db"))) {
      Tool.Finished refused = inbox.run("restore", file.toString());

      assertThat(refused.exitCode()).as(file + refused.err()).isEqualTo(1);
      assertThat(refused.err().strip().lines()).as(refused.err()).hasSize(1);
      assertThat(inbox.database()).hasBinaryContent(before);
    }
    try (Stream<Path> files = Files.list(inbox.database().getParent())) {
      assertThat(files).as("nothing left behind").containsExactly(inbox.database());
    }
    assertThat(inbox.run("restore", backup.toString()).exitCode()).isZero();
  }

  @Test
  void checkFindsADamagedDatabaseAndItsRevocationsAreNotGivenUpUnasked() throws Exception {
    inbox.createToken(admin, "CRM integration");
    inbox.command("backup", backup.toString());
    inbox.stopServer();
    assertThat(check(inbox.database())).contains("Sound          yes", "1 active, 0 revoked");
    damage(inbox.database());

    Tool.Finished check = inbox.run("check");
    assertThat(check.exitCode()).isEqualTo(1);
    assertThat(check.out()).contains("Sound          no");
    assertThat(check.err()).isNotBlank();
    assertThat(inbox.refused("backup", directory.resolve("other.db").toString())).isNotBlank();
    assertThat(directory.resolve("other.db")).doesNotExist();

    Tool.Finished refused = inbox.run("restore", backup.toString());
    assertThat(refused.exitCode()).isEqualTo(1);
    assertThat(refused.err()).contains("cannot be read", "--accept-lost-revocations");

    Tool.Finished restored = inbox.run("restore", backup.toString(), "--accept-lost-revocations");
    assertThat(restored.exitCode()).as(restored.err()).isZero();
    assertThat(restored.err()).contains("WARNING", "Check the active tokens (1)");
    assertThat(check(inbox.database())).contains("Sound          yes", "1 active, 0 revoked");
    assertThat(replaced()).exists();
  }

  @Test
  void aLostDatabaseIsRestoredWithAWarning() throws Exception {
    inbox.createToken(admin, "CRM integration");
    inbox.command("backup", backup.toString());
    inbox.stopServer();
    Files.delete(inbox.database());

    Tool.Finished restored = inbox.run("restore", backup.toString());

    assertThat(restored.exitCode()).as(restored.err()).isZero();
    assertThat(restored.err()).contains("WARNING", "Check the active tokens (1)");
    assertThat(ids(inbox.database())).hasSize(1);
  }

  @Test
  void theLogOfALostDatabaseIsNotReplayedOverTheBackup() throws Exception {
    TestInbox.NewToken token = inbox.createToken(admin, "CRM integration");
    inbox.stopServer();
    Path elsewhere = directory.resolve("inbox.db");
    try (ServerProcess server = ServerProcess.serve(inbox.database(), Map.of())) {
      inbox.command("agent", "add", "--workspace", "acme", "--email", "bob@x.example");
      assertThat(server.verify(token.secret())).isEqualTo(200);
      // The first verification's time is written within a second, to the token's page.
      await()
          .atMost(60, TimeUnit.SECONDS)
          .until(
              () ->
                  inbox
                      .command("token", "list", "--workspace", "acme", "--format", "json")
                      .contains("lastUsedAt"));
      server.kill();
    }
    assertThat(log(inbox.database())).isNotEmptyFile();
    // The service moves to another machine, and back with a backup that knows of a revocation.
    Files.copy(inbox.database(), elsewhere);
    Files.copy(log(inbox.database()), log(elsewhere));
    for (String command :
        List.of("token revoke --workspace acme " + token.id(), "backup " + backup)) {
      Command.run((command + " --database " + elsewhere).split(" ")).succeeded();
    }
    Files.delete(inbox.database());

    Tool.Finished restored = inbox.run("restore", backup.toString());

    assertThat(restored.exitCode()).as(restored.err()).isZero();
    assertThat(restored.err()).contains("WARNING");
    assertThat(check(inbox.database())).contains("0 active, 1 revoked", "Sessions       0");
    assertThat(inbox.command("audit", "list").lines().toList().get(1)).contains("restore");
    assertThat(replaced()).as("its log is kept").isNotEmptyFile();
    assertThat(replaced().toString()).endsWith("-wal");
  }

  @Test
  void aRevocationWhileTheDatabaseIsReplacedIsNotLost() throws Exception {
    TestInbox.NewToken token = inbox.createToken(admin, "CRM integration");
    inbox.command("backup", backup.toString());
    inbox.stopServer();
    // So that a restore takes its time.
    addEvents(inbox.database(), 400_000);
    ExecutorService thread = Executors.newSingleThreadExecutor();
    try {
      Future<Tool.Finished> restore = thread.submit(() -> inbox.run("restore", backup.toString()));
      await()
          .atMost(60, TimeUnit.SECONDS)
          .pollInterval(5, TimeUnit.MILLISECONDS)
          .until(() -> isLocked(inbox.database()));

      Tool.Finished revoked = inbox.run("token", "revoke", "--workspace", "acme", token.id());

      assertThat(restore.get().exitCode()).as(restore.get().err()).isZero();
      assertThat(check(inbox.database()))
          .as("%s %s", revoked, restore.get())
          .contains(revoked.exitCode() == 0 ? "0 active, 1 revoked" : "1 active, 0 revoked");
    } finally {
      thread.shutdownNow();
    }
    assertThat(check(replaced())).contains("Sound          yes");
  }

  @Test
  void whoHasTheCopyOpenCannotMakeARestoreLoseWhatItCarriesOver() throws Exception {
    TestInbox.NewToken token = inbox.createToken(admin, "CRM integration");
    inbox.command("backup", backup.toString());
    inbox.revoke(admin, token.id());
    inbox.stopServer();
    ExecutorService thread = Executors.newSingleThreadExecutor();
    // A program that looks at each new database, such as an indexer, keeps a log from being brought
    // into its file. It may come too late: then again.
    boolean met = false;
    try {
      for (int i = 0; i < 20 && !met; i++) {
        Future<Tool.Finished> restore =
            thread.submit(() -> inbox.run("restore", backup.toString()));
        Optional<Connection> reader = Optional.empty();
        while (!restore.isDone() && reader.isEmpty()) {
          reader = readCopy();
        }
        try {
          met = reader.isPresent();
          if (met) {
            assertThat(restore.get().exitCode()).as(restore.get().err()).isEqualTo(1);
            assertThat(restore.get().err()).containsAnyOf("is in use", "locked");
          }
          assertThat(check(inbox.database())).contains("0 active, 1 revoked");
        } finally {
          if (reader.isPresent()) {
            reader.get().close();
          }
        }
      }
    } finally {
      thread.shutdownNow();
    }
    assertThat(met).as("the copy was read while it was made").isTrue();
    assertThat(inbox.run("restore", backup.toString()).exitCode()).isZero();
    assertThat(check(inbox.database())).contains("0 active, 1 revoked");
  }

  @Test
  void workspacesCreatedSinceTheBackupAreCounted() {
    inbox.command("backup", backup.toString());
    for (String name : List.of("globex", "initech")) {
      inbox.command("workspace", "create", "--name", name, "--admin", "eve@globex.example");
    }
    inbox.command("agent", "add", "--workspace", "globex", "--email", "bob@x.example");
    inbox.stopServer();

    Tool.Finished restored = inbox.run("restore", backup.toString());

    assertThat(restored.exitCode()).as(restored.err()).isZero();
    assertThat(restored.err())
        .contains("Workspaces that are not in the backup and are lost: 2, with 3 members");
    assertThat(inbox.command("workspace", "list")).contains("acme").doesNotContain("globex");
  }

  private static boolean isLocked(Path database) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA busy_timeout = 0");
      statement.execute("BEGIN IMMEDIATE");
      statement.execute("ROLLBACK");
      return false;
    } catch (SQLiteException e) {
      return e.getResultCode() == SQLiteErrorCode.SQLITE_BUSY;
    }
  }

  /** A transaction that reads the copy of a restore that is under way, if it has a log just now. */
  private Optional<Connection> readCopy() throws Exception {
    Optional<Path> log;
    try (Stream<Path> files = Files.list(inbox.database().getParent())) {
      log = files.filter(file -> file.toString().endsWith(".restoring-wal")).findFirst();
    }
    if (log.isEmpty()) {
      return Optional.empty();
    }
    SQLiteConfig config = new SQLiteConfig();
    config.resetOpenMode(SQLiteOpenMode.CREATE);
    Connection connection =
        config.createConnection("jdbc:sqlite:" + log.get().toString().replace("-wal", ""));
    try {
      connection.setAutoCommit(false);
      connection.createStatement().executeQuery("SELECT count(*) FROM api_token").close();
      if (Files.exists(log.get())) {
        return Optional.of(connection);
      }
    } catch (SQLException e) {
      // It is locked, or not whole yet.
    }
    connection.close();
    return Optional.empty();
  }

  private static Path log(Path database) {
    return Path.of(database + "-wal");
  }

  private Path replaced() throws Exception {
    try (Stream<Path> files = Files.list(inbox.database().getParent())) {
      return files.filter(file -> file.toString().contains(".replaced-")).findFirst().orElseThrow();
    }
  }
}
