package ai.adraa.inbox.server.rest;

import ai.adraa.inbox.server.error.ErrorCode;
import ai.adraa.inbox.server.model.ErrorDetail;
import java.util.List;

/** A request that the API refuses, with the contract's error code for it. */
final class ApiException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final ErrorCode code;
  private final transient List<ErrorDetail> details;

  ApiException(ErrorCode code) {
    this(code, List.of());
  }

  private ApiException(ErrorCode code, List<ErrorDetail> details) {
    // Without a stack trace: a refusal is an answer, not a fault, and anyone can cause many.
    super(code.name(), null, false, false);
    this.code = code;
    this.details = details;
  }

  /** The request's field or parameter is wrong. */
  static ApiException invalid(String field, String message) {
    return new ApiException(
        ErrorCode.VALIDATION_ERROR, List.of(new ErrorDetail().field(field).message(message)));
  }

  ErrorCode code() {
    return code;
  }

  List<ErrorDetail> details() {
    return details;
  }
}
