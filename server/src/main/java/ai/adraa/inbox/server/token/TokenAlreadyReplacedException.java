package ai.adraa.inbox.server.token;

/** Refuses to replace a token that has a replacement which is not revoked. */
public final class TokenAlreadyReplacedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  TokenAlreadyReplacedException() {
    // No stack trace: a refusal is not a fault.
    super("The token has a replacement that is not revoked", null, false, false);
  }
}
