package ai.adraa.inbox.server.database;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Collects when tokens, or sessions, were last used and writes it once a second: who only reads
 * must not wait for a disk. A crash loses the last second of it, of more than a thousand in use up
 * to 16 seconds, a shutdown nothing. Thread-safe.
 */
public final class LastUse implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LastUse.class);

  // Of many in use, each is on a page of its own: to write all once a second lets a quarter less be
  // verified, and most are used again before long.
  private static final int AT_ONCE = 1_000;
  private static final int TURNS = 16;

  private final String what;
  private final Consumer<Map<String, Instant>> store;
  private final ConcurrentHashMap<String, Instant> pending = new ConcurrentHashMap<>();
  private final ScheduledExecutorService writer =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "last-use");
            thread.setDaemon(true);
            return thread;
          });
  // Of the writer alone: what is being written, in the order of the table, and from where on.
  private List<String> round = List.of();
  private int written;

  /**
   * @param what is used, for the log
   * @param store writes the last uses of some keys in one transaction
   */
  public LastUse(String what, Consumer<Map<String, Instant>> store) {
    this.what = what;
    this.store = store;
  }

  /** Starts to write. */
  public void start() {
    var unused = writer.scheduleWithFixedDelay(this::writeNext, 1, 1, TimeUnit.SECONDS);
  }

  public void record(String key, Instant at) {
    pending.merge(key, at, LastUse::later);
  }

  /** What is not written yet. */
  public Optional<Instant> pending(String key) {
    return Optional.ofNullable(pending.get(key));
  }

  /** Of how many it is not written yet. */
  public int backlog() {
    return pending.size();
  }

  /** Writes what is left. */
  @Override
  public void close() {
    writer.shutdown();
    try {
      // What still waits for the database by then need not be waited for once more.
      if (writer.awaitTermination(10, TimeUnit.SECONDS)) {
        boolean unused = write(List.copyOf(pending.keySet()));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (!pending.isEmpty()) {
      LOG.warn("When {} {} were last used could not be written and is lost", pending.size(), what);
    }
  }

  private void writeNext() {
    if (written == round.size()) {
      round = pending.keySet().stream().sorted().toList();
      written = 0;
    }
    int share = Math.max(AT_ONCE, round.size() / TURNS + 1);
    int end = Math.min(written + share, round.size());
    if (write(round.subList(written, end))) {
      written = end;
    }
  }

  private boolean write(List<String> keys) {
    Map<String, Instant> batch = new LinkedHashMap<>();
    keys.forEach(key -> batch.put(key, pending.get(key)));
    try {
      if (!batch.isEmpty()) {
        store.accept(batch);
      }
      // Used again meanwhile, it has a later time, which is kept.
      batch.forEach(pending::remove);
      return true;
    } catch (DatabaseUnavailableException e) {
      LOG.debug("Cannot write when {} {} were last used; trying again", batch.size(), what);
    } catch (RuntimeException e) {
      // Kept for the next second; an exception would end the schedule.
      LOG.warn("Cannot write when {} {} were last used; trying again", batch.size(), what, e);
    }
    return false;
  }

  private static Instant later(Instant one, Instant other) {
    return one.isAfter(other) ? one : other;
  }
}
