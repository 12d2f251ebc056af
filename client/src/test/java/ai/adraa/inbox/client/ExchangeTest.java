package ai.adraa.inbox.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A server that begins a response and does not end it. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ExchangeTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"company\":",
        "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n",
        "HTTP/1.1 401 Unauthorized\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"err\r\n",
        "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n\r\n{\"error\"",
        "HTTP/1.1 200 OK\r\nContent-Le",
      })
  void aBodyThatStallsIsATimeout(String beginning) throws Exception {
    try (ServerSocket listener = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
      CompletableFuture<Integer> end = answer(listener, beginning, () -> {});
      AdraaInbox inbox = inbox(listener).requestTimeout(Duration.ofMillis(200)).build();

      AdraaInboxException failure = catchThrowableOfType(AdraaInboxException.class, inbox::verify);

      assertThat(failure.code()).isEqualTo(AdraaInboxException.NO_ANSWER);
      assertThat(failure.status()).isZero();
      assertThat(failure).hasCauseInstanceOf(HttpTimeoutException.class);
      assertThat(end.get()).as("the client has closed the connection").isEqualTo(-1);
    }
  }

  @Test
  void aCancelledCallEndsItsRequest() throws Exception {
    try (ServerSocket listener = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
      CountDownLatch begun = new CountDownLatch(1);
      String beginning = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{";
      CompletableFuture<Integer> end = answer(listener, beginning, begun::countDown);
      AdraaInbox inbox = inbox(listener).requestTimeout(Duration.ofMinutes(5)).build();

      CompletableFuture<?> call = inbox.verifyAsync();
      assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
      call.cancel(true);

      assertThat(end.get()).as("the client has closed the connection").isEqualTo(-1);
    }
  }

  @Test
  void aBusyCommonPoolDoesNotMatter() throws Exception {
    CountDownLatch end = new CountDownLatch(1);
    try (ScriptedServer server = new ScriptedServer();
        ServerSocket listener = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
      for (int i = 0; i < 2 * Runtime.getRuntime().availableProcessors(); i++) {
        ForkJoinPool.commonPool().execute(() -> awaitUninterruptibly(end));
      }
      server.next(200, ScriptedServer.VERIFIED);
      AdraaInbox inbox = AdraaInbox.builder().baseUrl(server.url()).build();
      assertThat(inbox.verify().getCompany().getName()).isEqualTo("acme");

      CompletableFuture<Integer> closed =
          answer(listener, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", () -> {});
      AdraaInbox stalled = inbox(listener).requestTimeout(Duration.ofMillis(200)).build();
      assertThat(catchThrowableOfType(AdraaInboxException.class, stalled::verify))
          .hasCauseInstanceOf(HttpTimeoutException.class);
      assertThat(closed.get()).isEqualTo(-1);
    } finally {
      end.countDown();
    }
  }

  @Test
  void aLimitThatEndsAsTheBodyBeginsClosesTheConnectionToo() throws Exception {
    try (ServerSocket listener = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
      String beginning = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{";
      CompletableFuture<Integer> end = answer(listener, beginning, () -> {});
      Exchange expired = new Exchange(HttpClient.newHttpClient(), Duration.ofNanos(-1));
      HttpRequest request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + listener.getLocalPort())).build();

      assertThatThrownBy(() -> expired.send(request, HttpResponse.BodyHandlers.ofInputStream()))
          .isInstanceOf(HttpTimeoutException.class);

      assertThat(end.get()).as("the client has closed the connection").isEqualTo(-1);
    }
  }

  private static void awaitUninterruptibly(CountDownLatch end) {
    try {
      end.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static AdraaInbox.Builder inbox(ServerSocket listener) {
    return AdraaInbox.builder()
        .baseUrl(URI.create("http://127.0.0.1:" + listener.getLocalPort()))
        .token("adraa_an-example-that-opens-nothing");
  }

  /** Writes the text after a request, then waits until the client closes the connection. */
  private static CompletableFuture<Integer> answer(
      ServerSocket listener, String beginning, Runnable written) {
    return CompletableFuture.supplyAsync(
        () -> {
          try (Socket connection = listener.accept()) {
            byte[] end = {0, 0, 0, 0};
            while (!new String(end, UTF_8).equals("\r\n\r\n")) {
              System.arraycopy(end, 1, end, 0, 3);
              end[3] = (byte) connection.getInputStream().read();
            }
            connection.getOutputStream().write(beginning.getBytes(UTF_8));
            connection.getOutputStream().flush();
            written.run();
            return connection.getInputStream().read();
          } catch (IOException e) {
            return -1; // reset
          }
        },
        Background::startThread);
  }
}
