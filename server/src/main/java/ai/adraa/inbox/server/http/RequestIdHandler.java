package ai.adraa.inbox.server.http;

import ai.adraa.inbox.server.log.LogContext;
import io.github.thibaultmeyer.cuid.CUID;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.PreEncodedHttpField;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.slf4j.MDC;

/**
 * Gives each request an id, under which it is logged and which its answer carries. The thread that
 * answers it knows the id, and the address that asks.
 */
public final class RequestIdHandler extends Handler.Wrapper {
  private static final HttpField NO_SNIFFING =
      new PreEncodedHttpField("X-Content-Type-Options", "nosniff");
  private static final HttpField NO_STORE =
      new PreEncodedHttpField(HttpHeader.CACHE_CONTROL, "no-store");
  private static final String ATTRIBUTE = RequestIdHandler.class.getName();

  public RequestIdHandler(Handler next) {
    super(next);
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    setHeaders(request, response);
    return inContext(request, response, callback, super::handle);
  }

  /** Handles the request in this thread, whose log lines then carry its id and address. */
  static boolean inContext(
      Request request, Response response, Callback callback, Request.Handler next)
      throws Exception {
    try (MDC.MDCCloseable unusedId = MDC.putCloseable(LogContext.REQUEST_ID, id(request));
        MDC.MDCCloseable unusedAddress =
            MDC.putCloseable(LogContext.ADDRESS, Request.getRemoteAddr(request))) {
      return next.handle(request, response, callback);
    }
  }

  /** The request's id; it gets one when first asked for it. */
  static String id(Request request) {
    if (request.getAttribute(ATTRIBUTE) instanceof String id) {
      return id;
    }
    String id = CUID.randomCUID1().toString();
    request.setAttribute(ATTRIBUTE, id);
    return id;
  }

  /** Sets the headers that every answer has. */
  public static void setHeaders(Request request, Response response) {
    response.getHeaders().put("X-Request-Id", id(request));
    response.getHeaders().put(NO_SNIFFING);
    // Answers hold what only their reader may see; a page sets its own rule.
    response.getHeaders().put(NO_STORE);
  }
}
