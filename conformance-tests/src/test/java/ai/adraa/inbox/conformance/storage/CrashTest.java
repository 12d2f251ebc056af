package ai.adraa.inbox.conformance.storage;

import static org.assertj.core.api.Assertions.assertThat;

import ai.adraa.inbox.conformance.support.Faults;
import ai.adraa.inbox.conformance.support.LoadConnection;
import ai.adraa.inbox.conformance.support.ServerProcess;
import ai.adraa.inbox.conformance.support.TestInbox;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the server acknowledged survives kill -9, at whatever moment it comes. */
@Tag("faults")
@Tag("sqlite")
class CrashTest {
  private static final int WRITERS = 3;
  private static final int VERIFIERS = 2;

  /**
   * A last use is written a second after the one before was, and waits then for the disk; a
   * verification older than this must have been written.
   */
  private static final long LAST_USE_MILLIS = 2_500;

  /** What the server has acknowledged, secrets by token id; filled by several threads. */
  private final Map<String, String> secrets = new ConcurrentHashMap<>();

  private final List<String> ids = new CopyOnWriteArrayList<>();
  private final Set<String> revoked = ConcurrentHashMap.newKeySet();
  private final Set<String> revocationsAsked = ConcurrentHashMap.newKeySet();

  /** Of this round, by token id: when the last verification that was answered began, by clock. */
  private final Map<String, Long> verified = new ConcurrentHashMap<>();

  private final AtomicLong verifications = new AtomicLong();
  private TestInbox.SignedIn admin;
  private int lastUsesChecked;
  private long longestLoss;

  @Test
  void noAcknowledgedCreateOrRevokeIsLost(@TempDir Path directory) throws Exception {
    int rounds = Faults.times(10, 200);
    long seed = System.nanoTime();
    Random random = new Random(seed);
    Path database = directory.resolve("inbox.db");
    admin = TestInbox.prepare(database);
    ExecutorService threads = Executors.newFixedThreadPool(WRITERS + VERIFIERS);
    try {
      for (int round = 0; round < rounds; round++) {
        int tokensBefore = ids.size();
        verified.clear();
        long killedAt;
        try (ServerProcess server = ServerProcess.serve(database, Map.of())) {
          check(server, sample(round, tokensBefore, random));
          CountDownLatch acknowledged = new CountDownLatch(1 + random.nextInt(10));
          List<Future<?>> callers = new ArrayList<>();
          for (int writer = 0; writer < WRITERS; writer++) {
            callers.add(threads.submit(() -> writeUntilTheServerDies(server, acknowledged)));
          }
          for (int verifier = 0; verifier < VERIFIERS; verifier++) {
            Random choice = new Random(random.nextLong());
            callers.add(threads.submit(() -> verifyUntilTheServerDies(server, choice)));
          }
          acknowledged.await();
          // The moment of the kill: mostly within the first writes, by turns past a last-use flush.
          TimeUnit.MILLISECONDS.sleep(
              round % 8 == 7 ? 3_000 + random.nextInt(1_500) : random.nextInt(400));
          killedAt = System.currentTimeMillis();
          server.kill();
          for (Future<?> caller : callers) {
            caller.get();
          }
        }
        checkDisk(database, round + 1, killedAt);
      }
      try (ServerProcess server = ServerProcess.serve(database, Map.of())) {
        check(server, secrets.keySet());
      }
    } catch (Exception | AssertionError e) {
      throw new AssertionError("With the seed " + seed, e);
    } finally {
      threads.shutdownNow();
    }
    Faults.figure(
        "kill -9",
        ("%s kills (seed %s) among %s creates, %s revocations and %s verifications: no acknowledged"
                + " write lost, integrity ok each time; of %s last uses older than %s ms none"
                + " missing, the longest loss of a last use %s ms")
            .formatted(
                rounds,
                seed,
                secrets.size(),
                revoked.size(),
                verifications.get(),
                lastUsesChecked,
                LAST_USE_MILLIS,
                longestLoss));
    // Else the kills would have proved nothing.
    assertThat(secrets).hasSizeGreaterThan(rounds);
    assertThat(revoked).hasSizeGreaterThan(rounds / 2);
    assertThat(secrets).hasSizeGreaterThan(revoked.size());
    assertThat(verifications.get()).isGreaterThan(rounds);
    assertThat(lastUsesChecked).isPositive();
  }

  /** Creates tokens, and revokes every other one, until no answer comes. */
  private void writeUntilTheServerDies(ServerProcess server, CountDownLatch acknowledged) {
    try (LoadConnection caller = new LoadConnection(server.url())) {
      for (int i = 0; ; i++) {
        LoadConnection.Answer created = caller.send(LoadConnection.create(admin, "crash test"));
        assertThat(created.status()).as(created.body()).isEqualTo(201);
        TestInbox.NewToken token = created.newToken();
        secrets.put(token.id(), token.secret());
        ids.add(token.id());
        acknowledged.countDown();
        if (i % 2 == 0) {
          revocationsAsked.add(token.id());
          LoadConnection.Answer answer = caller.send(LoadConnection.revoke(admin, token.id()));
          assertThat(answer.status()).as(answer.body()).isEqualTo(200);
          revoked.add(token.id());
          acknowledged.countDown();
        }
      }
    } catch (IOException e) {
      // What was asked for last was not acknowledged: it may be done or not.
    }
  }

