package ai.adraa.inbox.server.cli;

import ai.adraa.inbox.server.http.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Parses a time as the contract does, or a date as midnight UTC. */
final class TimeConverter implements ITypeConverter<Instant> {
  private static final Pattern DATE = Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}");

  @Override
  public Instant convert(String text) {
    return time(text, "a time such as 2026-06-12 or 2026-06-12T10:25:00Z");
  }

  private static Instant time(String text, String expected) {
    try {
      return Json.parseTime(DATE.matcher(text).matches() ? text + "T00:00:00Z" : text);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException("'" + text + "' is not " + expected);
    }
  }

  /** Also parses a number of days from now. */
  static final class OfExpiry implements ITypeConverter<Instant> {
    private static final Pattern DAYS = Pattern.compile("[1-9][0-9]{0,4}d");

    @Override
    public Instant convert(String text) {
      return DAYS.matcher(text).matches()
          ? Instant.now()
              .plus(Duration.ofDays(Long.parseLong(text.substring(0, text.length() - 1))))
          : time(
              text,
              "a time such as 2036-06-12 or 2036-06-12T10:25:00Z, or a number of days such as 90d");
    }
  }
}
