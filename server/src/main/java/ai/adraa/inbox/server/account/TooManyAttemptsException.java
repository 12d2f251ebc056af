package ai.adraa.inbox.server.account;

import java.time.Duration;

/** Reports that too many sign-in codes were requested or tried for an email or from an address. */
public final class TooManyAttemptsException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final Duration wait;

  TooManyAttemptsException(Duration wait) {
    // No stack trace: a refusal is not a fault, and any caller can cause many of them.
    super("Too many attempts", null, false, false);
    this.wait = wait;
  }

  /** Returns how long to wait before the next attempt; at least one second. */
  public Duration retryAfter() {
    return wait;
  }
}
