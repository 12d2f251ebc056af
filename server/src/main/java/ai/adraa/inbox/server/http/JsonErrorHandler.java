package ai.adraa.inbox.server.http;

import ai.adraa.inbox.server.error.ErrorCode;
import ai.adraa.inbox.server.log.LogContext;
import ai.adraa.inbox.server.model.ErrorResponse;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpURI;
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

  private final @Nullable NotFoundPage notFound;

  public JsonErrorHandler() {
    this(null);
  }

  /**
   * @param notFound what browsers get for a malformed path; null for the envelope
   */
  public JsonErrorHandler(@Nullable NotFoundPage notFound) {
    this.notFound = notFound;
  }

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
    Optional<String> fault =
        code == ErrorCode.BAD_REQUEST ? faultOfPath(request.getHttpURI()) : Optional.empty();
    if (fault.isPresent()
        && notFound != null
        && notFound.answer(request, response, code.status(), callback)) {
      return;
    }
    write(response, code, fault.map(code::envelope).orElseGet(code::envelope), callback);
  }

  /** Returns what is wrong with the path; empty if Jetty found nothing there. */
  private static Optional<String> faultOfPath(@Nullable HttpURI uri) {
    return uri == null
        ? Optional.empty()
        : uri.getViolations().stream()
            .findFirst()
            .map(
                violation ->
                    switch (violation) {
                      case FRAGMENT -> "The URL contains a fragment.";
                      case AMBIGUOUS_EMPTY_SEGMENT -> "The path contains an empty segment (//).";
                      case AMBIGUOUS_PATH_SEGMENT ->
                          "The path contains an encoded dot segment (%2e).";
                      case AMBIGUOUS_PATH_SEPARATOR -> "The path contains an encoded slash (%2F).";
                      case AMBIGUOUS_PATH_ENCODING ->
                          "The path contains an encoded percent sign (%25).";
                      case AMBIGUOUS_PATH_PARAMETER -> "The path contains a path parameter (;).";
                      case USER_INFO -> "The URL contains a user name.";
                      case SUSPICIOUS_PATH_CHARACTERS, ILLEGAL_PATH_CHARACTERS ->
                          "The path contains a character that is not allowed.";
                      // The others are kinds of wrong percent encoding.
                      default -> "The path contains percent encoding that is not valid.";
                    });
  }

  /** Sends the code's status and default envelope and completes the request. */
  public static void write(Response response, ErrorCode code, Callback callback)
      throws IOException {
    write(response, code, code.envelope(), callback);
  }

  private static void write(
      Response response, ErrorCode code, ErrorResponse envelope, Callback callback)
      throws IOException {
    response.setStatus(code.status());
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
    response.write(true, ByteBuffer.wrap(Json.MAPPER.writeValueAsBytes(envelope)), callback);
  }
}
