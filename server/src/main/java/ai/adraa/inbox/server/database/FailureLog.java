package ai.adraa.inbox.server.database;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a failure that hits many requests from flooding the log: each reason is logged once a
 * minute, and the recovery once. Thread-safe.
 */
public final class FailureLog {
  private static final Logger LOG = LoggerFactory.getLogger(Database.class);
  private static final long AGAIN_NANOS = TimeUnit.MINUTES.toNanos(1);
  // Under load, failures and successes can alternate, so one success does not end an outage.
  private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(2);

  private final String what;
  private final ConcurrentHashMap<String, Long> logged = new ConcurrentHashMap<>();
  private final LongAdder refused = new LongAdder();
  private volatile boolean lasts;
  private volatile long lastFailure;

  /**
   * @param what the start of each log message, such as {@code Cannot read the database x}
   */
  public FailureLog(String what) {
    this.what = what;
  }

  /** Records a failure and returns the exception for the caller to throw. */
  public DatabaseUnavailableException refuse(String reason) {
    return refuse(new DatabaseUnavailableException(what + ": " + reason, null));
  }

  /** Records a failure with its cause and returns the exception for the caller to throw. */
  public DatabaseUnavailableException refuse(String reason, Exception cause) {
    return refuse(new DatabaseUnavailableException(what + ": " + reason, cause));
  }

  /** Records a failure and returns it. */
  public DatabaseUnavailableException refuse(DatabaseUnavailableException failure) {
    long now = System.nanoTime();
    lastFailure = now;
    lasts = true;
    refused.increment();
    String message = String.valueOf(failure.getMessage());
    Long before = logged.get(message);
    if (before == null || now - before > AGAIN_NANOS) {
      logged.put(message, now);
      LOG.error("{}", message);
    }
    LOG.debug("{}", message, failure);
    return failure;
  }

  /** Called after each success; logs the recovery once nothing has failed for two seconds. */
  public void ended() {
    if (lasts && System.nanoTime() - lastFailure > QUIET_NANOS) {
      end();
    }
  }

  private synchronized void end() {
    if (lasts) {
      lasts = false;
      logged.clear();
      LOG.warn("{}: recovered after {} failures", what, refused.sumThenReset());
    }
  }
}
