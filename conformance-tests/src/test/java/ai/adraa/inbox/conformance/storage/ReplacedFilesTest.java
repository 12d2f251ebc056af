package ai.adraa.inbox.conformance.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.adraa.inbox.client.model.CreatedToken;
import ai.adraa.inbox.conformance.support.Faults;
import ai.adraa.inbox.conformance.support.ServerProcess;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * When a file of the database is removed or replaced under a server, the server refuses every
 * request until it is restarted. No acknowledged write and no revocation is lost.
 */
@Tag("faults")
@Tag("sqlite")
class ReplacedFilesTest extends StorageFixture {
  private interface FileChange {
    void apply(Path database) throws IOException;
  }

  /** What happens to the files, and what {@code /health/ready} reports. */
  private enum Change {
    MOVED_AWAY("database_removed", database -> Files.move(database, away(database))),
    OTHER_CONTENT(
        "database_replaced",
        database -> {
          Files.move(database, away(database));
          Files.writeString(database, "not a database, ".repeat(1000));
        }),
    NO_LOG("database_log_changed", database -> Files.delete(beside(database, "-wal"))),
    NO_INDEX("database_log_changed", database -> Files.delete(beside(database, "-shm"))),
    NEITHER(
        "database_log_changed",
        database -> {
          Files.delete(beside(database, "-wal"));
          Files.delete(beside(database, "-shm"));
        });

    private final String reason;
    private final FileChange change;

    Change(String reason, FileChange change) {
      this.reason = reason;
      this.change = change;
    }

    /** Puts the database back, if it is not in its place. */
    void undo(Path database) throws IOException {
      if (Files.exists(away(database))) {
        Files.move(away(database), database, StandardCopyOption.REPLACE_EXISTING);
      }
    }

    private static Path away(Path database) {
      return beside(database, ".away");
    }
  }

  private static Path beside(Path database, String suffix) {
    return Path.of(database + suffix);
  }

  @ParameterizedTest
  @EnumSource
  void everyRequestIsRefusedUntilARestartAndNothingIsLost(Change change) throws Exception {
    Files.copy(template, database);
    CreatedToken before;
    try (ServerProcess server = ServerProcess.serve(database, QUIET)) {
      before = console(server).createToken(workspaceId, "in the log only");
      CreatedToken gone = console(server).createToken(workspaceId, "revoked in the log only");
      console(server).revokeToken(workspaceId, gone.getToken().getId());
      assertThat(ready(server)).isEqualTo(200);

      change.change.apply(database);
      // The first write already, before the server has looked by itself.
      assertUnavailable(create(server));
      assertStopped(server, change.reason);
      if (change == Change.NO_LOG || change == Change.NEITHER) {
        assertThat(beside(database, "-wal")).as("no other log was started").doesNotExist();
      }

      change.undo(database);
      assertStopped(server, change.reason);
      assertThat(server.verify(gone.getSecret())).isEqualTo(503);
      server.assertLogs("Cannot use the database " + database, "restart the server");
      assertQuiet(server);
      server.terminate();
    }
    assertSound(database);
    try (ServerProcess server = ServerProcess.serve(database, QUIET)) {
      assertVerifies(server);
      assertThat(server.verify(before.getSecret())).isEqualTo(200);
      assertThat(console(server).tokens(workspaceId, null).toList())
          .extracting(token -> token.getName())
          .contains("in the log only", "revoked in the log only");
      assertThat(create(server).statusCode()).isEqualTo(201);
      server.terminate();
    }
    assertSound(database);
  }

  @Test
  void aServerThatNobodyCallsStopsToo() throws Exception {
    Files.copy(template, database);
    try (ServerProcess server = ServerProcess.serve(database, QUIET)) {
      replaceByTemplate();

      server.assertLogs("the file was replaced");
      assertThat(ready(server)).isEqualTo(503);
    }
  }

  /** Otherwise SQLite would apply the log of the old file to the new one. */
  @Test
  void theLogOfAReplacedFileIsNotAppliedToTheNewOne() throws Exception {
    Files.copy(template, database);
    CreatedToken late;
    try (ServerProcess server = ServerProcess.serve(database, QUIET)) {
      late = console(server).createToken(workspaceId, "not in the backup");
      for (int i = 0; i < 50; i++) {
        console(server).createToken(workspaceId, "in the log");
      }
      replaceByTemplate();
      // Before the server has looked by itself.
      server.terminate();
    }
    assertSound(database);
    try (ServerProcess server = ServerProcess.serve(database, QUIET)) {
      assertThat(console(server).tokens(workspaceId, null).toList()).hasSize(2);
      assertVerifies(server);
      assertThat(server.verify(late.getSecret())).isEqualTo(401);
      server.terminate();
    }
    assertSound(database);
  }

