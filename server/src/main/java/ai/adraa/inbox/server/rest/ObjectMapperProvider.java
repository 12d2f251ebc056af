package ai.adraa.inbox.server.rest;

import ai.adraa.inbox.server.http.Json;
import ai.adraa.inbox.server.model.GitHubMatch;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.ws.rs.ext.ContextResolver;

/** Makes Jersey use the same JSON mapper as the rest of the server. */
final class ObjectMapperProvider implements ContextResolver<ObjectMapper> {
  private static final ObjectMapper MAPPER = Json.MAPPER.copy();

  static {
    // GitHub may add fields. A report that is refused would leave tokens active.
    MAPPER
        .configOverride(GitHubMatch.class)
        .setIgnorals(JsonIgnoreProperties.Value.forIgnoreUnknown(true));
  }

  @Override
  public ObjectMapper getContext(Class<?> type) {
    return MAPPER;
  }
}
