package ai.adraa.inbox.server.account;

import ai.adraa.inbox.server.limit.RateLimit;
import ai.adraa.inbox.server.mail.EmailAddress;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Limits how often callers request sign-in codes and how often they try one. Each is limited
 *
 * <ul>
 *   <li>per IP address,
 *   <li>per IP address and email,
 *   <li>per email, from all addresses together. This limit skips addresses from which the email has
 *       signed in, so that strangers cannot lock its owner out.
 * </ul>
 *
 * <p>The limits are the same whether or not an agent has the email. The counts are in memory, so a
 * restart resets them. Thread-safe.
 */
public final class SignInLimits {
  /** The steps of signing in; each has its own counts. */
  enum Step {
    ASK_FOR_CODE,
    TRY_CODE
  }

  private static final RateLimit EMAIL_BY_ADDRESS = new RateLimit(10, Duration.ofHours(1));
  private static final RateLimit EMAIL = new RateLimit(30, Duration.ofHours(1));
  private static final Duration REMEMBERED = Duration.ofDays(30);
  private static final int MAX_ENTRIES = 100_000;

  private final Optional<RateLimit> byAddress;
  private final Cache<List<Object>, Bucket> ofAddresses = buckets();
  // A separate cache, so that requests from many addresses cannot evict the count of an email.
  private final Cache<List<Object>, Bucket> ofEmails = buckets();
  private final Cache<List<Object>, Boolean> signedIn =
      Caffeine.newBuilder().maximumSize(MAX_ENTRIES).expireAfterAccess(REMEMBERED).build();

  /**
   * @param byAddress the limit per IP address for each step; empty for none
   */
  public SignInLimits(Optional<RateLimit> byAddress) {
    this.byAddress = byAddress;
  }

  /**
   * Counts one attempt.
   *
   * @param email as returned by {@link EmailAddress#canonical}
   * @param address the value of {@link RateLimit#caller} for the address
   * @throws TooManyAttemptsException if a limit is exceeded
   */
  void count(Step step, String email, Object address) {
    byAddress.ifPresent(limit -> count(ofAddresses, limit, List.of(step, address)));
    count(ofAddresses, EMAIL_BY_ADDRESS, List.of(step, address, email));
    if (signedIn.getIfPresent(List.of(address, email)) == null) {
      count(ofEmails, EMAIL, List.of(step, email));
    }
  }

  /** Remembers for 30 days after the last use that the email has signed in from this address. */
  void signedIn(String email, Object address) {
    signedIn.put(List.of(address, email), true);
  }

  private static Cache<List<Object>, Bucket> buckets() {
    return Caffeine.newBuilder()
        .maximumSize(MAX_ENTRIES)
        // The longest period of a limit, after which an unused bucket is full again.
        .expireAfterAccess(Duration.ofHours(1))
        .build();
  }

  private static void count(Cache<List<Object>, Bucket> buckets, RateLimit limit, List<Object> of) {
    ConsumptionProbe probe =
        buckets.get(of, unused -> limit.newBucket()).tryConsumeAndReturnRemaining(1);
    if (!probe.isConsumed()) {
      throw new TooManyAttemptsException(Duration.ofSeconds(RateLimit.secondsToWait(probe)));
    }
  }
}
