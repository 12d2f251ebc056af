package ai.adraa.inbox.server;

import java.util.concurrent.CountDownLatch;

/** Holds the threads that reach it until it is opened, so that a test decides what comes first. */
public final class Gate {
  private final CountDownLatch arrivals;
  private final CountDownLatch open = new CountDownLatch(1);

  /**
   * @param threads how many threads {@link #awaitArrivals} waits for
   */
  public Gate(int threads) {
    arrivals = new CountDownLatch(threads);
  }

  /** Waits until the gate is open. Returns true, as a transaction that a database runs must. */
  public boolean pass() {
    arrivals.countDown();
    try {
      open.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return true;
  }

  public void awaitArrivals() throws InterruptedException {
    arrivals.await();
  }

  public void open() {
    open.countDown();
  }
}
