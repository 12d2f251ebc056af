package ai.adraa.inbox.server.error;

import ai.adraa.inbox.server.model.ErrorBody;
import ai.adraa.inbox.server.model.ErrorDetail;
import ai.adraa.inbox.server.model.ErrorResponse;
import java.util.List;

/** The contract's error codes. Each code defines its HTTP status and its default message. */
public enum ErrorCode {
  BAD_REQUEST(400, "The request is not valid."),
  VALIDATION_ERROR(400, "The request is not valid."),
  MISSING_TOKEN(401, "Send an API token in the Authorization header: Bearer adraa_..."),
  INVALID_API_TOKEN(401, "The API token is not valid."),
  INVALID_SIGN_IN_CODE(401, "The code is wrong, used or expired. Request a new one."),
  MISSING_SESSION(401, "Sign in to the console first."),
  INVALID_SESSION(401, "The session has ended. Sign in again."),
  ADMIN_REQUIRED(403, "Only workspace admins can create and revoke API tokens."),
  CROSS_ORIGIN_REQUEST(403, "The request came from another site."),
  INVALID_SIGNATURE(403, "The signature of the request is not valid."),
  NOT_FOUND(404, "The path does not exist."),
  WORKSPACE_NOT_FOUND(404, "The workspace does not exist."),
  TOKEN_NOT_FOUND(404, "The token does not exist in this workspace."),
  METHOD_NOT_ALLOWED(405, "The path does not support this method."),
  NOT_ACCEPTABLE(406, "The API returns only application/json."),
  TOKEN_NOT_ACTIVE(
      409,
      "The token is not active. A revoked or expired token cannot be changed; replace it instead."),
  TOKEN_ALREADY_REPLACED(
      409,
      "The token already has a replacement. Revoke the replacement first, or replace the"
          + " replacement."),
  PAYLOAD_TOO_LARGE(413, "The request body is too large."),
  URI_TOO_LONG(414, "The URL is too long."),
  UNSUPPORTED_MEDIA_TYPE(415, "Send the body as application/json."),
  RATE_LIMIT_EXCEEDED(429, "Too many requests. Retry after the time in Retry-After."),
  HEADERS_TOO_LARGE(431, "The request headers are too large."),
  INTERNAL_ERROR(500, "Internal server error. Give the request id to support."),
  SERVICE_UNAVAILABLE(503, "The server is temporarily unavailable. Try again soon.");

  /** The value of Retry-After in seconds for {@link #SERVICE_UNAVAILABLE}. */
  public static final int RETRY_SECONDS = 5;

  private final int status;
  private final String message;

  ErrorCode(int status, String message) {
    this.status = status;
    this.message = message;
  }

  /** Returns the HTTP status. */
  public int status() {
    return status;
  }

  /** Returns the code for a failure of which only the HTTP status is known. */
  public static ErrorCode ofStatus(int status) {
    return switch (status) {
      case 404 -> NOT_FOUND;
      case 405 -> METHOD_NOT_ALLOWED;
      case 406 -> NOT_ACCEPTABLE;
      case 413 -> PAYLOAD_TOO_LARGE;
      case 414 -> URI_TOO_LONG;
      case 415 -> UNSUPPORTED_MEDIA_TYPE;
      case 429 -> RATE_LIMIT_EXCEEDED;
      case 431 -> HEADERS_TOO_LARGE;
      case 503 -> SERVICE_UNAVAILABLE;
      // Jetty uses these for an unknown method, transfer coding or HTTP version.
      case 501, 505 -> BAD_REQUEST;
      default -> status < 500 ? BAD_REQUEST : INTERNAL_ERROR;
    };
  }

  /** Returns the envelope with the code's default message. */
  public ErrorResponse envelope() {
    return envelope(message);
  }

  /** Returns the envelope with a message that is more specific than the default. */
  public ErrorResponse envelope(String betterMessage) {
    return new ErrorResponse().error(new ErrorBody().code(name()).message(betterMessage));
  }

  /** Returns the envelope with {@code details}, which is left out if the list is empty. */
  public ErrorResponse envelope(List<ErrorDetail> details) {
    ErrorResponse envelope = envelope();
    return details.isEmpty() ? envelope : envelope.error(envelope.getError().details(details));
  }
}
