package ai.adraa.inbox.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import ai.adraa.inbox.client.AdraaInbox;
import ai.adraa.inbox.client.AdraaInboxException;
import ai.adraa.inbox.client.ConsoleSession;
import ai.adraa.inbox.client.model.ApiToken;
import ai.adraa.inbox.client.model.CreatedToken;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the server acknowledged survives kill -9. */
class CrashTest {
  private static final int CRASHES = 50;

  @Test
  void noAcknowledgedCreateOrRevokeIsLost(@TempDir Path directory) throws Exception {
    Path database = directory.resolve("inbox.db");
    String session;
    String workspaceId;
    // Signing in needs mail, which the fixture has; the session outlives its server.
    try (TestInbox inbox = TestInbox.start()) {
      TestInbox.SignedIn admin = inbox.workspace("acme");
      session = admin.session();
      workspaceId = admin.workspaceId();
      inbox.stopServer();
      Files.copy(inbox.database(), database);
    }
    Map<String, String> active = new LinkedHashMap<>();
    Map<String, String> revoked = new HashMap<>();

    for (int crash = 0; crash < CRASHES; crash++) {
      try (ServerProcess server = ServerProcess.serve(database, Map.of())) {
        AdraaInbox inbox = AdraaInbox.builder().baseUrl(server.url()).build();
        ConsoleSession console = inbox.resumeSession(session);
        checkListed(console, workspaceId, active, revoked);

        Queue<CreatedToken> acknowledged = new ConcurrentLinkedQueue<>();
        Thread busy = createUntilTheServerDies(console, workspaceId, acknowledged);
        CreatedToken kept = console.createToken(workspaceId, "kept " + crash);
        CreatedToken gone = console.createToken(workspaceId, "gone " + crash);
        // By turns the last thing acknowledged is a revocation, and a creation.
        CreatedToken last = null;
        console.revokeToken(workspaceId, gone.getToken().getId());
        if (crash % 2 == 1) {
          last = console.createToken(workspaceId, "last " + crash);
        }
        server.kill();
        busy.join();

        revoked.put(gone.getToken().getId(), gone.getSecret());
        active.put(kept.getToken().getId(), kept.getSecret());
        if (last != null) {
          active.put(last.getToken().getId(), last.getSecret());
        }
        acknowledged.forEach(token -> active.put(token.getToken().getId(), token.getSecret()));
      }
    }

    try (ServerProcess server = ServerProcess.serve(database, Map.of())) {
      AdraaInbox inbox = AdraaInbox.builder().baseUrl(server.url()).build();
      checkListed(inbox.resumeSession(session), workspaceId, active, revoked);
      active.values().forEach(secret -> assertThat(verifies(server, secret)).isTrue());
      revoked.values().forEach(secret -> assertThat(verifies(server, secret)).isFalse());
    }
    assertThat(revoked).hasSize(CRASHES);
    assertThat(active).hasSizeGreaterThanOrEqualTo(CRASHES + CRASHES / 2);
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
        ResultSet check = connection.createStatement().executeQuery("PRAGMA integrity_check")) {
      assertThat(check.getString(1)).isEqualTo("ok");
    }
  }

  private static void checkListed(
      ConsoleSession console,
      String workspaceId,
      Map<String, String> active,
      Map<String, String> revoked) {
    Map<String, String> listed = new HashMap<>();
    for (ApiToken token : console.tokens(workspaceId, null).toList()) {
      listed.put(token.getId(), token.getStatus());
    }
    active.forEach((id, secret) -> assertThat(listed).containsEntry(id, "active"));
    revoked.forEach((id, secret) -> assertThat(listed).containsEntry(id, "revoked"));
  }

  private static boolean verifies(ServerProcess server, String secret) {
    try {
      AdraaInbox.builder().baseUrl(server.url()).token(secret).build().verify();
      return true;
    } catch (AdraaInboxException e) {
      assertThat(e.code()).isEqualTo("INVALID_API_TOKEN");
      return false;
    }
  }

  private static Thread createUntilTheServerDies(
      ConsoleSession console, String workspaceId, Queue<CreatedToken> acknowledged) {
    Thread thread =
        new Thread(
            () -> {
              try {
                for (int i = 0; i < 20; i++) {
                  acknowledged.add(console.createToken(workspaceId, "busy"));
                }
              } catch (AdraaInboxException e) {
                // The server is dead: this one was not acknowledged, and may be there or not.
              }
            });
    thread.start();
    return thread;
  }
}
