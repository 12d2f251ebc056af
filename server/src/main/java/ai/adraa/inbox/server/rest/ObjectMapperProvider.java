package ai.adraa.inbox.server.rest;

import ai.adraa.inbox.server.http.Json;
import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.ws.rs.ext.ContextResolver;

/** Makes Jersey use the same JSON mapper as the rest of the server. */
final class ObjectMapperProvider implements ContextResolver<ObjectMapper> {
  @Override
  public ObjectMapper getContext(Class<?> type) {
    return Json.MAPPER;
  }
}
