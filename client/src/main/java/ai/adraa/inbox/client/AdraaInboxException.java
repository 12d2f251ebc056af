package ai.adraa.inbox.client;

import ai.adraa.inbox.client.generated.ApiException;
import ai.adraa.inbox.client.model.ErrorBody;
import ai.adraa.inbox.client.model.ErrorDetail;
import ai.adraa.inbox.client.model.ErrorResponse;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Thrown when a request fails: the API returned an error, something else such as a proxy responded,
 * or no response arrived. Decide by {@link #code}, which {@link ErrorCodes} lists, and handle a
 * code that you do not know by {@link #status}. The message never contains a token or a session id.
 */
public final class AdraaInboxException extends RuntimeException {
  /** The code if no response arrived: no connection, or a timeout. The status is 0. */
  public static final String NO_ANSWER = "NO_ANSWER";

  /**
   * The code if the response did not come from the API, such as an error page of a proxy, or lacks
   * a field that the contract requires.
   */
  public static final String UNREADABLE_ANSWER = "UNREADABLE_ANSWER";

  private static final long serialVersionUID = 1;

  private final String code;
  private final int status;
  // Null in an exception that an earlier version serialized.
  private final @Nullable List<ErrorDetail> details;
  private final @Nullable String requestId;
  private final @Nullable Duration retryAfter;

  private AdraaInboxException(
      int status,
      String code,
      String message,
      List<ErrorDetail> details,
      HttpHeaders headers,
      @Nullable Throwable cause) {
    super(message, cause);
    this.status = status;
    this.code = code;
    this.details = details;
    this.requestId = headers.firstValue("X-Request-Id").orElse(null);
    this.retryAfter =
        headers.firstValue("Retry-After").flatMap(AdraaInboxException::retryAfter).orElse(null);
  }

  /** Returns the API's error code, which a later server may have added, or a code of this class. */
  public String code() {
    return code;
  }

  /** Returns the HTTP status; 0 if no response arrived. */
  public int status() {
    return status;
  }

  /** Returns the fields that are not valid, for {@code VALIDATION_ERROR}; otherwise empty. */
  public List<ErrorDetail> details() {
    return details == null ? List.of() : details;
  }

  /** Returns the id of the request in the server's log; empty if the response has none. */
  public Optional<String> requestId() {
    return Optional.ofNullable(requestId);
  }

  /** Returns how long to wait before the next request (RFC 9110 §10.2.3); empty if not known. */
  public Optional<Duration> retryAfter() {
    return Optional.ofNullable(retryAfter);
  }

  /**
   * Returns true if the same request may succeed later: no response arrived, there were too many
   * requests, or the server or a proxy failed. After a call that creates something, first check
   * whether it was done, unless {@link #status} is 429.
   */
  public boolean isRetryable() {
    return status == 0 || status == 429 || status >= 500;
  }

  /** Returns an exception for a response that does not match the contract. */
  static AdraaInboxException unreadable(String message) {
    return unreadable(message, 200, Exchange.NO_HEADERS);
  }

  /** Returns it with the status and the headers, which name the request. */
  static AdraaInboxException unreadable(String message, int status, HttpHeaders headers) {
    return new AdraaInboxException(status, UNREADABLE_ANSWER, message, List.of(), headers, null);
  }

  /** Parses a time in a header. */
  static Instant time(String value) {
    try {
      return Instant.parse(value);
    } catch (DateTimeException e) {
      throw unreadable("A time in the response is not valid.");
    }
  }

  /** Returns the exception for a failure of the generated code, without a path or a secret. */
  static AdraaInboxException of(ApiException failure, URI baseUrl, Exchange exchange) {
    HttpHeaders headers =
        failure.getResponseHeaders() == null ? Exchange.NO_HEADERS : failure.getResponseHeaders();
    Throwable cause = failure.getCause();
    if (cause instanceof JsonProcessingException) {
      // Without the cause, because its message quotes the response.
      return unreadable(
          "The response does not match the contract.", exchange.status(), exchange.headers());
    }
    if (failure.getCode() == 0) {
      return new AdraaInboxException(
          0,
          NO_ANSWER,
          "No response from " + baseUrl.getAuthority() + ": " + cause,
          List.of(),
          headers,
          cause);
    }
    ErrorBody error = error(failure.getResponseBody());
    if (error == null || error.getCode() == null) {
      return new AdraaInboxException(
          failure.getCode(),
          UNREADABLE_ANSWER,
          "HTTP " + failure.getCode() + ", but the response did not come from the API",
          List.of(),
          headers,
          null);
    }
    List<ErrorDetail> details =
        error.getDetails() == null ? List.of() : List.copyOf(error.getDetails());
    return new AdraaInboxException(
        failure.getCode(),
        error.getCode(),
        message(failure.getCode(), error, details),
        details,
        headers,
        null);
  }

  private static @Nullable ErrorBody error(@Nullable String body) {
    if (body == null) {
      return null;
    }
    try {
      ErrorResponse envelope = RequiredFields.MAPPER.readValue(body, ErrorResponse.class);
      return envelope == null ? null : envelope.getError();
    } catch (JsonProcessingException e) {
      return null;
    }
  }

  private static String message(int status, ErrorBody error, List<ErrorDetail> details) {
    StringBuilder message = new StringBuilder();
    message.append(error.getCode()).append(" (HTTP ").append(status).append("): ");
    message.append(error.getMessage());
    for (ErrorDetail detail : details) {
      message.append(" [").append(detail.getField()).append(' ');
      message.append(detail.getMessage()).append(']');
    }
    return message.toString();
  }

  /** Parses Retry-After, which is a number of seconds or a date. */
  private static Optional<Duration> retryAfter(String value) {
    try {
      if (value.chars().allMatch(Character::isDigit)) {
        return Optional.of(Duration.ofSeconds(Long.parseLong(value)));
      }
      Instant at = ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      Duration until = Duration.between(Instant.now(), at);
      return Optional.of(until.isNegative() ? Duration.ZERO : until);
    } catch (NumberFormatException | DateTimeException e) {
      return Optional.empty();
    }
  }
}
