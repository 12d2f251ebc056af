package ai.adraa.inbox.client;

import ai.adraa.inbox.client.generated.ApiClient;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.DeserializationConfig;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.deser.BeanDeserializerModifier;
import com.fasterxml.jackson.databind.deser.std.DelegatingDeserializer;
import com.fasterxml.jackson.databind.introspect.BeanPropertyDefinition;
import com.fasterxml.jackson.databind.module.SimpleModule;
import java.io.IOException;
import java.util.List;

/**
 * Rejects a response object that lacks a required field. Jackson itself checks that only for
 * arguments of constructors, and the generated classes have setters.
 */
final class RequiredFields extends BeanDeserializerModifier {
  private static final long serialVersionUID = 1;

  /** Reads responses. Shared, because a mapper prepares each class once. */
  static final ObjectMapper MAPPER =
      ApiClient.createDefaultObjectMapper()
          // Lists do not contain null.
          .setDefaultSetterInfo(JsonSetter.Value.forContentNulls(Nulls.FAIL))
          .registerModule(new SimpleModule().setDeserializerModifier(new RequiredFields()));

  private RequiredFields() {}

  @Override
  public JsonDeserializer<?> modifyDeserializer(
      DeserializationConfig config, BeanDescription type, JsonDeserializer<?> deserializer) {
    List<String> required =
        type.findProperties().stream()
            .filter(BeanPropertyDefinition::isRequired)
            .map(BeanPropertyDefinition::getName)
            .toList();
    return required.isEmpty() ? deserializer : new Checked(deserializer, required);
  }

  /** Checks one object; nested objects have checks of their own. */
  private static final class Checked extends DelegatingDeserializer {
    private static final long serialVersionUID = 1;

    private final transient List<String> required;

    Checked(JsonDeserializer<?> deserializer, List<String> required) {
      super(deserializer);
      this.required = required;
    }

    @Override
    protected JsonDeserializer<?> newDelegatingInstance(JsonDeserializer<?> deserializer) {
      return new Checked(deserializer, required);
    }

    @Override
    public Object deserialize(JsonParser parser, DeserializationContext context)
        throws IOException {
      if (!parser.hasToken(JsonToken.START_OBJECT)) {
        return super.deserialize(parser, context);
      }
      // Not from the finished object, in which a missing list is an empty one.
      JsonNode object = context.readTree(parser);
      for (String name : required) {
        if (!object.hasNonNull(name)) {
          return context.reportInputMismatch(handledType(), "The field %s is missing", name);
        }
      }
      try (JsonParser again = object.traverse(parser.getCodec())) {
        again.nextToken();
        return super.deserialize(again, context);
      }
    }
  }
}
