package ai.adraa.inbox.server.rest;

import ai.adraa.inbox.server.http.Json;
import jakarta.ws.rs.ext.ParamConverter;
import jakarta.ws.rs.ext.ParamConverterProvider;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Parses times in query parameters, as in bodies. */
final class TimeParameters implements ParamConverterProvider {
  @Override
  @SuppressWarnings("unchecked") // T is Instant.
  public <T> @Nullable ParamConverter<T> getConverter(
      Class<T> type, Type genericType, Annotation[] annotations) {
    return type == Instant.class ? (ParamConverter<T>) new OfInstant() : null;
  }

  private static final class OfInstant implements ParamConverter<Instant> {
    @Override
    public @Nullable Instant fromString(@Nullable String text) {
      return text == null ? null : Json.parseTime(text);
    }

    @Override
    public String toString(Instant time) {
      return Json.format(time);
    }
  }
}