  /** Verifies any token, old or new, until no answer comes. */
  private void verifyUntilTheServerDies(ServerProcess server, Random choice) {
    try (LoadConnection caller = new LoadConnection(server.url())) {
      while (true) {
        int known = ids.size();
        if (known == 0) {
          Thread.onSpinWait();
          continue;
        }
        // Half of them of the newest, since those are just being revoked.
        int newest = Math.min(known, 20);
        String id =
            ids.get(
                choice.nextBoolean() ? choice.nextInt(known) : known - 1 - choice.nextInt(newest));
        boolean wasRevoked = revoked.contains(id);
        long begun = System.currentTimeMillis();
        int status = caller.send(LoadConnection.verify(secrets.get(id))).status();
        boolean mayBeRevoked = revocationsAsked.contains(id);
        assertThat(status).as(id).isIn(200, 401);
        assertThat(status == 200 && wasRevoked).as("revoked, but verified: " + id).isFalse();
        assertThat(status == 401 && !mayBeRevoked).as("refused, but active: " + id).isFalse();
        verifications.incrementAndGet();
        if (status == 200) {
          verified.merge(id, begun, Math::max);
        }
      }
    } catch (IOException e) {
      // The server is dead.
    }
  }

  /** The tokens of the last round, and some older ones: not all, or the rounds grow ever longer. */
  private Collection<String> sample(int round, int tokensBefore, Random random) {
    Set<String> sample = new LinkedHashSet<>();
    for (int i = Math.max(0, tokensBefore - 50); i < tokensBefore; i++) {
      sample.add(ids.get(i));
    }
    for (int i = 0; i < 50 && round > 0; i++) {
      sample.add(ids.get(random.nextInt(tokensBefore)));
    }
    return sample;
  }

  private void check(ServerProcess server, Collection<String> tokens) throws IOException {
    try (LoadConnection caller = new LoadConnection(server.url())) {
      for (String id : tokens) {
        assertThat(caller.send(LoadConnection.verify(secrets.get(id))).status())
            .as(id)
            .isEqualTo(revoked.contains(id) ? 401 : 200);
      }
    }
  }

  /** Reads a copy: to open the database would repair it before the server has to. */
  private void checkDisk(Path database, int kills, long killedAt) throws Exception {
    Path copies = Files.createTempDirectory(database.getParent(), "copy");
    Path copy = copies.resolve("copy.db");
    Files.copy(database, copy);
    Path log = Path.of(database + "-wal");
    if (Files.exists(log)) {
      Files.copy(log, Path.of(copy + "-wal"));
    }
    Map<String, Long> lastUsed = new HashMap<>();
    Set<String> revokedOnDisk = new LinkedHashSet<>();
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + copy)) {
      try (ResultSet check = connection.createStatement().executeQuery("PRAGMA integrity_check")) {
        assertThat(check.getString(1)).isEqualTo("ok");
      }
      try (ResultSet token =
          connection
              .createStatement()
              .executeQuery("SELECT id, last_used_at, revoked_at IS NOT NULL FROM api_token")) {
        while (token.next()) {
          lastUsed.put(token.getString(1), token.getLong(2));
          if (token.getBoolean(3)) {
            revokedOnDisk.add(token.getString(1));
          }
        }
      }
    }
    for (Path file : List.of(copy, Path.of(copy + "-wal"), Path.of(copy + "-shm"), copies)) {
      Files.deleteIfExists(file);
    }
    assertThat(lastUsed.keySet()).as("acknowledged creates").containsAll(secrets.keySet());
    assertThat(revokedOnDisk).as("acknowledged revocations").containsAll(revoked);
    assertThat(lastUsed.size() - secrets.size())
        .as("creates that were not acknowledged")
        .isLessThanOrEqualTo(kills * WRITERS);
    assertThat(revocationsAsked).as("revocations asked for").containsAll(revokedOnDisk);
    // Done, if not acknowledged: from here on it must stay so.
    revoked.addAll(revokedOnDisk);
    verified.forEach(
        (id, begun) -> {
          long written = lastUsed.get(id);
          if (written < begun) {
            longestLoss = Math.max(longestLoss, killedAt - begun);
          }
          if (begun < killedAt - LAST_USE_MILLIS) {
            lastUsesChecked++;
            assertThat(written).as("last use of " + id).isGreaterThanOrEqualTo(begun);
          }
        });
    if (kills % 20 == 0) {
      System.out.println(kills + " kills, " + secrets.size() + " tokens");
    }
  }
}
