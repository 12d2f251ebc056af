package ai.adraa.inbox.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.tuple;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** What a listener gets, and calls that do not block. */
class ListenerTest {
  private static final String SECRET = "adraa_an-example-that-opens-nothing";

  @AutoClose private final ScriptedServer server = new ScriptedServer();
  private final List<RequestAttempt> attempts = new ArrayList<>();

  @Test
  void eachRequestIsTold() {
    server.answers.add(
        new ScriptedServer.Answer(
            503,
            Map.of("X-Request-Id", "c8"),
            "{\"error\":{\"code\":\"SERVICE_UNAVAILABLE\",\"message\":\"Wait.\"}}"));
    server.answers.add(
        new ScriptedServer.Answer(200, Map.of("X-Request-Id", "c9"), ScriptedServer.VERIFIED));
    server.next(200, "<html>");
    server.answers.add(new ScriptedServer.Answer(204, Map.of(), ""));
    AdraaInbox inbox = inbox(attempts::add).build();

    inbox.verify();
    var unreadable = catchThrowable(inbox::verify);
    inbox.revokeOwnToken();

    assertThat(unreadable).isInstanceOf(AdraaInboxException.class);
    assertThat(attempts)
        .extracting("operation", "attempt", "status", "code", "requestId")
        .containsExactly(
            tuple("verifyToken", 1, 503, Optional.of("SERVICE_UNAVAILABLE"), Optional.of("c8")),
            tuple("verifyToken", 2, 200, Optional.empty(), Optional.of("c9")),
            tuple("verifyToken", 1, 200, Optional.of("UNREADABLE_ANSWER"), Optional.empty()),
            tuple("revokeOwnToken", 1, 204, Optional.empty(), Optional.empty()));
    assertThat(attempts).allSatisfy(attempt -> assertThat(attempt.duration()).isPositive());
    assertThat(attempts.toString()).doesNotContain(SECRET);
  }

  @Test
  void noResponseIsTold() {
    server.close();

    var failure = catchThrowable(inbox(attempts::add).retries(0).build()::verify);

    assertThat(failure).isInstanceOf(AdraaInboxException.class);
    assertThat(attempts)
        .extracting("status", "code")
        .containsExactly(tuple(0, Optional.of("NO_ANSWER")));
  }

  @Test
  void aListenerThatFailsIsLoggedAndDoesNotLoseTheResult() {
    server.next(200, ScriptedServer.VERIFIED);
    Logger logger = Logger.getLogger(Transport.class.getName());
    List<LogRecord> logged = new ArrayList<>();
    logger.setUseParentHandlers(false);
    logger.setFilter(record -> !logged.add(record));

    AdraaInbox inbox =
        inbox(
                attempt -> {
                  // As with a library of another version.
                  throw new NoSuchMethodError("example of a listener that fails");
                })
            .build();

    assertThat(inbox.verify().getCompany().getName()).isEqualTo("acme");
    assertThat(logged).singleElement().extracting(LogRecord::getLevel).isEqualTo(Level.WARNING);
  }

  @Test
  void anAsynchronousCallEndsWithAnythingThatIsThrown() {
    AdraaInbox inbox = inbox(attempt -> {}).build();
    assertThat(
            inbox.async(
                () -> ListenerTest.<RuntimeException, String>hide(new IOException("hidden"))))
        .failsWithin(Duration.ofMinutes(1))
        .withThrowableOfType(ExecutionException.class)
        .withCauseInstanceOf(IOException.class);
  }

  /** Throws a checked exception that the compiler does not see, as other languages do. */
  @SuppressWarnings("unchecked")
  private static <E extends Exception, T> T hide(Exception exception) throws E {
    throw (E) exception;
  }

  @Test
  void anAsynchronousCallRunsInTheExecutor() {
    server.next(200, ScriptedServer.VERIFIED);
    server.next(200, ScriptedServer.SESSION);
    server.refuse(401, "INVALID_API_TOKEN");
    AtomicReference<String> thread = new AtomicReference<>("");
    AdraaInbox inbox =
        inbox(attempt -> thread.set(Thread.currentThread().getName()))
            .executor(task -> new Thread(task, "example").start())
            .build();

    assertThat(inbox.verifyAsync().join().getCompany().getName()).isEqualTo("acme");
    assertThat(thread).hasValue("example");
    assertThat(inbox.async(() -> inbox.resumeSession("s").get()).join().getAgent().getNickname())
        .isEqualTo("a");
    assertThatThrownBy(inbox.verifyAsync()::join)
        .isInstanceOf(CompletionException.class)
        .hasCauseInstanceOf(AdraaInboxException.class);
  }

  @Test
  void theExampleCountsRequests() {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    server.answers.add(
        new ScriptedServer.Answer(401, Map.of(), "{\"error\":{\"code\":\"INVALID_API_TOKEN\"}}"));

    var refused = catchThrowable(MetricsExample.inbox(server.url(), SECRET, registry)::verify);

    assertThat(refused).isInstanceOf(AdraaInboxException.class);
    assertThat(
            registry
                .get("adraa.requests")
                .tags("operation", "verifyToken", "status", "401", "retry", "false")
                .timer()
                .count())
        .isEqualTo(1);
  }

  @Test
  void theExampleCreatesAToken() throws Exception {
    server.next(201, Files.readString(Path.of("src/test/resources/v1/created-token.json")));
    AdraaInbox inbox = inbox(attempts::add).build();

    assertThat(AsyncExample.create(inbox, inbox.resumeSession("s"), "w").join().getSecret())
        .startsWith("adraa_");

    assertThat(server.received.remove().body()).contains("CRM integration");
  }

  private AdraaInbox.Builder inbox(RequestListener listener) {
    return AdraaInbox.builder()
        .baseUrl(server.url())
        .token(SECRET)
        .pause(time -> {})
        .listener(listener);
  }
}
