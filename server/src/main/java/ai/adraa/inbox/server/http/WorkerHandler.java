package ai.adraa.inbox.server.http;

import java.time.Duration;
import java.util.List;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Moves a request to a worker thread, because the handlers after it may wait for the database. The
 * handlers before it are not expected to wait, so Jetty runs them on the I/O thread: handing over a
 * connection to another thread takes longer than a verification.
 */
public final class WorkerHandler extends Handler.Wrapper {
  // More threads would only wait for database connections.
  private static final int THREADS = 16;

  private final String verificationPath;
  // Verifications have their own threads, so that writes to a slow disk cannot delay them.
  private final WorkerPool verifications;
  private final WorkerPool others;

  /**
   * @param verificationPath the path whose requests use the pool for verifications
   * @param patience how long a request waits for a thread before it fails with 503
   */
  public WorkerHandler(String verificationPath, Duration patience, Handler next) {
    super(next);
    this.verificationPath = verificationPath;
    this.verifications = new WorkerPool("verifications", THREADS, patience);
    this.others = new WorkerPool("others", THREADS, patience);
  }

  /** Returns the thread pools, for metrics and readiness. */
  public List<WorkerPool> pools() {
    return List.of(verifications, others);
  }

  @Override
  public InvocationType getInvocationType() {
    return InvocationType.NON_BLOCKING;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    execute(request, response, callback, super::handle);
    return true;
  }

  /** Runs {@code next} on a worker thread, or responds 503 if none becomes free in time. */
  public void execute(Request request, Response response, Callback callback, Request.Handler next) {
    boolean verification = verificationPath.equals(request.getHttpURI().getPath());
    (verification ? verifications : others)
        .execute(
            () -> run(request, response, callback, next),
            () ->
                Response.writeError(
                    request, response, callback, HttpStatus.SERVICE_UNAVAILABLE_503),
            request.getComponents().getScheduler());
  }

  @Override
  protected void doStop() throws Exception {
    super.doStop();
    pools().forEach(WorkerPool::close);
  }

  /**
   * Runs {@code next} on the current thread. Turns a failure into an error response, because Jetty
   * handles exceptions only in its own call of the handler chain.
   */
  static void run(Request request, Response response, Callback callback, Request.Handler next) {
    try {
      if (!RequestIdHandler.inContext(request, response, callback, next)) {
        Response.writeError(request, response, callback, HttpStatus.NOT_FOUND_404);
      }
    } catch (Throwable t) {
      Response.writeError(request, response, callback, t);
    }
  }
}
