package ai.adraa.inbox.server;

import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Lets a request go on in another thread than those that read and write connections: what follows
 * may wait for the database. All before it waits for nothing, so that Jetty hands no connection
 * from thread to thread, which takes longer than a verification.
 */
final class WorkerHandler extends Handler.Wrapper {
  WorkerHandler(Handler next) {
    super(next);
  }

  @Override
  public InvocationType getInvocationType() {
    return InvocationType.NON_BLOCKING;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    request.getContext().execute(() -> run(request, response, callback, super::handle));
    return true;
  }

  /** Lets a handler answer in this thread, out of the call in which Jetty would see it fail. */
  static void run(Request request, Response response, Callback callback, Request.Handler next) {
    try {
      if (!next.handle(request, response, callback)) {
        Response.writeError(request, response, callback, HttpStatus.NOT_FOUND_404);
      }
    } catch (Throwable t) {
      Response.writeError(request, response, callback, t);
    }
  }
}
