package ai.adraa.inbox.server.rest;

import static ai.adraa.inbox.server.rest.LocalInbox.error;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.adraa.inbox.server.Acme;
import ai.adraa.inbox.server.account.Agent;
import ai.adraa.inbox.server.account.Membership;
import ai.adraa.inbox.server.secret.Secret;
import ai.adraa.inbox.server.token.Token;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.eclipse.jetty.http.HttpTester;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the server cannot do at the moment is refused with 503 and a time to wait. */
class UnavailableTest {
  @Test
  void anIndexThatPointsToAnotherRowVerifiesNothingAndSignsNobodyIn() throws Exception {
    Acme before = new Acme();
    Agent eve = before.member("eve@acme.example", Membership.Role.AGENT);
    // SQLite stores the number of the first row without a byte of its own.
    before.token("first");
    before.session(eve);
    Token.Created token = before.token("CRM integration");
    Secret session = before.session(before.ada);
    Token.Created other = before.token("Order notifications");
    Secret otherSession = before.session(eve);
    before.database.close();
    pointTo(before.file(), token.secret(), 2, 3);
    pointTo(before.file(), session, 2, 3);

    try (Acme acme = before.reopened();
        LocalInbox inbox = new LocalInbox(acme, Optional.empty(), () -> true, outcome -> {})) {
      unavailable(inbox.send("GET /api/v1/me", bearer(token)));
      // After a failure the database refuses everything for a second.
      await().until(() -> inbox.send("GET /api/v1/me", bearer(other)).getStatus() == 200);
      unavailable(inbox.send("GET /api/v1/session", cookie(session)));
      await()
          .until(() -> inbox.send("GET /api/v1/session", cookie(otherSession)).getStatus() == 200);
    }
  }

  /** Changes the entry of an index, which is the hash and the number of the row. */
  private static void pointTo(Path database, Secret secret, int row, int otherRow)
      throws Exception {
    byte[] file = Files.readAllBytes(database);
    byte[] hash = secret.hash();
    int changed = 0;
    for (int i = 0; i + hash.length < file.length; i++) {
      int end = i + hash.length;
      // In the table, the hash is followed by another value.
      if (Arrays.equals(file, i, end, hash, 0, hash.length) && file[end] == row) {
        file[end] = (byte) otherRow;
        changed++;
      }
    }
    assertThat(changed).isEqualTo(1);
    Files.write(database, file);
  }

  @Test
  @Tag("slow")
  void aFullMailQueueTakesNoFurtherCode() throws Exception {
    // Accepts connections and never replies. Closing it ends them.
    try (Acme acme = new Acme();
        ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        LocalInbox inbox =
            new LocalInbox(
                acme,
                Optional.of("smtp://127.0.0.1:" + silent.getLocalPort()),
                () -> true,
                outcome -> {})) {
      acme.member("eve@acme.example", Membership.Role.AGENT);
      for (String email : List.of(Acme.ADA, "eve@acme.example")) {
        assertThat(requestCode(inbox, email).getStatus()).isEqualTo(202);
      }
      for (int i = 2; i < 1000; i++) {
        assertThat(requestCode(inbox, i + "@acme.example").getStatus()).isEqualTo(202);
      }
      unavailable(requestCode(inbox, "1000@acme.example"));
      silent.close();
    }
  }

  private static HttpTester.Response requestCode(LocalInbox inbox, String email) throws Exception {
    return inbox.post("/api/v1/sign-in-codes", "{\"email\":\"" + email + "\"}");
  }

  private static String bearer(Token.Created token) {
    return "Authorization: Bearer " + token.secret().reveal();
  }

  private static String cookie(Secret session) {
    return "Cookie: __Host-adraa_session=" + session.reveal();
  }

  private static void unavailable(HttpTester.Response response) throws Exception {
    error(response, 503, "SERVICE_UNAVAILABLE");
    assertThat(response.get("Retry-After")).isEqualTo("5");
  }
}
