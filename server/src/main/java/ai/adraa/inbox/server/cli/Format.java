package ai.adraa.inbox.server.cli;

import ai.adraa.inbox.server.http.Json;
import ai.adraa.inbox.server.text.PlainText;
import com.fasterxml.jackson.core.JsonProcessingException;

/** How results are printed. */
enum Format {
  TABLE,
  JSON;

  /** Returns the value as JSON in one line, with hidden characters as escapes. */
  static String json(Object value) {
    try {
      // JSON has the same escapes.
      return PlainText.escape(Json.MAPPER.writeValueAsString(value));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
