package ai.adraa.inbox.conformance.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.adraa.inbox.conformance.support.Cable;
import ai.adraa.inbox.conformance.support.Faults;
import ai.adraa.inbox.conformance.support.LoadConnection;
import ai.adraa.inbox.conformance.support.Postgres;
import ai.adraa.inbox.conformance.support.ServerProcess;
import ai.adraa.inbox.conformance.support.TestInbox;
import ai.adraa.inbox.conformance.support.Tool;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several servers on PostgreSQL: what one has acknowledged, all know. */
@Tag("faults")
class ClusterTest {
  private static final List<String> NAMES = List.of("one", "two", "three");

  private final List<AutoCloseable> opened = new ArrayList<>();
  private final List<ServerProcess> nodes = new ArrayList<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  @TempDir Path directory;
  private Postgres primary;
  private String database;
  private TestInbox.SignedIn admin;

  @BeforeEach
  void startPrimary() {
    primary = open(Postgres.start(Map.of("wal_sender_timeout", "5s")));
    database = primary.newDatabase();
    try (TestInbox inbox = TestInbox.builder().database(primary.url(database)).start()) {
      admin = inbox.workspace("acme");
    }
  }

  @AfterEach
  void stop() throws Exception {
    threads.shutdownNow();
    for (int i = opened.size() - 1; i >= 0; i--) {
      opened.get(i).close();
    }
  }

  @Test
  void aRevocationIsKnownToAllNodesOfOnePrimary() throws Exception {
    for (int i = 0; i < 3; i++) {
      node(primary.url(database));
    }
    Faults.figure("Three nodes on one primary", race(Faults.times(250, 10_000)));
  }

