package ai.adraa.inbox.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import ai.adraa.inbox.client.AdraaInbox;
import ai.adraa.inbox.client.AdraaInboxException;
import ai.adraa.inbox.client.ConsoleSession;
import ai.adraa.inbox.client.model.ApiToken;
import ai.adraa.inbox.client.model.CreatedToken;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the server acknowledged survives kill -9, at whatever moment it comes. */
@Tag("faults")
class CrashTest {
  private static final int CRASHES = 50;
  private static final int WRITERS = 3;

  /** What the server has acknowledged, by token id; filled by several threads. */
  private final Map<String, String> secrets = new ConcurrentHashMap<>();

  private final Set<String> revoked = ConcurrentHashMap.newKeySet();
  private final Set<String> revocationsAsked = ConcurrentHashMap.newKeySet();

  private final HttpClient http = HttpClient.newHttpClient();
  private String session;
  private String workspaceId;

  @Test
  void noAcknowledgedCreateOrRevokeIsLost(@TempDir Path directory) throws Exception {
    Path database = directory.resolve("inbox.db");
    // Signing in needs mail, which the fixture has; the session outlives its server.
    try (TestInbox inbox = TestInbox.start()) {
      TestInbox.SignedIn admin = inbox.workspace("acme");
      session = admin.session();
      workspaceId = admin.workspaceId();
      inbox.stopServer();
      Files.copy(inbox.database(), database);
    }
    ExecutorService threads = Executors.newFixedThreadPool(WRITERS);
    try {
      for (int crash = 0; crash < CRASHES; crash++) {
        try (ServerProcess server = ServerProcess.serve(database, Map.of())) {
          checkAllAcknowledged(server, crash);
          // After a few writes, by turns another number, so that the kill meets all of them.
          CountDownLatch acknowledged = new CountDownLatch(WRITERS + crash % 7);
          List<Future<?>> writers = new ArrayList<>();
          for (int writer = 0; writer < WRITERS; writer++) {
            writers.add(threads.submit(() -> writeUntilTheServerDies(server, acknowledged)));
          }
          acknowledged.await();
          server.kill();
          for (Future<?> writer : writers) {
            writer.get();
          }
        }
        checkIntegrity(database);
      }
      try (ServerProcess server = ServerProcess.serve(database, Map.of())) {
        checkAllAcknowledged(server, CRASHES);
      }
    } finally {
      threads.shutdownNow();
    }
    // Else the crashes would have proved nothing.
    assertThat(secrets).hasSizeGreaterThan(CRASHES);
    assertThat(revoked).hasSizeGreaterThan(CRASHES / 2);
    assertThat(secrets).hasSizeGreaterThan(revoked.size());
  }

  /** Creates tokens, and revokes every other one, until no answer comes. */
  private void writeUntilTheServerDies(ServerProcess server, CountDownLatch acknowledged) {
    ConsoleSession console = console(server);
    try {
      for (int i = 0; ; i++) {
        CreatedToken created = console.createToken(workspaceId, "crash test");
        String id = created.getToken().getId();
        secrets.put(id, created.getSecret());
        acknowledged.countDown();
        if (i % 2 == 0) {
          revocationsAsked.add(id);
          console.revokeToken(workspaceId, id);
          revoked.add(id);
          acknowledged.countDown();
        }
      }
    } catch (AdraaInboxException e) {
      // What was asked for last was not acknowledged: it may be done or not.
      assertThat(e.code()).isEqualTo(AdraaInboxException.NO_ANSWER);
    }
  }

  private void checkAllAcknowledged(ServerProcess server, int crashes) throws Exception {
    Map<String, String> listed = new HashMap<>();
    for (ApiToken token : console(server).tokens(workspaceId, null).toList()) {
      listed.put(token.getId(), token.getStatus());
    }
    for (Map.Entry<String, String> token : secrets.entrySet()) {
      String id = token.getKey();
      int verified = verify(server, token.getValue());
      if (revocationsAsked.contains(id) && verified == 401) {
        // Done, if perhaps not acknowledged: from here on it must stay so.
        revoked.add(id);
      }
      boolean isRevoked = revoked.contains(id);
      assertThat(verified).as(id).isEqualTo(isRevoked ? 401 : 200);
      assertThat(listed).containsEntry(id, isRevoked ? "revoked" : "active");
    }
    Set<String> neverAcknowledged = new HashSet<>(listed.keySet());
    neverAcknowledged.removeAll(secrets.keySet());
    assertThat(neverAcknowledged).hasSizeLessThanOrEqualTo(crashes * WRITERS);
    assertThat(neverAcknowledged).allSatisfy(id -> assertThat(listed).containsEntry(id, "active"));
  }

  private ConsoleSession console(ServerProcess server) {
    return AdraaInbox.builder().baseUrl(server.url()).build().resumeSession(session);
  }

  private int verify(ServerProcess server, String secret) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(server.url() + "/api/v1/me"))
            .header("Authorization", "Bearer " + secret)
            .build();
    return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
  }

  /** Of a copy: to open the database would repair it before the server has to. */
  private static void checkIntegrity(Path database) throws Exception {
    Path copies = Files.createTempDirectory(database.getParent(), "copy");
    Path copy = copies.resolve("copy.db");
    Files.copy(database, copy);
    Path log = Path.of(database + "-wal");
    if (Files.exists(log)) {
      Files.copy(log, Path.of(copy + "-wal"));
    }
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + copy);
        ResultSet check = connection.createStatement().executeQuery("PRAGMA integrity_check")) {
      assertThat(check.getString(1)).isEqualTo("ok");
    }
  }
}
