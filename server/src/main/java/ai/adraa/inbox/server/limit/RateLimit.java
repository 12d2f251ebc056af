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

/** So many requests in a period. */
public record RateLimit(long requests, Duration period) {
  private static final Pattern FORM = Pattern.compile("([1-9][0-9]{0,8})/(s|min|h)");

  private static final int IPV6_BYTES = 16;

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

  /** A token bucket that is full. */
  public Bucket newBucket() {
    return Bucket.builder()
        .addLimit(bandwidth -> bandwidth.capacity(requests).refillGreedy(requests, period))
        // Not the clock of the day: while it is set back, nothing would refill.
        .withNanosecondPrecision()
        .build();
  }

  /** What Retry-After says where a bucket was empty. */
  public static long secondsToWait(ConsumptionProbe probe) {
    return TimeUnit.NANOSECONDS.toSeconds(probe.getNanosToWaitForRefill()) + 1;
  }

  /** The IPv4 address or, as one IPv6 subscriber has a whole network, its first 64 bits. */
  public static Object caller(String address) {
    if (!address.contains(":")) {
      return address;
    }
    try {
      // In brackets it is never looked up as a name.
      byte[] bytes =
          InetAddress.getByName(address.startsWith("[") ? address : "[" + address + "]")
              .getAddress();
      return bytes.length == IPV6_BYTES ? ByteBuffer.wrap(bytes).getLong() : address;
    } catch (UnknownHostException e) {
      return address;
    }
  }
}
