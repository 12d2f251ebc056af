package ai.adraa.inbox.server.token;

/** Refuses an expiry that is not in the future, or too far in the future. */
public final class InvalidExpiryException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** What an expiry must be. */
  public static final String REQUIREMENT = "must be in the future, and at most 10 years from now";

  private final String field;

  InvalidExpiryException(String field) {
    // No stack trace: a refusal is not a fault.
    super(field + " " + REQUIREMENT, null, false, false);
    this.field = field;
  }

  /** Returns the name of the field in the contract. */
  public String field() {
    return field;
  }
}
