package ai.adraa.inbox.conformance.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import ai.adraa.inbox.conformance.cluster.History.Kind;
import ai.adraa.inbox.conformance.support.Faults;
import ai.adraa.inbox.conformance.support.LoadConnection;
import ai.adraa.inbox.conformance.support.ServerProcess;
import ai.adraa.inbox.conformance.support.TestInbox;
import ai.adraa.inbox.conformance.support.Tool;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Revocation is immediate in every process: two servers and the command line on one database, all
 * of whose answers are held against each other.
 */
@Tag("faults")
@Tag("sqlite")
class RevocationHistoryTest {
  private static final int CALLERS = 8;

  /** So few newest tokens are verified and revoked mostly, so that the two meet. */
  private static final int HOT = 40;

  /** By how much the clock of the servers may differ from the nanoseconds of the history. */
  private static final long MARGIN = TimeUnit.MILLISECONDS.toNanos(100);

  private final History history = new History();
  private final List<TestInbox.NewToken> tokens = new CopyOnWriteArrayList<>();
  private TestInbox.SignedIn admin;

  @Test
  void noProcessVerifiesWhatAnotherHasRevoked(@TempDir Path directory) throws Exception {
    int operations = Faults.times(50_000, 2_000_000);
    long seed = System.nanoTime();
    Random random = new Random(seed);
    Path database = directory.resolve("inbox.db");
    admin = TestInbox.prepare(database);
    ExecutorService threads = Executors.newFixedThreadPool(CALLERS);
    int byCommandLine = 0;
    try (ServerProcess one = ServerProcess.serve(database, Map.of());
        ServerProcess other = ServerProcess.serve(database, Map.of())) {
      List<Future<?>> callers = new ArrayList<>();
      for (int i = 0; i < CALLERS; i++) {
        Random choice = new Random(random.nextLong());
        callers.add(
            threads.submit(
                () -> {
                  call(one, other, choice, operations);
                  return null;
                }));
      }
      while (callers.stream().anyMatch(caller -> !caller.isDone())) {
        if (tokens.size() < HOT) {
          Thread.onSpinWait();
          continue;
        }
        String id = hot(random).id();
        long start = System.nanoTime();
        Tool.Finished revoked =
            ServerProcess.run(
                Map.of(),
                "token",
                "revoke",
                "--workspace",
                "acme",
                "--database",
                "" + database,
                id);
        history.add(Kind.REVOKE, id, start, System.nanoTime());
        assertThat(revoked.exitCode()).as(revoked.err()).isZero();
        byCommandLine++;
      }
      for (Future<?> caller : callers) {
        caller.get();
      }
    } finally {
      threads.shutdownNow();
    }
    List<String> violations = history.violations();
    Faults.figure(
        "Revocation as a history",
        ("%s operations (seed %s) on two servers and the command line: %s creates, %s expiries,"
                + " %s revocations (%s by the command line), %s verified, %s refused, %s wrong")
            .formatted(
                history.size(),
                seed,
                history.count(Kind.CREATE),
                history.count(Kind.EXPIRE),
                history.count(Kind.REVOKE),
                byCommandLine,
                history.count(Kind.VERIFIED),
                history.count(Kind.REFUSED),
                violations.size()));
    assertThat(violations).isEmpty();
    // Else the history would have proved nothing.
    assertThat(history.size()).isGreaterThanOrEqualTo(operations);
    assertThat(history.count(Kind.REVOKE)).isGreaterThan(operations / 200);
    assertThat(history.count(Kind.EXPIRE)).isGreaterThan(operations / 400);
    assertThat(history.count(Kind.REFUSED)).isGreaterThan(operations / 20);
    assertThat(history.count(Kind.VERIFIED)).isGreaterThan(operations / 20);
    assertThat(byCommandLine).isPositive();
  }

  private void call(ServerProcess one, ServerProcess other, Random choice, int operations)
      throws IOException {
    try (LoadConnection toOne = new LoadConnection(one.url());
        LoadConnection toOther = new LoadConnection(other.url())) {
      while (history.size() < operations) {
        LoadConnection caller = choice.nextBoolean() ? toOne : toOther;
        int what = choice.nextInt(100);
        if (what < 2 || tokens.isEmpty()) {
          create(caller, choice);
        } else if (what < 4) {
          String id = hot(choice).id();
          long start = System.nanoTime();
          LoadConnection.Answer answer = caller.send(LoadConnection.revoke(admin, id));
          history.add(Kind.REVOKE, id, start, System.nanoTime());
          assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        } else {
          TestInbox.NewToken token =
              what < 90 ? hot(choice) : tokens.get(choice.nextInt(tokens.size()));
          byte[] request = LoadConnection.verify(token.secret());
          long start = System.nanoTime();
          LoadConnection.Answer answer = caller.send(request);
          long end = System.nanoTime();
          assertThat(answer.status()).as(answer.body()).isIn(200, 401);
          history.add(
              answer.status() == 200 ? Kind.VERIFIED : Kind.REFUSED, token.id(), start, end);
        }
      }
    }
  }

  /** Half of the tokens expire soon, and some replace another one, which then expires soon. */
  private void create(LoadConnection caller, Random choice) throws IOException {
    Instant expiry = Instant.now().plusMillis(50 + choice.nextInt(2_000));
    int kind = tokens.isEmpty() ? 0 : choice.nextInt(4);
    String old = kind == 3 ? hot(choice).id() : "";
    long start = System.nanoTime();
    LoadConnection.Answer answer =
        caller.send(
            switch (kind) {
              case 0 -> LoadConnection.create(admin, "history");
              case 1, 2 -> LoadConnection.create(admin, "history", expiry);
              default -> LoadConnection.replace(admin, old, expiry);
            });
    long end = System.nanoTime();
    if (kind == 3 && answer.body().contains("TOKEN_ALREADY_REPLACED")) {
      assertThat(answer.status()).isEqualTo(409);
      return;
    }
    assertThat(answer.status()).as(answer.body()).isEqualTo(201);
    TestInbox.NewToken token = answer.newToken();
    history.add(Kind.CREATE, token.id(), start, end);
    if (kind > 0) {
      long at = System.nanoTime() + Duration.between(Instant.now(), expiry).toNanos();
      history.add(Kind.EXPIRE, kind == 3 ? old : token.id(), at - MARGIN, at + MARGIN);
    }
    tokens.add(token);
  }

  private TestInbox.NewToken hot(Random choice) {
    int known = tokens.size();
    return tokens.get(known - 1 - choice.nextInt(Math.min(known, HOT)));
  }
}
