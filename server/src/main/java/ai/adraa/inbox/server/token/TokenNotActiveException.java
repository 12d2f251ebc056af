package ai.adraa.inbox.server.token;

/** Refuses to change a token that is revoked or expired. */
public final class TokenNotActiveException extends RuntimeException {
  private static final long serialVersionUID = 1;

  TokenNotActiveException() {
    // No stack trace: a refusal is not a fault.
    super("The token is revoked or expired", null, false, false);
  }
}
