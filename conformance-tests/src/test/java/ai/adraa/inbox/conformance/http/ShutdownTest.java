package ai.adraa.inbox.conformance.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.adraa.inbox.conformance.support.Faults;
import ai.adraa.inbox.conformance.support.LoadConnection;
import ai.adraa.inbox.conformance.support.ServerProcess;
import ai.adraa.inbox.conformance.support.TestInbox;
import java.io.IOException;
import java.net.ConnectException;
import java.net.ServerSocket;
import java.net.SocketException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * SIGTERM under load: no request accepted and then dropped. A request is dropped if all of it was
 * sent on a connection that the server had accepted and had not said it would close, and no whole
 * answer came. A connection is known to be accepted once it has brought an answer; one that the
 * kernel took in the moment in which the listener closed never reached the server, and is counted
 * as refused, which its caller sees before any answer.
 */
@Tag("faults")
@Tag("sqlite")
class ShutdownTest {
  private static final int KEEPING = 12;
  private static final int NEW_EACH_TIME = 2;

  private final AtomicLong sent = new AtomicLong();
  private final AtomicLong answered = new AtomicLong();
  private final AtomicLong toldToClose = new AtomicLong();
  private final AtomicLong unavailable = new AtomicLong();
  private final AtomicLong refused = new AtomicLong();
  private final AtomicLong neverAccepted = new AtomicLong();
  private final List<String> dropped = new ArrayList<>();

  @Test
  void noRequestIsAcceptedAndThenDropped(@TempDir Path directory) throws Exception {
    int rounds = Faults.times(5, 50);
    long seed = System.nanoTime();
    Random random = new Random(seed);
    Path database = directory.resolve("inbox.db");
    TestInbox.SignedIn admin = TestInbox.prepare(database);
    ExecutorService threads = Executors.newFixedThreadPool(KEEPING + NEW_EACH_TIME);
    try {
      for (int round = 0; round < rounds; round++) {
        try (ServerProcess server = ServerProcess.serve(database, Map.of());
            LoadConnection setUp = new LoadConnection(server.url())) {
          byte[] verify =
              LoadConnection.verify(
                  setUp.send(LoadConnection.create(admin, "shutdown")).newToken().secret());
          byte[] create = LoadConnection.create(admin, "shutdown");
          CountDownLatch running = new CountDownLatch(200);
          List<Future<?>> callers = new ArrayList<>();
          for (int i = 0; i < KEEPING + NEW_EACH_TIME; i++) {
            byte[] request = i % 4 == 0 ? create : verify;
            boolean keeps = i < KEEPING;
            Random pauses = new Random(random.nextLong());
            callers.add(
                threads.submit(() -> callUntilRefused(server, request, keeps, pauses, running)));
          }
          running.await();
          TimeUnit.MILLISECONDS.sleep(random.nextInt(200));
          server.requestStop();
          for (Future<?> caller : callers) {
            caller.get();
          }
          assertThat(server.awaitEnd()).as("SIGTERM's exit code").isEqualTo(143);
          assertThat(server.log()).doesNotContain(" ERROR ");
        }
      }
    } finally {
      threads.shutdownNow();
    }
    Faults.figure(
        "SIGTERM under load",
        ("%s stops (seed %s): %s requests sent, %s answered, %s dropped; of the answers %s said"
                + " Connection: close, %s were 503; then %s connections refused, %s of them reset as"
                + " the listener closed")
            .formatted(
                rounds,
                seed,
                sent.get(),
                answered.get(),
                dropped.size(),
                toldToClose.get(),
                unavailable.get(),
                refused.get() + neverAccepted.get(),
                neverAccepted.get()));
    assertThat(dropped).isEmpty();
    assertThat(toldToClose.get()).as("answers with Connection: close").isPositive();
    assertThat(refused.get()).isPositive();
  }

  /** The unit's TimeoutStopSec is 40 s, after which systemd kills the server. */
  @Test
  void aStopEndsInTimeThoughDatabaseAndMailServerHang(@TempDir Path directory) throws Exception {
    Path database = directory.resolve("inbox.db");
    TestInbox.SignedIn admin = TestInbox.prepare(database);
    ExecutorService threads = Executors.newCachedThreadPool();
    try (ServerSocket silent = new ServerSocket(0);
        ServerProcess server =
            ServerProcess.serve(
                database,
                Map.of(),
                "--mail-from",
                "inbox@adraa.example",
                "--smtp",
                "smtp://127.0.0.1:" + silent.getLocalPort());
        LoadConnection caller = new LoadConnection(server.url());
        Connection other = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement lock = other.createStatement()) {
      byte[] verify =
          LoadConnection.verify(
              caller.send(LoadConnection.create(admin, "stop")).newToken().secret());
      for (int i = 0; i < 5; i++) {
        assertThat(caller.send(LoadConnection.code("admin@acme.example")).status()).isEqualTo(202);
      }
      lock.execute("BEGIN IMMEDIATE");
      assertThat(caller.send(verify).status()).isEqualTo(200);
      for (int i = 0; i < 20; i++) {
        threads.submit(
            () -> {
              try (LoadConnection waiting = new LoadConnection(server.url())) {
                return waiting.send(LoadConnection.create(admin, "waits"));
              }
            });
      }
      await().until(() -> server.log().contains("Cannot write"));

      long begin = System.nanoTime();
      server.requestStop();
      server.awaitEnd();

      long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin);
      assertThat(seconds).as("TimeoutStopSec").isLessThan(40);
      assertThat(server.log())
          .contains("Stopping; this takes at most 30 s")
          .containsPattern("Stopped in [0-9]+ ms|Stop timed out: ");
      Faults.figure("SIGTERM while the database and the mail server hang", seconds + " s");
    } finally {
      threads.shutdownNow();
    }
  }

  private void callUntilRefused(
      ServerProcess server, byte[] request, boolean keeps, Random pauses, CountDownLatch running) {
    try (LoadConnection caller = new LoadConnection(server.url())) {
      while (true) {
        try {
          caller.connect();
        } catch (ConnectException e) {
          refused.incrementAndGet();
          return;
        } catch (IOException e) {
          throw new AssertionError(e);
        }
        boolean accepted = caller.answers() > 0;
        try {
          LoadConnection.Answer answer = caller.send(request);
          sent.incrementAndGet();
          answered.incrementAndGet();
          running.countDown();
          assertThat(answer.status()).as(answer.body()).isIn(200, 201, 503);
          if (answer.status() == 503) {
            unavailable.incrementAndGet();
            assertThat(answer.tellsWhenToRetry()).as(answer.head()).isTrue();
            assertThat(answer.closes()).as(answer.head()).isTrue();
          }
          if (answer.closes()) {
            toldToClose.incrementAndGet();
          }
        } catch (IOException e) {
          if (!accepted && e instanceof SocketException) {
            neverAccepted.incrementAndGet();
            return;
          }
          if (caller.sentAll()) {
            sent.incrementAndGet();
            synchronized (dropped) {
              dropped.add(e.toString());
            }
          }
        }
        if (!keeps) {
          caller.close();
        } else if (pauses.nextInt(4) == 0) {
          TimeUnit.MILLISECONDS.sleep(pauses.nextInt(50));
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
