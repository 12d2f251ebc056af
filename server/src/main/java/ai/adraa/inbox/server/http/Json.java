package ai.adraa.inbox.server.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/** Configures JSON as the contract requires: strict parsing, one format for output. */
public final class Json {
  /** The mapper for all request and response bodies. Thread-safe. */
  public static final ObjectMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  // RFC 8259 §8.1: JSON is UTF-8, even if a body looks like UTF-16.
                  .disable(JsonFactory.Feature.CHARSET_DETECTION)
                  // Those of the contract are flat, and BodyHandler limits their length.
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(8)
                          // A report of 1,000 leaked tokens has 6,000.
                          .maxTokenCount(20_000)
                          .maxNameLength(200)
                          .maxNumberLength(100)
                          .maxStringLength(BodyHandler.LARGEST)
                          .build())
                  .build())
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          // A boolean is neither a number nor a text.
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .defaultPropertyInclusion(
              JsonInclude.Value.construct(
                  JsonInclude.Include.NON_NULL, JsonInclude.Include.NON_NULL))
          .addModule(
              new SimpleModule()
                  .addDeserializer(String.class, new TrimmedString())
                  .addDeserializer(Instant.class, new InstantFromText())
                  .addSerializer(new InstantInMilliseconds()))
          .build();

  /** What {@link #parseTime} accepts. */
  public static final String TIME = "must be a time such as 2026-06-12T10:25:00Z";

  private static final DateTimeFormatter FORMAT =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private Json() {}

  /** Returns the time in ISO 8601 UTC, always with milliseconds: 2026-06-12T10:25:00.000Z. */
  public static String format(Instant time) {
    return FORMAT.format(time);
  }

  /**
   * Returns the time that a text in RFC 3339 names, cut to milliseconds.
   *
   * @throws IllegalArgumentException if the text has another form, or another year than 1 to 9999
   */
  public static Instant parseTime(String text) {
    try {
      OffsetDateTime time = OffsetDateTime.parse(text);
      if (time.getYear() >= 1 && time.getYear() <= 9999) {
        return time.toInstant().truncatedTo(ChronoUnit.MILLIS);
      }
    } catch (DateTimeParseException e) {
      // Falls through to the exception below.
    }
    throw new IllegalArgumentException(TIME);
  }

  /** Reads a time. Rejects numbers, which Jackson would take as seconds or milliseconds. */
  private static final class InstantFromText extends StdScalarDeserializer<Instant> {
    private static final long serialVersionUID = 1;

    InstantFromText() {
      super(Instant.class);
    }

    @Override
    public Instant deserialize(JsonParser parser, DeserializationContext context)
        throws IOException {
      try {
        if (parser.hasToken(JsonToken.VALUE_STRING)) {
          return parseTime(parser.getText().strip());
        }
      } catch (IllegalArgumentException e) {
        // Falls through to the exception below.
      }
      return context.reportInputMismatch(this, TIME);
    }
  }

  /** Strips leading and trailing white space. Rejects numbers and booleans. */
  private static final class TrimmedString extends StdScalarDeserializer<String> {
    private static final long serialVersionUID = 1;

    TrimmedString() {
      super(String.class);
    }

    @Override
    public String deserialize(JsonParser parser, DeserializationContext context)
        throws IOException {
      if (!parser.hasToken(JsonToken.VALUE_STRING)) {
        return context.reportInputMismatch(this, "must be a string");
      }
      String text = parser.getText();
      // An unpaired surrogate has no UTF-8 form: the stored text would differ from the input.
      if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
        return context.reportInputMismatch(this, "must be Unicode text");
      }
      return text.strip();
    }
  }

  /** Writes a time as {@link #format} does. */
  private static final class InstantInMilliseconds extends StdSerializer<Instant> {
    private static final long serialVersionUID = 1;

    InstantInMilliseconds() {
      super(Instant.class);
    }

    @Override
    public void serialize(Instant instant, JsonGenerator generator, SerializerProvider provider)
        throws IOException {
      generator.writeString(format(instant));
    }
  }
}
