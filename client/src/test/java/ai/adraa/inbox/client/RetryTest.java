package ai.adraa.inbox.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ai.adraa.inbox.client.model.LeakedToken;
import ai.adraa.inbox.client.model.Replacement;
import ai.adraa.inbox.client.model.TokenChanges;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which failed requests the client repeats, and how long it waits. */
class RetryTest {
  private static final String SECRET = "adraa_an-example-that-opens-nothing";

  @AutoClose private final ScriptedServer server = new ScriptedServer();
  private final List<Duration> waits = new ArrayList<>();
  private final AdraaInbox inbox = inbox(server.url()).build();

  /** All operations, in the order of {@link Operation}. */
  static Stream<Arguments> operations() {
    List<Consumer<AdraaInbox>> calls =
        List.of(
            AdraaInbox::verify,
            AdraaInbox::revokeOwnToken,
            inbox -> inbox.reportLeakedTokens(List.of(new LeakedToken().secret("adraa_found"))),
            inbox -> inbox.requestSignInCode("a@b.example"),
            inbox -> inbox.signIn("a@b.example", "042117"),
            inbox -> inbox.resumeSession("s").get(),
            inbox -> inbox.resumeSession("s").signOut(),
            inbox -> inbox.resumeSession("s").listTokens("w", TokenQuery.all()),
            inbox -> inbox.resumeSession("s").createToken("w", "CRM"),
            inbox -> inbox.resumeSession("s").getToken("w", "t"),
            inbox -> inbox.resumeSession("s").updateToken("w", "t", new TokenChanges()),
            inbox -> inbox.resumeSession("s").revokeToken("w", "t"),
            inbox -> inbox.resumeSession("s").replaceToken("w", "t", new Replacement()),
            inbox -> inbox.resumeSession("s").getTokenUsage("w", "t", 7),
            inbox -> inbox.resumeSession("s").listAuditEvents("w", AuditQuery.all()));
    assertThat(calls).hasSameSizeAs(Operation.values());
    return Stream.of(Operation.values())
        .map(
            operation ->
                Arguments.of(
                    operation.id,
                    calls.get(operation.ordinal()),
                    // A second request would create, send or use up something.
                    !List.of("createToken", "replaceToken", "requestSignInCode", "signIn")
                        .contains(operation.id)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("operations")
  void aRequestIsRepeatedOnlyIfNothingIsDoneTwice(
      String operation, Consumer<AdraaInbox> call, boolean isIdempotent) throws Exception {
    for (int i = 0; i < 3; i++) {
      server.refuse(429, "RATE_LIMIT_EXCEEDED");
    }
    assertThat(failure(() -> call.accept(inbox)).status()).isEqualTo(429);
    assertThat(server.received).hasSize(3);

    server.received.clear();
    for (int i = 0; i < (isIdempotent ? 3 : 1); i++) {
      server.refuse(503, "SERVICE_UNAVAILABLE");
    }
    assertThat(failure(() -> call.accept(inbox)).status()).isEqualTo(503);
    assertThat(server.received).hasSize(isIdempotent ? 3 : 1);

    waits.clear();
    AdraaInbox nobody = inbox(URI.create("http://127.0.0.1:" + freePort())).build();
    assertThat(failure(() -> call.accept(nobody)).code()).isEqualTo("NO_ANSWER");
    assertThat(waits).hasSize(2);

    waits.clear();
    try (ServerSocket listener = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
      AtomicInteger connections = closeEachAfterItsRequest(listener);
      AdraaInbox cut = inbox(URI.create("http://127.0.0.1:" + listener.getLocalPort())).build();
      assertThat(failure(() -> call.accept(cut)).code()).isEqualTo("NO_ANSWER");
      assertThat(waits).hasSize(isIdempotent ? 2 : 0);
      if (!isIdempotent) {
        assertThat(connections).hasValue(1);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 401, 403, 404, 409, 500, 502, 504})
  void otherStatusesAreNotRepeated(int status) {
    server.refuse(status, "SOME_CODE");

    assertThat(failure(inbox::verify).status()).isEqualTo(status);

    assertThat(server.received).hasSize(1);
  }

  @Test
  void theSecondRetrySucceedsAfterLongerWaits() {
    server.refuse(503, "SERVICE_UNAVAILABLE");
    server.next(503, "<html>proxy</html>");
    server.next(200, ScriptedServer.VERIFIED);

    assertThat(inbox.verify().getCompany().getName()).isEqualTo("acme");

    assertThat(waits).hasSize(2);
    assertThat(waits.get(0)).isBetween(Duration.ofMillis(250), Duration.ofMillis(500));
    assertThat(waits.get(1)).isBetween(Duration.ofMillis(500), Duration.ofMillis(1000));
  }

  @Test
  void retryAfterIsHonouredUpToALimit() {
    server.answers.add(limited("7"));
    server.next(200, ScriptedServer.VERIFIED);
    inbox.verify();
    assertThat(waits).hasSize(1);
    assertThat(waits.get(0)).isBetween(Duration.ofSeconds(7), Duration.ofSeconds(8));

    waits.clear();
    server.answers.add(limited("31"));
    assertThat(failure(inbox::verify).retryAfter()).contains(Duration.ofSeconds(31));
    assertThat(waits).isEmpty();

    server.answers.add(limited("31"));
    server.next(200, ScriptedServer.VERIFIED);
    inbox(server.url()).maxRetryAfter(Duration.ofSeconds(31)).build().verify();
    assertThat(waits).hasSize(1);
  }

  @Test
  void retriesCanBeTurnedOff() {
    server.refuse(503, "SERVICE_UNAVAILABLE");

    failure(inbox(server.url()).retries(0).build()::verify);

    assertThat(server.received).hasSize(1);
    assertThat(waits).isEmpty();
  }

  @Test
  void aTimeoutIsNotRepeated() throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
      AdraaInbox impatient =
          inbox(URI.create("http://127.0.0.1:" + silent.getLocalPort()))
              .requestTimeout(Duration.ofMillis(100))
              .build();

      assertThat(failure(impatient::verify).code()).isEqualTo("NO_ANSWER");

      assertThat(waits).isEmpty();
    }
  }

  @Test
  void anInterruptEndsTheWaitWithTheFailure() {
    server.refuse(503, "SERVICE_UNAVAILABLE");
    AdraaInbox waiting =
        inbox(server.url())
            .pause(
                time -> {
                  Thread.currentThread().interrupt();
                  Thread.sleep(time.toMillis());
                })
            .build();

    AdraaInboxException failure = failure(waiting::verify);

    assertThat(Thread.interrupted()).isTrue();
    assertThat(failure.code()).isEqualTo("SERVICE_UNAVAILABLE");
    assertThat(failure.getSuppressed()).hasOnlyElementsOfType(InterruptedException.class);
  }

  private AdraaInbox.Builder inbox(URI url) {
    return AdraaInbox.builder().baseUrl(url).token(SECRET).pause(waits::add);
  }

  private static ScriptedServer.Answer limited(String retryAfter) {
    return new ScriptedServer.Answer(
        429,
        Map.of("Retry-After", retryAfter),
        "{\"error\":{\"code\":\"RATE_LIMIT_EXCEEDED\",\"message\":\"Wait.\"}}");
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  /** The server has the whole request, and may have done what it asks for. */
  private static AtomicInteger closeEachAfterItsRequest(ServerSocket listener) {
    AtomicInteger connections = new AtomicInteger();
    Background.startThread(
        () -> {
          while (!listener.isClosed()) {
            try (Socket connection = listener.accept()) {
              connections.incrementAndGet();
              int unused = connection.getInputStream().read(new byte[10_000]);
            } catch (IOException e) {
              // The test is over.
            }
          }
        });
    return connections;
  }

  private static AdraaInboxException failure(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    return catchThrowableOfType(AdraaInboxException.class, call);
  }
}
