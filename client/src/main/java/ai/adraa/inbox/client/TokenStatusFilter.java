package ai.adraa.inbox.client;

import java.util.Locale;

/** Which tokens to list. */
public enum TokenStatusFilter {
  /** Tokens that can be used. */
  ACTIVE,
  /** Tokens that were revoked. */
  REVOKED,
  /** Tokens that expired before they were revoked. */
  EXPIRED;

  /** Returns the value of the query parameter {@code status}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
