package ai.adraa.inbox.server.token;

import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The uses of one token since they were last written. Not thread-safe. */
public final class TokenUse {
  /** How many addresses of a token are kept. */
  static final int ADDRESSES = 5;

  // By the number of days since 1970-01-01, UTC.
  private final Map<Long, Long> requests = new HashMap<>(2);
  private final Map<String, Instant> addresses = new HashMap<>(2);
  private Instant lastAt = Instant.MIN;
  private @Nullable String lastFrom;

  /** Returns the day of a time as the number of days since 1970-01-01, UTC. */
  static long day(Instant at) {
    return Math.floorDiv(at.getEpochSecond(), TimeUnit.DAYS.toSeconds(1));
  }

  /**
   * Returns a single request.
   *
   * @param from the IP address; null if it is not known
   */
  public static TokenUse of(Instant at, @Nullable String from) {
    return new TokenUse().add(at, from);
  }

  /**
   * Adds a request.
   *
   * @param from the IP address; null if it is not known
   */
  TokenUse add(Instant at, @Nullable String from) {
    requests.merge(day(at), 1L, Long::sum);
    addAddress(at, from);
    return this;
  }

  /** Adds the uses of the other one. */
  TokenUse add(TokenUse other) {
    other.requests.forEach((day, count) -> requests.merge(day, count, Long::sum));
    other.addresses.forEach((address, at) -> addAddress(at, address));
    addAddress(other.lastAt, other.lastFrom);
    return this;
  }

  private void addAddress(Instant at, @Nullable String from) {
    if (!at.isBefore(lastAt)) {
      lastAt = at;
      lastFrom = from;
    }
    if (from == null) {
      return;
    }
    addresses.merge(from, at, (one, another) -> one.isAfter(another) ? one : another);
    if (addresses.size() > ADDRESSES) {
      addresses.remove(
          addresses.entrySet().stream()
              .min(Map.Entry.comparingByValue(Comparator.naturalOrder()))
              .orElseThrow()
              .getKey());
    }
  }

  Map<Long, Long> requests() {
    return requests;
  }

  Map<String, Instant> addresses() {
    return addresses;
  }

  Instant lastAt() {
    return lastAt;
  }

  @Nullable String lastFrom() {
    return lastFrom;
  }
}
