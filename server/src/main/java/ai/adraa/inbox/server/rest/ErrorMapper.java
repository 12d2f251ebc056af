package ai.adraa.inbox.server.rest;

import ai.adraa.inbox.server.account.MailQueueFullException;
import ai.adraa.inbox.server.account.TooManyAttemptsException;
import ai.adraa.inbox.server.database.DatabaseUnavailableException;
import ai.adraa.inbox.server.error.ErrorCode;
import ai.adraa.inbox.server.github.KeysUnavailableException;
import ai.adraa.inbox.server.http.Json;
import ai.adraa.inbox.server.model.ErrorDetail;
import ai.adraa.inbox.server.model.ErrorResponse;
import ai.adraa.inbox.server.token.InvalidExpiryException;
import ai.adraa.inbox.server.token.NotPermittedException;
import ai.adraa.inbox.server.token.TokenAlreadyReplacedException;
import ai.adraa.inbox.server.token.TokenNotActiveException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.InvalidDefinitionException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import jakarta.validation.ConstraintViolation;
import jakarta.validation.ConstraintViolationException;
import jakarta.validation.Path;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.NotAllowedException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.io.EofException;
import org.glassfish.jersey.server.ParamException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns every failure of a request into the error envelope. The response describes only what the
 * caller can fix. Unexpected failures are logged with the request id and answered with {@code
 * INTERNAL_ERROR}.
 */
final class ErrorMapper implements ExceptionMapper<Throwable> {
  private static final Logger LOG = LoggerFactory.getLogger(ErrorMapper.class);
  private static final String CHALLENGE = "Bearer realm=\"adraa-inbox\"";
  private static final int MAX_FIELD_LENGTH = 100;
  private static final int MAX_DETAILS = 100;

  /** Takes precedence over Jersey's ValidationException mapper, which a Throwable mapper cannot. */
  static final class OfValidation implements ExceptionMapper<ConstraintViolationException> {
    @Override
    public Response toResponse(ConstraintViolationException failure) {
      return new ErrorMapper().toResponse(failure);
    }
  }

  @Override
  public Response toResponse(Throwable failure) {
    if (failure instanceof ErrorCodeException refusal) {
      return respond(refusal.code(), refusal.code().envelope(refusal.details()));
    }
    if (failure instanceof NotPermittedException refusal) {
      return respond(
          switch (refusal.reason()) {
            case SESSION_ENDED -> ErrorCode.INVALID_SESSION;
            case NOT_ADMIN -> ErrorCode.ADMIN_REQUIRED;
          });
    }
    if (failure instanceof TokenNotActiveException) {
      return respond(ErrorCode.TOKEN_NOT_ACTIVE);
    }
    if (failure instanceof TokenAlreadyReplacedException) {
      return respond(ErrorCode.TOKEN_ALREADY_REPLACED);
    }
    if (failure instanceof InvalidExpiryException expiry) {
      return invalid(List.of(detail(expiry.field(), InvalidExpiryException.REQUIREMENT)));
    }
    if (failure instanceof TooManyAttemptsException tooMany) {
      Response answer = respond(ErrorCode.RATE_LIMIT_EXCEEDED);
      answer.getHeaders().putSingle(HttpHeaders.RETRY_AFTER, tooMany.retryAfter().toSeconds());
      return answer;
    }
    if (failure instanceof MailQueueFullException || failure instanceof KeysUnavailableException) {
      return respond(ErrorCode.SERVICE_UNAVAILABLE);
    }
    if (failure instanceof ConstraintViolationException invalid) {
      return invalid(
          invalid.getConstraintViolations().stream()
              .map(ErrorMapper::detail)
              // Two constraints refuse some control characters.
              .distinct()
              .sorted(
                  Comparator.comparing(ErrorDetail::getField)
                      .thenComparing(ErrorDetail::getMessage))
              .limit(MAX_DETAILS)
              .toList());
    }
    if (failure instanceof ParamException.QueryParamException parameter) {
      String name = parameter.getParameterName();
      return invalid(List.of(detail(name, QueryParameters.requirement(name))));
    }
    Optional<HttpException> refusedByJetty = cause(failure, HttpException.class);
    if (refusedByJetty.isPresent()) {
      return respond(ErrorCode.ofStatus(refusedByJetty.get().getCode()));
    }
    if (failure instanceof WebApplicationException web) {
      return ofFramework(web);
    }
    Optional<JsonProcessingException> json = cause(failure, JsonProcessingException.class);
    if (json.isPresent() && !(json.get() instanceof InvalidDefinitionException)) {
      return unreadable(json.get());
    }
    if (cause(failure, EofException.class).isPresent()
        || cause(failure, TimeoutException.class).isPresent()) {
      LOG.debug("The client disconnected or paused too long", failure);
      return respond(ErrorCode.BAD_REQUEST);
    }
    if (failure instanceof DatabaseUnavailableException) {
      // Not logged here: an outage affects many requests, so the database logs it once a minute.
      return respond(ErrorCode.SERVICE_UNAVAILABLE);
    }
    LOG.error("A request failed", failure);
    return respond(ErrorCode.INTERNAL_ERROR);
  }

