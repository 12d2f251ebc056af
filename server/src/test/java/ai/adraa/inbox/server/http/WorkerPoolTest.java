package ai.adraa.inbox.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.adraa.inbox.server.Databases;
import ai.adraa.inbox.server.Gate;
import ai.adraa.inbox.server.database.Database;
import ai.adraa.inbox.server.database.DatabaseLocation;
import ai.adraa.inbox.server.management.Readiness;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each request runs or is refused, once, and a thread is free again however its request ended. */
class WorkerPoolTest {
  private static final int SIZE = 2;

  private final ScheduledExecutorScheduler timer = new ScheduledExecutorScheduler();
  private final Gate gate = new Gate(1);
  private final AtomicInteger ran = new AtomicInteger();
  private final AtomicInteger refused = new AtomicInteger();

  @BeforeEach
  void start() throws Exception {
    timer.start();
  }

  @AfterEach
  void stop() throws Exception {
    gate.open();
    timer.stop();
  }

  @Test
  void aRequestThatFindsNoThreadInTimeIsRefused() {
    WorkerPool pool = new WorkerPool("test", SIZE, Duration.ofMillis(50));
    for (int i = 0; i < SIZE + 3; i++) {
      pool.execute(this::hold, refused::incrementAndGet, timer);
    }

    await().untilAsserted(() -> assertThat(refused).hasValue(3));
    assertThat(pool.busy()).isEqualTo(SIZE);
    assertThat(pool.waiting()).isZero();

    gate.open();
    await().untilAsserted(() -> assertThat(pool.busy()).isZero());
    assertThat(ran).hasValue(SIZE);
    assertThat(refused).hasValue(3);
  }

  @Test
  void aRequestThatFailsGivesItsThreadBack() {
    WorkerPool pool = new WorkerPool("test", SIZE, Duration.ofSeconds(30));
    for (int i = 0; i < 20; i++) {
      pool.execute(
          () -> {
            ran.incrementAndGet();
            // The default handler would print it.
            Thread.currentThread().setUncaughtExceptionHandler((thread, failure) -> {});
            throw new AssertionError("on purpose");
          },
          refused::incrementAndGet,
          timer);
    }

    await().untilAsserted(() -> assertThat(ran).hasValue(20));
    await().untilAsserted(() -> assertThat(pool.busy()).isZero());
    assertThat(refused).hasValue(0);
  }

  @Test
  void aClosedPoolRefuses() {
    WorkerPool pool = new WorkerPool("test", SIZE, Duration.ofSeconds(30));
    pool.close();

    pool.execute(this::hold, refused::incrementAndGet, timer);

    assertThat(refused).hasValue(1);
  }

  @Test
  void aServerWhoseWorkersAreStuckIsNotReady(@TempDir Path directory) {
    WorkerPool pool = new WorkerPool("test", SIZE, Duration.ofSeconds(30));
    Duration stalled = Duration.ofMillis(200);
    try (Database database =
            Databases.open(new DatabaseLocation(directory.resolve("inbox.db").toString()));
        Readiness readiness = new Readiness(database, List.of(pool), stalled)) {
      readiness.started();
      pool.execute(this::hold, refused::incrementAndGet, timer);
      await().untilAsserted(() -> assertThat(pool.busy()).isEqualTo(SIZE - 1));
      // With a thread left, no time makes it stall.
      assertThat(pool.isStalledFor(Duration.ofDays(-1))).isFalse();
      assertThat(readiness.ask().ready()).isTrue();

      pool.execute(this::hold, refused::incrementAndGet, timer);
      await()
          .untilAsserted(
              () ->
                  assertThat(readiness.ask())
                      .isEqualTo(new Readiness.Answer(false, Optional.of("requests_stalled"))));

      gate.open();
      await().untilAsserted(() -> assertThat(readiness.ask().ready()).isTrue());
    }
  }

  private void hold() {
    ran.incrementAndGet();
    boolean unused = gate.pass();
  }
}
