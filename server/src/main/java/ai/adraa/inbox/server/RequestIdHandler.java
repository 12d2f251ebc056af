package ai.adraa.inbox.server;

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
final class RequestIdHandler extends Handler.Wrapper {
  static final String MDC_KEY = "requestId";
  static final String MDC_ADDRESS = "address";
  private static final HttpField NO_SNIFFING =
      new PreEncodedHttpField("X-Content-Type-Options", "nosniff");
  private static final HttpField NO_STORE =
      new PreEncodedHttpField(HttpHeader.CACHE_CONTROL, "no-store");
  private static final String ATTRIBUTE = RequestIdHandler.class.getName();

  RequestIdHandler(Handler next) {
    super(next);
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    setHeaders(request, response);
    try (MDC.MDCCloseable unusedId = MDC.putCloseable(MDC_KEY, id(request));
        MDC.MDCCloseable unusedAddress =
            MDC.putCloseable(MDC_ADDRESS, Request.getRemoteAddr(request))) {
      return super.handle(request, response, callback);
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
  static void setHeaders(Request request, Response response) {
    response.getHeaders().put("X-Request-Id", id(request));
    response.getHeaders().put(NO_SNIFFING);
    // Answers hold what only their reader may see; a page sets its own rule.
    response.getHeaders().put(NO_STORE);
  }
}
