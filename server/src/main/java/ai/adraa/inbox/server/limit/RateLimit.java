package ai.adraa.inbox.server.limit;

import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A rate limit.
 *
 * @param requests the number of requests allowed per period
 * @param period the time in which an empty bucket refills completely
 */
public record RateLimit(long requests, Duration period) {
  private static final Pattern FORM = Pattern.compile("([1-9][0-9]{0,8})/(s|min|h)");

  private static final int IPV6_BYTES = 16;

  /**
   * Parses a limit such as {@code 100/min}. The unit is {@code s}, {@code min} or {@code h}.
   *
   * @return empty for {@code off}
   * @throws IllegalArgumentException if the text has another form; the message is the text
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

  /** Returns a new, full token bucket. */
  public Bucket newBucket() {
    return Bucket.builder()
        .addLimit(bandwidth -> bandwidth.capacity(requests).refillGreedy(requests, period))
        // Uses the monotonic clock. With the wall clock, a bucket would not refill after the clock
        // is set back.
        .withNanosecondPrecision()
        .build();
  }

  /** Returns the value of Retry-After in whole seconds for an empty bucket, at least 1. */
  public static long secondsToWait(ConsumptionProbe probe) {
    return TimeUnit.NANOSECONDS.toSeconds(probe.getNanosToWaitForRefill()) + 1;
  }

  /** Returns the seconds until the bucket is full again if nobody takes from it, at least 1. */
  public static long secondsToReset(ConsumptionProbe probe) {
    return TimeUnit.NANOSECONDS.toSeconds(probe.getNanosToWaitForReset()) + 1;
  }

  /**
   * Returns the key under which the caller's requests are counted: the IPv4 address, or the first
   * 64 bits of an IPv6 address, because one IPv6 subscriber has a whole network.
   */
  public static Object caller(String address) {
    if (!address.contains(":")) {
      return address;
    }
    try {
      // Java never looks up text in brackets as a host name.
      byte[] bytes =
          InetAddress.getByName(address.startsWith("[") ? address : "[" + address + "]")
              .getAddress();
      return bytes.length == IPV6_BYTES ? ByteBuffer.wrap(bytes).getLong() : address;
    } catch (UnknownHostException e) {
      return address;
    }
  }
}
