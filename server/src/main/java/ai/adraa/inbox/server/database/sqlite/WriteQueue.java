package ai.adraa.inbox.server.database.sqlite;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Runs writes on one thread. Queued writes share one transaction, because syncing the disk takes as
 * long for one write as for many. Thread-safe.
 */
final class WriteQueue implements AutoCloseable {
  private static final int MAX_TOGETHER = 64;

  private final Consumer<Consumer<Handle>> transaction;
  private final Function<String, RuntimeException> refusal;
  private final long waitMillis;
  private final Queue<Write<?>> waiting = new ConcurrentLinkedQueue<>();
  private final ExecutorService writer =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread thread = new Thread(task, "database-writer");
            thread.setDaemon(true);
            return thread;
          });

  /**
   * @param transaction runs the given work in one transaction and commits it; throws if nothing was
   *     written or the result is unknown
   * @param refusal makes the exception for a write that was not started, from the reason
   * @param waitMillis how long a write waits for its turn
   */
  WriteQueue(
      Consumer<Consumer<Handle>> transaction,
      Function<String, RuntimeException> refusal,
      long waitMillis) {
    this.transaction = transaction;
    this.refusal = refusal;
    this.waitMillis = waitMillis;
  }

  /** A queued write and its result. */
  private static final class Write<T extends @Nullable Object> extends CompletableFuture<T> {
    private final Function<Handle, T> work;
    private @Nullable T result;

    Write(Function<Handle, T> work) {
      this.work = work;
    }

    void run(Handle handle) {
      result = work.apply(handle);
    }

    @SuppressWarnings("NullAway") // The result is null only if T allows null.
    void complete() {
      complete(result);
    }
  }

  /**
   * Runs the work and returns its result once it is committed. Work that has not started is given
   * up after the wait or on an interrupt. Work that has started has no time limit, because only its
   * result tells whether it was committed.
   *
   * @param work may run twice, the second time without the others
   */
  <T extends @Nullable Object> T write(Function<Handle, T> work) {
    Write<T> write = new Write<>(work);
    waiting.add(write);
    try {
      writer.execute(this::runWaiting);
    } catch (RejectedExecutionException e) {
      waiting.remove(write);
      throw refusal.apply("it is closed");
    }
    boolean started = false;
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return started ? write.get() : write.get(waitMillis, TimeUnit.MILLISECONDS);
        } catch (TimeoutException | InterruptedException e) {
          interrupted |= e instanceof InterruptedException;
          if (waiting.remove(write)) {
            throw refusal.apply("it is busy with other writes");
          }
          started = true;
        }
      }
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException failure
          ? failure
          : new IllegalStateException(e.getCause());
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Returns how many writes are queued and not started. */
  int waiting() {
    return waiting.size();
  }

  private void runWaiting() {
    List<Write<?>> batch = new ArrayList<>();
    while (batch.size() < MAX_TOGETHER && waiting.peek() != null) {
      Write<?> next = waiting.poll();
      if (next != null) {
        batch.add(next);
      }
    }
    if (batch.size() < 2 || !runTogether(batch)) {
      // Run each write alone, so that a failing one does not affect the others.
      batch.forEach(write -> runTogether(List.of(write)));
    }
  }

  /**
   * Runs the writes in one transaction and completes them. Returns false, with nothing written and
   * none completed, if the work of one of several writes fails.
   */
  private boolean runTogether(List<Write<?>> batch) {
    AtomicBoolean worked = new AtomicBoolean(true);
    try {
      transaction.accept(
          handle -> {
            worked.set(false);
            batch.forEach(write -> write.run(handle));
            worked.set(true);
          });
      batch.forEach(Write::complete);
    } catch (RuntimeException | Error e) {
      if (batch.size() > 1 && !worked.get()) {
        return false;
      }
      // An Error is not rethrown either: the callers of the next writes wait for this thread.
      batch.forEach(write -> write.completeExceptionally(e));
    }
    return true;
  }

  /** Refuses new writes and waits for the queued ones, as long as a write waits for its turn. */
  @Override
  public void close() {
    writer.shutdown();
    try {
      boolean unused = writer.awaitTermination(waitMillis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
