package ai.adraa.inbox.server.management;

import ai.adraa.inbox.server.database.Database;
import ai.adraa.inbox.server.database.DatabaseUnavailableException;
import ai.adraa.inbox.server.http.WorkerPool;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reports whether the server can answer requests. A server that can verify tokens is ready, even if
 * it cannot write at the moment. Thread-safe.
 */
public final class Readiness implements AutoCloseable {
  /**
   * The result of a check.
   *
   * @param word the reason if the server is not ready, otherwise a warning if there is one
   */
  public record Answer(boolean ready, Optional<String> word) {}

  private enum Phase {
    STARTING,
    SERVING,
    STOPPING
  }

  private static final Logger LOG = LoggerFactory.getLogger(Readiness.class);
  // Shorter than the 2 s for which a read waits for a connection. Otherwise it would be chance
  // whether a check reports this limit or the read's failure.
  private static final long TIMEOUT_MILLIS = 1_500;

  private final Database database;
  private final List<WorkerPool> workers;
  private final Duration stalled;
  // A single thread, so that a hanging database blocks at most one check.
  private final ExecutorService asking =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread thread = new Thread(task, "readiness");
            thread.setDaemon(true);
            return thread;
          });
  private volatile Phase phase = Phase.STARTING;

  /**
   * @param stalled how long all threads of a pool may be busy, with none becoming free, before the
   *     server is no longer ready
   */
  public Readiness(Database database, List<WorkerPool> workers, Duration stalled) {
    this.database = database;
    this.workers = workers;
    this.stalled = stalled;
  }

  /** Ends the startup phase. Checks return {@code starting} until this call. */
  public void started() {
    phase = Phase.SERVING;
  }

  /** Begins the stop. Checks return {@code stopping} from now on. */
  public void stopping() {
    phase = Phase.STOPPING;
  }

  /** Checks the worker threads and the database. Blocks for at most 1.5 seconds. */
  public Answer ask() {
    return switch (phase) {
      case STARTING -> unready("starting");
      case STOPPING -> unready("stopping");
      case SERVING ->
          workers.stream().anyMatch(pool -> pool.isStalledFor(stalled))
              ? unready("requests_stalled")
              : askDatabase();
    };
  }

  @Override
  public void close() {
    asking.shutdownNow();
  }

  private Answer askDatabase() {
    Future<?> read = asking.submit(database::check);
    try {
      read.get(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
      return new Answer(true, database.warning());
    } catch (TimeoutException e) {
      // Keeps a check that has not started from running; does not interrupt one that has.
      read.cancel(false);
      LOG.warn("Not ready: the database did not respond within {} ms", TIMEOUT_MILLIS);
      return unready("database_timeout");
    } catch (ExecutionException e) {
      LOG.warn("Not ready: the database cannot be read", e.getCause());
      return unready(
          e.getCause() instanceof DatabaseUnavailableException unavailable
              ? unavailable.code()
              : "database_unreadable");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return unready("stopping");
    }
  }

  private static Answer unready(String reason) {
    return new Answer(false, Optional.of(reason));
  }
}
