package ai.adraa.inbox.server.database;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What fails for many requests is logged once a minute for each reason, and when it ends.
 * Thread-safe.
 */
public final class Outage {
  private static final Logger LOG = LoggerFactory.getLogger(Database.class);
  private static final long AGAIN_NANOS = TimeUnit.MINUTES.toNanos(1);
  // Under load, failures and successes may alternate.
  private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(2);

  private final String what;
  private final ConcurrentHashMap<String, Long> logged = new ConcurrentHashMap<>();
  private final LongAdder refused = new LongAdder();
  private volatile boolean lasts;
  private volatile long lastFailure;

  public Outage(String what) {
    this.what = what;
  }

  public DatabaseUnavailableException refuse(String reason) {
    return refuse(new DatabaseUnavailableException(what + ": " + reason, null));
  }

  public DatabaseUnavailableException refuse(String reason, Exception cause) {
    return refuse(new DatabaseUnavailableException(what + ": " + reason, cause));
  }

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

  /** Asked after each success. */
  public void ended() {
    if (lasts && System.nanoTime() - lastFailure > QUIET_NANOS) {
      end();
    }
  }

  private synchronized void end() {
    if (lasts) {
      lasts = false;
      logged.clear();
      LOG.warn("{}: over, after {} failures", what, refused.sumThenReset());
    }
  }
}
