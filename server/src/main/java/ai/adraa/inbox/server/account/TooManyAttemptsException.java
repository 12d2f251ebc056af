package ai.adraa.inbox.server.account;

import java.time.Duration;

/** Too many sign-in codes were requested, or tried, for an email or from an address. */
public final class TooManyAttemptsException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final Duration wait;

  TooManyAttemptsException(Duration wait) {
    // Without a stack trace: it is an outcome, not a fault, and anyone can cause many.
    super("Too many attempts", null, false, false);
    this.wait = wait;
  }

  /** How long to wait before the next attempt. */
  public Duration retryAfter() {
    return wait;
  }
}
