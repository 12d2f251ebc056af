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
import java.util.function.BinaryOperator;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Collects the uses of tokens or sessions and writes them once a second, so that a read does not
 * wait for the disk. With more than 1000 keys in use, writing all of them takes up to 16 seconds. A
 * crash loses the uses that are not written yet: those of about the last second, with more than
 * 1000 keys those of up to two such rounds. A clean shutdown loses nothing. Thread-safe.
 *
 * @param <U> the uses of one key since they were last written
 */
public final class LastUse<U> implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LastUse.class);

  // With many keys in use, each row is on its own page. Writing all of them every second reduces
  // verification throughput by a quarter, and most of them are soon used again.
  private static final int AT_ONCE = 1_000;
  private static final int TURNS = 16;

  private final String what;
  private final BinaryOperator<U> merge;
  private final Consumer<Map<String, U>> store;
  private final ConcurrentHashMap<String, U> pending = new ConcurrentHashMap<>();
  // Taken from the pending ones until they are written.
  private volatile Map<String, U> writing = Map.of();
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
   * @param merge adds up two uses of one key
   * @param store writes the uses of the given keys in one transaction
   */
  public LastUse(String what, BinaryOperator<U> merge, Consumer<Map<String, U>> store) {
    this.what = what;
    this.merge = merge;
    this.store = store;
  }

  /** Returns one that writes only the latest time of each key. */
  public static LastUse<Instant> ofTimes(String what, Consumer<Map<String, Instant>> store) {
    return new LastUse<>(what, (one, other) -> one.isAfter(other) ? one : other, store);
  }

  /** Starts the writer, which runs every second. */
  public void start() {
    var unused = writer.scheduleWithFixedDelay(this::writeNext, 1, 1, TimeUnit.SECONDS);
  }

  /** Records a use without waiting for the database. */
  public void record(String key, U use) {
    pending.merge(key, use, merge);
  }

  /**
   * Records a use without waiting for the database.
   *
   * @param add returns the uses of the key with the new one added; called with null if there are
   *     none, and by one thread at a time, so it can change its argument
   */
  public void update(String key, UnaryOperator<@Nullable U> add) {
    pending.compute(key, (unused, uses) -> add.apply(uses));
  }

  /** Returns the unwritten uses of the key; empty if all are written. */
  public Optional<U> pending(String key) {
    U use = pending.get(key);
    return Optional.ofNullable(use == null ? writing.get(key) : use);
  }

  /** Returns how many keys have uses that are not written yet. */
  public int backlog() {
    return pending.size() + writing.size();
  }

  /** Stops the writer, waits up to 10 seconds for it, and writes the remaining uses. */
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
    if (backlog() > 0) {
      LOG.warn("Lost the last uses of {} {}: they could not be written", backlog(), what);
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
    // For readers, who must find a use that is no longer pending and not yet stored.
    writing = values(keys, pending::get);
    // What is added from here on is for the next run.
    Map<String, U> batch = values(keys, pending::remove);
    writing = batch;
    try {
      if (!batch.isEmpty()) {
        store.accept(batch);
      }
      writing = Map.of();
      return true;
    } catch (DatabaseUnavailableException e) {
      LOG.debug("Cannot write the last uses of {} {}; retrying", batch.size(), what);
    } catch (RuntimeException e) {
      // A thrown exception would end the schedule.
      LOG.warn("Cannot write the last uses of {} {}; retrying", batch.size(), what, e);
    }
    batch.forEach((key, use) -> pending.merge(key, use, merge));
    writing = Map.of();
    return false;
  }

  private static <U> Map<String, U> values(
      List<String> keys, Function<String, @Nullable U> valueOf) {
    Map<String, U> values = new LinkedHashMap<>();
    for (String key : keys) {
      U value = valueOf.apply(key);
      if (value != null) {
        values.put(key, value);
      }
    }
    return values;
  }
}
