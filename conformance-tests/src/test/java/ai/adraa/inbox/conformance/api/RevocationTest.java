package ai.adraa.inbox.conformance.api;

import static org.assertj.core.api.Assertions.assertThat;

import ai.adraa.inbox.conformance.support.TestInbox;
import ai.adraa.inbox.conformance.support.Tool;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

  /** Whoever finds a leaked secret has only that, or the prefix of it that a scanner shows. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theCommandLineRevokesByASecretOrItsPrefix(boolean bySecret) {
    TestInbox.NewToken leaked = inbox.createToken(inbox.workspace("leak" + bySecret), "Leaked");
    TestInbox.NewToken other = inbox.createToken(inbox.workspace("other" + bySecret), "Other");
    String reference = bySecret ? leaked.secret() : leaked.secret().substring(0, 14);

    assertThat(inbox.refused("token", "revoke", "--workspace", "other" + bySecret, reference))
        .contains("does not exist in the workspace other" + bySecret)
        .doesNotContain(leaked.secret().substring(0, 15));
    Tool.Finished revoked = inbox.run("token", "revoke", reference);

    assertThat(revoked.succeeded().err())
        .startsWith("Revoked the token " + leaked.id() + " \"Leaked\" (")
        .endsWith(" of leak" + bySecret + "\n")
        .doesNotContain(leaked.secret().substring(0, 15));
    assertThat(inbox.verify(leaked.secret()).statusCode()).isEqualTo(401);
    assertThat(inbox.verify(other.secret()).statusCode()).isEqualTo(200);
    assertThat(inbox.run("token", "revoke", reference).exitCode()).as("again").isZero();
  }

  @Test
  void aPrefixOfSeveralTokensRevokesNone() throws Exception {
    TestInbox.SignedIn admin = inbox.workspace("twins");
    TestInbox.NewToken first = inbox.createToken(admin, "First");
    TestInbox.NewToken second = inbox.createToken(admin, "Second");
    String prefix = first.secret().substring(0, 14);
    try (Connection connection = inbox.connect();
        PreparedStatement update =
            connection.prepareStatement("UPDATE api_token SET prefix = ? WHERE id = ?")) {
      update.setString(1, prefix);
      update.setString(2, second.id());
      update.executeUpdate();
    }

    assertThat(inbox.refused("token", "revoke", prefix))
        .contains("Several tokens have the prefix " + prefix, first.id(), second.id());
    for (TestInbox.NewToken token : List.of(first, second)) {
      assertThat(inbox.verify(token.secret()).statusCode()).isEqualTo(200);
      inbox.command("token", "revoke", token.id());
      assertThat(inbox.verify(token.secret()).statusCode()).isEqualTo(401);
    }
  }

  @Test
  void nothingBetweenAPrefixAndASecretRevokesAToken() {
    TestInbox.NewToken token = inbox.createToken(inbox.workspace("mistyped"), "Mistyped");
    String secret = token.secret();
    for (String reference :
        List.of(
            secret.substring(0, 13),
            secret.substring(0, 15),
            secret.substring(0, 53),
            secret + "0",
            secret.toUpperCase(Locale.ROOT),
            "adraa_",
            "%",
            "")) {
      assertThat(inbox.refused("token", "revoke", reference)).contains("does not exist");
    }
    assertThat(inbox.verify(secret).statusCode()).isEqualTo(200);
  }
}
