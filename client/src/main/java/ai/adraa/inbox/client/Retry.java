package ai.adraa.inbox.client;

import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import javax.net.ssl.SSLException;

/**
 * Decides whether a failed request is repeated, and when.
 *
 * @param retries how many requests may follow the first one
 * @param maxRetryAfter the longest Retry-After that is waited for
 * @param pause waits between two requests
 */
record Retry(int retries, Duration maxRetryAfter, Pause pause) {
  private static final Duration FIRST_WAIT = Duration.ofMillis(500);

  /** Waits for some time. */
  interface Pause {
    void sleep(Duration time) throws InterruptedException;
  }

  /**
   * Returns how long to wait before the next request; empty if the failure is final.
   *
   * @param repeated how many requests have followed the first one
   */
  Optional<Duration> before(Operation operation, int repeated, AdraaInboxException failure) {
    if (repeated >= retries || !mayRepeat(operation, failure)) {
      return Optional.empty();
    }
    long backoff = FIRST_WAIT.toMillis() << Math.min(repeated, 6);
    // So that many clients that failed together do not return together.
    long jittered = ThreadLocalRandom.current().nextLong(backoff / 2, backoff + 1);
    Duration asked = failure.retryAfter().orElse(Duration.ZERO);
    return asked.compareTo(maxRetryAfter) > 0
        ? Optional.empty()
        : Optional.of(asked.plusMillis(asked.isZero() ? jittered : jittered / 2));
  }

  private static boolean mayRepeat(Operation operation, AdraaInboxException failure) {
    if (failure.status() == 429) {
      return true;
    }
    if (failure.status() == 503) {
      // A lost commit is a 503 too, and may have been done.
      return operation.isIdempotent;
    }
    Throwable cause = failure.getCause();
    if (cause instanceof ConnectException || cause instanceof HttpConnectTimeoutException) {
      return true;
    }
    return operation.isIdempotent
        && cause instanceof IOException
        // The caller has waited for the request timeout already.
        && !(cause instanceof HttpTimeoutException)
        // Usually a certificate, which stays the same.
        && !(cause instanceof SSLException);
  }
}
