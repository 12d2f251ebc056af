package ai.adraa.inbox.server.rest;

import ai.adraa.inbox.server.error.ErrorCode;
import ai.adraa.inbox.server.model.ErrorDetail;
import java.util.List;

/** Thrown to refuse a request with one of the contract's error codes. */
final class ErrorCodeException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final ErrorCode code;
  private final transient List<ErrorDetail> details;

  ErrorCodeException(ErrorCode code) {
    this(code, List.of());
  }

  private ErrorCodeException(ErrorCode code, List<ErrorDetail> details) {
    // No stack trace: a refusal is not a fault, and any caller can cause many of them.
    super(code.name(), null, false, false);
    this.code = code;
    this.details = details;
  }

  /** Returns a {@code VALIDATION_ERROR} for one field or parameter of the request. */
  static ErrorCodeException invalid(String field, String message) {
    return new ErrorCodeException(
        ErrorCode.VALIDATION_ERROR, List.of(new ErrorDetail().field(field).message(message)));
  }

  ErrorCode code() {
    return code;
  }

  List<ErrorDetail> details() {
    return details;
  }
}
