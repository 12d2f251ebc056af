package ai.adraa.inbox.conformance.api;

import static org.assertj.core.api.Assertions.assertThat;

import ai.adraa.inbox.conformance.support.TestInbox;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Revocation is immediate: after it is acknowledged, no request that starts later succeeds. */
class RevocationTest {
  private static final int ROUNDS = 200;
  private static final int THREADS = 8;

  @AutoClose private static final TestInbox inbox = TestInbox.start();
  private static final TestInbox.SignedIn admin = inbox.workspace("acme");

  @Test
  void noRequestThatStartsAfterTheAcknowledgementSucceeds() throws Exception {
    HttpClient http = HttpClient.newHttpClient();
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    long refusedAfter = 0;
    long acceptedBefore = 0;
    try {
      for (int round = 0; round < ROUNDS; round++) {
        TestInbox.NewToken token = inbox.createToken(admin, "round " + round);
        HttpRequest verify =
            HttpRequest.newBuilder(URI.create(inbox.url() + "/api/v1/me"))
                .header("Authorization", "Bearer " + token.secret())
                .build();
        AtomicLong acknowledgedAt = new AtomicLong(Long.MAX_VALUE);
        CountDownLatch running = new CountDownLatch(THREADS);
        List<Future<long[]>> verifiers = new ArrayList<>();
        for (int thread = 0; thread < THREADS; thread++) {
          verifiers.add(
              threads.submit(() -> verifyUntilRefused(http, verify, acknowledgedAt, running)));
        }
        running.await();
        HttpResponse<String> revoked =
            http.send(
                HttpRequest.newBuilder(
                        URI.create(
                            "%s/api/v1/workspaces/%s/tokens/%s/revoke"
                                .formatted(inbox.url(), admin.workspaceId(), token.id())))
                    .header("Cookie", "adraa_session=" + admin.session())
                    .POST(HttpRequest.BodyPublishers.noBody())
                    .build(),
                HttpResponse.BodyHandlers.ofString());
        acknowledgedAt.set(System.nanoTime());
        assertThat(revoked.statusCode()).as(revoked.body()).isEqualTo(200);
        for (Future<long[]> verifier : verifiers) {
          long[] counts = verifier.get();
          acceptedBefore += counts[0];
          refusedAfter += counts[1];
        }
      }
    } finally {
      threads.shutdownNow();
    }
    // Else the rounds would have proved nothing.
    assertThat(acceptedBefore).isGreaterThanOrEqualTo((long) ROUNDS * THREADS);
    assertThat(refusedAfter).isEqualTo((long) ROUNDS * THREADS);
  }

  /** Verifies in a loop until a request that started after the acknowledgement was refused. */
  private static long[] verifyUntilRefused(
      HttpClient http, HttpRequest verify, AtomicLong acknowledgedAt, CountDownLatch running)
      throws Exception {
    long accepted = 0;
    while (true) {
      boolean later = System.nanoTime() > acknowledgedAt.get();
      HttpResponse<String> response = http.send(verify, HttpResponse.BodyHandlers.ofString());
      if (later) {
        assertThat(response.statusCode()).as("a request that started later").isEqualTo(401);
        assertThat(response.body()).contains("INVALID_API_TOKEN");
        return new long[] {accepted, 1};
      }
      if (response.statusCode() == 200) {
        accepted++;
        running.countDown();
      }
    }
  }

  @Test
  void aRevocationByTheCommandLineRefusesTheNextRequest() {
    TestInbox.NewToken token = inbox.createToken(admin, "CRM integration");
    assertThat(inbox.verify(token.secret()).statusCode()).isEqualTo(200);

    inbox.command("token", "revoke", "--workspace", "acme", token.id());

    assertThat(inbox.verify(token.secret()).statusCode()).isEqualTo(401);
  }
}
