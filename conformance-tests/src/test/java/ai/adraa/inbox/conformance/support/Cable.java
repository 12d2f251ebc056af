package ai.adraa.inbox.conformance.support;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A network between a port of its own and a server, which can be cut: as when a cable is pulled,
 * nothing arrives any more and nobody is told.
 */
public final class Cable implements AutoCloseable {
  private final ServerSocket here;
  private final int there;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition mended = lock.newCondition();
  private final AtomicInteger connections = new AtomicInteger();
  private boolean cut;

  public Cable(int there) {
    this.there = there;
    try {
      here = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    threads.execute(this::accept);
  }

  public int port() {
    return here.getLocalPort();
  }

  /** How many connections were opened so far. */
  public int connections() {
    return connections.get();
  }

  public void cut() {
    set(true);
  }

  public void mend() {
    set(false);
  }

  private void set(boolean now) {
    lock.lock();
    try {
      cut = now;
      mended.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void awaitWhole() throws InterruptedException {
    lock.lock();
    try {
      while (cut) {
        mended.await();
      }
    } finally {
      lock.unlock();
    }
  }

  private void accept() {
    while (!here.isClosed()) {
      try {
        Socket caller = here.accept();
        connections.incrementAndGet();
        threads.execute(
            () -> {
              try {
                awaitWhole();
                Socket server = new Socket(InetAddress.getLoopbackAddress(), there);
                server.setTcpNoDelay(true);
                caller.setTcpNoDelay(true);
                threads.execute(() -> carry(caller, server));
                carry(server, caller);
              } catch (IOException | InterruptedException e) {
                close(caller);
              }
            });
      } catch (IOException e) {
        // The test is over, or the caller has gone again.
      }
    }
  }

  private void carry(Socket from, Socket to) {
    byte[] buffer = new byte[64 * 1024];
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        awaitWhole();
        out.write(buffer, 0, read);
      }
    } catch (IOException | InterruptedException e) {
      // One end has closed it, and so the other is closed as well.
    }
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // It is of no more use either way.
    }
  }

  @Override
  public void close() {
    try {
      here.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    threads.shutdownNow();
  }
}
