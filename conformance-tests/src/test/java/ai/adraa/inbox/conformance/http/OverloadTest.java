package ai.adraa.inbox.conformance.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import ai.adraa.inbox.conformance.support.Crowd;
import ai.adraa.inbox.conformance.support.Faults;
import ai.adraa.inbox.conformance.support.LoadConnection;
import ai.adraa.inbox.conformance.support.RawHttp;
import ai.adraa.inbox.conformance.support.ServerProcess;
import ai.adraa.inbox.conformance.support.TestInbox;
import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Far more requests than the server can answer, and connections by the thousand that only hold it
 * up: who behaves is served, others are refused, and memory is bounded.
 */
@Tag("faults")
@Tag("sqlite")
class OverloadTest {
  private static final int SLOW = 5_000;
  private static final int BUSY = 3_000;
  private static final int HEAP_MIB = 512;

  /** Verifies now and then, as integrations do, and counts what it sees. */
  private static final class GoodCaller implements AutoCloseable {
    private final LoadConnection caller;
    private final byte[] request;
    private final List<Long> micros = Collections.synchronizedList(new ArrayList<>());
    private final List<String> failures = Collections.synchronizedList(new ArrayList<>());
    private final Thread thread = new Thread(this::run, "good-caller");
    private final AtomicLong refused = new AtomicLong();
    private volatile boolean stopped;

    GoodCaller(ServerProcess server, String secret) {
      caller = new LoadConnection(server.url());
      request = LoadConnection.verify(secret);
      thread.start();
    }

    private void run() {
      try {
        while (!stopped) {
          long begun = System.nanoTime();
          LoadConnection.Answer answer = caller.send(request);
          long took = TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - begun);
          if (answer.status() == 200) {
            micros.add(took);
          } else if (answer.status() == 503 && answer.tellsWhenToRetry()) {
            refused.incrementAndGet();
          } else {
            failures.add(answer.toString());
          }
          TimeUnit.MILLISECONDS.sleep(5);
        }
      } catch (IOException | InterruptedException e) {
        failures.add(e.toString());
      }
    }

    /** The latencies of those that were served since the last call. */
    List<Long> take() {
      synchronized (micros) {
        List<Long> taken = new ArrayList<>(micros);
        micros.clear();
        Collections.sort(taken);
        return taken;
      }
    }

