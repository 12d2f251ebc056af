package ai.adraa.inbox.conformance.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.adraa.inbox.conformance.support.Faults;
import ai.adraa.inbox.conformance.support.LoadConnection;
import ai.adraa.inbox.conformance.support.Postgres;
import ai.adraa.inbox.conformance.support.ServerProcess;
import ai.adraa.inbox.conformance.support.TestInbox;
import ai.adraa.inbox.conformance.support.Tool;
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
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Several servers on PostgreSQL: what one has acknowledged, all know. */
@Tag("faults")
class ClusterTest extends Cluster {
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
      // On a busy machine a proof can be late. The node then reads from the primary, and says so.
      assertThat(node.log().lines().filter(line -> line.contains("ERROR")))
          .allMatch(line -> line.contains("Verifying at the primary instead of the standby"));
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
          .contains("the standby could miss a revocation")
          .contains("synchronous_standby_names is '" + names + "'")
          .contains("FIRST 2 (one, other)");
    }
    primary.execute("ALTER SYSTEM SET synchronous_standby_names = ''");
    primary.execute("SELECT pg_reload_conf()");
    assertThat(serve("--database-read", primary.url(database)).err()).contains("is not a standby");
    assertThat(serve("--database-read", "jdbc:postgresql://one,two/x").err())
        .contains("has several hosts");
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
    return ("%s revocations, each raced by verifications at all nodes: %s verifications, %s stale;"
            + " a revocation took %.1f ms, 99 of 100 %.1f ms at most")
        .formatted(
            revocations,
            verified.get(),
            stale.get(),
            micros[revocations / 2] / 1e3,
            micros[revocations * 99 / 100] / 1e3);
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
}
