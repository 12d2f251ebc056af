package ai.adraa.inbox.server;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Collects when tokens were last used and writes it at most once a second: a verification must not
 * wait for a disk. A crash loses the last second of it, a shutdown nothing. Thread-safe.
 */
final class LastUse implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LastUse.class);

  private final TokenStore store;
  private final ConcurrentHashMap<String, Instant> pending = new ConcurrentHashMap<>();
  private final ScheduledExecutorService writer =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "last-use");
            thread.setDaemon(true);
            return thread;
          });

  LastUse(TokenStore store) {
    this.store = store;
  }

  /** Begins to write. */
  void start() {
    var unused = writer.scheduleWithFixedDelay(this::write, 1, 1, TimeUnit.SECONDS);
  }

  void record(String tokenId, Instant at) {
    pending.merge(tokenId, at, LastUse::later);
  }

  /** How many tokens' last use is not written yet. */
  int backlog() {
    return pending.size();
  }

  /** Writes what is left. */
  @Override
  public void close() {
    writer.shutdown();
    try {
      if (!writer.awaitTermination(10, TimeUnit.SECONDS)) {
        LOG.warn("The database is too busy to write when tokens were last used");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    write();
    if (!pending.isEmpty()) {
      LOG.warn("When {} tokens were last used could not be written and is lost", pending.size());
    }
  }

  private void write() {
    Map<String, Instant> batch = new HashMap<>();
    for (String tokenId : pending.keySet()) {
      Instant at = pending.remove(tokenId);
      if (at != null) {
        batch.put(tokenId, at);
      }
    }
    if (batch.isEmpty()) {
      return;
    }
    try {
      store.updateLastUsed(batch);
    } catch (DatabaseUnavailableException e) {
      batch.forEach(this::record);
      LOG.debug("Cannot write when {} tokens were last used; trying again", batch.size());
    } catch (RuntimeException e) {
      // Kept for the next second; an exception would end the schedule.
      batch.forEach(this::record);
      LOG.warn("Cannot write when {} tokens were last used; trying again", batch.size(), e);
    }
  }

  private static Instant later(Instant one, Instant other) {
    return one.isAfter(other) ? one : other;
  }
}