  /** Builds on the framework's response to keep its headers, such as Allow. */
  private static Response ofFramework(WebApplicationException failure) {
    Response response = failure.getResponse();
    ErrorCode code = ErrorCode.ofStatus(response.getStatus());
    if (code == ErrorCode.INTERNAL_ERROR) {
      LOG.error("A request failed", failure);
    }
    Response.ResponseBuilder envelope =
        Response.fromResponse(response)
            .status(code.status())
            .type(MediaType.APPLICATION_JSON_TYPE)
            .entity(code.envelope());
    if (failure instanceof NotAllowedException) {
      Set<String> allowed = new TreeSet<>(response.getAllowedMethods());
      if (allowed.contains(HttpMethod.GET)) {
        // Jersey answers HEAD wherever there is a GET, but lists it only in responses to OPTIONS.
        allowed.add(HttpMethod.HEAD);
      }
      envelope.allow(allowed);
    }
    return envelope.build();
  }

  private static Response unreadable(JsonProcessingException failure) {
    if (failure instanceof StreamConstraintsException) {
      ErrorCode code = ErrorCode.BAD_REQUEST;
      return respond(code, code.envelope("The request body has too many or too large values."));
    }
    if (failure instanceof UnrecognizedPropertyException unknown) {
      return invalid(List.of(detail(field(unknown), "is not a known field")));
    }
    if (failure instanceof ValueInstantiationException value) {
      // Only enums are read in this way.
      return invalid(List.of(detail(field(value), oneOf(value.getType().getRawClass()))));
    }
    if (failure instanceof MismatchedInputException mismatch) {
      String field = field(mismatch);
      if (!field.isEmpty()) {
        return invalid(List.of(detail(field, requirement(mismatch.getTargetType()))));
      }
      // Jackson reports a wrong type and content after the JSON value with the same exception.
      return String.valueOf(mismatch.getMessage()).startsWith("Trailing token")
          ? notJson()
          : invalid(List.of(detail("body", requirementOfBody(mismatch.getTargetType()))));
    }
    return notJson();
  }

  private static String requirementOfBody(@Nullable Class<?> type) {
    return type != null && Collection.class.isAssignableFrom(type)
        ? "must be a JSON array"
        : "must be a JSON object";
  }

  private static String requirement(@Nullable Class<?> type) {
    if (type == Instant.class) {
      return Json.TIME;
    }
    if (type == Boolean.class) {
      return "must be true or false";
    }
    if (type != null && Collection.class.isAssignableFrom(type)) {
      return "must be a list";
    }
    return type == null || type == String.class || type.isEnum()
        ? "must be a string"
        : "must be a JSON object";
  }

  private static String oneOf(Class<?> type) {
    return Stream.of(type.getEnumConstants())
        .map(Object::toString)
        .collect(Collectors.joining(" or ", "must be ", ""));
  }

  private static String field(JsonMappingException failure) {
    StringBuilder field = new StringBuilder();
    for (JsonMappingException.Reference step : failure.getPath()) {
      append(field, Optional.ofNullable(step.getFieldName()), step.getIndex());
    }
    return field.toString();
  }

  /** Adds a step to the name of a field: {@code tokens[3].url}. */
  private static void append(StringBuilder field, Optional<String> name, int index) {
    if (index >= 0) {
      field.append('[').append(index).append(']');
    }
    name.ifPresent(text -> field.append(field.isEmpty() ? "" : ".").append(text));
  }

  private static ErrorDetail detail(ConstraintViolation<?> violation) {
    // The path is method, parameter and, for a body, the fields in it.
    List<Path.Node> nodes = new ArrayList<>();
    violation.getPropertyPath().forEach(nodes::add);
    StringBuilder field = new StringBuilder();
    for (Path.Node node : nodes.subList(nodes.size() > 2 ? 2 : 1, nodes.size())) {
      append(
          field,
          // An item of a list has a node of its own if the constraint is on the item.
          Optional.ofNullable(node.getName()).filter(name -> !name.startsWith("<")),
          node.getIndex() == null ? -1 : node.getIndex());
    }
    // The body is the only required parameter that a request can omit.
    boolean missingBody =
        nodes.size() == 2 && violation.getConstraintDescriptor().getAnnotation() instanceof NotNull;
    return detail(missingBody ? "body" : field.toString(), violation.getMessage());
  }

  private static ErrorDetail detail(String field, String message) {
    return new ErrorDetail()
        .field(field.substring(0, Math.min(field.length(), MAX_FIELD_LENGTH)))
        .message(message);
  }

  private static Response invalid(List<ErrorDetail> details) {
    ErrorCode code = ErrorCode.VALIDATION_ERROR;
    return respond(code, code.envelope(details));
  }

  private static Response notJson() {
    ErrorCode code = ErrorCode.BAD_REQUEST;
    return respond(code, code.envelope("The request body is not valid JSON."));
  }

  private static Response respond(ErrorCode code) {
    return respond(code, code.envelope());
  }

  private static Response respond(ErrorCode code, ErrorResponse envelope) {
    Response.ResponseBuilder response =
        Response.status(code.status()).type(MediaType.APPLICATION_JSON_TYPE).entity(envelope);
    switch (code) {
      // RFC 6750 §3.1: no error code if the request has no authentication information.
      case MISSING_TOKEN, MISSING_SESSION ->
          response.header(HttpHeaders.WWW_AUTHENTICATE, CHALLENGE);
      case INVALID_API_TOKEN, INVALID_SESSION ->
          response.header(HttpHeaders.WWW_AUTHENTICATE, CHALLENGE + ", error=\"invalid_token\"");
      case SERVICE_UNAVAILABLE -> response.header(HttpHeaders.RETRY_AFTER, ErrorCode.RETRY_SECONDS);
      default -> {}
    }
    return response.build();
  }

  private static <T> Optional<T> cause(Throwable failure, Class<T> type) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (type.isInstance(cause)) {
        return Optional.of(type.cast(cause));
      }
    }
    return Optional.empty();
  }
}
