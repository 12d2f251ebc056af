package ai.adraa.inbox.server.http;

import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * A fixed number of threads for requests that may wait for the database. The thread itself is the
 * permit to work, so a request gives its permit back however it ends. Thread-safe.
 */
public final class WorkerPool {
  private static final long IDLE_SECONDS = 60;

  private final String name;
  private final int size;
  private final Duration patience;
  private final ThreadPoolExecutor threads;
  private final AtomicInteger busy = new AtomicInteger();
  private volatile long fullSince;

  /**
   * @param size the number of threads
   * @param patience how long a request waits for a thread before it is refused
   */
  WorkerPool(String name, int size, Duration patience) {
    this.name = name;
    this.size = size;
    this.patience = patience;
    AtomicInteger number = new AtomicInteger();
    this.threads =
        new ThreadPoolExecutor(
            size,
            size,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            // The number of connections limits how many requests wait.
            new LinkedBlockingQueue<>(),
            task -> {
              Thread thread = new Thread(task, name + "-" + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    threads.allowCoreThreadTimeOut(true);
  }

  /**
   * Runs the work in one of the threads, or the refusal if none becomes free in time or the pool is
   * closed. Exactly one of the two runs.
   *
   * @param timer notices that the work has waited too long, and then runs the refusal
   */
  void execute(Runnable work, Runnable refusal, Scheduler timer) {
    Task task = new Task(work);
    try {
      threads.execute(task);
    } catch (RejectedExecutionException e) {
      refusal.run();
      return;
    }
    if (!task.begun) {
      task.expireBy(
          timer.schedule(
              () -> {
                if (threads.remove(task)) {
                  refusal.run();
                }
              },
              patience.toMillis(),
              TimeUnit.MILLISECONDS));
    }
  }

  public String name() {
    return name;
  }

  /** How many threads are at work. */
  public int busy() {
    return busy.get();
  }

  /** How many requests wait for a thread. */
  public int waiting() {
    return threads.getQueue().size();
  }

  /** Whether all threads have been at work for this long and none has finished. */
  public boolean isStalledFor(Duration time) {
    return busy.get() == size && System.nanoTime() - fullSince > time.toNanos();
  }

  /** Lets running work end and refuses new work. */
  void close() {
    threads.shutdown();
  }

  private final class Task implements Runnable {
    private final Runnable work;
    private volatile boolean begun;
    private volatile Scheduler.@Nullable Task expiry;

    Task(Runnable work) {
      this.work = work;
    }

    void expireBy(Scheduler.Task timeout) {
      expiry = timeout;
      if (begun) {
        timeout.cancel();
      }
    }

    @Override
    public void run() {
      begun = true;
      if (busy.incrementAndGet() == size) {
        fullSince = System.nanoTime();
      }
      Scheduler.Task timeout = expiry;
      if (timeout != null) {
        timeout.cancel();
      }
      try {
        work.run();
      } finally {
        busy.decrementAndGet();
      }
    }
  }
}
