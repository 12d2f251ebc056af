package ai.adraa.inbox.server;

import ai.adraa.inbox.server.model.ErrorDetail;
import java.util.List;
import java.util.OptionalLong;

/** A request that the API refuses, with the code that the contract gives it. */
final class ApiException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final ErrorCode code;
  private final transient List<ErrorDetail> details;
  private final long retryAfterSeconds;

  ApiException(ErrorCode code) {
    this(code, List.of(), 0);
  }

  private ApiException(ErrorCode code, List<ErrorDetail> details, long retryAfterSeconds) {
    // Without a stack trace: a refusal is an answer, not a fault, and anyone can cause many.
    super(code.name(), null, false, false);
    this.code = code;
    this.details = details;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  /** The request's field or parameter is wrong. */
  static ApiException invalid(String field, String message) {
    return new ApiException(
        ErrorCode.VALIDATION_ERROR, List.of(new ErrorDetail().field(field).message(message)), 0);
  }

  /** There were too many such requests. */
  static ApiException tooMany(long retryAfterSeconds) {
    return new ApiException(ErrorCode.RATE_LIMIT_EXCEEDED, List.of(), retryAfterSeconds);
  }

  /** What Retry-After says, if it is known. */
  OptionalLong retryAfterSeconds() {
    return retryAfterSeconds > 0 ? OptionalLong.of(retryAfterSeconds) : OptionalLong.empty();
  }

  ErrorCode code() {
    return code;
  }

  List<ErrorDetail> details() {
    return details;
  }
}
