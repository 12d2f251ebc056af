package ai.adraa.inbox.server;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** So many requests in a period. */
public record RateLimit(long requests, Duration period) {
  private static final Pattern FORM = Pattern.compile("([1-9][0-9]{0,8})/(s|min|h)");

  /**
   * Reads a limit such as {@code 100/min}.
   *
   * @return empty for {@code off}
   * @throws IllegalArgumentException if it is neither
   */
  public static Optional<RateLimit> parse(String text) {
    if (text.equals("off")) {
      return Optional.empty();
    }
    Matcher limit = FORM.matcher(text);
    if (!limit.matches()) {
      throw new IllegalArgumentException(text);
    }
    Duration period =
        switch (limit.group(2)) {
          case "s" -> Duration.ofSeconds(1);
          case "min" -> Duration.ofMinutes(1);
          default -> Duration.ofHours(1);
        };
    return Optional.of(new RateLimit(Long.parseLong(limit.group(1)), period));
  }
}
