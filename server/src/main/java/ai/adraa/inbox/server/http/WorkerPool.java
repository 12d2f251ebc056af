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
 * Limits how many requests that may wait for the database run at the same time. The thread itself
 * is the permit, so a request releases its permit no matter how it ends. Thread-safe.
 */
public final class WorkerPool {
  private static final long IDLE_SECONDS = 60;

  private final String name;
  private final int size;
  private final Duration patience;
  private final ThreadPoolExecutor threads;
  private final AtomicInteger busy = new AtomicInteger();
  // When work last started or ended. Set before the count changes, so that whoever sees a full
  // pool never sees the time of an earlier one.
  private volatile long changedAt;

  /**
   * @param name the prefix of the thread names, and the label in the metrics
   * @param size the maximum number of threads
   * @param patience how long a request waits for a thread before it is rejected
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
            // Unbounded, because the number of connections limits the queued requests.
            new LinkedBlockingQueue<>(),
            task -> {
              Thread thread = new Thread(task, name + "-" + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    threads.allowCoreThreadTimeOut(true);
  }

  /**
   * Runs {@code work} on one of the threads, or {@code refusal} if no thread becomes free in time
   * or the pool is closed. Exactly one of the two runs.
   *
   * @param refusal runs on the calling thread if the pool is closed, otherwise on the timer's
   * @param timer runs the refusal when the work has waited too long
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

  /** Returns the pool's name, the label in the metrics. */
  public String name() {
    return name;
  }

  /** Returns the number of threads that are running a request. */
  public int busy() {
    return busy.get();
  }

  /** Returns the number of requests that wait for a thread. */
  public int waiting() {
    return threads.getQueue().size();
  }

  /** Returns true if all threads have been busy for longer than this and none has finished. */
  public boolean isStalledFor(Duration time) {
    return busy.get() == size && System.nanoTime() - changedAt > time.toNanos();
  }

  /** Finishes running and queued work and rejects new work. Does not wait. */
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
      changedAt = System.nanoTime();
      busy.incrementAndGet();
      Scheduler.Task timeout = expiry;
      if (timeout != null) {
        timeout.cancel();
      }
      try {
        work.run();
      } finally {
        changedAt = System.nanoTime();
        busy.decrementAndGet();
      }
    }
  }
}
