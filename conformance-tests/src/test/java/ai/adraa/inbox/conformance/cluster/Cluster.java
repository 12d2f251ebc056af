package ai.adraa.inbox.conformance.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.adraa.inbox.conformance.support.LoadConnection;
import ai.adraa.inbox.conformance.support.Postgres;
import ai.adraa.inbox.conformance.support.ServerProcess;
import ai.adraa.inbox.conformance.support.TestInbox;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/**
 * A new PostgreSQL primary for each test, with the servers and standbys that the test adds to it.
 */
abstract class Cluster {
  private static final List<String> NAMES = List.of("one", "two", "three");

  private final List<AutoCloseable> opened = new ArrayList<>();
  final List<ServerProcess> nodes = new ArrayList<>();
  final ExecutorService threads = Executors.newCachedThreadPool();
  @TempDir private Path directory;
  Postgres primary;
  String database;
  TestInbox.SignedIn admin;

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

  TestInbox.NewToken create(LoadConnection caller) throws IOException {
    LoadConnection.Answer answer = caller.send(LoadConnection.create(admin, "cluster"));
    assertThat(answer.status()).as(answer.body()).isEqualTo(201);
    return answer.newToken();
  }

  static boolean isServed(LoadConnection.Answer answer, AtomicInteger refused) {
    if (answer.status() == 503) {
      assertThat(answer.tellsWhenToRetry()).isTrue();
      refused.incrementAndGet();
      return false;
    }
    assertThat(answer.status()).as(answer.body()).isIn(200, 201);
    return true;
  }

  /** Three, for all of which the primary waits. */
  List<Postgres> standbys(int primaryPort) {
    List<Postgres> standbys = new ArrayList<>();
    for (String name : NAMES) {
      standbys.add(open(primary.standby(name, primaryPort, Map.of())));
    }
    awaitNames("FIRST 3 (one, two, three)", 3);
    return standbys;
  }

  void awaitNames(String names, int standbys) {
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

  static void awaitUse(ServerProcess node) {
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> ready(node).asString().equals("{\"status\":\"ready\"}"));
  }

  ServerProcess node(String url, String... options) throws IOException {
    ServerProcess node = open(ServerProcess.serve(directory, url, Map.of(), options));
    nodes.add(node);
    return node;
  }

  static Response ready(ServerProcess node) throws IOException {
    return RestAssured.given().get(node.managementUrl() + "/health/ready");
  }

  <T extends AutoCloseable> T open(T resource) {
    opened.add(resource);
    return resource;
  }
}
