package ai.adraa.inbox.server.rest;

import ai.adraa.inbox.server.http.Json;
import jakarta.validation.constraints.Min;
import jakarta.ws.rs.QueryParam;
import java.lang.reflect.Parameter;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Describes the values of the contract's query parameters. Jersey reports a value that it cannot
 * parse before validation runs, and names only the parameter.
 */
final class QueryParameters {
  private static final String UNKNOWN = "is not valid";

  private static final Map<String, String> REQUIREMENTS =
      RestApi.INTERFACES.stream()
          .flatMap(api -> Stream.of(api.getMethods()))
          .flatMap(method -> Stream.of(method.getParameters()))
          .filter(parameter -> parameter.isAnnotationPresent(QueryParam.class))
          .map(
              parameter ->
                  Map.entry(
                      parameter.getAnnotation(QueryParam.class).value(), requirement(parameter)))
          // Operations may share a parameter. With different limits, the map below cannot be made.
          .distinct()
          .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));

  private QueryParameters() {}

  /** Returns true if the contract has a parameter of this name. */
  static boolean isKnown(String name) {
    return REQUIREMENTS.containsKey(name);
  }

  /**
   * Returns what a value of this parameter must be, such as {@code must be a number from 1 to 100}.
   */
  static String requirement(String name) {
    return REQUIREMENTS.getOrDefault(name, UNKNOWN);
  }

  private static String requirement(Parameter parameter) {
    Min range = parameter.getAnnotation(Min.class);
    if (range != null) {
      return range.message();
    }
    return UNKNOWN;
  }

  /**
   * Returns the time that a parameter names.
   *
   * @throws ErrorCodeException if the text is not a time
   */
  static Optional<Instant> time(String name, @Nullable String text) {
    try {
      return Optional.ofNullable(text).map(Json::parseTime);
    } catch (IllegalArgumentException e) {
      throw ErrorCodeException.invalid(name, Json.TIME);
    }
  }
}
