package ai.adraa.inbox.client;

import java.util.Locale;

/** Which tokens to list. */
public enum TokenStatusFilter {
  /** Tokens that can be used. */
  ACTIVE,
  /** Tokens that were revoked. */
  REVOKED;

  /** Returns the value of the query parameter {@code status}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
