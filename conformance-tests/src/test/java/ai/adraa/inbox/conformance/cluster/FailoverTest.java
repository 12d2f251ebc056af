package ai.adraa.inbox.conformance.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.adraa.inbox.conformance.support.Cable;
import ai.adraa.inbox.conformance.support.Faults;
import ai.adraa.inbox.conformance.support.LoadConnection;
import ai.adraa.inbox.conformance.support.Postgres;
import ai.adraa.inbox.conformance.support.ServerProcess;
import ai.adraa.inbox.conformance.support.TestInbox;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The primary, a standby or a server's way to them fails, and no revoked token is accepted. */
@Tag("faults")
class FailoverTest extends Cluster {
  @Test
  void nothingAcknowledgedIsLostWhenThePrimaryIsKilledAndAStandbyPromoted() throws Exception {
    Postgres successor = standbys(primary.port()).get(0);
    String either =
        "jdbc:postgresql://127.0.0.1:%s,127.0.0.1:%s/%s?user=postgres"
            .formatted(primary.port(), successor.port(), database);
    node(either);
    node(either);
    Map<String, TestInbox.NewToken> active = new ConcurrentHashMap<>();
    Map<String, TestInbox.NewToken> revoked = new ConcurrentHashMap<>();
    AtomicInteger refused = new AtomicInteger();
    AtomicInteger wrong = new AtomicInteger();
    AtomicBoolean end = new AtomicBoolean();
    AtomicLong recovered = new AtomicLong();
    AtomicLong promoted = new AtomicLong(Long.MAX_VALUE);
    List<Future<?>> callers = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      Random choice = new Random(i);
      callers.add(
          threads.submit(
              () -> {
                try (LoadConnection caller =
                    new LoadConnection(nodes.get(choice.nextInt(2)).url())) {
                  while (!end.get()) {
                    long begin = System.nanoTime();
                    LoadConnection.Answer created =
                        caller.send(LoadConnection.create(admin, "failover"));
                    if (!isServed(created, refused)) {
                      continue;
                    }
                    if (begin > promoted.get()) {
                      recovered.compareAndSet(0, System.nanoTime());
                    }
                    TestInbox.NewToken token = created.newToken();
                    active.put(token.id(), token);
                    if (choice.nextBoolean()) {
                      // From here on it may be revoked, whatever the answer is.
                      active.remove(token.id());
                      if (isServed(
                          caller.send(LoadConnection.revoke(admin, token.id())), refused)) {
                        revoked.put(token.id(), token);
                      }
                    }
                    List<TestInbox.NewToken> all = List.copyOf(revoked.values());
                    if (!all.isEmpty()) {
                      TestInbox.NewToken gone = all.get(choice.nextInt(all.size()));
                      int status = caller.send(LoadConnection.verify(gone.secret())).status();
                      wrong.addAndGet(status == 200 ? 1 : 0);
                    }
                  }
                }
                return null;
              }));
    }
    await().atMost(Duration.ofSeconds(60)).until(() -> revoked.size() > 100);
    long killed = System.nanoTime();
    primary.kill();
    successor.execute("ALTER SYSTEM SET synchronous_standby_names = ''");
    successor.execute("SELECT pg_promote()");
    promoted.set(System.nanoTime());
    await().atMost(Duration.ofSeconds(60)).until(() -> recovered.get() > 0);
    int before = revoked.size();
    await().atMost(Duration.ofSeconds(60)).until(() -> revoked.size() > before + 50);
    end.set(true);
    for (Future<?> caller : callers) {
      caller.get();
    }
    for (ServerProcess node : nodes) {
      try (LoadConnection caller = new LoadConnection(node.url())) {
        for (TestInbox.NewToken token : active.values()) {
          assertThat(caller.send(LoadConnection.verify(token.secret())).status())
              .as("acknowledged create " + token.id())
              .isEqualTo(200);
        }
        for (TestInbox.NewToken token : revoked.values()) {
          assertThat(caller.send(LoadConnection.verify(token.secret())).status())
              .as("acknowledged revocation " + token.id())
              .isEqualTo(401);
        }
      }
    }
    assertThat(wrong).hasValue(0);
    Faults.figure(
        "Primary killed, standby promoted",
        ("%s active and %s revoked tokens, none lost; %s requests answered 503 meanwhile, written"
                + " again %s ms after the kill, %s ms after the promotion, without a restart")
            .formatted(
                active.size(),
                revoked.size(),
                refused.get(),
                (recovered.get() - killed) / 1_000_000,
                (recovered.get() - promoted.get()) / 1_000_000));
  }

  @Test
  void whileAStandbyIsCutOffNothingIsRevokedAndNothingStaleIsSaid() throws Exception {
    Cable cable = open(new Cable(primary.port()));
    Postgres standby = open(primary.standby("one", cable.port(), Map.of()));
    awaitNames("FIRST 1 (one)", 1);
    ServerProcess reading = node(primary.url(database), "--database-read", standby.url(database));
    ServerProcess other = node(primary.url(database));
    try (LoadConnection atReading = new LoadConnection(reading.url());
        LoadConnection atOther = new LoadConnection(other.url())) {
      awaitUse(reading);
      TestInbox.NewToken token = create(atOther);
      byte[] verify = LoadConnection.verify(token.secret());
      assertThat(atReading.send(verify).status()).isEqualTo(200);

      cable.cut();
      for (int attempt = 0; attempt < 2; attempt++) {
        // The second one finds it revoked at the primary, and must not say so either.
        LoadConnection.Answer refused = atOther.send(LoadConnection.revoke(admin, token.id()));
        assertThat(refused.status()).as(refused.body()).isEqualTo(503);
        assertThat(refused.tellsWhenToRetry()).isTrue();
        assertThat(refused.body()).contains("SERVICE_UNAVAILABLE").doesNotContain("standby");
      }
      // By now nothing has come for longer than the lease, and the primary is asked.
      assertThat(atReading.send(verify).status()).isEqualTo(401);
      assertThat(ready(reading).asString()).contains("standby_not_used");
      other.assertLogs("a synchronous standby does not respond");

      // The operator's choice: to go on without it.
      primary.execute("ALTER SYSTEM SET synchronous_standby_names = ''");
      primary.execute("SELECT pg_reload_conf()");
      TestInbox.NewToken next = create(atOther);
      assertThat(atOther.send(LoadConnection.revoke(admin, next.id())).status()).isEqualTo(200);
      assertThat(atReading.send(LoadConnection.verify(next.secret())).status()).isEqualTo(401);

      cable.mend();
      awaitNames("FIRST 1 (one)", 1);
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> !ready(reading).asString().contains("standby"));
      assertThat(atReading.send(verify).status()).isEqualTo(401);
      assertThat(atOther.send(LoadConnection.revoke(admin, token.id())).status()).isEqualTo(200);
    }
  }

  @Test
  void aStandbyThatCrashesIsReadFromAgainOnceItIsProven() throws Exception {
    Postgres standby = open(primary.standby("one", primary.port(), Map.of()));
    awaitNames("FIRST 1 (one)", 1);
    ServerProcess node = node(primary.url(database), "--database-read", standby.url(database));
    awaitUse(node);
    try (LoadConnection caller = new LoadConnection(node.url())) {
      for (int round = 0; round < 3; round++) {
        TestInbox.NewToken active = create(caller);
        TestInbox.NewToken revoked = create(caller);
        assertThat(caller.send(LoadConnection.revoke(admin, revoked.id())).status()).isEqualTo(200);
        standby.kill();
        assertThat(caller.send(LoadConnection.verify(active.secret())).status()).isEqualTo(200);
        assertThat(caller.send(LoadConnection.verify(revoked.secret())).status()).isEqualTo(401);
        assertThat(ready(node).asString()).contains("standby_not_used");
        standby.restart();
        while (ready(node).asString().contains("standby_not_used")) {
          assertThat(caller.send(LoadConnection.verify(active.secret())).status()).isEqualTo(200);
          assertThat(caller.send(LoadConnection.verify(revoked.secret())).status()).isEqualTo(401);
        }
      }
    }
    node.assertLogs("Verifying at the primary instead of the standby");
  }

  @Test
  void ofSeveralHostsTheFirstMayBeSilent() throws Exception {
    Cable cable = open(new Cable(primary.port()));
    cable.cut();
    ServerProcess node =
        node(
            "jdbc:postgresql://127.0.0.1:%s,127.0.0.1:%s/%s?user=postgres"
                .formatted(cable.port(), primary.port(), database));
    try (LoadConnection caller = new LoadConnection(node.url())) {
      TestInbox.NewToken token = create(caller);
      assertThat(caller.send(LoadConnection.verify(token.secret())).status()).isEqualTo(200);
    }
  }

  @Test
  void aNodeThatIsCutOffSaysSoAndComesBack() throws Exception {
    Cable cable = open(new Cable(primary.port()));
    ServerProcess node =
        node(
            "jdbc:postgresql://127.0.0.1:%s/%s?user=postgres&socketTimeout=3"
                .formatted(cable.port(), database));
    ServerProcess other = node(primary.url(database));
    try (LoadConnection atNode = new LoadConnection(node.url());
        LoadConnection atOther = new LoadConnection(other.url())) {
      TestInbox.NewToken token = create(atOther);
      assertThat(atNode.send(LoadConnection.verify(token.secret())).status()).isEqualTo(200);

      cable.cut();
      assertThat(atOther.send(LoadConnection.revoke(admin, token.id())).status()).isEqualTo(200);
      LoadConnection.Answer answer = atNode.send(LoadConnection.verify(token.secret()));
      assertThat(answer.status()).as(answer.body()).isEqualTo(503);
      assertThat(answer.tellsWhenToRetry()).isTrue();
      assertThat(ready(node).statusCode()).isEqualTo(503);

      cable.mend();
      await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> atNode.send(LoadConnection.verify(token.secret())).status() != 503);
      assertThat(atNode.send(LoadConnection.verify(token.secret())).status()).isEqualTo(401);
      assertThat(ready(node).statusCode()).isEqualTo(200);
    }
  }
}
