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
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * Assigns each request an id, which appears in its log lines and in the {@code X-Request-Id}
 * response header. The MDC contains the id and the client address while a handler runs.
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

  /** Runs {@code next} on the current thread with the request's id and address in the MDC. */
  static boolean inContext(
      Request request, Response response, Callback callback, Request.Handler next)
      throws Exception {
    try (MDC.MDCCloseable unusedId = MDC.putCloseable(LogContext.REQUEST_ID, id(request));
        MDC.MDCCloseable unusedAddress = MDC.putCloseable(LogContext.ADDRESS, address(request))) {
      return next.handle(request, response, callback);
    }
  }

  private static @Nullable String address(Request request) {
    return IpAddress.of(request.getConnectionMetaData().getRemoteSocketAddress()).orElse(null);
  }

  /** Returns the request's id; the first call creates it. */
  static String id(Request request) {
    if (request.getAttribute(ATTRIBUTE) instanceof String id) {
      return id;
    }
    String id = CUID.randomCUID1().toString();
    request.setAttribute(ATTRIBUTE, id);
    return id;
  }

  /** Sets the headers that every response has. */
  public static void setHeaders(Request request, Response response) {
    response.getHeaders().put("X-Request-Id", id(request));
    response.getHeaders().put(NO_SNIFFING);
    // Responses contain private data. Pages override this header.
    response.getHeaders().put(NO_STORE);
  }
}
