package ai.adraa.inbox.server.account;

import ai.adraa.inbox.server.limit.RateLimit;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Limits how often a sign-in code is asked for, and how often one is tried: by one address, by one
 * address for one email, and for one email by all addresses together. The last does not count an
 * address from which that email has signed in, so that strangers cannot keep its owner out. Emails
 * are counted alike whether or not an agent has them. In memory, so a restart forgets. Thread-safe.
 */
public final class SignInLimits {
  /** What is limited, each for itself. */
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
  // Apart, so that many addresses cannot have the count of an email forgotten.
  private final Cache<List<Object>, Bucket> ofEmails = buckets();
  private final Cache<List<Object>, Boolean> signedIn =
      Caffeine.newBuilder().maximumSize(MAX_ENTRIES).expireAfterAccess(REMEMBERED).build();

  public SignInLimits(Optional<RateLimit> byAddress) {
    this.byAddress = byAddress;
  }

  /**
   * Counts a step.
   *
   * @param email in lower case
   * @param address what {@link RateLimit#caller} makes of it
   * @throws TooManyAttemptsException if it is one too many
   */
  void count(Step step, String email, Object address) {
    byAddress.ifPresent(limit -> count(ofAddresses, limit, List.of(step, address)));
    count(ofAddresses, EMAIL_BY_ADDRESS, List.of(step, address, email));
    if (signedIn.getIfPresent(List.of(address, email)) == null) {
      count(ofEmails, EMAIL, List.of(step, email));
    }
  }

  /** Remembers that the email has signed in from this address. */
  void signedIn(String email, Object address) {
    signedIn.put(List.of(address, email), true);
  }

  private static Cache<List<Object>, Bucket> buckets() {
    return Caffeine.newBuilder()
        .maximumSize(MAX_ENTRIES)
        // The longest period of a limit: by then a bucket is full again.
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
