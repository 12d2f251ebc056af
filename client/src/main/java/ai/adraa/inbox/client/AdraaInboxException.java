package ai.adraa.inbox.client;

import ai.adraa.inbox.client.generated.ApiException;
import ai.adraa.inbox.client.model.ErrorBody;
import ai.adraa.inbox.client.model.ErrorDetail;
import ai.adraa.inbox.client.model.ErrorResponse;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.net.http.HttpHeaders;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Thrown when a request fails: the API returned an error, something else such as a proxy responded,
 * or no response arrived. Decide by {@link #code}, and handle a code that you do not know by {@link
 * #status}. The message never contains a token or a session id.
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
  private static final HttpHeaders NO_HEADERS = HttpHeaders.of(Map.of(), (name, value) -> true);

  private final String code;
  private final int status;
  private final transient List<ErrorDetail> details;
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
    return details;
  }

  /** Returns the id of the request in the server's log; empty if the response has none. */
  public Optional<String> requestId() {
    return Optional.ofNullable(requestId);
  }

  /** Returns how long to wait before the next request (RFC 9110 §10.2.3); empty if not known. */
  public Optional<Duration> retryAfter() {
    return Optional.ofNullable(retryAfter);
  }

  /** A call to a generated class. */
  interface Call<T> {
    T run() throws ApiException;
  }

  /** Runs the call and returns its result. Turns its failure into an exception of this class. */
  static <T> T unwrap(Call<@Nullable T> call) {
    T result;
    try {
      result = call.run();
    } catch (ApiException e) {
      throw of(e);
    }
    if (result == null) {
      throw unreadable("The response is empty.");
    }
    return result;
  }

  /** Returns an exception for a response that does not match the contract. */
  static AdraaInboxException unreadable(String message) {
    return new AdraaInboxException(200, UNREADABLE_ANSWER, message, List.of(), NO_HEADERS, null);
  }

  /** Parses a time in a header. */
  static Instant time(String value) {
    try {
      return Instant.parse(value);
    } catch (DateTimeException e) {
      throw unreadable("A time in the response is not valid.");
    }
  }

  private static AdraaInboxException of(ApiException failure) {
    HttpHeaders headers =
        failure.getResponseHeaders() == null ? NO_HEADERS : failure.getResponseHeaders();
    Throwable cause = failure.getCause();
    if (cause instanceof JsonProcessingException) {
      // Without the cause, because its message quotes the response.
      return unreadable("The response does not match the contract.");
    }
    if (failure.getCode() == 0) {
      return new AdraaInboxException(
          0, NO_ANSWER, "No response: " + cause, List.of(), headers, cause);
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
      ErrorResponse envelope = RequiredFields.mapper().readValue(body, ErrorResponse.class);
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
