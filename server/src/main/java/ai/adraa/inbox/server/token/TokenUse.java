package ai.adraa.inbox.server.token;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The uses of one token since they were last written. Not thread-safe. */
public final class TokenUse {
  /** How many addresses of a token are kept. */
  static final int ADDRESSES = 5;

  // The requests of the latest day are counted without a map, because nearly all are of that day.
  private long day = Long.MIN_VALUE;
  private long count;
  // By the number of days since 1970-01-01, UTC.
  private final Map<Long, Long> otherDays = new HashMap<>(2);
  private final Map<String, Instant> otherAddresses = new HashMap<>(2);
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
    long today = day(at);
    if (today != day) {
      otherDays.merge(day, count, Long::sum);
      day = today;
      count = 0;
    }
    count++;
    addAddress(at, from);
    return this;
  }

  /** Adds the uses of the other one. */
  TokenUse add(TokenUse other) {
    other.requests().forEach((of, requests) -> otherDays.merge(of, requests, Long::sum));
    other.addresses().forEach((address, at) -> addAddress(at, address));
    addAddress(other.lastAt, other.lastFrom);
    return this;
  }

  private void addAddress(Instant at, @Nullable String from) {
    if (at.isBefore(lastAt)) {
      keep(from, at);
      return;
    }
    if (!Objects.equals(from, lastFrom)) {
      keep(lastFrom, lastAt);
      lastFrom = from;
    }
    lastAt = at;
  }

  private void keep(@Nullable String address, Instant at) {
    if (address == null) {
      return;
    }
    otherAddresses.merge(address, at, TokenUse::later);
    if (otherAddresses.size() > ADDRESSES) {
      otherAddresses.remove(
          otherAddresses.entrySet().stream()
              .min(Map.Entry.comparingByValue())
              .orElseThrow()
              .getKey());
    }
  }

  private static Instant later(Instant one, Instant other) {
    return one.isAfter(other) ? one : other;
  }

  /** Returns the number of requests by day. */
  Map<Long, Long> requests() {
    Map<Long, Long> requests = new HashMap<>(otherDays);
    requests.merge(day, count, Long::sum);
    requests.values().removeIf(number -> number == 0);
    return requests;
  }

  /** Returns the addresses with the time of their last request. */
  Map<String, Instant> addresses() {
    Map<String, Instant> addresses = new HashMap<>(otherAddresses);
    if (lastFrom != null) {
      addresses.merge(lastFrom, lastAt, TokenUse::later);
    }
    return addresses;
  }

  Instant lastAt() {
    return lastAt;
  }

  @Nullable String lastFrom() {
    return lastFrom;
  }
}
