package ai.adraa.inbox.conformance.support;

import com.atlassian.oai.validator.OpenApiInteractionValidator;
import com.atlassian.oai.validator.model.Body;
import com.atlassian.oai.validator.model.Request;
import com.atlassian.oai.validator.model.SimpleResponse;
import com.atlassian.oai.validator.report.LevelResolver;
import com.atlassian.oai.validator.report.ValidationReport;
import com.fasterxml.jackson.databind.JsonNode;
import io.restassured.filter.Filter;
import io.restassured.filter.FilterContext;
import io.restassured.http.Header;
import io.restassured.response.Response;
import io.restassured.specification.FilterableRequestSpecification;
import io.restassured.specification.FilterableResponseSpecification;
import io.swagger.v3.core.util.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.regex.Pattern;

/**
 * Holds each response against the contract and remembers which were seen. HEAD and OPTIONS, which
 * no OpenAPI document need describe, and paths that the contract does not have are left out.
 */
public final class ContractFilter implements Filter {
  /** The operations and statuses seen in this JVM, such as {@code GET /api/v1/me 200}. */
  public static final Set<String> SEEN = new ConcurrentSkipListSet<>();

  /** The error responses seen in this JVM. */
  public static final Set<String> ERRORS = new ConcurrentSkipListSet<>();

  private static final int METHOD_NOT_ALLOWED = 405;

  /**
   * The published form of these fields. The contract only describes it in words, because clients
   * validate answers and would break if a form were loosened.
   */
  private static final Map<String, Pattern> FORMS =
      Map.of(
          "id", Pattern.compile("c[a-z0-9]{24}"),
          "prefix", Pattern.compile("adraa_[0-9a-f]{8}"),
          "secret", Pattern.compile("adraa_([0-9a-f]{48}|session_[0-9a-f]{64})"),
          "code", Pattern.compile("[A-Z]+(_[A-Z]+)*"),
          "nextCursor", Pattern.compile("[A-Za-z0-9_-]{1,200}"));

  private static final OpenApiInteractionValidator VALIDATOR =
      // Clients accept unknown fields, but the server sends none that the contract does not have.
      OpenApiInteractionValidator.createForInlineApiSpecification(
              Contract.tree().toString().replace("\"additionalProperties\":true,", ""))
          .withLevelResolver(
              LevelResolver.create()
                  .withLevel("validation.response.status.unknown", ValidationReport.Level.ERROR)
                  .build())
          .build();

  @Override
  public Response filter(
      FilterableRequestSpecification request,
      FilterableResponseSpecification expected,
      FilterContext context) {
    Response response = context.next(request, expected);
    SimpleResponse.Builder builder = SimpleResponse.Builder.status(response.statusCode());
    for (Header header : response.headers()) {
      builder.withHeader(header.getName(), header.getValue());
    }
    if (response.asByteArray().length > 0) {
      builder.withBody(response.asString());
    }
    check(request.getMethod(), URI.create(request.getURI()).getRawPath(), builder.build());
    return response;
  }

  /**
   * Fails with all that the response has and the contract has not. A 405 belongs to a path, so it
   * is held against each operation of it.
   */
  public static void check(String method, String path, SimpleResponse response) {
    if (response.getStatus() == METHOD_NOT_ALLOWED) {
      Contract.methods(path).forEach(known -> checkOperation(known, path, response));
    } else {
      checkOperation(method, path, response);
    }
  }

  private static String text(Body body) {
    try {
      return body.toString(StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void checkForms(String operation, String body) {
    JsonNode answer;
    try {
      answer = Json.mapper().readTree(body);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    FORMS.forEach(
        (field, form) ->
            answer
                .findValues(field)
                .forEach(
                    value -> {
                      if (!form.matcher(value.asText()).matches()) {
                        throw new AssertionError(
                            operation + " breaks the contract: " + field + " is " + value);
                      }
                    }));
  }

  private static void checkOperation(String method, String path, SimpleResponse response) {
    Contract.operation(method, path)
        .ifPresent(
            operation -> {
              ValidationReport report =
                  VALIDATOR.validateResponse(
                      path, Request.Method.valueOf(method.toUpperCase(Locale.ROOT)), response);
              if (report.hasErrors()) {
                throw new AssertionError(
                    operation
                        + " "
                        + response.getStatus()
                        + " breaks the contract: "
                        + report.getMessages());
              }
              response.getResponseBody().ifPresent(body -> checkForms(operation, text(body)));
              SEEN.add(operation + " " + response.getStatus());
              if (response.getStatus() >= 400) {
                response.getResponseBody().ifPresent(body -> ERRORS.add(text(body)));
              }
            });
  }
}
