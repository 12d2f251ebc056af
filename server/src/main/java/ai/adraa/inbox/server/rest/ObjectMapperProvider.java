package ai.adraa.inbox.server.rest;

import ai.adraa.inbox.server.http.Json;
import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.ws.rs.ext.ContextResolver;

/** Lets Jersey read and write JSON as the rest of the server does. */
final class ObjectMapperProvider implements ContextResolver<ObjectMapper> {
  @Override
  public ObjectMapper getContext(Class<?> type) {
    return Json.MAPPER;
  }
}