  @Test
  void aRevocationIsKnownToAllNodesEachOnItsOwnStandby() throws Exception {
    List<Postgres> standbys = standbys(primary.port());
    for (Postgres standby : standbys) {
      node(primary.url(database), "--database-read", standby.url(database));
    }
    for (ServerProcess node : nodes) {
      awaitUse(node);
    }
    int revocations = Faults.times(250, 10_000);
    Faults.figure("Three nodes, each on its standby", race(revocations));
    for (Postgres standby : standbys) {
      // Or else it would show nothing of standbys.
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> Long.parseLong(scans(standby)) > revocations);
    }
    for (ServerProcess node : nodes) {
      node.assertLogs("Verifications read from the standby");
      assertThat(node.log()).doesNotContain("ERROR");
    }
  }

  @Test
  void nothingAcknowledgedIsLostWhenThePrimaryIsKilledAndAStandbyPromoted() throws Exception {
    Postgres successor = standbys(primary.port()).get(0);
    String either =
        "jdbc:postgresql://127.0.0.1:%d,127.0.0.1:%d/%s?user=postgres"
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
        ("%d active and %d revoked tokens, none lost; %d requests answered 503 meanwhile, written"
                + " again %d ms after the kill, %d ms after the promotion, without a restart")
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
      other.assertLogs("a synchronous standby does not answer");

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
            "jdbc:postgresql://127.0.0.1:%d,127.0.0.1:%d/%s?user=postgres"
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
            "jdbc:postgresql://127.0.0.1:%d/%s?user=postgres&socketTimeout=3"
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

  @Test
  void twoAdminsWhoRemoveEachOtherAtOnceLeaveOne() throws Exception {
    try (TestInbox inbox = TestInbox.builder().database(primary.url(database)).start()) {
      List<String> admins = List.of("admin@acme.example", "bob@acme.example");
      for (int round = 0; round < 20; round++) {
        // Whichever is there adds the other again.
        for (String email : admins) {
          Tool.Finished unused =
              inbox.run("agent", "add", "--workspace", "acme", "--email", email, "--role", "admin");
        }
        List<Future<Tool.Finished>> removals = new ArrayList<>();
        for (String email : admins) {
          removals.add(
              threads.submit(
                  () -> inbox.run("agent", "remove", "--workspace", "acme", "--email", email)));
        }
        int removed = 0;
        for (Future<Tool.Finished> removal : removals) {
          if (removal.get().exitCode() == 0) {
            removed++;
          } else {
            assertThat(removal.get().err()).contains("is the last admin of acme");
          }
        }
        assertThat(removed).isEqualTo(1);
      }
    }
  }

  @Test
  void aNodeDoesNotReadFromAStandbyThatThePrimaryDoesNotWaitFor() throws Exception {
    Postgres standby = open(primary.standby("one", primary.port(), Map.of()));
    for (String names : List.of("", "*", "FIRST 1 (one, two)", "FIRST 1 (two)")) {
      primary.execute("ALTER SYSTEM SET synchronous_standby_names = '" + names + "'");
      primary.execute("SELECT pg_reload_conf()");
      await().until(() -> primary.query("SHOW synchronous_standby_names").equals(names));
      Tool.Finished refused = serve("--database-read", standby.url(database));
      assertThat(refused.exitCode()).isEqualTo(1);
      assertThat(refused.err())
          .contains("acknowledge revocations that it does not know of")
          .contains("synchronous_standby_names is '" + names + "'")
          .contains("FIRST 2 (one, other)");
    }
    primary.execute("ALTER SYSTEM SET synchronous_standby_names = ''");
    primary.execute("SELECT pg_reload_conf()");
    assertThat(serve("--database-read", primary.url(database)).err()).contains("is no standby");
    assertThat(serve("--database-read", "jdbc:postgresql://one,two/x").err())
        .contains("names several hosts");
    assertThat(
            serve("--database", primary.url(database) + "&targetServerType=preferSecondary").err())
        .contains("targetServerType must be primary");
    for (String url :
        List.of(
            "jdbc:postgresql://db:5432?user=u&password=hush",
            "jdbc:postgresql://u:hush@db:x/inbox",
            "jdbc:postgresql://u:hu/sh@db/inbox",
            "jdbc:postgresql://db:1/inbox&password=hush")) {
      Tool.Finished refused = serve("--database", url);
      assertThat(refused.exitCode()).isEqualTo(1);
      assertThat(refused.err()).contains("Cannot open the database").doesNotContain("hush", "hu/");
    }
    assertThat(serve("--database-read", "jdbc:postgresql://127.0.0.1:1/x?password=hush").err())
        .contains("cannot connect to PostgreSQL")
        .doesNotContain("hush");
  }

  private Tool.Finished serve(String... options) throws Exception {
    List<String> arguments = new ArrayList<>(List.of("serve", "--port", "0"));
    if (!List.of(options).contains("--database")) {
      arguments.addAll(List.of("--database", primary.url(database)));
    }
    arguments.addAll(List.of(options));
    return ServerProcess.run(Map.of(), arguments.toArray(String[]::new));
  }

  /** Revokes tokens while all nodes verify them, and requires that none does so afterwards. */
  private String race(int revocations) throws Exception {
    AtomicInteger verified = new AtomicInteger();
    AtomicInteger stale = new AtomicInteger();
    Random choice = new Random(revocations);
    long[] micros = new long[revocations];
    List<LoadConnection> callers =
        nodes.stream().map(node -> new LoadConnection(node.url())).toList();
    try (LoadConnection creator = new LoadConnection(nodes.get(0).url())) {
      for (int i = 0; i < revocations; i++) {
        TestInbox.NewToken token = create(creator);
        byte[] verify = LoadConnection.verify(token.secret());
        AtomicLong acknowledged = new AtomicLong(Long.MAX_VALUE);
        List<Future<?>> verifiers = new ArrayList<>();
        for (LoadConnection caller : callers) {
          verifiers.add(
              threads.submit(
                  () -> {
                    while (true) {
                      long begin = System.nanoTime();
                      int status = caller.send(verify).status();
                      assertThat(status).isIn(200, 401);
                      verified.incrementAndGet();
                      if (begin > acknowledged.get()) {
                        stale.addAndGet(status == 200 ? 1 : 0);
                        return null;
                      }
                    }
                  }));
        }
        try (LoadConnection revoker =
            new LoadConnection(nodes.get(choice.nextInt(nodes.size())).url())) {
          revoker.connect();
          long begin = System.nanoTime();
          LoadConnection.Answer answer = revoker.send(LoadConnection.revoke(admin, token.id()));
          acknowledged.set(System.nanoTime());
          micros[i] = (acknowledged.get() - begin) / 1_000;
          assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        }
        for (Future<?> verifier : verifiers) {
          verifier.get();
        }
      }
    }
    callers.forEach(LoadConnection::close);
    assertThat(stale).hasValue(0);
    Arrays.sort(micros);
    return ("%d revocations, each raced by verifications at all nodes: %d verifications, %d stale;"
            + " a revocation took %.1f ms, 99 of 100 %.1f ms at most")
        .formatted(
            revocations,
            verified.get(),
            stale.get(),
            micros[revocations / 2] / 1e3,
            micros[revocations * 99 / 100] / 1e3);
  }

  private TestInbox.NewToken create(LoadConnection caller) throws IOException {
    LoadConnection.Answer answer = caller.send(LoadConnection.create(admin, "cluster"));
    assertThat(answer.status()).as(answer.body()).isEqualTo(201);
    return answer.newToken();
  }

  private static boolean isServed(LoadConnection.Answer answer, AtomicInteger refused) {
    if (answer.status() == 503) {
      assertThat(answer.tellsWhenToRetry()).isTrue();
      refused.incrementAndGet();
      return false;
    }
    assertThat(answer.status()).as(answer.body()).isIn(200, 201);
    return true;
  }

  /** Three, for all of which the primary waits. */
  private List<Postgres> standbys(int primaryPort) {
    List<Postgres> standbys = new ArrayList<>();
    for (String name : NAMES) {
      standbys.add(open(primary.standby(name, primaryPort, Map.of())));
    }
    awaitNames("FIRST 3 (one, two, three)", 3);
    return standbys;
  }

  private void awaitNames(String names, int standbys) {
    primary.execute("ALTER SYSTEM SET synchronous_standby_names = '" + names + "'");
    primary.execute("SELECT pg_reload_conf()");
    await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () ->
                primary
                    .query("SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'")
                    .equals("" + standbys));
  }

  private static void awaitUse(ServerProcess node) {
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> ready(node).asString().equals("{\"status\":\"ready\"}"));
  }

  private String scans(Postgres standby) throws SQLException {
    try (Connection connection = DriverManager.getConnection(standby.url(database));
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT idx_scan FROM pg_stat_user_tables WHERE relname = 'api_token'")) {
      row.next();
      return row.getString(1);
    }
  }

  private ServerProcess node(String url, String... options) throws IOException {
    ServerProcess node = open(ServerProcess.serve(directory, url, Map.of(), options));
    nodes.add(node);
    return node;
  }

  private static Response ready(ServerProcess node) throws IOException {
    return RestAssured.given().get(node.managementUrl() + "/health/ready");
  }

  private <T extends AutoCloseable> T open(T resource) {
    opened.add(resource);
    return resource;
  }
}
