package ai.adraa.inbox.server.http;

import ai.adraa.inbox.server.error.ErrorCode;
import ai.adraa.inbox.server.log.LogContext;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.EofException;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/** Writes the error envelope for requests that fail outside a resource. Thread-safe. */
public final class JsonErrorHandler extends ErrorHandler {
  private static final Logger LOG = LoggerFactory.getLogger(JsonErrorHandler.class);

  @Override
  public boolean errorPageForMethod(String method) {
    return true;
  }

  @Override
  protected void generateResponse(
      Request request,
      Response response,
      int status,
      @Nullable String message,
      @Nullable Throwable cause,
      Callback callback)
      throws IOException {
    ErrorCode code =
        cause instanceof EofException || cause instanceof TimeoutException
            // The client disconnected or paused too long.
            ? ErrorCode.BAD_REQUEST
            : ErrorCode.ofStatus(status);
    if (code == ErrorCode.INTERNAL_ERROR) {
      // The MDC may be empty: Jetty can fail a request before any handler runs.
      try (MDC.MDCCloseable unused =
          MDC.putCloseable(LogContext.REQUEST_ID, RequestIdHandler.id(request))) {
        LOG.error("A request failed", cause);
      }
    }
    if (code == ErrorCode.SERVICE_UNAVAILABLE) {
      response.getHeaders().put(HttpHeader.RETRY_AFTER, ErrorCode.RETRY_SECONDS);
    }
    if (code != ErrorCode.SERVICE_UNAVAILABLE) {
      // Jetty closes the connection after most of these errors, and a correct client does not
      // cause them.
      response.getHeaders().put(HttpHeader.CONNECTION, "close");
    }
    // Jetty has reset the response, or has rejected the request before any handler ran.
    RequestIdHandler.setHeaders(request, response);
    write(response, code, callback);
  }

  /** Sends the code's status and envelope and completes the request. */
  public static void write(Response response, ErrorCode code, Callback callback)
      throws IOException {
    response.setStatus(code.status());
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
    response.write(true, ByteBuffer.wrap(Json.MAPPER.writeValueAsBytes(code.envelope())), callback);
  }
}
