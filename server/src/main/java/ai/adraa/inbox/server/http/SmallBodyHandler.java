package ai.adraa.inbox.server.http;

import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.SizeLimitHandler;
import org.eclipse.jetty.util.Callback;

/** Refuses a body that is not small, except at one path and the paths under it. */
public final class SmallBodyHandler extends SizeLimitHandler {
  private final String exception;

  /**
   * @param exception the path that may have larger bodies
   */
  public SmallBodyHandler(String exception, Handler next) {
    super(BodyHandler.SMALL, -1);
    this.exception = exception;
    setHandler(next);
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    String path = request.getHttpURI().getPath();
    return path.equals(exception) || path.startsWith(exception + "/")
        ? getHandler().handle(request, response, callback)
        : super.handle(request, response, callback);
  }
}