    @Override
    public void close() throws InterruptedException {
      stopped = true;
      thread.join();
      caller.close();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/api/v1/sign-in-codes", "/api/v1/none", "/none"})
  void bodiesThatNeverEndDoNotFillASmallHeap(String path, @TempDir Path directory)
      throws Exception {
    Path database = directory.resolve("inbox.db");
    TestInbox.SignedIn admin = TestInbox.prepare(database);
    byte[] head =
        RawHttp.head(
            "POST " + path + " HTTP/1.1",
            "Host: x",
            "Content-Type: application/json",
            "Content-Length: 65536");
    byte[] body = new byte[65_535];
    List<Socket> stalled = new ArrayList<>();
    try (ServerProcess server =
            ServerProcess.serve(
                database,
                Map.of("JDK_JAVA_OPTIONS", "-Xmx64m -XX:+ExitOnOutOfMemoryError -Xlog:disable"));
        LoadConnection caller = new LoadConnection(server.url())) {
      byte[] verify =
          LoadConnection.verify(
              caller.send(LoadConnection.create(admin, "good")).newToken().secret());
      int refused = 0;
      for (int i = 0; i < 700; i++) {
        Socket socket = new Socket(server.url().getHost(), server.url().getPort());
        stalled.add(socket);
        try {
          socket.getOutputStream().write(head);
          socket.getOutputStream().write(body);
        } catch (SocketException e) {
          // Answered and closed before all was sent.
          refused++;
        }
        if (i % 50 == 0) {
          assertThat(caller.send(verify).status()).as("after %s", i).isEqualTo(200);
        }
      }
      for (int i = 0; i < 100; i++) {
        assertThat(caller.send(verify).status()).isEqualTo(200);
      }
      assertThat(server.log()).doesNotContain("java.lang.OutOfMemoryError");
      Faults.figure(
          "Stalled bodies",
          "700 of 64 KiB to %s, heap 64 MiB: %s MiB resident, %s refused while they were sent"
              .formatted(path, server.usage().memoryMiB(), refused));
    } finally {
      for (Socket socket : stalled) {
        socket.close();
      }
    }
  }

  @Test
  void goodCallersAreServedAmongSlowAndTooManyOnes(@TempDir Path directory) throws Exception {
    assumeThat(Path.of("/proc/self/status")).as("Linux, to see memory").exists();
    assumeThat(ManagementFactory.getPlatformMXBean(UnixOperatingSystemMXBean.class))
        .as("the limit of open files, ulimit -Hn")
        .extracting(UnixOperatingSystemMXBean::getMaxFileDescriptorCount)
        .matches(files -> files > 2 * (SLOW + BUSY), "is more than " + 2 * (SLOW + BUSY));
    Path database = directory.resolve("inbox.db");
    TestInbox.SignedIn admin = TestInbox.prepare(database);
    try (ServerProcess server =
            ServerProcess.serve(database, Map.of("JDK_JAVA_OPTIONS", "-Xmx" + HEAP_MIB + "m"));
        LoadConnection setUp = new LoadConnection(server.url())) {
      TestInbox.NewToken token = setUp.send(LoadConnection.create(admin, "good")).newToken();
      TestInbox.NewToken revoked = setUp.send(LoadConnection.create(admin, "revoked")).newToken();
      assertThat(setUp.send(LoadConnection.revoke(admin, revoked.id())).status()).isEqualTo(200);

      try (GoodCaller good = new GoodCaller(server, token.secret())) {
        List<Long> normal = observe(good, 4);
        Crowd slow =
            new Crowd(server.url())
                .idle(SLOW / 5, "idle")
                .slow(
                    2 * SLOW / 5, "head", "GET /api/v1/me HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
                .slow(
                    2 * SLOW / 5,
                    "body",
                    "POST /api/v1/sign-in-codes HTTP/1.1\r\nHost: localhost\r\n"
                        + "Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n");
        try (slow) {
          slow.start();
          await()
              .atMost(30, TimeUnit.SECONDS)
              .until(
                  () ->
                      slow.count("idle connected")
                              + slow.count("head connected")
                              + slow.count("body connected")
                          >= SLOW);
          good.take();
          List<Long> amongSlow = observe(good, 5);
          long refusedAmongSlow = good.refused.get();
          ServerProcess.Usage usageAmongSlow = server.usage();

          Crowd busy =
              new Crowd(server.url())
                  .busy(BUSY / 6, "verify", LoadConnection.verify(token.secret()))
                  .busy(BUSY / 6, "refused", LoadConnection.verify(revoked.secret()))
                  .busy(2 * BUSY / 3, "create", LoadConnection.create(admin, "overload"));
          List<Long> amongBusy = new ArrayList<>();
          ServerProcess.Usage usageAmongBusy;
          try (busy) {
            busy.start();
            for (int second = 0; second < 15; second++) {
              List<Long> served = observe(good, 1);
              assertThat(served).as("a good caller is served in each second").isNotEmpty();
              amongBusy.addAll(served);
            }
            Collections.sort(amongBusy);
            usageAmongBusy = server.usage();
          }
          long quiet = System.nanoTime();
          long bound = Math.max(3 * percentile(normal, 50), 20_000);
          good.take();
          await()
              .atMost(60, TimeUnit.SECONDS)
              .until(
                  () -> {
                    long refused = good.refused.get();
                    List<Long> now = observe(good, 1);
                    return !now.isEmpty()
                        && percentile(now, 50) <= bound
                        && good.refused.get() == refused;
                  });
          long recovered = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - quiet);
          // Connections that only hold the server up are all gone after their time.
          await()
              .atMost(60, TimeUnit.SECONDS)
              .until(
                  () ->
                      slow.count("idle closed") >= SLOW / 5
                          && slow.count("head closed") >= 2 * SLOW / 5
                          && slow.count("body closed") >= 2 * SLOW / 5);

          Faults.figure(
              "Overload",
              ("quiet: %s; among %s idle and slow connections, all cut in the end: %s, %s MiB, %s"
                      + " threads; with %s more callers that never pause: %s, %s refused, %s MiB, %s"
                      + " threads, and %s of their requests served, %s refused with Retry-After; normal"
                      + " again after %s ms")
                  .formatted(
                      figures(normal),
                      SLOW,
                      figures(amongSlow),
                      usageAmongSlow.memoryMiB(),
                      usageAmongSlow.threads(),
                      BUSY,
                      figures(amongBusy),
                      good.refused.get(),
                      usageAmongBusy.memoryMiB(),
                      usageAmongBusy.threads(),
                      busy.count("verify 200")
                          + busy.count("refused 401")
                          + busy.count("create 201"),
                      busy.count("verify 503")
                          + busy.count("refused 503")
                          + busy.count("create 503"),
                      recovered));
          for (String event : busy.counts().keySet()) {
            assertThat(event)
                .matches(
                    "verify (200|503|connected)|refused (401|503|connected)|create (201|503|connected)");
          }
          for (String event : slow.counts().keySet()) {
            assertThat(event).matches("(idle|head) (connected|closed)|body (connected|closed|400)");
          }
          // The heap's limit and as much again for all else.
          assertThat(usageAmongBusy.memoryMiB()).isLessThan(2 * HEAP_MIB);
          // Ratios within this run: slow callers cost a good one next to nothing.
          assertThat(refusedAmongSlow).isZero();
          assertThat(amongSlow.size() / 5.0).isGreaterThan(normal.size() / 4.0 / 2);
          assertThat(good.failures).isEmpty();
          assertThat(server.log()).doesNotContain("OutOfMemoryError");
        }
      }
    }
  }

  /** What the caller sees in so many seconds. */
  private static List<Long> observe(GoodCaller good, int seconds) throws InterruptedException {
    good.take();
    TimeUnit.SECONDS.sleep(seconds);
    return good.take();
  }

  private static long percentile(List<Long> sorted, int percent) {
    return sorted.isEmpty() ? -1 : sorted.get((sorted.size() - 1) * percent / 100);
  }

  private static String figures(List<Long> micros) {
    return "%s answers, median %.1f ms, 99 %% %.1f ms"
        .formatted(micros.size(), percentile(micros, 50) / 1000.0, percentile(micros, 99) / 1000.0);
  }
}
