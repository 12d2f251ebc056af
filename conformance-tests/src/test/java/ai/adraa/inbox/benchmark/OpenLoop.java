package ai.adraa.inbox.benchmark;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/**
 * Sends requests at a fixed rate whatever the server does, and times each from when it was due, not
 * from when a slow answer before it let it go: without "coordinated omission", as wrk2 does it.
 */
final class OpenLoop {
  private static final int CONNECTIONS = 32;

  private OpenLoop() {}

  /** Latencies in nanoseconds. */
  static Histogram run(int port, List<byte[]> requests, double perSecond, double seconds)
      throws InterruptedException {
    ExecutorService threads = Executors.newFixedThreadPool(CONNECTIONS);
    try {
      long begin = System.nanoTime() + 10_000_000;
      double intervalNanos = CONNECTIONS * 1e9 / perSecond;
      List<Future<Histogram>> parts = new ArrayList<>();
      for (int i = 0; i < CONNECTIONS; i++) {
        long first = begin + Math.round(i * 1e9 / perSecond);
        int offset = i * 7919;
        parts.add(
            threads.submit(() -> send(port, requests, offset, first, intervalNanos, seconds)));
      }
      Histogram all = new Histogram(3);
      for (Future<Histogram> part : parts) {
        all.add(part.get());
      }
      return all;
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    } finally {
      threads.shutdownNow();
    }
  }

  private static Histogram send(
      int port, List<byte[]> requests, int offset, long first, double intervalNanos, double seconds)
      throws IOException {
    Histogram latencies = new Histogram(3);
    try (Connection connection = new Connection(port)) {
      for (long i = 0; i * intervalNanos < seconds * 1e9; i++) {
        long due = first + Math.round(i * intervalNanos);
        for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
          LockSupport.parkNanos(wait);
        }
        int status = connection.send(requests.get((int) ((offset + i) % requests.size()))).status();
        latencies.recordValue(System.nanoTime() - due);
        if (status != 200) {
          throw new IOException("The answer was " + status);
        }
      }
    }
    return latencies;
  }
}