  @RepeatedTest(3)
  void aRevocationThatAnotherProcessWroteWithoutTheIndexIsNotLost() throws Exception {
    Files.copy(template, database);
    CreatedToken token;
    try (ServerProcess server = ServerProcess.serve(database, QUIET)) {
      token = console(server).createToken(workspaceId, "revoked by a command");
      // The command makes its own index, and the server does not see what the command writes.
      Files.delete(beside(database, "-shm"));
      command("token", "revoke", "--workspace", "acme", token.getToken().getId());

      assertStopped(server, "database_log_changed");
      server.terminate();
    }
    try (ServerProcess server = ServerProcess.serve(database, QUIET)) {
      assertThat(server.verify(token.getSecret())).isEqualTo(401);
      assertVerifies(server);
      server.terminate();
    }
    assertSound(database);
  }

  @ParameterizedTest
  @ValueSource(strings = {"-wal", "-shm"})
  void twoServersStopAndLoseNothing(String removed) throws Exception {
    Files.copy(template, database);
    List<CreatedToken> created = new ArrayList<>();
    List<CreatedToken> revokedTokens = new ArrayList<>();
    try (ServerProcess one = ServerProcess.serve(database, QUIET);
        ServerProcess other = ServerProcess.serve(database, QUIET)) {
      for (ServerProcess server : List.of(one, other)) {
        created.add(console(server).createToken(workspaceId, "created"));
        CreatedToken token = console(server).createToken(workspaceId, "revoked");
        console(server).revokeToken(workspaceId, token.getToken().getId());
        revokedTokens.add(token);
      }
      Files.delete(beside(database, removed));

      assertStopped(one, "database_log_changed");
      assertStopped(other, "database_log_changed");
      one.terminate();
      other.terminate();
    }
    try (ServerProcess server = ServerProcess.serve(database, QUIET)) {
      for (CreatedToken token : created) {
        assertThat(server.verify(token.getSecret())).isEqualTo(200);
      }
      for (CreatedToken token : revokedTokens) {
        assertThat(server.verify(token.getSecret())).isEqualTo(401);
      }
      server.terminate();
    }
    assertSound(database);
  }

  @ParameterizedTest
  @ValueSource(strings = {"-wal", "-shm", ""})
  void underLoadNoAnswerIsWrongAndNoAcknowledgedWriteIsLost(String removed) throws Exception {
    for (int round = 0; round < Faults.times(1, 20); round++) {
      Files.copy(template, database);
      AtomicBoolean stop = new AtomicBoolean();
      AtomicInteger answers = new AtomicInteger();
      AtomicInteger wrong = new AtomicInteger();
      ConcurrentLinkedQueue<String> acknowledged = new ConcurrentLinkedQueue<>();
      ExecutorService load = Executors.newFixedThreadPool(6);
      try (ServerProcess server = ServerProcess.serve(database, QUIET)) {
        List<Future<?>> tasks = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
          boolean writes = i < 2;
          tasks.add(
              load.submit(
                  () -> {
                    while (!stop.get()) {
                      if (writes) {
                        HttpResponse<String> created = create(server);
                        if (created.statusCode() == 201) {
                          acknowledged.add(secret(created));
                        } else if (created.statusCode() != 503) {
                          wrong.incrementAndGet();
                        }
                      } else if (!List.of(200, 503).contains(server.verify(active.secret()))
                          || !List.of(401, 503).contains(server.verify(revoked.secret()))) {
                        wrong.incrementAndGet();
                      }
                      answers.incrementAndGet();
                    }
                    return null;
                  }));
        }
        await().until(() -> acknowledged.size() > 20 && answers.get() > 200);
        if (removed.isEmpty()) {
          Files.move(database, beside(database, ".away"));
        } else {
          Files.delete(beside(database, removed));
        }
        assertStopped(server, removed.isEmpty() ? "database_removed" : "database_log_changed");
        int before = answers.get();
        await().until(() -> answers.get() > before + 200);
        stop.set(true);
        for (Future<?> task : tasks) {
          task.get();
        }
        assertThat(wrong).as("wrong answers").hasValue(0);
        server.terminate();
      } finally {
        stop.set(true);
        load.shutdownNow();
      }
      if (removed.isEmpty()) {
        Files.move(beside(database, ".away"), database);
      }
      assertSound(database);
      try (ServerProcess server = ServerProcess.serve(database, QUIET)) {
        for (String secret : acknowledged) {
          assertThat(server.verify(secret)).isEqualTo(200);
        }
        assertVerifies(server);
        server.terminate();
      }
      Faults.figure(
          "ReplacedFilesTest, " + (removed.isEmpty() ? "file" : removed) + " removed under load",
          "%s answers, 0 wrong; %s acknowledged creates, 0 lost"
              .formatted(answers.get(), acknowledged.size()));
      Files.delete(database);
    }
  }

  /** Waits until no token is verified any more, and requires that everything else fails too. */
  private void assertStopped(ServerProcess server, String reason) throws Exception {
    await().until(() -> server.verify(active.secret()) == 503);
    for (int i = 0; i < 10; i++) {
      assertThat(server.verify(active.secret())).isEqualTo(503);
      assertThat(server.verify(revoked.secret())).isEqualTo(503);
    }
    assertUnavailable(create(server));
    assertUnavailable(revoke(server, active.id()));
    assertUnavailable(list(server));
    assertThat(readiness(server)).contains("\"" + reason + "\"");
    assertThat(ready(server)).isEqualTo(503);
  }
}
