package ai.adraa.inbox.conformance.http;

import static ai.adraa.inbox.conformance.support.Http2Connection.CONTINUATION;
import static ai.adraa.inbox.conformance.support.Http2Connection.DATA;
import static ai.adraa.inbox.conformance.support.Http2Connection.END_HEADERS;
import static ai.adraa.inbox.conformance.support.Http2Connection.GOAWAY;
import static ai.adraa.inbox.conformance.support.Http2Connection.HEADERS;
import static ai.adraa.inbox.conformance.support.Http2Connection.PING;
import static ai.adraa.inbox.conformance.support.Http2Connection.RST_STREAM;
import static ai.adraa.inbox.conformance.support.Http2Connection.WINDOW_UPDATE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.adraa.inbox.conformance.support.Certificate;
import ai.adraa.inbox.conformance.support.Http2Connection;
import ai.adraa.inbox.conformance.support.TestInbox;
import ai.adraa.inbox.server.http.TlsFiles;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** HTTP/2 as it comes over the wire, frame by frame. */
@Tag("once")
class Http2Test {
  private static final Duration DEADLINE = Duration.ofSeconds(30);
  private static final Duration IDLE = Duration.ofSeconds(40);
  // More than the server has worker threads.
  private static final int CALLERS = 20;
  private static final byte[] ONE = ByteBuffer.allocate(4).putInt(1).array();
  // An error code (RFC 9113 §7).
  private static final byte[] CANCEL = ByteBuffer.allocate(4).putInt(8).array();

  @TempDir private static Path directory;
  private static TestInbox server;
  private static SSLContext context;
  private static final ScheduledExecutorService TIMER = Executors.newScheduledThreadPool(2);

  /** Sends something, once a second. */
  private interface Sender {
    void send() throws Exception;
  }

  @BeforeAll
  static void start() throws Exception {
    Certificate certificate = Certificate.make(directory);
    context = Certificate.trusting(certificate);
    Path chain =
        Files.writeString(directory.resolve("fullchain.pem"), certificate.certificatePem());
    Path key = Files.writeString(directory.resolve("privkey.pem"), certificate.keyPem());
    server = TestInbox.builder().tls(new TlsFiles(chain, key)).idleTimeout(IDLE).start();
  }

  @AfterAll
  static void stop() {
    TIMER.shutdownNow();
    server.close();
  }

  /** RFC 9113 §6.9.2, as test 6.9.2/1 of h2spec. */
  @ParameterizedTest
  @ValueSource(
      strings = {"/", "/api/v1/me", "/api/v1/me?x=1", "/api/v1/session", "/api/v1/nothing"})
  void sendsMoreWhenTheWindowIsRaisedBySettings(String path) throws Exception {
    try (Http2Connection connection = new Http2Connection(server.url(), context, 0)) {
      connection.get(1, path);
      connection.setWindow(1);
      assertThat(connection.await(DATA).payload()).hasSize(1);
    }
  }

  /** These left no worker for anyone else: each kept its own for ever. */
  @ParameterizedTest
  @ValueSource(strings = {"/api/v1/me?x=1", "/api/v1/session"})
  void servesOthersAfterCallersThatDidNotTakeTheirResponses(String path) throws Exception {
    for (int i = 0; i < CALLERS; i++) {
      try (Http2Connection connection = new Http2Connection(server.url(), context, 0)) {
        connection.get(1, path);
        connection.await(HEADERS);
      }
    }
    try (Http2Connection connection = new Http2Connection(server.url(), context)) {
      connection.get(1, path);
      assertThat(connection.body(1)).contains("MISSING_");
    }
  }

  /** Callers that send PING, or a head without an end, are not idle but request nothing. */
  @Test
  @Tag("faults")
  void closesConnectionsThatRequestNothing() throws Exception {
    long begun = System.nanoTime();
    try (Http2Connection ping = new Http2Connection(server.url(), context);
        Http2Connection head = new Http2Connection(server.url(), context);
        Http2Connection afterRequest = new Http2Connection(server.url(), context);
        Http2Connection reading = new Http2Connection(server.url(), context, 0)) {
      afterRequest.get(1, "/api/v1/me");
      afterRequest.body(1);
      head.send(HEADERS, 0, 1, head.head("GET", "/"));
      reading.get(1, "/");
      everySecond(() -> ping.send(PING, 0, 0, new byte[8]));
      everySecond(() -> head.send(CONTINUATION, 0, 1));
      everySecond(() -> afterRequest.send(PING, 0, 0, new byte[8]));
      everySecond(() -> reading.send(WINDOW_UPDATE, 0, 1, ONE));
      for (Http2Connection connection : List.of(ping, head, afterRequest)) {
        byte[] farewell = connection.await(GOAWAY).payload();
        Duration least = connection == afterRequest ? IDLE : DEADLINE;
        assertThat(System.nanoTime() - begun).isGreaterThan(least.toNanos());
        assertThat(ByteBuffer.wrap(farewell).getInt(4)).as("error code").isZero();
        // These callers send on instead of closing the connection, as they should after GOAWAY.
        connection.awaitEnd();
      }
      // A response that is still being read keeps its connection.
      reading.setWindow(100_000);
      assertThat(reading.body(1)).contains("</html>");
    }
  }

  /** A proxy keeps its connection for the next request for longer than a request may take. */
  @Test
  @Tag("faults")
  void keepsAnIdleConnectionThatHasSentARequest() throws Exception {
    try (Http2Connection idle = new Http2Connection(server.url(), context)) {
      idle.get(1, "/api/v1/me");
      idle.body(1);
      try (Http2Connection unused = new Http2Connection(server.url(), context)) {
        unused.await(GOAWAY);
      }
      idle.get(3, "/api/v1/me");
      assertThat(idle.body(3)).contains("MISSING_");
    }
  }

  /** A stream is not idle while it gets WINDOW_UPDATE. */
  @Test
  @Tag("faults")
  void endsARequestWhoseBodyDoesNotCome() throws Exception {
    try (Http2Connection connection = new Http2Connection(server.url(), context)) {
      connection.send(HEADERS, END_HEADERS, 1, connection.head("POST", "/api/v1/sign-in-codes"));
      everySecond(() -> connection.send(WINDOW_UPDATE, 0, 1, ONE));
      assertThat(connection.body(1)).contains("BAD_REQUEST");
    }
  }

  /** The caller reads no response, but the operator reads the log. */
  @Test
  void aRequestThatItsCallerCancelsIsNotAFaultOfTheServer() throws Exception {
    Logger errors = (Logger) LoggerFactory.getLogger("ai.adraa.inbox.server.rest.ErrorMapper");
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.start();
    errors.addAppender(log);
    errors.setLevel(Level.DEBUG);
    try (Http2Connection connection = new Http2Connection(server.url(), context)) {
      connection.send(HEADERS, END_HEADERS, 1, connection.head("POST", "/api/v1/sign-in-codes"));
      connection.send(DATA, 0, 1, (byte) '{');
      connection.send(RST_STREAM, 0, 1, CANCEL);
      await().until(() -> !log.list.isEmpty());
    } finally {
      errors.setLevel(null);
      errors.detachAppender(log);
    }
    assertThat(log.list)
        .singleElement()
        .extracting(event -> event.getLevel() + " " + event.getMessage())
        .isEqualTo("DEBUG The client disconnected or paused too long");
  }

  private static void everySecond(Sender sender) {
    var unused =
        TIMER.scheduleWithFixedDelay(
            () -> {
              try {
                sender.send();
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
            },
            1,
            1,
            TimeUnit.SECONDS);
  }
}
