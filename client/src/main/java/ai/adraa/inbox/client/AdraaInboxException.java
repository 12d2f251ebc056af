package ai.adraa.inbox.client;

import ai.adraa.inbox.client.generated.ApiClient;
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
 * A request that failed: refused by the API, answered by something else such as a proxy, or not
 * answered at all. Decide by {@link #code}, and by {@link #status} where the code is not known.
 * Never tells a token or a session id.
 */
public final class AdraaInboxException extends RuntimeException {
  /** The code where no answer came: no connection, or a timeout. The status is 0. */
  public static final String NO_ANSWER = "NO_ANSWER";

  /** The code where the answer was not the API's, such as a proxy's page. */
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

  /** The API's error code, one of the contract's table or a later one; or one of this class. */
  public String code() {
    return code;
  }

  /** The HTTP status; 0 if no answer came. */
  public int status() {
    return status;
  }

  /** With {@code VALIDATION_ERROR}, each field that is wrong; else empty. */
  public List<ErrorDetail> details() {
    return details;
  }

  /** Under which the server's log knows the request. */
  public Optional<String> requestId() {
    return Optional.ofNullable(requestId);
  }

  /** How long to wait before the next try (RFC 9110 §10.2.3). */
  public Optional<Duration> retryAfter() {
    return Optional.ofNullable(retryAfter);
  }

  /** A call of the generated classes. */
  interface Call<T> {
    T run() throws ApiException;
  }

  /** The call's result; its failure as an exception of this class. */
  static <T> T unwrap(Call<@Nullable T> call) {
    T result;
    try {
      result = call.run();
    } catch (ApiException e) {
      throw of(e);
    }
    if (result == null) {
      throw unreadable("The answer is empty.");
    }
    return result;
  }

  /** An answer that lacks what the contract promises. */
  static AdraaInboxException unreadable(String message) {
    return new AdraaInboxException(200, UNREADABLE_ANSWER, message, List.of(), NO_HEADERS, null);
  }

  private static AdraaInboxException of(ApiException failure) {
    HttpHeaders headers =
        failure.getResponseHeaders() == null ? NO_HEADERS : failure.getResponseHeaders();
    Throwable cause = failure.getCause();
    if (cause instanceof JsonProcessingException) {
      // Without the cause: it quotes what it read.
      return unreadable("The answer is not the JSON of the contract.");
    }
    if (failure.getCode() == 0) {
      return new AdraaInboxException(
          0, NO_ANSWER, "No answer: " + cause, List.of(), headers, cause);
    }
    ErrorBody error = error(failure.getResponseBody());
    if (error == null || error.getCode() == null) {
      return new AdraaInboxException(
          failure.getCode(),
          UNREADABLE_ANSWER,
          "HTTP " + failure.getCode() + ", but not an answer of the API",
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
      ErrorResponse envelope =
          ApiClient.createDefaultObjectMapper().readValue(body, ErrorResponse.class);
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

  /** Reads Retry-After: seconds, or a date. */
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
