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
 * Collects the last-use times of tokens or sessions and writes them once a second, so that a read
 * does not wait for the disk. With more than 1000 keys in use, writing all of them takes up to 16
 * seconds. A crash loses the times that are not written yet: those of about the last second, with
 * more than 1000 keys those of up to two such rounds. A clean shutdown loses nothing. Thread-safe.
 */
public final class LastUse implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LastUse.class);

  // With many keys in use, each row is on its own page. Writing all of them every second reduces
  // verification throughput by a quarter, and most of them are soon used again.
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
  // Used by the writer thread only: this round's keys in table order, and how many are written.
  private List<String> round = List.of();
  private int written;

  /**
   * @param what the plural noun for the log, such as tokens
   * @param store writes the last-use times of the given keys in one transaction
   */
  public LastUse(String what, Consumer<Map<String, Instant>> store) {
    this.what = what;
    this.store = store;
  }

  /** Starts the writer, which runs every second. */
  public void start() {
    var unused = writer.scheduleWithFixedDelay(this::writeNext, 1, 1, TimeUnit.SECONDS);
  }

  /** Records a use without waiting for the database; the latest time of a key wins. */
  public void record(String key, Instant at) {
    pending.merge(key, at, LastUse::later);
  }

  /** Returns the last use of the key that is not written yet; empty if there is none. */
  public Optional<Instant> pending(String key) {
    return Optional.ofNullable(pending.get(key));
  }

  /** Returns how many keys have a last use that is not written yet. */
  public int backlog() {
    return pending.size();
  }

  /** Stops the writer, waits up to 10 seconds for it, and writes the remaining last-use times. */
  @Override
  public void close() {
    writer.shutdown();
    try {
      // If the writer still waits for the database by then, another attempt would wait as well.
      if (writer.awaitTermination(10, TimeUnit.SECONDS)) {
        boolean unused = write(List.copyOf(pending.keySet()));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (!pending.isEmpty()) {
      LOG.warn("Lost the last-use times of {} {}: they could not be written", pending.size(), what);
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
      // A key that was used again in the meantime has a later time, which stays pending.
      batch.forEach(pending::remove);
      return true;
    } catch (DatabaseUnavailableException e) {
      LOG.debug("Cannot write the last-use times of {} {}; retrying", batch.size(), what);
    } catch (RuntimeException e) {
      // The times stay pending for the next run. A thrown exception would end the schedule.
      LOG.warn("Cannot write the last-use times of {} {}; retrying", batch.size(), what, e);
    }
    return false;
  }

  private static Instant later(Instant one, Instant other) {
    return one.isAfter(other) ? one : other;
  }
}
