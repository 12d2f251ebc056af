package ai.adraa.inbox.server.http;

import java.time.Duration;
import java.util.List;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Continues a request in a worker thread, because the handlers that follow may wait for the
 * database. The handlers before it never wait, so Jetty runs them in the thread that reads the
 * connection: handing a connection to another thread takes longer than a verification.
 */
public final class WorkerHandler extends Handler.Wrapper {
  // More threads would only wait for the database's connections.
  private static final int THREADS = 16;

  private final String verificationPath;
  // Verification has threads of its own, so that writes to a slow disk cannot hold it up.
  private final WorkerPool verifications;
  private final WorkerPool others;

  /**
   * @param patience how long a request waits for a thread before it is answered 503
   */
  public WorkerHandler(String verificationPath, Duration patience, Handler next) {
    super(next);
    this.verificationPath = verificationPath;
    this.verifications = new WorkerPool("verifications", THREADS, patience);
    this.others = new WorkerPool("others", THREADS, patience);
  }

  /** The threads, for metrics and readiness. */
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

  /** Handles the request in a worker thread, or answers 503 if none becomes free in time. */
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

  /** Lets a handler answer in this thread, outside of the call in which Jetty sees it fail. */
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
